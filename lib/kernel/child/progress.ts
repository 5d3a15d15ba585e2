import { display } from "./display.ts";
import { crypto, Math, performance } from "../intrinsics.ts";

/** Redraws no more often than this: front ends keep up with ten a second. */
const redrawMs = 100;
let count = 0;

/**
 * The same items, one by one, under a bar that shows how many have passed. A bar of items that
 * cannot be counted beforehand shows their number only.
 */
export function* progress<T>(items: Iterable<T>, label = ""): Generator<T> {
  const total = sizeOf(items);
  const id = `progress-${crypto.randomUUID()}-${++count}`;
  const start = performance.now();
  let done = 0;
  let drawn = start;
  const draw = (update: boolean) => {
    drawn = performance.now();
    display(bar(label, done, total, drawn - start), { raw: true, update, display_id: id });
  };
  draw(false);
  for (const item of items) {
    yield item;
    done++;
    if (performance.now() - drawn >= redrawMs) draw(true);
  }
  draw(true);
}

function bar(label: string, done: number, total: number | undefined, ms: number) {
  const text = [label, total === undefined ? `${done}` : `${done}/${total}`, seconds(ms)]
    .filter(Boolean).join(" ");
  const share = total ? `value="${done}" max="${total}"` : total === 0 ? 'value="1"' : "";
  return {
    "text/plain": total ? `${blocks(done / total)} ${text}` : text,
    "text/html": `<progress ${share}></progress> <code>${escapeText(text)}</code>`,
  };
}

function blocks(share: number): string {
  const full = Math.round(share * 20);
  return `[${"#".repeat(full)}${".".repeat(20 - full)}]`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

function sizeOf(items: Iterable<unknown>): number | undefined {
  const { length, size } = items as { readonly length?: number; readonly size?: number };
  return length ?? size;
}
