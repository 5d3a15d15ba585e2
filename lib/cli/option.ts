/**
 * Options and positionals as values: the parser, the help, the completion and the README's table
 * all read the same declaration.
 */
import { Misuse } from "./error.ts";
import { suggestion } from "./suggest.ts";

/** What stood on the command line: nothing, the bare option, or its text. */
export type Given = undefined | true | string;

export interface Option<T> {
  /** `none`: a flag. `one`: a text must follow. `maybe`: `--name` or `--name=text`. */
  readonly takes: "none" | "one" | "maybe";
  /** The word that stands for the text in help, such as `ID`. */
  readonly placeholder: string;
  readonly note: string;
  readonly required: boolean;
  readonly choices: readonly string[];
  /** The value of the option, or Misuse telling what is wrong with it. */
  read(given: Given, name: string): T;
}

export type Options = Readonly<Record<string, Option<unknown>>>;
export type ValuesOf<O extends Options> = {
  readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never;
};

const plain = { takes: "one", placeholder: "", required: false, choices: [] } as const;

/** On or off. */
export function flag(note: string): Option<boolean> {
  return { ...plain, takes: "none", note, read: (given) => given === true };
}

/** Any text. */
export function text(placeholder: string, note: string): Option<string | undefined> {
  return { ...plain, placeholder, note, read: (given) => given === true ? "" : given };
}

/** `--name` for all, `--name=text` for some. */
export function allOrSome(placeholder: string, note: string): Option<Given> {
  return { ...plain, takes: "maybe", placeholder, note, read: (given) => given };
}

/** A whole number, decimal or `0x…`, from `min` to `max`. */
export function whole(
  placeholder: string,
  note: string,
  { min = 0, max = 2 ** 32 - 1 }: { min?: number; max?: number } = {},
): Option<number | undefined> {
  const read = (given: Given, name: string) => {
    if (typeof given !== "string") return undefined;
    const value = /^(0x[0-9a-f]+|\d+)$/i.test(given) ? Number(given) : NaN;
    if (value >= min && value <= max) return value;
    throw new Misuse(`Cannot use ${name} "${given}": give a whole number from ${min} to ${max}`);
  };
  return { ...plain, placeholder, note, read };
}

/** One of some words. */
export function choice<const N extends string>(
  choices: readonly N[],
  note: string,
  placeholder = choices.join("|"),
): Option<N | undefined> {
  const read = (given: Given, name: string) => {
    const chosen = choices.find((word) => word === given);
    if (chosen !== undefined || typeof given !== "string") return chosen;
    throw new Misuse(
      `Cannot use ${name} "${given}": ${suggestion(given, choices)}it is one of ${
        choices.join(", ")
      }`,
    );
  };
  return { ...plain, placeholder, note, choices, read };
}

/** The same option, which must be given. */
export function required<T>(option: Option<T>): Option<NonNullable<T>> {
  const read = (given: Given, name: string) => {
    const value = option.read(given, name);
    if (value !== undefined && value !== null) return value;
    throw new Misuse(`Cannot go on without ${name}: ${option.note}`);
  };
  return { ...option, required: true, read };
}

/** A word of the command line that bears no name. */
export interface Positional<T> {
  readonly note: string;
  readonly count: "one" | "maybe" | "rest";
  readonly choices: readonly string[];
  read(words: readonly string[], name: string): T;
}

export type Positionals = Readonly<Record<string, Positional<unknown>>>;
export type WordsOf<P extends Positionals> = {
  readonly [K in keyof P]: P[K] extends Positional<infer T> ? T : never;
};

export function one(note: string): Positional<string> {
  const read = ([word]: readonly string[], name: string) => {
    if (word !== undefined) return word;
    throw new Misuse(`Cannot go on without ${name}: ${note}`);
  };
  return { note, count: "one", choices: [], read };
}

/** One of some words, such as the format of `decode`. */
export function oneOf<const N extends string>(
  choices: readonly N[],
  note: string,
): Positional<N> {
  const read = ([word]: readonly string[], name: string) =>
    required(choice(choices, note)).read(word, name);
  return { note, count: "one", choices, read };
}

export function maybe(note: string): Positional<string | undefined> {
  return { note, count: "maybe", choices: [], read: ([word]) => word };
}

/** All words that remain, at least one. */
export function rest(note: string): Positional<readonly string[]> {
  const read = (words: readonly string[], name: string) => {
    if (words.length > 0) return words;
    throw new Misuse(`Cannot go on without ${name}: ${note}`);
  };
  return { note, count: "rest", choices: [], read };
}

/** `apicId` as it is typed: `apic-id`. */
export function kebab(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
