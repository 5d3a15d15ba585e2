import process from "node:process";
import { Deno, Object, TextEncoder, Uint8Array } from "../intrinsics.ts";
import { ask } from "./pipe.ts";
import { pristine } from "./pristine.ts";

/** Everything by which code asks asks the client whose cell runs. */
export function installInput(): void {
  Object.assign(globalThis, { prompt, confirm, alert });
  answerReads();
}

interface PromptOptions {
  readonly password?: boolean;
}

function prompt(
  message = "Prompt",
  defaultValue: string | PromptOptions = "",
  options: PromptOptions = {},
): string {
  if (typeof defaultValue === "object") return prompt(message, "", defaultValue ?? {});
  const offer = defaultValue === "" ? "" : ` [${defaultValue}]`;
  return ask(`${message}${offer}`, options?.password === true) || defaultValue;
}

function confirm(message = "Confirm"): boolean {
  return /^y(es)?$/i.test(ask(`${message} [y/N] `, false));
}

function alert(message = "Alert"): void {
  ask(`${message} [Enter] `, false);
}

/** Asks for a word that is not shown while it is typed. */
export function password(message = "Password: "): string {
  return ask(message, true);
}

/** Standard input is what the user types: a read of it asks for a line, when none is left over. */
function answerReads(): void {
  const utf8 = new TextEncoder();
  let line = new Uint8Array();
  const readSync = (into: Uint8Array): number =>
    pristine(() => {
      if (line.length === 0) line = utf8.encode(`${ask("", false)}\n`);
      const part = line.subarray(0, into.length);
      line = line.subarray(part.length);
      into.set(part);
      return part.length;
    });
  const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    const chunk = new Uint8Array(chunkSize);
    controller.enqueue(chunk.subarray(0, readSync(chunk)));
  };
  Object.defineProperties(Deno.stdin, {
    readSync: { value: readSync },
    read: {
      value: async (into: Uint8Array) => {
        askOnlyWhileRead();
        return await readSync(into);
      },
    },
    // Nothing is asked before somebody reads.
    readable: { value: new ReadableStream({ pull }, { highWaterMark: 0 }) },
  });
}

/**
 * Node's stream reads on as soon as a line has come. It is made to wait for a turn, in which
 * whoever got the line may pause it, as `readline` does when it is closed, or when it is resumed.
 */
let askOnlyWhileRead = () => {
  askOnlyWhileRead = () => {};
  const stdin = process.stdin as typeof process.stdin & { _read(size: number): void };
  const read = stdin._read;
  stdin._read = (size) => {
    const readOn = () => read.call(stdin, size);
    later(() => stdin.isPaused() ? stdin.once("resume", readOn) : readOn(), 0);
  };
};

const later = setTimeout;
const chunkSize = 2 ** 16;
