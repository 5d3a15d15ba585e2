import { installConsole } from "./console.ts";
import { comms, receive } from "./comms.ts";
import * as controls from "./controls.ts";
import { enterRun } from "./current.ts";
import { jupyter } from "./display.ts";
import { installEnv } from "./env.ts";
import { installStackTraces, learnTicks, mustReturn } from "./errors.ts";
import { help } from "./help.ts";
import { cellImport, cellMeta, type Loader } from "./imports.ts";
import { installInput } from "./input.ts";
import { send } from "./pipe.ts";
import * as runs from "./runs.ts";
import { installServe } from "./serve.ts";
import { installTests } from "./tests.ts";
import { reportUncaught, uncaught } from "./uncaught.ts";
import { serveWidgetStates, widget } from "./widget.ts";
import { installWorkers } from "./workers.ts";

/** Makes this process ready to run cells; called by the script the front writes to its input. */
export function boot(loader: Loader): void {
  const own = new URL("..", import.meta.url).pathname;
  installStackTraces([own, "$deno$stdin.mts", "ext:", "node:", "Timeout._onTimeout", "each.next"]);
  learnTicks();
  stayAlive();
  runs.installTimers(uncaught);
  installConsole();
  installEnv(loader.folder);
  installInput();
  installServe();
  installWorkers();
  installTests(runs.isOpen);
  reportUncaught();
  reportExit();
  // Deno allows its own `Deno.jupyter` to be replaced by assignment, and by nothing else.
  Object.assign(Deno, { jupyter: { ...jupyter, ...controls, comms, widget } });
  Object.assign(globalThis, { help, display: jupyter.display });
  hidden("__k", {
    ...runs,
    given: Object.getOwnPropertyNames(globalThis),
    enter: enterRun,
    receive,
    mustReturn,
    import: cellImport(loader),
    meta: cellMeta(loader),
  });
  serveWidgetStates();
  send({ kind: "ready" });
}

function hidden(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value: Object.freeze(value), enumerable: false });
}

function stayAlive(): void {
  setInterval(() => {}, 2 ** 31 - 1);
}

/** A process under the inspector waits, when it exits, until the front lets go: so it must know. */
function reportExit(): void {
  addEventListener("unload", () => send({ kind: "exit", code: Deno.exitCode }));
}
