import type { Protocol } from "devtools-protocol";
import { Child, type ChildListener } from "./child_process.ts";
import type { Received } from "./child/comms.ts";
import type { Compiled } from "./compile.ts";
import type { Frame, Message, Reply, Run } from "./frames.ts";
import { Gather } from "./gather.ts";
import { InOrder } from "./in_order.ts";
import { within } from "./in_time.ts";
import { argumentOf, type Inspector, InspectorError } from "./inspector.ts";
import type { CellError, Output, Surroundings } from "./interpreter.ts";
import type { Launched } from "./launch.ts";
import { userPlace } from "./positions.ts";
import { wantsPng, withPng } from "./picture.ts";
import { now, type RunRecord, type RunTable } from "./run_table.ts";
import { strayText, tracebackOf } from "./traceback.ts";

export interface RunnerOptions {
  /** Starts a process for the user's code. */
  readonly launch: () => Promise<Launched>;
  /** Called when one has been launched: the front has time while it comes up. */
  readonly launched?: () => void;
}

/** JavaScript that does not hear of an interrupt within this is terminated. */
const hearMs = 40;
/** Busy JavaScript tells within this where it stands, also on a busy machine; native code cannot. */
const tellMs = 100;
/** Code that heard of it and still goes on after this is left behind. */
const yieldMs = 100;
/** A script that takes longer than this to run at all was hit by a late termination. */
const turnMs = 50;
/** So many turns missed in a row tell of other busy code. */
const othersMisses = 4;
/** Code that cannot be terminated within this is native: only a restart ends it. */
const graceMs = 2_000;

/** V8's word on a cell follows its end at once, if it comes. */
const replyMs = 300;

/** The end of a cell may come this much later than V8's word on it. */
const lostMs = 1_000;

type MessageFrame = Frame & { readonly kind: "message" };
type Asked = Message & { readonly kind: "ask" };
type Interruption = { readonly ended: boolean; readonly because?: string };

/**
 * Has compiled cells run by a child process, publishes what they say in the order they say it,
 * and decides when a cell has ended: the child may never answer, so the front owns settlement.
 */
export class Runner implements ChildListener {
  readonly #surroundings: Surroundings;
  readonly #options: RunnerOptions;
  readonly #runs: RunTable;
  readonly #order = new InOrder();
  readonly #gather: Gather;
  #starting: Promise<Child> | undefined;
  #child: Child | undefined;
  /** Settles when no late termination can hit the next cell. */
  #quiet: Promise<void> = Promise.resolve();
  /** Settles when the reply to a cell that has ended has come; undefined where none is due. */
  #due: Promise<void> | undefined;
  /** The question that waits for an answer. */
  #asking: number | undefined;
  #interrupting: Promise<Interruption> | undefined;
  #terminating: Promise<void> | undefined;
  /** What was busy last when it should be terminated must not be. */
  #mustReturn = false;
  readonly #runtimes = new WeakMap<Inspector, string>();
  #disposed = false;

  constructor(surroundings: Surroundings, runs: RunTable, options: RunnerOptions) {
    this.#surroundings = surroundings;
    this.#runs = runs;
    this.#options = options;
    this.#gather = new Gather((name, text, parent) =>
      this.#send({ kind: "stream", name, text }, parent)
    );
  }

  /** The child that runs cells now; started where there is none. */
  async child(): Promise<Child> {
    return this.#child ?? await (this.#starting ??= this.#start());
  }

  /** The inspector of the child that is up; undefined while none is. */
  get inspector(): Inspector | undefined {
    return this.#child?.inspector;
  }

  /** Resolves when the run is over and everything it said has been published. */
  async run(record: RunRecord, compiled: Compiled): Promise<void> {
    const child = await this.child();
    await this.#quiet;
    if (record.over) return;
    // Of commands above some 900 bytes that met a reply on its way, Deno 2.9.6 took 3 in 100 for
    // the end of the connection, and the cell was never heard of again.
    if (this.#due) await within(replyMs, this.#due);
    if (record.over) return;
    record.begun = now();
    const evaluated = this.#evaluate(child, record, compiled);
    const replied = evaluated.catch((error) => this.#lose(record, error));
    await record.ended.promise;
    if (!record.stopped) this.#expect(replied);
  }

  #expect(reply: Promise<void>): void {
    const due = this.#due = reply.finally(() => {
      if (this.#due === due) this.#due = undefined;
    });
  }

  async #evaluate(child: Child, record: RunRecord, { code, positions }: Compiled) {
    const { inspector } = child;
    // V8 keeps what a cell threw until it is described; of another cell too it may wait just now.
    const objectGroup = `thrown by ${record.run}`;
    const how = { expression: code, replMode: true, awaitPromise: true, objectGroup };
    const { exceptionDetails } = await inspector.send("Runtime.evaluate", how);
    if (!exceptionDetails || record.over) return;
    if (this.#interrupting && exceptionDetails.exception?.subtype === "null") {
      // What V8 makes of a termination that came in the midst of native code.
      record.stopped = true;
      await inspector.send("Runtime.evaluate", { expression: `__k.abandon(${record.run})` });
      return;
    }
    const { exception = { type: "undefined" }, lineNumber, columnNumber } = exceptionDetails;
    const at = userPlace(positions, { line: lineNumber + 1, column: columnNumber + 1 });
    const failing = await inspector.send("Runtime.callFunctionOn", {
      functionDeclaration: "function(...failure) { return this.fail(...failure) }",
      objectId: await this.#runtime(inspector),
      arguments: [
        { value: record.run },
        argumentOf(exception),
        { value: `at ${record.file}:${at.line}:${at.column}` },
      ],
      awaitPromise: true,
    });
    if (failing.exceptionDetails) {
      child.giveUp(`can no longer say how its cells end (${said(failing.exceptionDetails)})`);
    }
    await inspector.send("Runtime.releaseObjectGroup", { objectGroup });
  }

  /**
   * Of a child that is gone or was stopped, its exit or the interrupt settles the run. But if V8
   * refuses to say how a cell ended that has not ended by itself, then that is its error.
   */
  async #lose(record: RunRecord, error: unknown): Promise<void> {
    if (!(error instanceof InspectorError) || !error.refused) return;
    if (await within(lostMs, record.ended.promise) || record.stopped) return;
    this.#fail(record, { ename: error.name, evalue: error.message, traceback: [String(error)] });
  }

  /** The child's own object, as the inspector of that child knows it. */
  async #runtime(inspector: Inspector): Promise<string> {
    const known = this.#runtimes.get(inspector);
    if (known) return known;
    const { result } = await inspector.send("Runtime.evaluate", { expression: "__k" });
    this.#runtimes.set(inspector, result.objectId!);
    return result.objectId!;
  }

  /** Has a comm message handled; resolves when all it caused has been published. */
  async receive(record: RunRecord, received: Received): Promise<void> {
    const { inspector } = await this.child();
    if (record.over) return;
    record.begun = now();
    const expression = `__k.receive(${record.run}, ${JSON.stringify(received)})`;
    inspector.send("Runtime.evaluate", { expression }).catch(() => this.settle(record));
    await record.ended.promise;
  }

  /** Publishes what the front itself says of a run, behind all the run has said so far. */
  publish(record: RunRecord, output: Output): void {
    this.#order.do(() => this.#publish(record, output));
  }

  /** Ends a run that never reached the child. */
  settle(record: RunRecord): void {
    this.#order.do(() => this.#over(record));
  }

  /** Ends what runs; asked again meanwhile it is the same: two terminations would end the child. */
  interrupt(): Promise<Interruption> {
    return this.#interrupting ??= this.#interrupt().finally(() => this.#interrupting = undefined);
  }

  async #interrupt(): Promise<Interruption> {
    const child = this.#child;
    const all = this.#runs.running();
    // What is still being compiled, or waits for the process to come up, need not be heard.
    for (const record of all) if (record.begun === undefined) this.#leave(record);
    const running = all.filter(({ begun }) => begun !== undefined);
    if (running.length === 0 || !child) return { ended: true };
    if (this.#asking) child.answer({ question: this.#asking, kind: "interrupted" });
    this.#asking = undefined;
    // A stack that is full lets nothing be heard.
    const heard = child.inspector.send("Runtime.evaluate", evaluated("__k.interrupt()"))
      .then(({ exceptionDetails }) => exceptionDetails ? new Promise<never>(() => {}) : undefined);
    if (!await within(hearMs, heard) || !await this.#yields(child, running)) {
      return await this.#terminate(child, running);
    }
    child.interruptSince(startOf(running));
    return { ended: true };
  }

  /** Whether cells that heard of the interrupt end, or can be left behind where they wait. */
  async #yields({ inspector }: Child, running: readonly RunRecord[]): Promise<boolean> {
    const ended = Promise.all(running.map(({ ended }) => ended.promise));
    if (await within(yieldMs, ended)) return true;
    // A cell may catch what ended its wait, and be busy with something else now.
    if (!await this.#idle(inspector)) return false;
    // A child that ends just now settles its cells by that.
    await this.#abandon(inspector, running).catch(() => {});
    return true;
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#gather.stop();
    const child = this.#child ?? await this.#starting?.catch(() => undefined);
    await child?.end();
  }

  frame(frame: Frame): void {
    const record = this.#runs.origin(frame.run);
    if (!record) return;
    if (frame.kind === "message") this.#hear(record, frame);
    else this.#order.do(() => this.#gather.add(frame.kind, frame.text, record.parent));
  }

  raw(name: "stdout" | "stderr", text: string, run?: Run): void {
    const record = run === undefined ? this.#runs.current() : this.#runs.origin(run);
    if (record) this.#order.do(() => this.#gather.add(name, text, record.parent));
  }

  ended(run: Run): void {
    const record = this.#runs.get(run);
    if (!record || record.over) return;
    if (record.stopped && !record.error) this.#threw(record, stopped);
    this.settle(record);
  }

  exit(because: string): void {
    const wasReady = this.#child !== undefined;
    this.#child = undefined;
    this.#starting = undefined;
    if (this.#disposed || !wasReady) return;
    const running = this.#runs.running();
    for (const record of running) this.#fail(record, processEnded(because));
    const last = this.#runs.current();
    if (running.length === 0 && last) this.#tell(last, `${processEnded(because).evalue}\n`);
    this.#order.do(() => this.#surroundings.replaced(because));
    this.child().catch(() => {});
  }

  #tell(record: RunRecord, text: string): void {
    this.publish(record, { kind: "stream", name: "stderr", text });
  }

  async #start(): Promise<Child> {
    const { launch, launched } = this.#options;
    try {
      const process = await launch();
      launched?.();
      return this.#child = await Child.start(process, this);
    } finally {
      this.#starting = undefined;
    }
  }

  #hear(record: RunRecord, { message, buffers }: MessageFrame): void {
    switch (message.kind) {
      case "result":
        if (record.expression) {
          record.shown = { data: message.data, metadata: message.metadata };
          return;
        }
        return this.publish(record, message);
      case "display":
      case "updateDisplay":
      case "clear":
        return this.publish(record, message);
      case "broadcast":
        return this.publish(record, {
          ...message,
          content: objectOf(message.content),
          metadata: objectOf(message.metadata),
          buffers,
        });
      case "help":
        record.helps.push(message);
        return;
      case "ask":
        return this.#order.do(() => this.#ask(record, message));
      case "thrown":
        return this.#threw(record, tracebackOf(message.thrown, this.#runs.sourceOf));
      case "stray": {
        const text = strayText(message.thrown, this.#runs.sourceOf);
        return this.#order.do(() => this.#gather.add("stderr", text, record.parent));
      }
      case "exit":
        return this.#child?.letExit();
      case "ready":
      case "worker":
      case "end":
        return; // Heard of before it comes here.
      default:
        message satisfies never;
    }
  }

  #publish(record: RunRecord, output: Output): void | Promise<void> {
    this.#gather.flush();
    if ((output.kind === "display" || output.kind === "result") && wantsPng(output.data)) {
      return withPng(output.data).then((data) => this.#send({ ...output, data }, record.parent));
    }
    this.#send(output, record.parent);
  }

  /** Subscribers that lag behind hold the child back, which then waits in its next write. */
  #send(output: Output, parent: string): void {
    const lag = this.#surroundings.publish(output, parent);
    if (!lag) return;
    const child = this.#child;
    child?.valve.hold();
    lag.finally(() => child?.valve.release()).catch(() => {});
  }

  #ask(record: RunRecord, { question, prompt, password }: Asked): void {
    this.#gather.flush();
    const child = this.#child!;
    const answer = (reply: Reply) => child.answer({ question, ...reply });
    if (!record.allowStdin) {
      const because = `Cannot ask ${JSON.stringify(prompt)}: this client takes no input`;
      return answer({ kind: "refused", because });
    }
    // What catches the interruption of its question and asks again is not to wait for an answer.
    if (this.#interrupting) return answer({ kind: "interrupted" });
    this.#asking = question;
    const settle = (reply: Reply) => {
      if (this.#asking !== question) return;
      this.#asking = undefined;
      answer(reply);
    };
    this.#surroundings.ask(prompt, { password, parent: record.parent }).then(
      (value) => settle({ kind: "answered", value }),
      (error) => settle({ kind: "refused", because: messageOf(error) }),
    );
  }

  #threw(record: RunRecord, error: CellError): void {
    record.error ??= error;
    if (!record.expression) this.publish(record, { kind: "error", ...error });
  }

  #fail(record: RunRecord, error: CellError): void {
    this.#threw(record, error);
    this.settle(record);
  }

  #over(record: RunRecord): void {
    this.#gather.flush();
    this.#runs.close(record);
  }

  async #terminate(child: Child, running: readonly RunRecord[]): Promise<Interruption> {
    const left = this.#terminated(child.inspector)
      .then(() => this.#abandon(child.inspector, running));
    this.#quiet = left.catch(() => {});
    // Code that waits for a subprocess without a turn comes back when that ends.
    await within(tellMs + hearMs, left);
    child.interruptSince(startOf(running));
    if (await within(graceMs, left)) return { ended: true };
    const what = this.#mustReturn
      ? "a module's own code or a callback of the event loop's"
      : "native code";
    return { ended: this.#child !== child, because: `${what} runs, which only a restart ends` };
  }

  /** Settles when the code is out of the way. V8 takes no second termination while one is due. */
  #terminated(inspector: Inspector): Promise<void> {
    return this.#terminating ??= this.#terminateAll(inspector)
      .finally(() => this.#terminating = undefined);
  }

  /**
   * A termination that came too late for its cell hits the next script instead: an empty one, until
   * one is answered in a turn of its own. Where scripts are answered, but not in a turn, other code
   * is busy now that had waited behind the first: it is terminated as well.
   */
  async #terminateAll(inspector: Inspector): Promise<void> {
    await this.#terminateOnce(inspector);
    for (let missed = 1; !await this.#idle(inspector); missed++) {
      if (inspector !== this.inspector) return;
      if (missed % othersMisses !== 0) continue;
      const answers = inspector.send("Runtime.evaluate", { expression: "0" });
      if (await within(turnMs, answers)) await this.#terminateOnce(inspector);
    }
  }

  /** Not where that would end the process: such code is waited for. */
  async #terminateOnce(inspector: Inspector): Promise<void> {
    const asked = inspector.send("Runtime.evaluate", { expression: "__k.mustReturn()" });
    this.#mustReturn = await within(tellMs, asked) && (await asked).result.value === true;
    if (!this.#mustReturn) await inspector.send("Runtime.terminateExecution");
  }

  /** Whether the child comes to run a script in a turn of its own. */
  #idle(inspector: Inspector): Promise<boolean> {
    return within(turnMs, inspector.send("Runtime.evaluate", evaluated("__k.turn()")));
  }

  /** Leaves runs behind: what they still await never comes. */
  async #abandon(inspector: Inspector, running: readonly RunRecord[]): Promise<void> {
    const left = running.filter(({ over }) => !over);
    for (const record of left) record.stopped = true;
    const numbers = left.map(({ run }) => run);
    const expression = `for (const run of ${JSON.stringify(numbers)}) __k.abandon(run)`;
    await inspector.send("Runtime.evaluate", { expression });
    await Promise.all(running.map(({ ended }) => ended.promise));
  }

  /** Ends a run of which the child has not heard. */
  #leave(record: RunRecord): void {
    record.stopped = true;
    this.#fail(record, stopped);
  }
}

function evaluated(expression: string) {
  return { expression, awaitPromise: true };
}

/** When the first of them began. */
function startOf(running: readonly RunRecord[]): number {
  return Math.min(...running.map(({ begun }) => begun ?? Infinity));
}

function said({ text, exception }: Protocol.Runtime.ExceptionDetails): string {
  return exception?.description?.split("\n")[0] ?? text;
}

/** What user code broadcasts may be anything; a message's parts are objects. */
function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? value as Readonly<Record<string, unknown>> : {};
}

function processEnded(because: string): CellError {
  const evalue = `the user's process ${because}; a new one was started and variables are gone`;
  return { ename: "ProcessEnded", evalue, traceback: [`ProcessEnded: ${evalue}`] };
}

const stopped: CellError = {
  ename: "Interrupted",
  evalue: "the cell was stopped; variables are kept",
  traceback: ["Interrupted: the cell was stopped; variables are kept"],
};

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
