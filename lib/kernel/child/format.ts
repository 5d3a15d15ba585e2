import type { Bundle } from "../frames.ts";
import {
  Blob,
  Deno,
  JSON,
  Number,
  Object,
  Promise,
  Reflect,
  String,
  TextDecoder,
  TypeError,
  Uint8Array,
  WeakSet,
} from "../intrinsics.ts";
import { withPlainText } from "../plain_text.ts";
import { isObject, mimeBundle } from "./bundle.ts";
import { pristine } from "./pristine.ts";
import { recordsTable, tableOf } from "./table.ts";

/** A value as Jupyter shows it. */
export interface Shown {
  readonly data: Bundle;
  readonly metadata: Bundle;
}

/** The method by which an object says its own MIME bundle; Deno's name, so libraries know it. */
export const displaySymbol: unique symbol = Symbol.for("Jupyter.display") as never;

/** Values that are answers of `display` itself: they show nothing when they end a cell. */
const quiet = new WeakSet<object>();

export function hush<T extends object>(value: T): T {
  quiet.add(value);
  return value;
}

export function isQuiet(value: unknown): boolean {
  return typeof value === "object" && value !== null && pristine(() => quiet.has(value));
}

/** The bundle of any value: the first view that knows it, else its text. */
export function bundleOf(value: unknown): Shown | Promise<Shown> {
  return pristine(() => firstView(value));
}

function firstView(value: unknown): Shown | Promise<Shown> {
  for (const view of views) {
    const data = view(value);
    if (data instanceof Promise) return data.then((data) => pristine(() => shown(data)));
    if (data) return shown(data);
  }
  return { data: { "text/plain": Deno.inspect(value) }, metadata: {} };
}

function shown(data: Bundle): Shown {
  return { data: withPlainText(mimeBundle(data)), metadata: {} };
}

type View = (value: unknown) => Bundle | Promise<Bundle> | undefined;

const views: readonly View[] = [
  ownView,
  canvasView,
  vegaView,
  dataFrameView,
  imageView,
  elementView,
  (value) => withText(value, recordsTable(value)),
];

function ownView(value: unknown): Bundle | Promise<Bundle> | undefined {
  const show = property(value, displaySymbol);
  if (typeof show !== "function") return undefined;
  const data = show.call(value);
  return isThenable(data) ? Promise.resolve(data).then(asBundle) : asBundle(data);
}

function asBundle(data: unknown): Bundle {
  if (isObject(data)) return data;
  throw new TypeError(
    `Cannot show the value: its Symbol.for("Jupyter.display") method gave ${Deno.inspect(data)}; ` +
      "it must give an object of media types",
  );
}

function canvasView(value: unknown): Bundle | undefined {
  const url = canvasUrl(value);
  const [, type, data] = url?.match(/^data:([^;,]+);base64,([^]+)$/) ?? [];
  if (!type || !data) return undefined;
  const part = type === svg ? new TextDecoder().decode(Uint8Array.fromBase64(data)) : data;
  return { [type]: part, "text/plain": `[canvas as ${type}]` };
}

/** What is no canvas may have such a method too, and want arguments for it. */
function canvasUrl(value: unknown): string | undefined {
  const toDataUrl = property(value, "toDataURL");
  if (typeof toDataUrl !== "function") return undefined;
  try {
    const url = toDataUrl.call(value);
    if (isThenable(url)) Promise.resolve(url).catch(() => {});
    return typeof url === "string" ? url : undefined;
  } catch {
    return undefined;
  }
}

const vegaTypes: Readonly<Record<string, string>> = {
  "https://vega.github.io/schema/vega-lite/v4.json": "application/vnd.vegalite.v4+json",
  "https://vega.github.io/schema/vega-lite/v5.json": "application/vnd.vegalite.v5+json",
};

function vegaView(value: unknown): Bundle | undefined {
  const toSpec = property(value, "toSpec");
  if (typeof toSpec !== "function") return undefined;
  const spec = toSpec.call(value);
  const schema = property(spec, "$schema");
  if (typeof schema !== "string") return undefined;
  return { [vegaTypes[schema] ?? "application/vnd.vega.v5+json"]: spec };
}

/** Data frames as polars makes them: `schema`, `head(n)` and `toRecords()`. */
function dataFrameView(value: unknown): Bundle | undefined {
  const [schema, head, toRecords] = ["schema", "head", "toRecords"].map((f) => property(value, f));
  if (typeof schema !== "object" || typeof head !== "function" || typeof toRecords !== "function") {
    return undefined;
  }
  const fields = Object.entries(schema ?? {}).map(([name, type]) => ({
    name,
    type: jsonTypeOf(type),
  }));
  const records = (rows: number) => toRecords.call(head.call(value, rows)) as Bundle[];
  return {
    "application/vnd.dataresource+json": { data: jsonRecords(records(50)), schema: { fields } },
    "text/html": tableOf(fields.map(({ name }) => name), records(10)),
    "text/plain": Deno.inspect(value),
  };
}

/** Columns of 64 bits hold integers that JSON has no word for. */
function jsonRecords(records: readonly Bundle[]): unknown {
  const plain = (_: string, value: unknown) => typeof value === "bigint" ? Number(value) : value;
  return JSON.parse(JSON.stringify(records, plain));
}

function jsonTypeOf(type: unknown): string {
  const toJson = property(type, "toJSON");
  const name = typeof toJson === "function" ? toJson.call(type)?.DataType : String(type);
  if (/^U?Int/.test(name)) return "integer";
  if (/^Float/.test(name)) return "number";
  const others: Record<string, string> = {
    Null: "null",
    Bool: "boolean",
    List: "array",
    Struct: "object",
  };
  return others[name] ?? "string";
}

/** The first bytes by which image files are known. */
const signatures: readonly (readonly [type: string, at: number, bytes: readonly number[]])[] = [
  ["image/png", 0, [137, 80, 78, 71, 13, 10, 26, 10]],
  ["image/jpeg", 0, [0xff, 0xd8, 0xff]],
  ["image/gif", 0, [71, 73, 70, 56]],
  ["image/webp", 8, [87, 69, 66, 80]],
];

export function imageView(value: unknown): Bundle | Promise<Bundle> | undefined {
  if (isInstance(value, Blob) && value.type.startsWith("image/")) return blobView(value);
  if (!isInstance(value, Uint8Array)) return undefined;
  const found = signatures.find(([, at, bytes]) => bytes.every((b, i) => value[at + i] === b));
  if (!found) return undefined;
  return { [found[0]]: value.toBase64(), "text/plain": `[${found[0]}, ${value.length} bytes]` };
}

async function blobView(blob: Blob): Promise<Bundle> {
  if (blob.type.startsWith(svg)) return { [svg]: await blob.text() };
  const bytes = await blob.bytes();
  return imageView(bytes) ?? { [blob.type]: bytes };
}

const svg = "image/svg+xml";

/** Elements of any DOM. A figure holds its titles and legends only as HTML; its picture is SVG. */
function elementView(value: unknown): Bundle | undefined {
  const html = property(value, "outerHTML");
  if (typeof html !== "string") return undefined;
  const pictures = html.match(/<svg[^]*?<\/svg>/g) ?? [];
  const text = { "text/plain": `[${html.match(/^<([\w-]+)/)?.[1] ?? "element"} element]` };
  if (pictures.length === 1) {
    return { "text/html": html, "image/svg+xml": standalone(pictures[0]!), ...text };
  }
  return { "text/html": html, ...text };
}

/** An SVG outside of HTML needs its namespace said. */
function standalone(svg: string): string {
  const opening = svg.slice(0, svg.indexOf(">"));
  const missing = [
    /\sxmlns=/.test(opening) ? "" : ' xmlns="http://www.w3.org/2000/svg"',
    /xlink:/.test(svg) && !/xmlns:xlink=/.test(opening)
      ? ' xmlns:xlink="http://www.w3.org/1999/xlink"'
      : "",
  ];
  return svg.replace("<svg", () => `<svg${missing.join("")}`);
}

function withText(value: unknown, html: string | undefined): Bundle | undefined {
  return html === undefined ? undefined : { "text/html": html, "text/plain": Deno.inspect(value) };
}

/** A property of an object of any making; one that throws when looked at has none. */
function property(value: unknown, key: PropertyKey): unknown {
  if (value === null || (typeof value !== "object" && typeof value !== "function")) {
    return undefined;
  }
  try {
    return Reflect.has(value, key) ? Reflect.get(value, key) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether it is one, for all a proxy's traps may throw. */
export function isInstance<T>(
  value: unknown,
  type: abstract new (...args: never[]) => T,
): value is T {
  try {
    return value instanceof type;
  } catch {
    return false;
  }
}

function isThenable(value: unknown): boolean {
  return typeof property(value, "then") === "function";
}
