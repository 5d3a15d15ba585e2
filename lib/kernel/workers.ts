import type { Message, Run } from "./frames.ts";
import type { Inspector } from "./inspector.ts";
import { spokenBy } from "./marks.ts";

type Told = Message & { readonly kind: "worker" };

/**
 * Workers of the user's process. Under an inspector Deno holds each one twice: before it starts,
 * until a debugger lets it run, and before its first message, until one is enabled, half a second
 * each (deno 2.9.6: libs/core/inspector.rs, wait_for_page_wait_for_debugger and
 * wait_for_debugger_enabled_for_worker_message). Neither is of use here; the first is when a worker
 * is told whose output its console's is.
 */
export class Workers {
  /** Made, and not yet met by the inspector. */
  readonly #made: { readonly run: Run; readonly url: string }[] = [];

  /** To be told of every worker before it is made, and where it could not be. */
  hear(run: Run, { url, made }: Told): void {
    if (made) return void this.#made.push({ run, url });
    const index = this.#made.findLastIndex((last) => last.url === url);
    if (index >= 0) this.#made.splice(index, 1);
  }

  async attend(inspector: Inspector): Promise<void> {
    inspector.on("NodeWorker.attachedToWorker", (params) => {
      const { sessionId, workerInfo } = params as Attached;
      const commands = letRun(this.#runOf(workerInfo.url));
      for (const [index, command] of commands.entries()) {
        const message = JSON.stringify({ id: index + 1, ...command });
        inspector.send("NodeWorker.sendMessageToWorker", { sessionId, message }).catch(() => {});
      }
    });
    await inspector.send("NodeWorker.enable", { waitForDebuggerOnStart: false });
  }

  /** Of a worker that code made by other doors than `Worker` nobody knows. */
  #runOf(url: string): Run | undefined {
    const index = this.#made.findIndex((made) => made.url === url);
    return index < 0 ? undefined : this.#made.splice(index, 1)[0]!.run;
  }
}

interface Attached {
  readonly sessionId: string;
  readonly workerInfo: { readonly url: string };
}

type Command = { readonly method: string; readonly params?: object };

function letRun(run: Run | undefined): Command[] {
  return [
    { method: "Debugger.enable" },
    { method: "Debugger.setSkipAllPauses", params: { skip: true } },
    ...run === undefined ? [] : [evaluate(`(${installConsole})(...${quoted(spokenBy(run))})`)],
    { method: "Runtime.runIfWaitingForDebugger" },
  ];
}

function evaluate(expression: string): Command {
  return { method: "Runtime.evaluate", params: { expression } };
}

function quoted(texts: readonly string[]): string {
  return JSON.stringify(texts);
}

/** Runs in the worker: what its console prints bears the run's name. */
function installConsole(open: string, close: string): void {
  type Print = (text: string, level: number) => void;
  type Internals = Record<symbol, { readonly Console: new (print: Print) => Console }>;
  const { internal } = Deno as unknown as { readonly internal: symbol };
  const { Console } = (Deno as unknown as Internals)[internal]!;
  const { stdout, stderr } = Deno;
  const utf8 = new TextEncoder();
  const console = new Console((text, level) => {
    const bytes = utf8.encode(open + text + close);
    const stream = level > 1 ? stderr : stdout;
    for (let at = 0; at < bytes.length;) at += stream.writeSync(bytes.subarray(at));
  });
  Object.defineProperty(globalThis, "console", {
    value: console,
    writable: true,
    enumerable: false,
    configurable: true,
  });
}
