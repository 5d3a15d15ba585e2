import { clear } from "./display.ts";
import { Promise, TextDecoder } from "../intrinsics.ts";
import { say, stopHere } from "./pipe.ts";
import { pristine } from "./pristine.ts";

type ConsoleClass = new (print: (text: string, level: number) => void) => Console;
type Internals = Readonly<Record<symbol, { readonly Console: ConsoleClass }>>;
type Name = "stdout" | "stderr";

/** Sends what is printed, by whichever door of this process, into the cell that prints it. */
export function installConsole(): void {
  const { internal } = Deno as unknown as { readonly internal: symbol };
  const { Console } = (Deno as unknown as Internals)[internal]!;
  const console = new Console((text, level) => say(level > 1 ? "stderr" : "stdout", text));
  console.clear = () => clear();
  Object.defineProperty(globalThis, "console", {
    value: console,
    writable: true,
    enumerable: false,
    configurable: true,
  });
  captureWrites("stdout");
  captureWrites("stderr");
  makeInspectStop();
}

function makeInspectStop(): void {
  const { inspect } = Deno;
  Deno.inspect = (value, options) => {
    stopHere();
    return inspect(value, options);
  };
}

function captureWrites(name: Name): void {
  const decoder = new TextDecoder();
  const write = (bytes: Uint8Array) => {
    say(name, pristine(() => decoder.decode(bytes, { stream: true })));
    return bytes.length;
  };
  Object.defineProperties(Deno[name], {
    writeSync: { value: write },
    write: { value: (bytes: Uint8Array) => Promise.resolve(write(bytes)) },
    writable: { value: new WritableStream<Uint8Array>({ write: (bytes) => void write(bytes) }) },
  });
}
