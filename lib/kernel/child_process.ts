import type { ChildProcess } from "node:child_process";
import type { Duplex, Readable } from "node:stream";
import { startedSince } from "./descendants.ts";
import { Ends, type Outlet } from "./ends.ts";
import { type Answer, type Frame, FrameReader, type Run } from "./frames.ts";
import { Inspector } from "./inspector.ts";
import { kill, type Launched } from "./launch.ts";
import { type Heard, MarkReader } from "./marks.ts";
import { Workers } from "./workers.ts";

/** What the front hears from the user's process. */
export interface ChildListener {
  frame(frame: Frame): void;
  /** Written past the child's own pipe: by its workers, of some run, and by who knows whom. */
  raw(name: "stdout" | "stderr", text: string, run?: Run): void;
  /** Everything this run said has been heard, by whichever way it came. */
  ended(run: Run): void;
  /** The process ended; `because` says how in words. */
  exit(because: string): void;
}

/** The process that runs the user's code, and the means to direct it. */
export class Child {
  readonly #process: ChildProcess;
  readonly #exited: Promise<string>;
  /** Keeps back what the child writes. */
  readonly valve: Valve;

  private constructor(
    readonly inspector: Inspector,
    process: ChildProcess,
    { exited, valve }: { readonly exited: Promise<string>; readonly valve: Valve },
  ) {
    this.#process = process;
    this.#exited = exited;
    this.valve = valve;
  }

  /** Resolves when the child has said that it can run cells. */
  static async start(launched: Launched, listener: ChildListener): Promise<Child> {
    const { process, config, exited } = launched;
    const said = { text: "" };
    const workers = new Workers();
    const connected = inspectorUrl(process, said).then((url) => Inspector.connect(url));
    connected.then((inspector) => workers.attend(inspector)).catch(() => {});
    const ends = new Ends((run) => listener.ended(run));
    const valve = new Valve(process);
    const ready = readFrames(process, listener, { ends, valve, workers });
    hear(process, listener, ends);
    exited.then((because) => listener.exit(because));
    const failed = exited.then((because) => {
      const under = config.file === undefined ? "" : ` under ${config.file}`;
      const why = reasonIn(said.text);
      throw new Error(`Cannot start the user's process${under}: it ${because}${why && `; ${why}`}`);
    });
    const [inspector] = await Promise.race([Promise.all([connected, ready]), failed]);
    failed.catch(() => {});
    return new Child(inspector, process, { exited, valve });
  }

  answer(answer: Answer): void {
    tell(pipeOf(this.#process), answer);
  }

  /** Asks processes that the user's code started since a moment to end, as Ctrl-C does. */
  interruptSince(since: number): void {
    for (const pid of startedSince(this.#process.pid!, since)) signal(pid);
  }

  /** Under an inspector a process that exits waits to be let go. One that then does not go is ended. */
  letExit(): void {
    this.inspector.close();
    const timer = setTimeout(() => this.giveUp("said that it exits, and did not"), exitMs);
    this.#exited.then(() => clearTimeout(timer));
  }

  /** Ends a process that is of no use any more, for a reason in words: it … */
  giveUp(because: string): void {
    kill(this.#process, because);
  }

  /** Kills the process and all it started; resolves when they are gone. */
  async end(): Promise<void> {
    this.inspector.close();
    this.#process.kill("SIGKILL");
    await this.#exited;
  }
}

/** Handlers of `exit` and `unload` may take this long. */
const exitMs = 5_000;

/** Stops reading what a child writes, which then waits in its next write. */
class Valve {
  readonly #outlets: readonly Readable[];
  #holds = 0;

  constructor(process: ChildProcess) {
    this.#outlets = [pipeOf(process), process.stdout!, process.stderr!];
  }

  /** Until `release`, once for each call. */
  hold(): void {
    if (this.#holds++ === 0) this.#outlets.forEach((outlet) => outlet.pause());
  }

  release(): void {
    if (--this.#holds === 0) this.#outlets.forEach((outlet) => outlet.resume());
  }
}

/** The duplex pipe that is the child's file descriptor 3. */
function pipeOf({ stdio }: ChildProcess): Duplex {
  return stdio[3] as Duplex;
}

function signal(pid: number): void {
  try {
    Deno.kill(pid, "SIGINT");
  } catch {
    // It has just gone.
  }
}

const tornPipe = "wrote to file descriptor 3, which is the kernel's own";

/** Frames are passed on for no longer than this before the front attends to its other sockets. */
const sliceMs = 4;

/** Passes frames on; resolves with the one that says the child is ready. */
function readFrames(
  process: ChildProcess,
  listener: ChildListener,
  { ends, valve, workers }: {
    readonly ends: Ends;
    readonly valve: Valve;
    readonly workers: Workers;
  },
): Promise<void> {
  const ready = Promise.withResolvers<void>();
  const reader = new FrameReader();
  const end = (run: Run, closed: readonly Outlet[]) => {
    for (const outlet of closed) ends.close(outlet);
    ends.reach("pipe", run);
  };
  const pass = (frame: Frame) => {
    const message = frame.kind === "message" ? frame.message : undefined;
    if (message?.kind === "ready") ready.resolve();
    else if (message?.kind === "end") end(frame.run, message.closed);
    else if (message?.kind === "worker") workers.hear(frame.run, message);
    else listener.frame(frame);
  };
  const next = (frames: Iterator<Frame>): Frame | undefined => {
    try {
      return frames.next().value;
    } catch {
      kill(process, tornPipe);
      return undefined;
    }
  };
  const passSlice = (frames: Iterator<Frame>) => {
    for (const start = performance.now(); performance.now() - start < sliceMs;) {
      const frame = next(frames);
      if (!frame) return;
      try {
        pass(frame);
      } catch (error) {
        listener.raw("stderr", `irqscope: Cannot show what the cell said: ${error}\n`, frame.run);
      }
    }
    valve.hold();
    // Deno 2.9.6 reads no socket before an immediate, but does before a timer.
    setTimeout(() => {
      passSlice(frames);
      valve.release();
    }, 0);
  };
  pipeOf(process).on("data", (chunk: Uint8Array) => passSlice(reader.push(chunk)));
  return ready.promise;
}

/** The inspector's address, told on standard error; what else is said until then is kept. */
function inspectorUrl(process: ChildProcess, said: { text: string }): Promise<string> {
  return new Promise((resolve) => {
    process.stderr!.on("data", function look(chunk: Uint8Array) {
      said.text += new TextDecoder().decode(chunk);
      const url = said.text.match(/(ws:\/\/\S+)\s/)?.[1];
      if (!url) return;
      process.stderr!.off("data", look);
      resolve(url);
    });
  });
}

/** Why a process says that it cannot start; where Deno panics it says much more than that. */
function reasonIn(text: string): string {
  const [, place, message] = text.match(/ panicked at (.*):\n(.*)/) ?? [];
  return message ? `Deno panicked at ${place}: ${message}` : text.replace(chatter, "").trim();
}

/** What Deno itself says on the child's standard error, of no interest to a user. */
const chatter =
  /^(?:Stack backtrace:\n +0: <unknown>|Debugger (?:listening|session)|Visit chrome|Waiting for the debugger to disconnect|Download |Initialize |Warning Permissions in the config)[^\n]*\n/gm;

type HeardText = Heard & { readonly kind: "text" };

function sayRaw(
  listener: ChildListener,
  name: "stdout" | "stderr",
  { text, run }: HeardText,
): void {
  const said = run === undefined ? text.replace(chatter, "") : text;
  if (said) listener.raw(name, said, run);
}

function hear(process: ChildProcess, listener: ChildListener, ends: Ends): void {
  for (const name of ["stdout", "stderr"] as const) {
    const reader = new MarkReader();
    process[name]!.on("data", (chunk: Uint8Array) => {
      for (const heard of reader.push(chunk)) {
        if (heard.kind === "mark") ends.reach(name, heard.run);
        else sayRaw(listener, name, heard);
      }
    });
    process[name]!.on("end", () => ends.close(name));
  }
}

function tell(pipe: Duplex, answer: Answer): void {
  pipe.write(`${JSON.stringify(answer)}\n`);
}
