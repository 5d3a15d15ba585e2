/**
 * A command is a value; the parser, its help, the completion of shells and the README's table
 * derive from it. Everything outside comes in through `World`.
 */
import type { Options, Positionals, ValuesOf, WordsOf } from "./option.ts";
import type { Terminal } from "./terminal.ts";
import type { World } from "./world.ts";

export interface Command<
  P extends Positionals = Positionals,
  O extends Options = Options,
> {
  readonly name: string;
  /** The question the command answers, without a full stop. */
  readonly summary: string;
  /** In the order of the command line; the keys are the words help shows. */
  readonly positionals: P;
  /** The keys in camelCase; `apicId` is typed `--apic-id`. */
  readonly options: O;
  /** What stands after the tool's name, at least one. */
  readonly examples: readonly string[];
  run(words: WordsOf<P>, options: ValuesOf<O>, world: World): Answer | Promise<Answer>;
}

/** What goes to standard output: one value for `--json`, one text for people. */
export interface Answer {
  readonly json: unknown;
  text(terminal: Terminal): string;
  /** The answer is no: exit status 1. */
  readonly no?: boolean;
}

/** Where a command's module is found; loaded only when it is asked for. */
export type CommandTable = Readonly<Record<string, () => Promise<Command>>>;

export function command<const P extends Positionals, const O extends Options>(
  spec: Command<P, O>,
): Command<P, O> {
  return spec;
}
