/** Completion for shells, read off the commands' values. */
import type { Command } from "./command.ts";
import { kebab } from "./option.ts";
import { common } from "./parse.ts";

export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = typeof shells[number];

/** A script for the shell that completes a command `irqscope`; the README tells how to get one. */
export function completionScript(shell: Shell, commands: readonly Command[]): string {
  return shell === "fish" ? fish(commands) : bash(commands, shell);
}

function wordsAfter(command: Command): string[] {
  const options = { ...command.options, ...common };
  const choices = Object.values(command.positionals).flatMap(({ choices }) => choices);
  return [...choices, ...Object.keys(options).map((key) => `--${kebab(key)}`)];
}

function bash(commands: readonly Command[], shell: Shell): string {
  const cases = commands.map((command) =>
    `    ${command.name}) words="${wordsAfter(command).join(" ")}" ;;`
  );
  return [
    ...(shell === "zsh" ? ["autoload -U +X bashcompinit && bashcompinit"] : []),
    "_irqscope() {",
    '  local words="" word="${COMP_WORDS[COMP_CWORD]}"',
    '  case "${COMP_WORDS[1]}" in',
    ...cases,
    "  esac",
    `  [ "$COMP_CWORD" = 1 ] && words="${commands.map(({ name }) => name).join(" ")}"`,
    '  COMPREPLY=($(compgen -W "$words" -- "$word") $(compgen -f -- "$word"))',
    "}",
    "complete -F _irqscope irqscope",
  ].join("\n");
}

function fish(commands: readonly Command[]): string {
  const lines = commands.flatMap((command) => [
    `complete -c irqscope -n __fish_use_subcommand -a ${command.name} -d ${quote(command.summary)}`,
    ...wordsAfter(command).map((word) =>
      `complete -c irqscope -n '__fish_seen_subcommand_from ${command.name}' -a ${quote(word)}`
    ),
  ]);
  return lines.join("\n");
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "\\'")}'`;
}
