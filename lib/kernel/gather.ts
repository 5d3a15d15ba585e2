/** How long a text may wait for the next one to join it in one message. */
const gatherMs = 15;

type Name = "stdout" | "stderr";
type Publish = (name: Name, text: string, parent: string) => void;

/**
 * Joins texts of one stream and parent that come in quick succession. The first of a burst goes
 * out as it comes, the rest together; `flush` keeps them in order with other outputs.
 */
export class Gather {
  readonly #publish: Publish;
  #held: { name: Name; parent: string; texts: string[] } | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(publish: Publish) {
    this.#publish = publish;
  }

  add(name: Name, text: string, parent: string): void {
    if (this.#held && (this.#held.name !== name || this.#held.parent !== parent)) this.flush();
    if (this.#held) this.#held.texts.push(text);
    else if (this.#timer !== undefined) this.#held = { name, parent, texts: [text] };
    else {
      this.#publish(name, text, parent);
      this.#timer = setTimeout(() => this.#tick(), gatherMs);
    }
  }

  flush(): void {
    if (!this.#held) return;
    const { name, parent, texts } = this.#held;
    this.#held = undefined;
    this.#publish(name, texts.join(""), parent);
  }

  stop(): void {
    this.flush();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** The burst lasts as long as every tick finds something held. */
  #tick(): void {
    this.#timer = this.#held ? setTimeout(() => this.#tick(), gatherMs) : undefined;
    this.flush();
  }
}
