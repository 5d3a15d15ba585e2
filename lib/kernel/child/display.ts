import type { Bundle, Run } from "../frames.ts";
import { Deno, Promise, Set, String, TypeError } from "../intrinsics.ts";
import { bytesOf, isObject, metadataOf, mimeBundle } from "./bundle.ts";
import { currentRun } from "./current.ts";
import { bundleOf, displaySymbol, hush, imageView, type Shown } from "./format.ts";
import { password } from "./input.ts";
import { send } from "./pipe.ts";
import { pristine } from "./pristine.ts";
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
export function display(value: unknown, options?: DisplayOptions | null): Promise<void> {
  return pristine(() => show(value, options ?? {}));
}

function show(value: unknown, options: DisplayOptions): Promise<void> {
  const run = currentRun();
  const made = options.raw ? { data: mimeBundle(value), metadata: {} } : bundleOf(value);
  if (made instanceof Promise) return hush(made.then((shown) => publish(run, shown, options)));
  publish(run, made, options);
  return hush(Promise.resolve());
}

/** Replaces every output shown under this id, in whichever cell. */
export function update(displayId: string, value: unknown): Promise<void> {
  return display(value, { display_id: displayId, update: true });
}

/**
 * Empties the cell's output, at once or, with `wait`, when the next output comes. As Python's
 * `clear_output` it takes `wait` alone too.
 */
export function clear(options?: { readonly wait?: boolean } | boolean | null): void {
  const wait = typeof options === "object" ? options?.wait : options;
  send({ kind: "clear", wait: Boolean(wait) });
}

function publish(run: Run, { data, metadata }: Shown, options: DisplayOptions): void {
  const id = options.display_id ?? undefined;
  send({
    kind: options.update ? "updateDisplay" : "display",
    data,
    metadata: metadataOf(options.metadata ?? metadata),
    ...id !== undefined ? { displayId: String(id) } : {},
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
  if (typeof msgType !== "string" || !isObject(content ?? {}) || !isObject(metadata ?? {})) {
    throw new TypeError(
      `Cannot broadcast ${Deno.inspect(msgType)} with content ${Deno.inspect(content)} and ` +
        `metadata ${Deno.inspect(metadata)}: a message has a type, and objects for these`,
    );
  }
  return pristine(() => {
    const message = {
      kind: "broadcast",
      msgType,
      content: shaped(msgType, content),
      metadata,
    } as const;
    send(message, currentRun(), buffers.map(octets));
    return hush(Promise.resolve());
  });
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

const shows = new Set(["display_data", "update_display_data", "execute_result"]);

/** What shows a bundle must have one, by whichever door it leaves. */
function shaped(msgType: string, content: Bundle): Bundle {
  if (!shows.has(msgType)) return content;
  const { data, metadata = {} } = content ?? {};
  return { ...content, data: mimeBundle(data), metadata: metadataOf(metadata) };
}

function octets(buffer: unknown): Uint8Array {
  const bytes = bytesOf(buffer);
  if (bytes) return bytes;
  throw new TypeError(
    `Cannot send ${
      Deno.inspect(buffer)
    } as a buffer: it is neither an ArrayBuffer nor a view on one`,
  );
}
