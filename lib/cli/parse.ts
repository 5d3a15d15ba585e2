/** The command line → the words and options a command declared, or Misuse with a suggestion. */
import { parseArgs } from "node:util";
import type { Command } from "./command.ts";
import { Misuse } from "./error.ts";
import { flag, type Given, kebab, type Options, type Positionals } from "./option.ts";
import { suggestion } from "./suggest.ts";

/** Options every command has. */
export const common = {
  json: flag("Print the answer as one JSON value"),
  help: flag("Show this help"),
} as const satisfies Options;

export interface Parsed {
  readonly words: Readonly<Record<string, unknown>>;
  readonly options: Readonly<Record<string, unknown>>;
  readonly json: boolean;
  readonly help: boolean;
}

export function parse(command: Command, args: readonly string[]): Parsed {
  const options: Options = { ...command.options, ...common };
  const { given, words } = tokens(options, args);
  const json = given.get("json") === true;
  if (given.get("help") === true) return { words: {}, options: {}, json, help: true };
  return {
    words: readWords(command.positionals, words),
    options: readOptions(command.options, given),
    json,
    help: false,
  };
}

interface Tokens {
  readonly given: Map<string, Given>;
  readonly words: string[];
}

function tokens(options: Options, args: readonly string[]): Tokens {
  const given = new Map<string, Given>();
  const words: string[] = [];
  for (const token of tokensOf(options, args)) {
    if (token.kind === "positional") words.push(token.value);
    if (token.kind === "option") given.set(...readToken(options, token));
  }
  return { given, words };
}

/** Each option as node:util wants it; names and values are judged here, not there. */
function tokensOf(options: Options, args: readonly string[]) {
  const config = Object.entries(options).map(([key, { takes }]) =>
    [kebab(key), {
      type: takes === "one" ? "string" as const : "boolean" as const,
      ...(key === "help" ? { short: "h" } : {}),
    }] as const
  );
  return parseArgs({
    args: [...args],
    options: Object.fromEntries(config),
    strict: false,
    tokens: true,
    allowPositionals: true,
  }).tokens;
}

function readToken(
  options: Options,
  { name, rawName, value }: { name: string; rawName: string; value?: string | undefined },
): [key: string, given: Given] {
  const known = Object.entries(options).find(([key]) => kebab(key) === name);
  if (known === undefined) throw new Misuse(unknownOption(rawName, options));
  const [key, { takes, placeholder }] = known;
  if (takes === "none" && value !== undefined) {
    throw new Misuse(`Cannot use ${rawName}=${value}: ${rawName} takes no value`);
  }
  if (takes === "one" && (value === undefined || value === "")) {
    throw new Misuse(
      `Cannot use ${rawName}: its value is missing; write ${rawName} ${placeholder}`,
    );
  }
  return [key, value ?? true];
}

function unknownOption(rawName: string, options: Options): string {
  const names = Object.keys(options).map((key) => `--${kebab(key)}`);
  return `Cannot use ${rawName}: there is no such option; ` +
    `${suggestion(rawName, names)}--help lists all`;
}

function readOptions(options: Options, given: Map<string, Given>): Record<string, unknown> {
  const entries = Object.entries(options).map(([key, option]) =>
    [key, option.read(given.get(key), `--${kebab(key)}`)] as const
  );
  return Object.fromEntries(entries);
}

function readWords(positionals: Positionals, words: readonly string[]): Record<string, unknown> {
  const left = [...words];
  const entries = Object.entries(positionals).map(([name, positional]) => {
    const taken = left.splice(0, positional.count === "rest" ? left.length : 1);
    return [name, positional.read(taken, name)] as const;
  });
  if (left.length > 0) {
    const wanted = Object.keys(positionals).join(" ") || "no word";
    throw new Misuse(`Cannot use "${left[0]}": it is one word too many; expected ${wanted}`);
  }
  return Object.fromEntries(entries);
}
