/** Help, read off the commands' values. */
import type { Command } from "./command.ts";
import { kebab, type Option, type Positional } from "./option.ts";
import { common } from "./parse.ts";
import { columns, paint, type Terminal } from "./terminal.ts";

/** The tool as the user calls it. */
export interface Tool {
  /** What stands before the command's name, such as `deno task irqscope`. */
  readonly call: string;
  /** What the tool is for, in one line. */
  readonly purpose: string;
  /** Two whole calls to begin with. */
  readonly examples: readonly string[];
}

/** What the bare tool says: two examples and where to look next. */
export function welcome({ call, purpose, examples }: Tool, terminal: Terminal): string {
  const shown = examples.map((example) => `  ${paint(terminal, "bold", `${call} ${example}`)}`);
  return [purpose, "", ...shown, "", `All commands: ${call} help`].join("\n");
}

/** Every command with its question. */
export function overview(tool: Tool, commands: readonly Command[], terminal: Terminal): string {
  const rows = commands.map((command) => [
    paint(terminal, "bold", brief(command)),
    command.summary,
  ]);
  return [
    tool.purpose,
    "",
    columns(rows, "  "),
    "",
    `One command in full: ${tool.call} help COMMAND`,
  ].join("\n");
}

/** One command in full. */
export function commandHelp(tool: Tool, command: Command, terminal: Terminal): string {
  const heading = (title: string) => paint(terminal, "bold", title);
  const words = Object.entries(command.positionals).map(([name, { note }]) => [name, note]);
  const options = Object.entries({ ...command.options, ...common })
    .map(([key, option]) => [optionUsage(key, option), option.note]);
  return [
    command.summary,
    "",
    `${heading("Usage")}  ${tool.call} ${usage(command)}`,
    "",
    columns([...words, ...options], "  "),
    "",
    heading("Examples"),
    ...command.examples.map((example) => `  ${tool.call} ${example}`),
  ].join("\n");
}

/** `reach MACHINE [--device CLASS]`. */
export function usage(command: Command): string {
  const options = Object.entries(command.options).map(([key, option]) => {
    const shown = optionUsage(key, option);
    return option.required ? shown : `[${shown}]`;
  });
  return [brief(command), ...options].join(" ");
}

/** `reach MACHINE`. */
function brief({ name, positionals }: Command): string {
  const words = Object.entries(positionals).map(([word, given]) => wordUsage(word, given));
  return [name, ...words].join(" ");
}

function wordUsage(name: string, { count }: Positional<unknown>): string {
  if (count === "one") return name;
  return count === "rest" ? `${name}…` : `[${name}]`;
}

function optionUsage(key: string, { takes, placeholder }: Option<unknown>): string {
  const name = `--${kebab(key)}`;
  if (takes === "none") return name;
  return takes === "one" ? `${name} ${placeholder}` : `${name}[=${placeholder}]`;
}

/** The README's table of commands. */
export function markdownTable(commands: readonly Command[]): string {
  const rows = commands.map((command) => `| \`${brief(command)}\` | ${command.summary} |`);
  return ["| command | question |", "| --- | --- |", ...rows].join("\n");
}
