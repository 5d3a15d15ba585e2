/**
 * A queue between those who receive and the one who consumes, as an async iterable. Whoever adds
 * beyond `capacity` is told to wait, so that a flood stays in the peers' own buffers.
 */
export class Inbox<T> implements AsyncIterable<T> {
  readonly #items: { readonly item: T; readonly cost: number }[] = [];
  readonly #capacity: number;
  #held = 0;
  #closed = false;
  #wakeConsumer: (() => void) | undefined;
  #roomMade: PromiseWithResolvers<void> | undefined;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Adds an item that costs `cost` bytes; a promise asks the caller to wait for room. */
  push(item: T, cost: number): Promise<void> | undefined {
    if (this.#closed) return undefined;
    this.#items.push({ item, cost });
    this.#held += cost;
    this.#wakeConsumer?.();
    if (this.#held <= this.#capacity) return undefined;
    return (this.#roomMade ??= Promise.withResolvers()).promise;
  }

  close(): void {
    this.#closed = true;
    this.#wakeConsumer?.();
    this.#roomMade?.resolve();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void> {
    while (true) {
      const next = this.#take();
      if (next) yield next.item;
      else if (this.#closed) return;
      else await new Promise<void>((wake) => this.#wakeConsumer = wake);
    }
  }

  #take(): { readonly item: T } | undefined {
    const next = this.#items.shift();
    if (!next) return undefined;
    this.#held -= next.cost;
    if (this.#roomMade && this.#held <= this.#capacity / 2) {
      this.#roomMade.resolve();
      this.#roomMade = undefined;
    }
    return next;
  }
}
