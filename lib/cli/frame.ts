/** The frame around a table of commands: choose, parse, run, print, and end with a status. */
import config from "../../deno.json" with { type: "json" };
import type { Answer, Command, CommandTable } from "./command.ts";
import { exitStatus, Misuse, type Verdict, verdictOn } from "./error.ts";
import { commandHelp, overview, type Tool, welcome } from "./help.ts";
import { parse } from "./parse.ts";
import { suggestion } from "./suggest.ts";
import { paint } from "./terminal.ts";
import type { World } from "./world.ts";

/** What one call prints and how it ends; errors included. */
export interface Ending {
  readonly out: string;
  readonly status: number;
}

/** Runs one command line. Data is returned, talk goes to `world.talk`; nothing is thrown. */
export async function runTool(
  tool: Tool,
  table: CommandTable,
  args: readonly string[],
  world: World,
): Promise<Ending> {
  try {
    return await dispatch(tool, table, args, world);
  } catch (error) {
    return complain(verdictOn(error), error, world);
  }
}

async function dispatch(
  tool: Tool,
  table: CommandTable,
  args: readonly string[],
  world: World,
): Promise<Ending> {
  const [name, ...rest] = args;
  if (name === undefined) return { out: welcome(tool, world.out), status: exitStatus.answered };
  if (name === "--version") return { out: config.version, status: exitStatus.answered };
  if (isHelp(name)) return { out: await help(tool, table, rest, world), status: 0 };
  const command = await find(tool, table, name);
  const { words, options, json, help: wanted } = parse(command, rest);
  if (wanted) return { out: commandHelp(tool, command, world.out), status: exitStatus.answered };
  return printed(await command.run(words, options, world), { json, world });
}

function isHelp(name: string): boolean {
  return ["help", "--help", "-h"].includes(name);
}

async function help(
  tool: Tool,
  table: CommandTable,
  [name]: readonly string[],
  { out }: World,
): Promise<string> {
  if (name !== undefined) return commandHelp(tool, await find(tool, table, name), out);
  return overview(tool, await allCommands(table), out);
}

export function allCommands(table: CommandTable): Promise<Command[]> {
  return Promise.all(Object.values(table).map((load) => load()));
}

function find(tool: Tool, table: CommandTable, name: string): Promise<Command> {
  const load = Object.hasOwn(table, name) ? table[name] : undefined;
  if (load !== undefined) return load();
  const hint = suggestion(name, Object.keys(table));
  throw new Misuse(
    `Cannot run "${name}": there is no such command; ${hint}${tool.call} help lists all`,
  );
}

function printed(answer: Answer, { json, world }: { json: boolean; world: World }): Ending {
  return {
    out: json ? JSON.stringify(answer.json, null, 2) : answer.text(world.out),
    status: answer.no ? exitStatus.no : exitStatus.answered,
  };
}

function complain({ line, status }: Verdict, error: unknown, world: World): Ending {
  world.talk(paint(world.err, "red", line));
  if (Deno.env.get("IRQSCOPE_DEBUG") && error instanceof Error) world.talk(error.stack ?? "");
  return { out: "", status };
}

/** Writes the data whole and leaves; a reader that went away (`| head`) is no error. */
export async function leave({ out, status }: Ending): Promise<never> {
  try {
    if (out !== "") await writeAll(new TextEncoder().encode(`${out}\n`));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
  Deno.exit(status);
}

async function writeAll(bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await Deno.stdout.write(bytes.subarray(at));
}
