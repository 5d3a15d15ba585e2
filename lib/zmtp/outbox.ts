import { joined } from "./frame.ts";
import type { Limits } from "./limits.ts";

/** Writes at least one byte of `bytes` and tells how many. As `Deno.Conn.write`. */
export type Write = (bytes: Uint8Array) => Promise<number>;

/** Pieces shorter than this are written together. */
const batchBytes = 64 * 2 ** 10;

/**
 * What waits to be written to one peer. A sender that outruns its peer is told to wait, so
 * nothing is lost to a slow one; a peer that takes no byte for `patienceMs` while more than
 * `outboxBytes` wait is given up, so it cannot hold the others back.
 */
export class Outbox {
  readonly #write: Write;
  readonly #limits: Pick<Limits, "outboxBytes" | "patienceMs">;
  readonly #giveUp: (because: string) => void;
  #pieces: Uint8Array[] = [];
  #pending = 0;
  #pumping = false;
  #closed = false;
  #lastProgress = 0;
  #room: PromiseWithResolvers<void> | undefined;
  #patience: ReturnType<typeof setTimeout> | undefined;
  #empty: PromiseWithResolvers<void> | undefined;

  constructor(
    write: Write,
    { limits, giveUp }: {
      limits: Pick<Limits, "outboxBytes" | "patienceMs">;
      giveUp(because: string): void;
    },
  ) {
    this.#write = write;
    this.#limits = limits;
    this.#giveUp = giveUp;
  }

  /**
   * Queues bytes; a promise asks the caller to send no more until it settles. Writing begins when
   * this turn of the event loop ends: what is said together leaves together, and wakes the peer
   * once.
   */
  push(pieces: readonly Uint8Array[]): Promise<void> | undefined {
    if (this.#closed) return undefined;
    if (this.#pending === 0) this.#lastProgress = performance.now();
    for (const piece of pieces) this.#pending += piece.length;
    this.#pieces.push(...pieces);
    if (!this.#pumping) {
      this.#pumping = true;
      setImmediate(() => void this.#pump());
    }
    return this.#pending > this.#limits.outboxBytes ? this.#waitForRoom() : undefined;
  }

  /** Settles once everything pushed so far has been handed to the operating system, or never will. */
  flushed(): Promise<void> {
    if (this.#closed || this.#pending === 0) return Promise.resolve();
    return (this.#empty ??= Promise.withResolvers()).promise;
  }

  close(): void {
    this.#closed = true;
    this.#pieces = [];
    this.#pending = 0;
    clearTimeout(this.#patience);
    this.#room?.resolve();
    this.#empty?.resolve();
  }

  async #pump(): Promise<void> {
    try {
      while (this.#pieces.length > 0) await this.#writeWhole(this.#nextBatch());
      this.#empty?.resolve();
      this.#empty = undefined;
    } catch (error) {
      this.#giveUp(error instanceof Error ? error.message : String(error));
    } finally {
      this.#pumping = false;
    }
  }

  #nextBatch(): Uint8Array {
    let count = 1;
    let size = this.#pieces[0]!.length;
    while (count < this.#pieces.length && size + this.#pieces[count]!.length <= batchBytes) {
      size += this.#pieces[count++]!.length;
    }
    return joined(this.#pieces.splice(0, count));
  }

  async #writeWhole(batch: Uint8Array): Promise<void> {
    for (let at = 0; at < batch.length && !this.#closed;) {
      const count = await this.#write(batch.subarray(at));
      at += count;
      if (!this.#closed) this.#progress(count);
    }
  }

  #progress(count: number): void {
    this.#pending -= count;
    this.#lastProgress = performance.now();
    if (!this.#room || this.#pending > this.#limits.outboxBytes / 2) return;
    clearTimeout(this.#patience);
    this.#room.resolve();
    this.#room = undefined;
  }

  #waitForRoom(): Promise<void> {
    if (!this.#room) {
      this.#room = Promise.withResolvers();
      this.#watch();
    }
    return this.#room.promise;
  }

  /** Patience counts from the last byte taken: a peer long stuck is given up at once. */
  #watch(): void {
    const left = this.#lastProgress + this.#limits.patienceMs - performance.now();
    if (left > 0) {
      this.#patience = setTimeout(() => this.#watch(), left);
      return;
    }
    this.#giveUp(`it took no byte for ${this.#limits.patienceMs} ms with ${this.#pending} waiting`);
  }
}
