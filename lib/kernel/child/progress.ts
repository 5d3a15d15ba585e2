import { display } from "./display.ts";
import { crypto, Deno, Math, Number, Object, performance, TypeError } from "../intrinsics.ts";

export interface ProgressOptions {
  readonly label?: string;
  /** How many items there will be, where they cannot be counted beforehand. */
  readonly total?: number;
}

/**
 * The same items, one by one, under a bar that shows how many have passed and how long the rest
 * will take. A bar of items that cannot be counted beforehand shows their number only; one of a
 * loop that was left stops where it was left.
 */
export function progress<T>(
  items: AsyncIterable<T>,
  how?: string | ProgressOptions,
): AsyncGenerator<T>;
export function progress<T>(items: Iterable<T>, how?: string | ProgressOptions): Generator<T>;
export function progress<T>(
  items: Iterable<T> | AsyncIterable<T>,
  how: string | ProgressOptions = {},
): Generator<T> | AsyncGenerator<T> {
  const { label = "", total = sizeOf(items) } = typeof how === "string" ? { label: how } : how;
  const bar = new Bar(label, total);
  if (isAsync(items)) return passAsync(items, bar);
  if (Symbol.iterator in Object(items)) return pass(items, bar);
  throw new TypeError(
    `Cannot show the progress of ${Deno.inspect(items)}: it cannot be iterated; give a list`,
  );
}

function* pass<T>(items: Iterable<T>, bar: Bar): Generator<T> {
  try {
    bar.begin();
    for (const item of items) {
      yield item;
      bar.step();
    }
    bar.whole = true;
  } finally {
    bar.end();
  }
}

async function* passAsync<T>(items: AsyncIterable<T>, bar: Bar): AsyncGenerator<T> {
  try {
    bar.begin();
    for await (const item of items) {
      yield item;
      bar.step();
    }
    bar.whole = true;
  } finally {
    bar.end();
  }
}

/** Redraws no more often than this: front ends keep up with ten a second. */
const redrawMs = 100;

class Bar {
  /** All items have passed. */
  whole = false;
  readonly #id = `progress-${crypto.randomUUID()}`;
  readonly #label: string;
  readonly #total: number | undefined;
  #done = 0;
  #start = 0;
  #drawn = 0;

  constructor(label: string, total: number | undefined) {
    this.#label = label;
    this.#total = Number.isFinite(total) ? total : undefined;
  }

  begin(): void {
    this.#start = performance.now();
    this.#draw(false, "");
  }

  step(): void {
    this.#done++;
    if (performance.now() - this.#drawn < redrawMs) return;
    const ms = performance.now() - this.#start;
    const left = this.#total === undefined ? 0 : ms * (this.#total / this.#done - 1);
    this.#draw(true, left > 0 ? `${duration(ms)}, ${duration(left)} left` : duration(ms));
  }

  end(): void {
    const ms = duration(performance.now() - this.#start);
    this.#draw(true, this.whole ? ms : `stopped after ${ms}`);
  }

  #draw(update: boolean, time: string): void {
    this.#drawn = performance.now();
    const count = this.#total === undefined ? `${this.#done}` : `${this.#done}/${this.#total}`;
    const text = [this.#label, count, time].filter(Boolean).join(" ");
    display({
      "text/plain": this.#total === undefined ? text : `${blocks(this.#share())} ${text}`,
      "text/html": `<progress ${this.#attributes()}></progress> <code>${escapeText(text)}</code>`,
    }, { raw: true, update, display_id: this.#id });
  }

  /** How much has passed, of 1; nothing is all of nothing. */
  #share(): number {
    return this.#total ? Math.min(1, this.#done / this.#total) : 1;
  }

  #attributes(): string {
    if (this.#total !== undefined) return `value="${this.#share()}"`;
    return this.whole ? `value="1"` : "";
  }
}

function blocks(share: number): string {
  const full = Math.floor(share * 20);
  return `[${"#".repeat(full)}${".".repeat(20 - full)}]`;
}

function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

function isAsync<T>(items: Iterable<T> | AsyncIterable<T>): items is AsyncIterable<T> {
  return Symbol.asyncIterator in Object(items);
}

function sizeOf(items: unknown): number | undefined {
  const { length, size } = Object(items) as { readonly length?: unknown; readonly size?: unknown };
  return [length, size].find((count) => typeof count === "number");
}
