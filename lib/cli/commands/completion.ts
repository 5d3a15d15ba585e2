import { type Command, command, type CommandTable } from "../command.ts";
import { completionScript, shells } from "../completion.ts";
import { allCommands } from "../frame.ts";
import { oneOf } from "../option.ts";

/** The command that completes the others; it reads the table it stands in. */
export function completionCommand(table: () => CommandTable): Command {
  return command({
    name: "completion",
    summary: "A script that completes commands and options in a shell",
    positionals: { SHELL: oneOf(shells, "The shell to complete in") },
    options: {},
    examples: ["completion bash > ~/.local/share/bash-completion/completions/irqscope"],
    async run({ SHELL }) {
      const script = completionScript(SHELL, await allCommands(table()));
      return { json: { shell: SHELL, script }, text: () => script };
    },
  });
}
