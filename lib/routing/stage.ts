/** What a route is made of: stages that hand something on, or end it with a reason. */

import type { DeclinedDomain } from "../linux/boot.ts";
import { declinedInWords } from "../linux/reasons.ts";
import type { Machine } from "../machine/machine.ts";

/** One station of the way: who acted, and what came of it. */
export interface Hop {
  /** Who acted: a device, a domain, a unit, or the LAPICs. */
  readonly at: string;
  /** What it did, or why the interrupt ends there. */
  readonly did: string;
  /** Manual and section, or kernel file, function and version. */
  readonly source: string;
}

export type Stage<T> =
  | { readonly kind: "on"; readonly hop: Hop; readonly value: T }
  | { readonly kind: "lost"; readonly hop: Hop; readonly because: string };

export function on<T>(at: string, did: string, source: string, value: T): Stage<T> {
  return { kind: "on", hop: { at, did, source }, value };
}

export function lost<T>(at: string, because: string, source: string): Stage<T> {
  return { kind: "lost", hop: { at, did: because, source }, because };
}

/** Goes on with what a stage yields, noting what it did. */
export function then<A, B>(stage: Stage<A>, trace: Hop[], next: (value: A) => Stage<B>): Stage<B> {
  if (stage.kind === "lost") return stage;
  trace.push(stage.hop);
  return next(stage.value);
}

/** Why a device without a parent sends nothing. */
export function orphaned(declined: readonly DeclinedDomain[]): string {
  return ["no domain parents it", declinedInWords(declined)].filter(Boolean).join("; ");
}

/** A word as traces show it. */
export function hex(word: number | bigint): string {
  return `0x${word.toString(16)}`;
}

/** A citation of this kernel's source, such as `Linux 6.1 kernel/irq/irqdomain.c name`. */
export function cite({ kernel: { version } }: Machine, fileAndFunction: string): string {
  return `Linux ${version === "mail" ? "5.11" : version} ${fileAndFunction}`;
}
