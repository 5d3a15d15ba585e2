/**
 * Declare a register once: decode, encode, reserved-bit check, Markdown table and picture derive
 * from the one declaration.
 *
 * Words up to 32 bits are unsigned numbers, wider ones are bigints. A declaration lists its fields
 * from bit 0 upwards and must fill the word; reserved codes and bits are named, so encode undoes
 * decode on every word.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { flag, oneOf, Register, uint } from "./register.ts";
 *
 * const lamp = new Register({
 *   name: "Lamp",
 *   width: 8,
 *   source: "An example",
 *   fields: {
 *     on: flag("Lit"),
 *     colour: oneOf(["red", "green", "blue", "reserved3"], "Shown colour"),
 *     brightness: uint(5, "0 dark to 31 bright"),
 *   },
 * });
 * assert.deepEqual(lamp.decode(0b01010_01_1), { on: true, colour: "green", brightness: 10 });
 * assert.equal(lamp.encode({ on: true, colour: "green", brightness: 10 }), 0b01010_01_1);
 * ```
 *
 * @module
 */
import { diagramOf } from "./diagram.ts";
import { codecOf, type FieldCode, type RegisterWord } from "./splitter.ts";

export type { FieldCode, RegisterWord } from "./splitter.ts";

/** One field of a register: what its bits mean is data too. */
export interface Field<T> {
  /** Bits it takes. */
  readonly width: number;
  /** What it says, in the datasheet's words. */
  readonly note: string;
  /** The bits an encode without this field writes; zero unless the layout fixes another code. */
  readonly rest: FieldCode;
  /** Whether hardware wants exactly `rest` here. */
  readonly reserved: boolean;
  /** The meaning of each code; null where the code is the meaning, a bigint above 53 bits. */
  readonly meanings: readonly T[] | null;
}

/** The named fields of a register, bit 0 first. */
export type RegisterFields = Readonly<Record<string, Field<unknown>>>;

/** What decode yields for a declaration's fields. */
export type FieldValues<F> = { readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never };

/** Where one field sits. */
export interface FieldPlace {
  /** The field's name. */
  readonly key: string;
  /** Its lowest bit. */
  readonly low: number;
  /** Its highest bit. */
  readonly high: number;
  /** What it says. */
  readonly note: string;
  /** Whether hardware wants a fixed code here. */
  readonly reserved: boolean;
}

/** A register declared once; decode, encode and misused work detached from it too. */
export class Register<const F extends RegisterFields, const N extends number = number> {
  /** Its name in this project's words. */
  readonly name: string;
  /** Bits of the whole word. */
  readonly width: N;
  /** Manual and section, or kernel file and symbol. */
  readonly source: string;
  /** The fields by name, bit 0 first. */
  readonly fields: F;
  /** Where each field sits, bit 0 first. */
  readonly places: readonly FieldPlace[];
  /** The fields of a raw word; RangeError when it is no unsigned word of this width. */
  readonly decode: (raw: WordOf<N>) => FieldValues<F>;
  /**
   * The raw word; absent fields rest at zero or at the code the layout fixes. RangeError when a
   * field cannot hold its value, TypeError when there is no such field.
   */
  readonly encode: (value: Partial<FieldValues<F>>) => WordOf<N>;
  /** Names of the reserved fields whose bits are not as hardware wants them. */
  readonly misused: (raw: WordOf<N>) => readonly string[];

  /** Declares the fields from bit 0 upwards; RangeError when they do not fill the width. */
  constructor(
    { name, width, source, fields }: { name: string; width: N; source: string; fields: F },
  ) {
    const places = placesOf(fields);
    const filled = (places.at(-1)?.high ?? -1) + 1;
    if (filled !== width) {
      throw new RangeError(
        `Cannot declare ${name}: its fields fill ${filled} of ${width} bits; name the rest`,
      );
    }
    const { decode, encode, misused } = codecOf({ name, width, fields, places });
    this.name = name;
    this.width = width;
    this.source = source;
    this.fields = fields;
    this.places = places;
    this.decode = decode as typeof this.decode;
    this.encode = encode as typeof this.encode;
    this.misused = misused;
  }

  /** The layout as a Markdown table, highest bits first. */
  table(): string {
    return tableOf(this.places);
  }

  /** The layout as a text picture, 32 bits a row, highest bits first. */
  diagram(): string {
    return diagramOf(this.places);
  }
}

/** What decode yields for a declared register. */
export type Decoded<R> = R extends { readonly fields: infer F } ? FieldValues<F> : never;

/** The raw words of a width: numbers up to 32 bits, bigints above, either where it is unknown. */
export type WordOf<N extends number> = number extends N ? RegisterWord
  : N extends
    | (1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15 | 16)
    | (17 | 18 | 19 | 20 | 21 | 22 | 23 | 24 | 25 | 26 | 27 | 28 | 29 | 30 | 31 | 32) ? number
  : bigint;

function placesOf(fields: RegisterFields): FieldPlace[] {
  let low = 0;
  return Object.entries(fields).map(([key, { width, note, reserved }]) => {
    const place = { key, low, high: low + width - 1, note, reserved };
    low += width;
    return place;
  });
}

function tableOf(places: readonly FieldPlace[]): string {
  const rows = places.toReversed().map(({ key, low, high, note }) =>
    `| ${low === high ? low : `${high}:${low}`} | \`${key}\` | ${note} |`
  );
  return ["| bits | field | meaning |", "| ---: | --- | --- |", ...rows].join("\n");
}

/** An unsigned number of at most 53 bits. */
export function uint(width: number, note: string): Field<number> {
  if (width > 53) {
    throw new RangeError(`Cannot declare "${note}": ${width} bits are no number; use wide`);
  }
  return { width, note, rest: 0, reserved: false, meanings: null };
}

/** An unsigned bigint, for fields wider than 53 bits. */
export function wide(width: number, note: string): Field<bigint> {
  if (width <= 53) {
    throw new RangeError(`Cannot declare "${note}": ${width} bits are a number; use uint`);
  }
  return { width, note, rest: 0n, reserved: false, meanings: null };
}

/** One bit, true when set. */
export function flag(note: string): Field<boolean> {
  return { width: 1, note, rest: 0, reserved: false, meanings: [false, true] };
}

/** One name for each of the field's 2ⁿ codes, code 0 first; reserved codes are named too. */
export function oneOf<const N extends string>(names: readonly N[], note: string): Field<N> {
  const width = Math.log2(names.length);
  if (!Number.isInteger(width)) {
    throw new RangeError(`Cannot declare "${note}": ${names.length} names are no power of two`);
  }
  return { width, note, rest: 0, reserved: false, meanings: names };
}

/** Bits that hardware keeps for itself and wants zero. */
export function reserved(width: number, note = "Reserved, zero"): Field<number | bigint> {
  return { ...ignored(width, note), reserved: true };
}

/** Bits that are neither read nor checked by hardware. */
export function ignored(width: number, note = "Ignored"): Field<number | bigint> {
  return width > 53 ? wide(width, note) : uint(width, note);
}

/** Bits whose code the format fixes, such as the 0xFEE of an interrupt address. */
export function fixed(width: number, code: number, note: string): Field<number> {
  return { ...uint(width, note), rest: code, reserved: true };
}

/** One bit the format fixes, such as the format bit of a remappable request. */
export function fixedFlag(on: boolean, note: string): Field<boolean> {
  return { ...flag(note), rest: on ? 1 : 0, reserved: true };
}
