/**
 * The three families of errors as exit statuses: misuse is 2, the outside world is 3, and a plain
 * built-in error that nobody meant to throw is a fault of ours, told in one line all the same.
 */

export const exitStatus = { answered: 0, no: 1, misuse: 2, world: 3 } as const;

/** The command line asks for something there is not. */
export class Misuse extends RangeError {
  override readonly name = "Misuse";
  readonly exitStatus = exitStatus.misuse;
}

/** An input could not be read or is invalid. */
export class InputError extends Error {
  override readonly name: string = "InputError";
  readonly exitStatus = exitStatus.world;
}

/** What the user is told about an error: one line, and how the process ends. */
export interface Verdict {
  readonly line: string;
  readonly status: number;
}

export function verdictOn(error: unknown): Verdict {
  if (!(error instanceof Error)) return { line: fault(String(error)), status: exitStatus.world };
  const message = oneLine(error.message);
  if (error.constructor === RangeError) return { line: message, status: exitStatus.misuse };
  if (isBuiltIn(error)) return { line: fault(`${error.name}: ${message}`), status: 3 };
  return { line: message, status: statusOf(error) };
}

function statusOf(error: Error): number {
  return "exitStatus" in error && typeof error.exitStatus === "number"
    ? error.exitStatus
    : exitStatus.world;
}

/** Errors of the outside world are subclasses; the bare classes come from slips of the code. */
function isBuiltIn(error: Error): boolean {
  const bare: readonly unknown[] = [
    Error,
    TypeError,
    SyntaxError,
    ReferenceError,
    EvalError,
    URIError,
  ];
  return bare.includes(error.constructor);
}

function oneLine(message: string): string {
  return message.trim().replace(/\s*\n\s*/g, " ");
}

function fault(message: string): string {
  return `Cannot answer for a fault of irqscope itself: ${message}; ` +
    `IRQSCOPE_DEBUG=1 shows where it happened`;
}
