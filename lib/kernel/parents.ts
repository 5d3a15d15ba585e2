/** What outputs need to know of the request they belong to, also long after its idle. */
export interface Parent {
  /** Its header, to the byte: the `parent_header` of everything it causes. */
  readonly header: Uint8Array;
  /** Its way back, for questions to the client that sent it. */
  readonly routing: readonly Uint8Array[];
  readonly silent: boolean;
  readonly allowStdin: boolean;
  readonly executionCount: number;
  /** Plain text of its result, for history. */
  result?: string;
}

/** Requests remembered: timers of older cells print without a parent. */
const remembered = 4_096;

/** Requests by `msg_id`, the oldest forgotten first. */
export class Parents {
  readonly #byId = new Map<string, Parent>();

  add(id: string, parent: Parent): Parent {
    this.#byId.set(id, parent);
    if (this.#byId.size > remembered) this.#byId.delete(this.#byId.keys().next().value!);
    return parent;
  }

  get(id: string): Parent | undefined {
    return this.#byId.get(id);
  }

  /** The plain text a request resulted in, for history; it is not kept here beyond that. */
  takeResult(id: string): string | null {
    const parent = this.#byId.get(id);
    const result = parent?.result ?? null;
    if (parent) delete parent.result;
    return result;
  }
}
