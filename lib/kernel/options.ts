import { isPermissionFlag } from "./permissions.ts";
import type { TypePolicy } from "./type_report.ts";

/** The words a kernelspec starts the kernel with. */
export interface KernelOptions {
  readonly connectionFile: string;
  /** `--allow-…` and `--deny-…`: rights of the user's code. */
  readonly permissions: readonly string[];
  /** `--remote`: other machines may be let in. */
  readonly remote: boolean;
  /** `--history=off`: keep none; `--history=PATH`: keep it there. */
  readonly history: string | undefined;
  /** `--types=off|warn|error`: what becomes of type errors in cells. */
  readonly types: TypePolicy;
}

/** A word that means nothing here; the message is one line. */
export class OptionError extends Error {
  override readonly name = "OptionError";
}

export function readOptions(words: readonly string[]): KernelOptions {
  const files = words.filter((word) => !word.startsWith("-"));
  const unknown = words.find((word) => word.startsWith("-") && !isKnown(word));
  if (unknown) throw new OptionError(`Cannot start kernel: "${unknown}" is no option; ${usage}`);
  if (files.length !== 1) {
    throw new OptionError(`Cannot start kernel: ${files.length} connection files named; ${usage}`);
  }
  return {
    connectionFile: files[0]!,
    permissions: words.filter(isPermissionFlag),
    remote: words.includes("--remote"),
    history: words.find((word) => word.startsWith("--history="))?.slice("--history=".length),
    types: words.findLast(isTypes)?.slice("--types=".length) as TypePolicy ?? "warn",
  };
}

const usage = "use CONNECTION_FILE [--allow-…] [--deny-…] [--history=off|PATH] " +
  "[--types=off|warn|error] [--remote]";

function isKnown(word: string): boolean {
  return word === "--remote" || word.startsWith("--history=") || isTypes(word) ||
    isPermissionFlag(word);
}

function isTypes(word: string): boolean {
  return /^--types=(off|warn|error)$/.test(word);
}
