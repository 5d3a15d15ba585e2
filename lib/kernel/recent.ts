/** No more entries than this, and no more characters in all of them, are kept of what cells leave. */
const mostEntries = 5_000;
const mostCharacters = 2 ** 24;

/** A map of what was set last; what came long before that is forgotten. The last one always stays. */
export class Recent<K, V> {
  readonly #entries = new Map<K, V>();
  readonly #sizeOf: (value: V) => number;
  #characters = 0;

  constructor(sizeOf: (value: V) => number) {
    this.#sizeOf = sizeOf;
  }

  get(key: K): V | undefined {
    return this.#entries.get(key);
  }

  set(key: K, value: V): void {
    this.#delete(key);
    this.#entries.set(key, value);
    this.#characters += this.#sizeOf(value);
    for (const oldest of this.#entries.keys()) {
      if (!this.#full() || this.#entries.size === 1) return;
      this.#delete(oldest);
    }
  }

  /** The oldest first. */
  values(): MapIterator<V> {
    return this.#entries.values();
  }

  #full(): boolean {
    return this.#entries.size > mostEntries || this.#characters > mostCharacters;
  }

  #delete(key: K): void {
    const value = this.#entries.get(key);
    if (value !== undefined) this.#characters -= this.#sizeOf(value);
    this.#entries.delete(key);
  }
}
