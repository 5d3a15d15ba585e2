/**
 * Declare a byte structure once: decode, encode and its Markdown table derive from the one
 * declaration. The byte-grained sister of `Register`; little endian, as all firmware tables are.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { structure, u16, u8 } from "./structure.ts";
 *
 * const lamp = structure({
 *   name: "Lamp",
 *   source: "An example",
 *   fields: { colour: u8("Shown colour"), brightness: u16("0 dark to 65535 bright") },
 * });
 * const view = new DataView(Uint8Array.of(7, 0x34, 0x12).buffer);
 * assert.deepEqual(lamp.decode(view, 0), { colour: 7, brightness: 0x1234 });
 * assert.equal(lamp.size, 3);
 * ```
 *
 * @module
 */

/** How one field is read from, and written to, its bytes. */
export interface ByteField<T> {
  /** Bytes it takes. */
  readonly size: number;
  /** What it says, in the specification's words. */
  readonly note: string;
  /** `value`: always present; `reserved`: present when not zero; `implied`: known without it. */
  readonly role: "value" | "reserved" | "implied";
  /** From bytes to meaning; undefined when the value does not hold this field. */
  read(view: DataView, at: number): T;
  /** From meaning to bytes. */
  write(view: DataView, at: number, value: T): void;
}

/** A field that values always hold. */
export interface ValueField<T> extends ByteField<T> {
  /** Always present. */
  readonly role: "value";
}

/** Bytes that values hold only when they are not zero. */
export interface ReservedField extends ByteField<Uint8Array | undefined> {
  /** Present when not zero. */
  readonly role: "reserved";
}

/** Bytes that follow from their surroundings: type codes, lengths, checksums. */
export interface ImpliedField extends ByteField<undefined> {
  /** Never present. */
  readonly role: "implied";
}

/** The named fields of a structure, first byte first. */
export type ByteFields = Readonly<
  Record<string, ValueField<unknown> | ReservedField | ImpliedField>
>;

/** What decode yields for a declaration's fields. */
export type StructureValue<F> =
  & { readonly [K in keyof F as F[K] extends ValueField<unknown> ? K : never]: FieldValue<F[K]> }
  & { readonly [K in keyof F as F[K] extends ReservedField ? K : never]?: Uint8Array };
/** What one field holds. */
export type FieldValue<F> = F extends ValueField<infer T> ? T : never;

/** A declared byte structure. */
export interface Structure<F extends ByteFields> {
  /** Its name in the specification's words. */
  readonly name: string;
  /** Specification and section, or file and symbol. */
  readonly source: string;
  /** The declaration itself. */
  readonly fields: F;
  /** Bytes it takes. */
  readonly size: number;
  /** The fields of the bytes at `at`; the view must hold `size` bytes there. */
  decode(view: DataView, at: number): StructureValue<F>;
  /** Writes a value's bytes at `at`; RangeError when a field does not fit. */
  encode(view: DataView, at: number, value: StructureValue<F>): void;
  /** The layout as a Markdown table, first byte first. */
  table(): string;
}

/** What decode yields for a declared structure. */
export type DecodedBytes<S> = S extends Structure<infer F> ? StructureValue<F> : never;

/** Declares a byte structure, fields from its first byte; `from` is that byte's offset in print. */
export function structure<const F extends ByteFields>(
  { name, source, fields, from = 0 }: { name: string; source: string; fields: F; from?: number },
): Structure<F> {
  const places = placesOf(fields);
  const held = places.filter(({ field }) => field.role !== "implied");
  const size = places.reduce((sum, { field }) => sum + field.size, 0);
  return {
    name,
    source,
    fields,
    size,
    decode: (view, at) => decode(held, view, at) as StructureValue<F>,
    encode: (view, at, value) => encode(held, view, at, value),
    table: () => table(places, from),
  };
}

interface BytePlace {
  readonly key: string;
  readonly field: ByteField<unknown>;
  readonly offset: number;
}

function placesOf(fields: ByteFields): BytePlace[] {
  let offset = 0;
  return Object.entries(fields).map(([key, field]) => {
    const place = { key, field: field as ByteField<unknown>, offset };
    offset += field.size;
    return place;
  });
}

function decode(places: readonly BytePlace[], view: DataView, at: number): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const { key, field, offset } of places) {
    const read = field.read(view, at + offset);
    if (read !== undefined) value[key] = read;
  }
  return value;
}

function encode(places: readonly BytePlace[], view: DataView, at: number, value: object): void {
  const given = value as Readonly<Record<string, unknown>>;
  for (const { key, field, offset } of places) field.write(view, at + offset, given[key]);
}

function table(places: readonly BytePlace[], from: number): string {
  const rows = places.map(({ key, field, offset }) =>
    `| ${from + offset} | ${field.size} | \`${key}\` | ${field.note} |`
  );
  return ["| offset | bytes | field | meaning |", "| ---: | ---: | --- | --- |", ...rows].join(
    "\n",
  );
}

/** One byte. */
export function u8(note: string): ValueField<number> {
  return unsigned(1, note, {
    read: (view, at) => view.getUint8(at),
    write: (view, at, value) => view.setUint8(at, value),
  });
}

/** Two bytes. */
export function u16(note: string): ValueField<number> {
  return unsigned(2, note, {
    read: (view, at) => view.getUint16(at, true),
    write: (view, at, value) => view.setUint16(at, value, true),
  });
}

/** Four bytes. */
export function u32(note: string): ValueField<number> {
  return unsigned(4, note, {
    read: (view, at) => view.getUint32(at, true),
    write: (view, at, value) => view.setUint32(at, value, true),
  });
}

type Access<T> = Pick<ByteField<T>, "read" | "write">;

function unsigned(size: number, note: string, { read, write }: Access<number>): ValueField<number> {
  const limit = 256 ** size;
  const checked = (view: DataView, at: number, value: number) => {
    if (Number.isInteger(value) && value >= 0 && value < limit) return write(view, at, value);
    throw new RangeError(`Cannot encode "${note}": ${value} is outside 0 … ${limit - 1}`);
  };
  return { size, note, role: "value", read, write: checked };
}

/** Eight bytes, as a bigint. */
export function u64(note: string): ValueField<bigint> {
  const write = (view: DataView, at: number, value: bigint) => {
    if (BigInt.asUintN(64, value) === value) return view.setBigUint64(at, value, true);
    throw new RangeError(`Cannot encode "${note}": ${value} is outside 0 … 2^64 - 1`);
  };
  return { size: 8, note, role: "value", read: (view, at) => view.getBigUint64(at, true), write };
}

/** Text of one byte a character; shorter text is padded with NULs, which reading drops. */
export function ascii(size: number, note: string): ValueField<string> {
  const write = (view: DataView, at: number, text: string) => {
    if (text.length > size || /[^\0-\xff]/.test(text)) {
      throw new RangeError(`Cannot encode "${note}": ${JSON.stringify(text)}; give ${size} bytes`);
    }
    for (let i = 0; i < text.length; i++) view.setUint8(at + i, text.charCodeAt(i));
  };
  const read = (view: DataView, at: number) =>
    latin1(bytesOf(view, at, at + size)).replace(/\0+$/, "");
  return { size, note, role: "value", read, write };
}

/** Bytes that the specification keeps for itself, or that nothing here reads; zero when absent. */
export function reserved(size: number, note = "Reserved, zero"): ReservedField {
  const read = (view: DataView, at: number) =>
    isZero(view, at, size) ? undefined : bytesOf(view, at, at + size).slice();
  const write = (view: DataView, at: number, value: Uint8Array | undefined) => {
    if (value === undefined) return;
    if (value.length === size) return bytesOf(view, at, at + size).set(value);
    throw new RangeError(`Cannot encode "${note}": ${value.length} bytes are given of ${size}`);
  };
  return { size, note, role: "reserved", read, write };
}

/** Bytes that whoever holds the structure reads and writes: type codes, lengths, checksums. */
export function implied(size: number, note: string): ImpliedField {
  return { size, note, role: "implied", read: () => undefined, write: () => {} };
}

function isZero(view: DataView, at: number, size: number): boolean {
  for (let i = at; i < at + size; i++) if (view.getUint8(i) !== 0) return false;
  return true;
}

/** The bytes of a view from offset `from` up to `to`, shared and not copied. */
export function bytesOf(view: DataView, from: number, to: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + from, to - from);
}

/** Bytes as text, one character a byte. */
export function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
