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

/** Answered requests remembered: timers of older cells print without a parent. */
const remembered = 4_096;

/** Requests by `msg_id`: those being answered, and the latest of those that were. */
export class Parents {
  readonly #open = new Map<string, Parent>();
  readonly #answered = new Map<string, Parent>();

  add(id: string, parent: Parent): void {
    this.#open.set(id, parent);
  }

  get(id: string): Parent | undefined {
    return this.#open.get(id) ?? this.#answered.get(id);
  }

  /** From here on it may be forgotten, the oldest first. */
  answered(id: string): void {
    const parent = this.#open.get(id);
    if (!parent) return;
    this.#open.delete(id);
    this.#answered.set(id, parent);
    if (this.#answered.size > remembered) {
      this.#answered.delete(this.#answered.keys().next().value!);
    }
  }

  /** The plain text a request resulted in, for history; it is not kept here beyond that. */
  takeResult(id: string): string | null {
    const parent = this.get(id);
    const result = parent?.result ?? null;
    if (parent) delete parent.result;
    return result;
  }
}
