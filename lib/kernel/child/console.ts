import { clear } from "./display.ts";
import { Promise, TextDecoder } from "../intrinsics.ts";
import { say } from "./pipe.ts";
import { pristine } from "./pristine.ts";
import { stopHere } from "./stopping.ts";

type ConsoleClass = new (print: (text: string, level: number) => void) => Console;
type Internals = Readonly<Record<symbol, { readonly Console: ConsoleClass }>>;
type Name = "stdout" | "stderr";

/** Sends what is printed, by whichever door of this process, into the cell that prints it. */
export function installConsole(): void {
  const { internal } = Deno as unknown as { readonly internal: symbol };
  const { Console } = (Deno as unknown as Internals)[internal]!;
  const console = new Console((text, level) => say(level > 1 ? "stderr" : "stdout", text));
  console.clear = () => clear();
  stopBefore(console as unknown as Methods);
  Object.defineProperty(globalThis, "console", {
    value: console,
    writable: true,
    enumerable: false,
    configurable: true,
  });
  captureWrites("stdout");
  captureWrites("stderr");
  stopBefore(Deno as unknown as Methods, ["inspect"]);
}

type Methods = Record<string, (...given: readonly unknown[]) => unknown>;

/** Deno formats in native code, which a termination must not meet. */
function stopBefore(holder: Methods, names: readonly string[] = Object.keys(holder)): void {
  for (const name of names) {
    const method = holder[name]!;
    if (typeof method !== "function") continue;
    holder[name] = (...given) => {
      stopHere();
      return method(...given);
    };
  }
}

function captureWrites(name: Name): void {
  const decoder = new TextDecoder();
  const write = (bytes: Uint8Array) => {
    stopHere();
    say(name, pristine(() => decoder.decode(bytes, { stream: true })));
    return bytes.length;
  };
  Object.defineProperties(Deno[name], {
    writeSync: { value: write },
    write: { value: (bytes: Uint8Array) => Promise.resolve(write(bytes)) },
    writable: { value: new WritableStream<Uint8Array>({ write: (bytes) => void write(bytes) }) },
  });
}
