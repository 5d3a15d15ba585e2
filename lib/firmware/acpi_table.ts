/**
 * What all ACPI tables share: a header of 36 bytes, a length, and a checksum that makes the sum
 * of all bytes zero; then fixed fields, then often a list of entries.
 *
 * @module
 */
import { concat, type EntryKinds, type EntryList, type EntryOf } from "./entry_list.ts";
import { type Fault, fault, inTable, isMalformed, type Malformed } from "./malformed.ts";
import {
  ascii,
  type ByteFields,
  type DecodedBytes,
  implied,
  latin1,
  type Structure,
  structure,
  type StructureValue,
  u32,
  u8,
} from "./structure.ts";

/** The header's layout; signature, length and checksum follow from the table. */
export const tableHeader = structure({
  name: "ACPI table header",
  source: "ACPI 6.5 5.2.6",
  fields: {
    signature: implied(4, "Four letters that name the table"),
    length: implied(4, "Bytes of the whole table"),
    revision: u8("Revision of the table's layout"),
    checksum: implied(1, "Makes the sum of all bytes zero"),
    oemId: ascii(6, "Who made it"),
    oemTableId: ascii(8, "The maker's name for it"),
    oemRevision: u32("The maker's revision"),
    creatorId: ascii(4, "What program wrote it"),
    creatorRevision: u32("That program's revision"),
  },
});
/** A table's header. */
export type TableHeader = DecodedBytes<typeof tableHeader>;

/** A table as its bytes say it, nothing interpreted. */
export type RawTable<N extends string, F extends ByteFields, K extends EntryKinds> =
  & {
    /** Tells it from other tables and from {@linkcode Malformed}. */
    readonly kind: N;
    /** Revision and makers. */
    readonly header: TableHeader;
    /** Whether the bytes summed to zero; Linux warns and goes on. */
    readonly checksumFits: boolean;
    /** What follows the fixed fields, in the table's order. */
    readonly entries: readonly EntryOf<K>[];
  }
  & StructureValue<F>;

/** What a table is built from: absent header fields are filled in, length and checksum made. */
export type TableParts<T> = Omit<T, "kind" | "header" | "checksumFits"> & {
  /** Header fields to set. */
  readonly header?: Partial<TableHeader>;
};

/** A table declared once. */
export class AcpiTable<
  const N extends string,
  const F extends ByteFields,
  const K extends EntryKinds,
> {
  /** Its four letters. */
  readonly signature: string;
  /** Its fixed fields behind the header. */
  readonly body: Structure<F>;
  /** What may follow them. */
  readonly list: EntryList<K>;
  readonly #shape: Shape;

  /** Declares the fixed fields behind the header, and the list behind those. */
  constructor(
    { kind, signature, body, list }: {
      kind: N;
      signature: string;
      body: Structure<F>;
      list: EntryList<K>;
    },
  ) {
    this.signature = signature;
    this.body = body;
    this.list = list;
    this.#shape = { kind, signature, body, list } as unknown as Shape;
  }

  /** The table in these bytes; bytes beyond its length are not read. */
  parse(bytes: Uint8Array): RawTable<N, F, K> | Malformed {
    return parseTable(this.#shape, bytes) as unknown as RawTable<N, F, K> | Malformed;
  }

  /** Its bytes, checksum right; RangeError when a field does not fit. */
  build(parts: TableParts<RawTable<N, F, K>>): Uint8Array<ArrayBuffer> {
    return buildTable(this.#shape, parts as unknown as Parts);
  }
}

/** What a declared table holds. */
export type TableOf<T extends { parse(bytes: Uint8Array): unknown }> = Exclude<
  ReturnType<T["parse"]>,
  Malformed
>;

interface Shape {
  readonly kind: string;
  readonly signature: string;
  readonly body: Structure<ByteFields>;
  readonly list: EntryList<EntryKinds>;
}
interface Parts {
  readonly header?: Partial<TableHeader>;
  readonly entries: readonly EntryOf<EntryKinds>[];
}

function parseTable({ kind, signature, body, list }: Shape, bytes: Uint8Array): object {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = lengthOf(view, signature, tableHeader.size + body.size);
  if (typeof length !== "number") return inTable(signature, length);
  const entries = list.parse(view, tableHeader.size + body.size, length);
  if (isMalformed(entries)) return inTable(signature, entries);
  return {
    kind,
    header: tableHeader.decode(view, 0),
    checksumFits: sumOf(bytes, length) === 0,
    ...body.decode(view, tableHeader.size),
    entries,
  };
}

function lengthOf(view: DataView, signature: string, least: number): number | Fault {
  const given = view.byteLength;
  if (given < tableHeader.size) {
    return fault(0, `${given} bytes`, `an ACPI table has at least ${tableHeader.size}`);
  }
  const found = signatureOf(view);
  if (found !== signature) {
    return fault(0, `signature ${JSON.stringify(found)}`, `this table's is "${signature}"`);
  }
  const length = view.getUint32(4, true);
  if (length < least) return fault(4, `length ${length}`, `${signature} has at least ${least}`);
  if (length > given) return fault(4, `length ${length}`, `only ${given} bytes are given`);
  return length;
}

/** A table's four letters. */
export function signatureOf(view: DataView): string {
  return latin1(new Uint8Array(view.buffer, view.byteOffset, 4));
}

function sumOf(bytes: Uint8Array, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += bytes[i]!;
  return sum & 0xff;
}

const MADE_HERE: TableHeader = {
  revision: 1,
  oemId: "IRQSCP",
  oemTableId: "IRQSCOPE",
  oemRevision: 1,
  creatorId: "IRQS",
  creatorRevision: 1,
};

function buildTable({ signature, body, list }: Shape, parts: Parts): Uint8Array<ArrayBuffer> {
  const bytes = concat([
    new Uint8Array(tableHeader.size + body.size),
    list.build(parts.entries),
  ]);
  const view = new DataView(bytes.buffer);
  tableHeader.encode(view, 0, { ...MADE_HERE, ...parts.header });
  body.encode(view, tableHeader.size, parts);
  return seal(bytes, signature);
}

/** Writes signature, length and checksum over a table's bytes, and yields them. */
export function seal<B extends Uint8Array>(bytes: B, signature: string): B {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < 4; i++) view.setUint8(i, signature.charCodeAt(i));
  view.setUint32(4, bytes.length, true);
  view.setUint8(9, 0);
  view.setUint8(9, -sumOf(bytes, bytes.length));
  return bytes;
}
