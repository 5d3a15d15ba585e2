/** Runs programs of the test run: output to a log and, where it matters, to the person. */
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { projectRoot } from "../../lib/cli/world.ts";

export interface Run {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly minutes: number;
  /** Which lines the person sees; the log has them all. */
  shows?(line: string): boolean;
}

export interface Ended {
  readonly success: boolean;
  readonly output: string;
  readonly timedOut: boolean;
}

export const logFolder: string = join(projectRoot, "build", "test-logs");

/** Never throws: a program that cannot start, fails or outlives its time is told by the result. */
export async function run(spec: Run): Promise<Ended> {
  await Deno.mkdir(logFolder, { recursive: true });
  using log = await Deno.create(join(logFolder, `${spec.name.replace(/\W+/g, "-")}.log`));
  try {
    return await supervise(spec, start(spec), log);
  } catch (error) {
    const output = `Cannot start ${spec.program}: ${error}`;
    console.error(output);
    return { success: false, output, timedOut: false };
  }
}

function start({ program, args, env, cwd = projectRoot }: Run): Deno.ChildProcess {
  const child = new Deno.Command(program, {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    detached: true,
  }).spawn();
  running.add(child.pid);
  return child;
}

async function supervise(spec: Run, child: Deno.ChildProcess, log: Deno.FsFile): Promise<Ended> {
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    endGroup(child.pid);
  }, spec.minutes * patience() * 60_000);
  const lines: string[] = [];
  const take = (line: string) => {
    lines.push(line);
    log.writeSync(new TextEncoder().encode(`${line}\n`));
    if (spec.shows?.(line) ?? true) console.error(line);
  };
  const ended = Promise.all([each(child.stdout, take), each(child.stderr, take)]);
  const { success } = await child.status;
  clearTimeout(timer);
  await Promise.race([ended, afterwards(child.pid)]);
  running.delete(child.pid);
  if (timedOut) console.error(`${spec.name} did not end within ${spec.minutes} minutes`);
  return { success: success && !timedOut, output: lines.join("\n"), timedOut };
}

/** The long runs may take ten times as long. */
function patience(): number {
  return Deno.env.has("IRQSCOPE_LONG") ? 10 : 1;
}

/** What a program left running may hold its pipes open; it is ended too. */
async function afterwards(pid: number): Promise<void> {
  await new Promise((done) => setTimeout(done, 3_000));
  endGroup(pid);
}

async function each(
  stream: ReadableStream<Uint8Array>,
  take: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + stripVTControlCharacters(text)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(line.trimEnd());
  }
  if (rest !== "") take(rest);
}

/** The groups of programs under way; each program leads a group of its own. */
const running = new Set<number>();

function endGroup(pid: number): void {
  try {
    Deno.kill(Deno.build.os === "windows" ? pid : -pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

/** Ends every program under way when this one is told to stop. */
export function endAllOnSignal(): void {
  const signals = Deno.build.os === "windows"
    ? ["SIGINT"] as const
    : ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) {
    Deno.addSignalListener(signal, () => {
      running.forEach(endGroup);
      Deno.exit(130);
    });
  }
}
