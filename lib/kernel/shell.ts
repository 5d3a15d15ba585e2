import type { Message } from "../jupyter/message.ts";
import { Inbox } from "../zmtp/inbox.ts";
import { History } from "./history.ts";

/** Bytes of requests that may wait for one shell before its clients are asked to wait. */
const capacity = 64 * 2 ** 20;

/**
 * One ordered queue of requests: the main shell, or a subshell. Requests are handled one after
 * another, in the order in which they came. Each shell counts and remembers its own cells.
 *
 * Source: JEP 91, "Each subshell will store its own execution count and history".
 */
export class Shell {
  /** Absent: the main shell. */
  readonly id: string | undefined;
  readonly counter = new Counter();
  readonly history: History;
  readonly #queue = new Inbox<{ readonly message: Message; readonly turn: number }>(capacity);
  #arrived = 0;
  #handled = 0;
  #abortedUpTo = 0;
  #waits: PromiseWithResolvers<void> | undefined;

  constructor({ id, history = new History() }: { id?: string; history?: History } = {}) {
    this.id = id;
    this.history = history;
  }

  /** A promise asks to pass no more requests on until it settles. */
  add(message: Message): Promise<void> | undefined {
    this.#waits?.resolve();
    const size = message.headerBytes.length + 200 + contentSize(message);
    return this.#queue.push({ message, turn: ++this.#arrived }, size);
  }

  /** Settles when a request waits behind the one that is being handled. */
  waits(): Promise<void> {
    if (this.#arrived > this.#handled) return Promise.resolve();
    return (this.#waits = Promise.withResolvers()).promise;
  }

  /**
   * Aborts the execute requests that wait now. Those already sent count too: a turn of the event
   * loop lets them in before the line is drawn.
   */
  async abortWaiting(): Promise<void> {
    await new Promise((later) => setTimeout(later, 0));
    this.#abortedUpTo = this.#arrived;
  }

  /** Handles requests until the shell is closed. `aborted` ones are to be refused, not run. */
  async run(
    handle: (message: Message, { aborted }: { aborted: boolean }) => Promise<void>,
  ): Promise<void> {
    for await (const { message, turn } of this.#queue) {
      this.#handled = turn;
      await handle(message, { aborted: turn <= this.#abortedUpTo });
    }
  }

  close(): void {
    this.#queue.close();
  }
}

/** Numbers the cells that are stored. */
class Counter {
  #last = 0;

  get last(): number {
    return this.#last;
  }

  next(): number {
    return ++this.#last;
  }
}

function contentSize({ content, buffers }: Message): number {
  const code = typeof content["code"] === "string" ? content["code"].length : 0;
  return code + buffers.reduce((sum, buffer) => sum + buffer.length, 0);
}
