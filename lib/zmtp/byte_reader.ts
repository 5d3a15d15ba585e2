import { EndOfStream } from "./violation.ts";

/** Reads at least one byte into `into`; null at the end of the stream. As `Deno.Conn.read`. */
export type Read = (into: Uint8Array) => Promise<number | null>;

const smallest = 16 * 2 ** 10;
const largest = 256 * 2 ** 10;

/**
 * Yields a stream of bytes in the portions its reader asks for, however it was cut on its way.
 * A length that a peer only claims costs no memory: room grows with the bytes that arrive.
 */
export class ByteReader {
  readonly #read: Read;
  #buffer = new Uint8Array(smallest);
  #start = 0;
  #end = 0;

  constructor(read: Read) {
    this.#read = read;
  }

  /** How many bytes have arrived that nobody has taken yet. */
  get held(): number {
    return this.#end - this.#start;
  }

  /** One of them, without taking it. */
  ahead(at: number): number {
    return this.#buffer[this.#start + at]!;
  }

  /** The first `length` of them, copied out: the caller owns them. */
  take(length: number): Uint8Array {
    const bytes = this.#buffer.slice(this.#start, this.#start + length);
    this.#start += length;
    return bytes;
  }

  skip(length: number): void {
    this.#start += length;
  }

  async byte(): Promise<number> {
    if (this.held === 0) await this.more();
    return this.#buffer[this.#start++]!;
  }

  /** The next `length` bytes; the caller owns them. */
  async exactly(length: number): Promise<Uint8Array> {
    while (this.held < length) {
      if (length > this.#buffer.length) return this.#long(length);
      await this.more(true);
    }
    return this.take(length);
  }

  /** Waits until more has arrived; throws `EndOfStream` where nothing more will. */
  async more(midFrame: boolean = this.held > 0): Promise<void> {
    this.#compact();
    const count = await this.#read(this.#buffer.subarray(this.#end));
    if (count === null) throw new EndOfStream(midFrame);
    this.#end += count;
    if (this.#end === this.#buffer.length) this.#widen();
  }

  #compact(): void {
    if (this.#start > 0) this.#buffer.copyWithin(0, this.#start, this.#end);
    this.#end -= this.#start;
    this.#start = 0;
  }

  /** A peer that fills the buffer has more to say: fewer, longer reads from now on. */
  #widen(): void {
    if (this.#buffer.length >= largest) return;
    const wider = new Uint8Array(this.#buffer.length * 4);
    wider.set(this.#buffer);
    this.#buffer = wider;
  }

  /** Longer than the buffer: read straight into place, doubling the place as it fills. */
  async #long(length: number): Promise<Uint8Array> {
    let place = new Uint8Array(Math.min(length, 2 * largest));
    let filled = this.held;
    place.set(this.#buffer.subarray(this.#start, this.#end));
    this.#start = this.#end = 0;
    while (filled < length) {
      if (filled === place.length) place = doubled(place, length);
      const count = await this.#read(place.subarray(filled));
      if (count === null) throw new EndOfStream(true);
      filled += count;
    }
    return place;
  }
}

function doubled(place: Uint8Array, most: number): Uint8Array<ArrayBuffer> {
  const wider = new Uint8Array(Math.min(place.length * 2, most));
  wider.set(place);
  return wider;
}
