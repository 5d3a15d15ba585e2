/** How many signatures are remembered. Source: jupyter_client `Session.digest_history_size`. */
const remembered = 2 ** 16;

/**
 * Knows the signatures already seen, so that a message overheard on its way and sent again is
 * refused. Headers hold unique ids: no honest client repeats a signature.
 */
export class ReplayGuard {
  #recent = new Set<string>();
  #older = new Set<string>();

  /** Whether this is the signature's first use; remembers it. */
  admit(signature: Uint8Array): boolean {
    const text = ascii.decode(signature);
    if (this.#recent.has(text) || this.#older.has(text)) return false;
    if (this.#recent.size >= remembered / 2) this.#forget();
    this.#recent.add(text);
    return true;
  }

  #forget(): void {
    this.#older = this.#recent;
    this.#recent = new Set();
  }
}

const ascii = new TextDecoder();
