/**
 * The front: takes requests from the sockets, puts them in order, answers them, and passes on
 * what cells put out. Cells run elsewhere, so that it can always answer.
 */
import type { ConnectionInfo } from "../jupyter/connection_file.ts";
import { type Message, Session } from "../jupyter/message.ts";
import type { JsonObject } from "../jupyter/json.ts";
import type { Channels, RouterSocket } from "./channels.ts";
import { Comms } from "./comms.ts";
import { abortedReply } from "./execute.ts";
import { type Handler, handlers } from "./handlers.ts";
import { History, type HistoryStore } from "./history.ts";
import type { Interpreter, Surroundings } from "./interpreter.ts";
import { errorContent, Iopub } from "./iopub.ts";
import { Outputs } from "./outputs.ts";
import { Parents } from "./parents.ts";
import type { Services } from "./services.ts";
import type { Shell } from "./shell.ts";
import { Stdin } from "./stdin.ts";
import { Subshells } from "./subshells.ts";
import { Tidier } from "./tidy.ts";

/** What a front is made of. */
export interface FrontOptions {
  /** As the connection file tells; its key signs every message. */
  readonly info: ConnectionInfo;
  /** The bound sockets; the front closes them when it ends. */
  readonly channels: Channels;
  /** Makes the thing that runs cells; called once, before any request is handled. */
  readonly interpreter: (surroundings: Surroundings) => Interpreter;
  /** Keeps what was run beyond this kernel; absent: nothing is kept. */
  readonly historyStore?: HistoryStore;
}

/** How the kernel ended. */
export interface Ending {
  /** Whether the client that asked for the end wants the kernel started again. */
  readonly restart: boolean;
}

/** The interpreter starts this long after the front at the latest. */
const idleStartMs = 50;

/** How long last words may take on their way to a client that reads slowly. */
const farewellMs = 500;

/** The part of the kernel that speaks Jupyter: it numbers, queues and answers requests. */
export class Front {
  /** Settles when a client asked to shut down and everything is put away. */
  readonly ended: Promise<Ending>;
  readonly #channels: Channels;
  readonly #session: Session;
  readonly #services: Services;
  readonly #stdin: Stdin;
  readonly #tidier = new Tidier();
  readonly #end = Promise.withResolvers<Ending>();
  /** The cell of each shell that runs now. */
  readonly #running = new Map<Shell, Message>();
  #started = false;

  /** Listens at once; the interpreter starts behind the first answer, or 50 ms later. */
  constructor({ info, channels, interpreter, historyStore }: FrontOptions) {
    this.#channels = channels;
    const session = this.#session = new Session(info.key);
    const iopub = new Iopub(session, channels.iopub);
    const parents = new Parents();
    const comms = new Comms();
    this.#stdin = new Stdin({ session, router: channels.stdin, parents });
    this.#services = {
      interpreter: interpreter(this.#surroundings(new Outputs({ iopub, parents, comms }))),
      iopub,
      parents,
      comms,
      subshells: new Subshells({
        history: new History(historyStore),
        run: (shell) => void this.#work(shell),
      }),
      ports: info.ports,
      end: (how) => this.#end.resolve(how),
      interrupt: () => void this.interrupt(),
    };
    this.ended = this.#end.promise.then((how) => this.#putAway(how));
    setTimeout(() => this.#startInterpreter(), idleStartMs);
    void this.#takeShell();
    void this.#takeControl();
  }

  /** Once: behind the first answer, which shall not wait for it, or when nobody asks. */
  #startInterpreter(): void {
    if (this.#started) return;
    this.#started = true;
    this.#services.interpreter.start().catch((error) => this.#complain(error));
  }

  /** Ends the kernel as `shutdown_request` does. */
  shutDown(): void {
    this.#end.resolve({ restart: false });
  }

  /** Stops what runs, with the variables kept, and aborts what waits. Harmless when idle. */
  async interrupt(): Promise<void> {
    const { interpreter, subshells, iopub } = this.#services;
    for (const shell of subshells.all()) void shell.abortWaiting();
    this.#stdin.withdraw();
    const stopped = [...this.#running.values()];
    const { ended, because } = await interpreter.interrupt();
    if (ended || because === undefined) return;
    for (const { headerBytes: parent } of stopped) {
      const content = { name: "stderr", text: `${because}\n` };
      void iopub.publish({ type: "stream", content, parent });
    }
  }

  #surroundings(outputs: Outputs): Surroundings {
    return {
      publish: (output, parent) => outputs.publish(output, parent),
      ask: (prompt, options) => this.#stdin.ask(prompt, options),
      replaced: (because) => this.#replaced(because),
    };
  }

  /** Comms died with the user's process; front ends hear it for each. */
  #replaced(because: string): void {
    const { comms, iopub } = this.#services;
    for (const id of comms.clear()) {
      void iopub.publish({ type: "comm_close", content: { comm_id: id, data: { because } } });
    }
  }

  #complain(error: unknown): void {
    console.error(`irqscope: ${error instanceof Error ? error.message : error}`);
  }

  async #takeShell(): Promise<void> {
    for await (const frames of this.#channels.shell) {
      const opened = this.#session.open(frames);
      if (opened.kind === "message") await this.#sort(opened.message);
    }
  }

  /** Requests for a subshell that does not exist are answered out of turn, by an error. */
  async #sort(message: Message): Promise<void> {
    try {
      await this.#services.subshells.find(message.subshell).add(message);
    } catch (error) {
      const work = () => errorContent(error);
      await this.#answer(message, { router: this.#channels.shell, work });
    }
  }

  /** What takes its time, as the debugger may, keeps its own order; nothing else waits for it. */
  async #takeControl(): Promise<void> {
    const { main } = this.#services.subshells;
    for await (const frames of this.#channels.control) {
      const opened = this.#session.open(frames);
      if (opened.kind !== "message") continue;
      const { message } = opened;
      const handler = handlerFor(message, "control");
      const work = handler && (() => handler.handle(this.#services, message, main));
      void this.#answer(message, { router: this.#channels.control, work });
    }
  }

  async #work(shell: Shell): Promise<void> {
    await shell.run(async (message, { aborted }) => {
      this.#running.set(shell, message);
      const work = this.#shellWork(message, { shell, aborted });
      await this.#answer(message, { router: this.#channels.shell, work });
      this.#running.delete(shell);
    });
  }

  #shellWork(message: Message, { shell, aborted }: { shell: Shell; aborted: boolean }) {
    if (aborted && message.type === "execute_request") return abortedReply;
    const handler = handlerFor(message, "shell");
    return handler && (() => handler.handle(this.#services, message, shell));
  }

  /**
   * Busy, what `work` does, the reply, idle: idle goes out behind everything by construction,
   * for there is one queue. Types nobody handles get no reply.
   */
  async #answer(
    message: Message,
    { router, work }: { router: RouterSocket; work: Work | undefined },
  ): Promise<void> {
    const { iopub, parents } = this.#services;
    const { headerBytes: parent, routing, id } = message;
    iopub.busy(parent);
    parents.add(id, { header: parent, routing, ...unasked });
    const content = await outcomeOf(work);
    if (content) {
      const type = message.type.replace(/_request$/, "_reply");
      await router.send(this.#session.seal(routing, { type, content, parent }));
    }
    const heard = iopub.idle(parent);
    parents.answered(id);
    this.#tidier.ofRound();
    if (!this.#started) setTimeout(() => this.#startInterpreter(), 0);
    await heard;
  }

  async #putAway(how: Ending): Promise<Ending> {
    // The reply to the request that asked for the end, and its idle, go first.
    await new Promise((later) => setTimeout(later, 0));
    await this.#services.interpreter.dispose().catch((error) => this.#complain(error));
    this.#services.subshells.main.history.flush();
    await Promise.race([
      this.#channels.flushed(),
      new Promise((later) => setTimeout(later, farewellMs)),
    ]);
    this.#channels.close();
    return how;
  }
}

type Work = () => JsonObject | undefined | Promise<JsonObject | undefined>;

/** What requests other than cells allow their outputs. */
const unasked = { silent: false, allowStdin: false, executionCount: 0 } as const;

function handlerFor({ type }: Message, channel: "shell" | "control"): Handler | undefined {
  const handler = Object.hasOwn(handlers, type) ? handlers[type] : undefined;
  return handler?.channels.includes(channel) ? handler : undefined;
}

/** A request that cannot be read or answered gets an error for a reply, and nothing worse. */
async function outcomeOf(work: Work | undefined): Promise<JsonObject | undefined> {
  try {
    return await work?.();
  } catch (error) {
    return errorContent(error);
  }
}
