/**
 * What a declared layout compiles to: a word is split into 32-bit limbs once, and every field is
 * then plain number arithmetic on a limb or two. No bigint shift per field.
 *
 * @module
 */
import type { FieldPlace, RegisterFields } from "./register.ts";

/** A raw word: a number up to 32 bits, a bigint above. */
export type RegisterWord = number | bigint;

/** The bits of one field: a number up to 53 bits, a bigint above. */
export type FieldCode = number | bigint;

/** Reads and writes words of one layout. */
export interface Codec {
  /** Word to fields. */
  decode(raw: RegisterWord): Record<string, unknown>;
  /** Fields to word. */
  encode(value: Record<string, unknown>): RegisterWord;
  /** Reserved fields that do not hold their code. */
  misused(raw: RegisterWord): readonly string[];
}

/** What a codec is compiled from. */
export interface Layout {
  /** For errors. */
  readonly name: string;
  /** Bits of the word. */
  readonly width: number;
  /** The fields by name. */
  readonly fields: RegisterFields;
  /** Where each sits. */
  readonly places: readonly FieldPlace[];
}

type Limbs = Uint32Array;

/** A field as the loops below want it: most lie within one limb and need no call at all. */
interface Slot extends Access {
  readonly key: string;
  readonly field: RegisterFields[string];
  readonly meanings: readonly unknown[] | null;
}

/** Where a field lies, and how to get at it when it lies across limbs. */
interface Access {
  readonly narrow: boolean;
  readonly limb: number;
  readonly shift: number;
  readonly mask: number;
  readonly get: (limbs: Limbs) => FieldCode;
  readonly put: (limbs: Limbs, code: FieldCode) => void;
}

/** Compiles a layout. The limbs are one scratch array: decoding is not re-entrant, nor need it be. */
export function codecOf({ name, width, fields, places }: Layout): Codec {
  const slots = places.map((place) => slotOf(place, fields[place.key]!));
  const reserved = slots.filter(({ field }) => field.reserved);
  const blank = Object.fromEntries(slots.map(({ key }) => [key, undefined]));
  const { limbs, split, join } = width <= 32 ? numberWord(width) : bigintWord(width);
  const load = (raw: RegisterWord) => {
    if (split(raw)) return;
    throw new RangeError(`Cannot decode ${name}: ${raw} is no unsigned ${width}-bit word`);
  };
  return {
    decode: (raw) => (load(raw), meaningsOf(limbs, slots, blank)),
    encode: (value) => {
      const known = fill(limbs, slots, value);
      if (Object.keys(value).length > known) refuseStrangers(name, fields, value);
      return join();
    },
    misused: (raw) => (load(raw), reserved.filter((slot) => !rests(limbs, slot)).map(keyOf)),
  };
}

/** A copy of `blank`, which has every field, is filled faster than an empty object grows. */
function meaningsOf(
  limbs: Limbs,
  slots: readonly Slot[],
  blank: Readonly<Record<string, unknown>>,
) {
  const value: Record<string, unknown> = { ...blank };
  for (let i = 0; i < slots.length; i++) {
    const slot = slots[i]!;
    const code = codeIn(limbs, slot);
    value[slot.key] = slot.meanings ? slot.meanings[code as number] : code;
  }
  return value;
}

/** Writes every field, absent ones at rest; yields how many were there. */
function fill(limbs: Limbs, slots: readonly Slot[], value: Record<string, unknown>): number {
  limbs.fill(0);
  let known = 0;
  for (let i = 0; i < slots.length; i++) {
    const slot = slots[i]!;
    const meaning = value[slot.key];
    if (meaning !== undefined) known++;
    put(limbs, slot, meaning === undefined ? slot.field.rest : codeOf(slot, meaning));
  }
  return known;
}

function rests(limbs: Limbs, slot: Slot): boolean {
  return codeIn(limbs, slot) === slot.field.rest;
}

function keyOf({ key }: Slot): string {
  return key;
}

function codeIn(limbs: Limbs, slot: Slot): FieldCode {
  return slot.narrow ? (limbs[slot.limb]! >>> slot.shift & slot.mask) >>> 0 : slot.get(limbs);
}

function put(limbs: Limbs, slot: Slot, code: FieldCode): void {
  if (slot.narrow) limbs[slot.limb]! |= (code as number) << slot.shift;
  else slot.put(limbs, code);
}

/** The code of a meaning; RangeError when the field has none. */
function codeOf({ field, meanings }: Slot, meaning: unknown): FieldCode {
  if (meanings) {
    const code = meanings.indexOf(meaning);
    if (code >= 0) return code;
    throw refusal(field, meaning, `none of ${meanings.join(", ")}`);
  }
  if (isCode(meaning, field.width)) return meaning;
  throw refusal(field, meaning, `outside 0 … ${(1n << BigInt(field.width)) - 1n}`);
}

function isCode(meaning: unknown, width: number): meaning is FieldCode {
  if (width > 53) return typeof meaning === "bigint" && BigInt.asUintN(width, meaning) === meaning;
  return Number.isInteger(meaning) && meaning as number >= 0 && meaning as number < 2 ** width;
}

function refusal({ note }: RegisterFields[string], meaning: unknown, is: string): RangeError {
  return new RangeError(`Cannot encode "${note}": ${meaning} is ${is}`);
}

function refuseStrangers(
  name: string,
  fields: RegisterFields,
  value: Record<string, unknown>,
): void {
  for (const key in value) {
    if (key in fields) continue;
    const known = Object.keys(fields).join(", ");
    throw new TypeError(`Cannot encode ${name}: "${key}" is no field of it; they are ${known}`);
  }
}

function numberWord(width: number) {
  const limbs = new Uint32Array(1);
  const limit = 2 ** width;
  const split = (raw: RegisterWord) => {
    if (typeof raw !== "number" || !(raw >= 0 && raw < limit) || raw % 1 !== 0) return false;
    limbs[0] = raw;
    return true;
  };
  return { limbs, split, join: (): RegisterWord => limbs[0]! };
}

function bigintWord(width: number) {
  const pairs = new BigUint64Array(Math.ceil(width / 64));
  const limbs = new Uint32Array(pairs.buffer);
  const split = (raw: RegisterWord) => {
    if (typeof raw !== "bigint" || BigInt.asUintN(width, raw) !== raw) return false;
    pairs[0] = raw;
    for (let i = 1; i < pairs.length; i++) pairs[i] = raw >> BigInt(64 * i);
    return true;
  };
  const join = (): RegisterWord => {
    let word = pairs[0]!;
    for (let i = 1; i < pairs.length; i++) word |= pairs[i]! << BigInt(64 * i);
    return word;
  };
  return { limbs, split, join };
}

function slotOf(place: FieldPlace, field: RegisterFields[string]): Slot {
  const { key, low } = place;
  return { key, field, meanings: field.meanings, ...accessOf(low, field.width) };
}

function accessOf(low: number, width: number): Access {
  const limb = low >>> 5, shift = low & 31;
  const narrow = shift + width <= 32;
  const mask = width >= 32 ? 0xffff_ffff : 2 ** width - 1;
  if (narrow) return { narrow, limb, shift, mask, ...withinOneLimb(limb, shift, width) };
  return { narrow, limb, shift, mask, ...(width <= 53 ? acrossLimbs : manyLimbs)(low, width) };
}

type Crossing = Pick<Access, "get" | "put">;

function withinOneLimb(limb: number, shift: number, width: number): Crossing {
  const mask = width === 32 ? 0xffff_ffff : 2 ** width - 1;
  return {
    get: (limbs) => (limbs[limb]! >>> shift & mask) >>> 0,
    put: (limbs, code) => limbs[limb]! |= Number(code) << shift,
  };
}

function acrossLimbs(low: number, width: number): Crossing {
  const pieces = piecesOf(low, width);
  return {
    get: (limbs) => {
      let code = 0;
      for (const { access, scale } of pieces) code += Number(access.get(limbs)) * scale;
      return code;
    },
    put: (limbs, code) => {
      for (const { access, scale, span } of pieces) {
        access.put(limbs, Math.floor(Number(code) / scale) % span);
      }
    },
  };
}

function manyLimbs(low: number, width: number): Crossing {
  const pieces = piecesOf(low, width);
  return {
    get: (limbs) =>
      pieces.reduce((code, { access, at }) => code | BigInt(access.get(limbs)) << BigInt(at), 0n),
    put: (limbs, code) => {
      for (const { access, at, width } of pieces) {
        access.put(limbs, Number(BigInt.asUintN(width, BigInt(code) >> BigInt(at))));
      }
    },
  };
}

interface Piece {
  readonly access: Crossing;
  readonly at: number;
  readonly width: number;
  readonly scale: number;
  readonly span: number;
}

function piecesOf(low: number, width: number): Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < width;) {
    const shift = (low + at) & 31;
    const size = Math.min(32 - shift, width - at);
    const access = withinOneLimb((low + at) >>> 5, shift, size);
    pieces.push({ access, at, width: size, scale: 2 ** at, span: 2 ** size });
    at += size;
  }
  return pieces;
}
