/** No more characters than this, in all entries, are kept of what cells leave. */
const mostCharacters = 2 ** 24;

export interface RecentOptions<V> {
  /** How many entries are kept at most; 5,000 where it is not said. */
  readonly most?: number;
  /** Called for each value that is forgotten, or replaced. */
  readonly forgotten?: (value: V) => void;
}

/** A map of what was set last; what came long before that is forgotten. The last one always stays. */
export class Recent<K, V> {
  readonly #entries = new Map<K, V>();
  readonly #sizeOf: (value: V) => number;
  readonly #most: number;
  readonly #forgotten: ((value: V) => void) | undefined;
  #characters = 0;

  constructor(sizeOf: (value: V) => number, { most = 5_000, forgotten }: RecentOptions<V> = {}) {
    this.#sizeOf = sizeOf;
    this.#most = most;
    this.#forgotten = forgotten;
  }

  get(key: K): V | undefined {
    return this.#entries.get(key);
  }

  set(key: K, value: V): void {
    this.delete(key);
    this.#entries.set(key, value);
    this.#characters += this.#sizeOf(value);
    for (const oldest of this.#entries.keys()) {
      if (!this.#full() || this.#entries.size === 1) return;
      this.delete(oldest);
    }
  }

  /** The oldest first. */
  values(): MapIterator<V> {
    return this.#entries.values();
  }

  clear(): void {
    for (const key of this.#entries.keys()) this.delete(key);
  }

  delete(key: K): void {
    const value = this.#entries.get(key);
    if (value === undefined) return;
    this.#characters -= this.#sizeOf(value);
    this.#entries.delete(key);
    this.#forgotten?.(value);
  }

  #full(): boolean {
    return this.#entries.size > this.#most || this.#characters > mostCharacters;
  }
}
