import type { Bundle, Run } from "../frames.ts";
import { Deno, Promise, String, Uint8Array } from "../intrinsics.ts";
import { currentRun } from "./current.ts";
import { bundleOf, displaySymbol, hush, imageView, type Shown } from "./format.ts";
import { password } from "./input.ts";
import { send } from "./pipe.ts";
import { progress } from "./progress.ts";

/** What notebooks of Deno's own kernel find as `Deno.jupyter`, and more. */
export const jupyter = {
  display,
  update,
  clear,
  progress,
  broadcast,
  password,
  image,
  format: async (value: unknown): Promise<Bundle> => (await bundleOf(value)).data,
  html: template("text/html"),
  md: template("text/markdown"),
  svg: template("image/svg+xml"),
  latex: template("text/latex"),
  $display: displaySymbol,
};

export interface DisplayOptions {
  /** The value is a MIME bundle already. */
  readonly raw?: boolean;
  /** Replaces what was shown under the same `display_id`. */
  readonly update?: boolean;
  readonly display_id?: string;
  readonly metadata?: Bundle;
}

/**
 * Shows a value as an output of its own. Outputs come in the order of the calls, whether awaited
 * or not; a value whose bundle takes time to make appears when it is made.
 */
export function display(value: unknown, options: DisplayOptions = {}): Promise<void> {
  const run = currentRun();
  const made = options.raw ? { data: value as Bundle, metadata: {} } : bundleOf(value);
  if (made instanceof Promise) return hush(made.then((shown) => publish(run, shown, options)));
  publish(run, made, options);
  return hush(Promise.resolve());
}

/** Replaces every output shown under this id, in whichever cell. */
export function update(displayId: string, value: unknown): Promise<void> {
  return display(value, { display_id: displayId, update: true });
}

/** Empties the cell's output, at once or, with `wait`, when the next output comes. */
export function clear({ wait = false }: { readonly wait?: boolean } = {}): void {
  send({ kind: "clear", wait });
}

function publish(run: Run, { data, metadata }: Shown, options: DisplayOptions): void {
  send({
    kind: options.update ? "updateDisplay" : "display",
    data,
    metadata: options.metadata ?? metadata,
    ...options.display_id !== undefined ? { displayId: String(options.display_id) } : {},
  }, run);
}

/** Sends any message to every front end; comms are opened and used this way. */
export function broadcast(
  msgType: string,
  content: Bundle,
  { metadata = {}, buffers = [] }: {
    readonly metadata?: Bundle;
    readonly buffers?: readonly (ArrayBuffer | ArrayBufferView)[];
  } = {},
): Promise<void> {
  send({ kind: "broadcast", msgType, content, metadata }, currentRun(), buffers.map(bytesOf));
  return hush(Promise.resolve());
}

/** An image file, by its bytes or by its path. */
function image(source: string | Uint8Array): object {
  const data = imageView(typeof source === "string" ? Deno.readFileSync(source) : source);
  if (data) return { [displaySymbol]: () => data };
  throw new TypeError("Cannot show the image: it is none of PNG, JPEG, GIF and WebP");
}

function template(type: string) {
  return (strings: TemplateStringsArray, ...values: readonly unknown[]): object => {
    const text = strings.reduce((text, part, i) => text + String(values[i - 1] ?? "") + part);
    return { [displaySymbol]: () => ({ [type]: text }) };
  };
}

function bytesOf(buffer: ArrayBuffer | ArrayBufferView): Uint8Array {
  if (!ArrayBuffer.isView(buffer)) return new Uint8Array(buffer);
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
