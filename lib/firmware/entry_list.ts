/**
 * Lists of tagged entries, the form that MADT, DMAR and IVRS share: each entry says its type and
 * length, known types have a layout, unknown ones are kept raw and skipped by their length.
 *
 * @module
 */
import { type Fault, fault, isMalformed, within } from "./malformed.ts";
import { type ByteFields, bytesOf, type Structure, type StructureValue } from "./structure.ts";

/** Where an entry's type and length stand. */
export interface Tag {
  /** Bytes of the tag. */
  readonly size: number;
  /** The type and the whole entry's length; `end` is the byte after the list. */
  read(view: DataView, at: number, end: number): { readonly type: number; readonly length: number };
  /** Writes both. */
  write(view: DataView, at: number, type: number, length: number): void;
}

/** What follows an entry's layout up to its end. */
export interface Tail<T> {
  /** What the bytes from `from` up to `to` add to the entry. */
  parse(view: DataView, from: number, to: number): T | Fault;
  /** The bytes of what was added. */
  build(value: T): Uint8Array;
}

/** A known type: its code, layout and tail. */
export interface EntryKind<F extends ByteFields, T> {
  /** Its code. */
  readonly type: number;
  /** Its fixed bytes, tag included. */
  readonly layout: Structure<F>;
  /** What follows them. */
  readonly tail: Tail<T>;
}

/** The known types of a list by name. */
export type EntryKinds = Readonly<Record<string, EntryKind<ByteFields, object>>>;

/** An entry whose type has no layout here. */
export interface UnknownEntry {
  /** Tells it from known entries. */
  readonly kind: "unknown";
  /** Its type code. */
  readonly type: number;
  /** All of its bytes, tag included. */
  readonly bytes: Uint8Array;
}

/** What a list of these kinds holds. */
export type EntryOf<K> =
  | UnknownEntry
  | { [N in keyof K]: { readonly kind: N } & KnownEntry<K[N]> }[keyof K];
/** What one known type holds. */
export type KnownEntry<K> = K extends EntryKind<infer F, infer T> ? StructureValue<F> & T : never;

/** A declared list. */
export interface EntryList<K extends EntryKinds> {
  /** What its entries are called. */
  readonly name: string;
  /** Its known types. */
  readonly kinds: K;
  /** The entries that fill the bytes from `from` up to `to`. */
  parse(view: DataView, from: number, to: number): readonly EntryOf<K>[] | Fault;
  /** Their bytes; RangeError when a field does not fit. */
  build(entries: readonly EntryOf<K>[]): Uint8Array;
}

/** What a declared list holds. */
export type EntryIn<L> = L extends EntryList<infer K> ? EntryOf<K> : never;

/** Declares a list of tagged entries. */
export function entryList<const K extends EntryKinds>(
  { name, tag, kinds }: { name: string; tag: Tag; kinds: K },
): EntryList<K> {
  const byType = new Map(
    Object.entries(kinds).map(([kind, entry]) => [entry.type, { ...entry, kind }]),
  );
  const parse = (view: DataView, from: number, to: number) =>
    parseEntries({ name, tag, byType }, view, from, to);
  const build = (entries: readonly EntryOf<K>[]) =>
    concat(entries.map((entry) => buildEntry({ tag, kinds }, entry as AnyEntry)));
  return { name, kinds, parse: parse as EntryList<K>["parse"], build };
}

interface Reader {
  readonly name: string;
  readonly tag: Tag;
  readonly byType: ReadonlyMap<number, NamedKind>;
}
interface NamedKind extends EntryKind<ByteFields, object> {
  readonly kind: string;
}
type AnyEntry = UnknownEntry | { readonly kind: string } & Readonly<Record<string, never>>;

function parseEntries(
  reader: Reader,
  view: DataView,
  from: number,
  to: number,
): readonly object[] | Fault {
  const entries: object[] = [];
  for (let at = from; at < to;) {
    const { name, tag } = reader;
    if (to - at < tag.size) {
      return fault(at, `${to - at} bytes left`, `${name} takes at least ${tag.size} bytes`);
    }
    const { type, length } = tag.read(view, at, to);
    const entry = parseEntry(reader, view, at, to, type, length);
    if (isMalformed(entry)) {
      return within(`${reader.byType.get(type)?.kind ?? name} ${entries.length}`, entry);
    }
    entries.push(entry);
    at += length;
  }
  return entries;
}

function parseEntry(
  { name, tag, byType }: Reader,
  view: DataView,
  at: number,
  to: number,
  type: number,
  length: number,
): object | Fault {
  const known = byType.get(type);
  const least = known?.layout.size ?? tag.size;
  if (length < least) {
    return fault(
      at,
      `length ${length}`,
      `${known?.layout.name ?? name} takes at least ${least} bytes`,
    );
  }
  if (at + length > to) return fault(at, `length ${length}`, `only ${to - at} bytes are left`);
  if (!known) return { kind: "unknown", type, bytes: bytesOf(view, at, at + length).slice() };
  const tail = known.tail.parse(view, at + least, at + length);
  if (isMalformed(tail)) return tail;
  return Object.assign({ kind: known.kind }, known.layout.decode(view, at), tail);
}

function buildEntry({ tag, kinds }: { tag: Tag; kinds: EntryKinds }, entry: AnyEntry): Uint8Array {
  if (entry.kind === "unknown") return (entry as UnknownEntry).bytes;
  const { type, layout, tail } = kinds[entry.kind]!;
  const bytes = concat([new Uint8Array(layout.size), tail.build(entry)]);
  const view = new DataView(bytes.buffer);
  layout.encode(view, 0, entry);
  tag.write(view, 0, type, bytes.length);
  return bytes;
}

/** The parts one after another, in memory of their own. */
export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Bytes beyond a layout, which a newer revision may have added; usually none. */
export const extra: Tail<{ readonly extra?: Uint8Array }> = {
  parse: (view, from, to) => from === to ? {} : { extra: bytesOf(view, from, to).slice() },
  build: ({ extra }) => extra ?? new Uint8Array(),
};

/** A list inside an entry, under the name `key`. */
export function listed<const N extends string, K extends EntryKinds>(
  key: N,
  list: EntryList<K>,
): Tail<{ readonly [P in N]: readonly EntryOf<K>[] }> {
  type Value = { readonly [P in N]: readonly EntryOf<K>[] };
  return {
    parse: (view, from, to) => {
      const entries = list.parse(view, from, to);
      return isMalformed(entries) ? entries : { [key]: entries } as Value;
    },
    build: (value) => list.build(value[key]),
  };
}
