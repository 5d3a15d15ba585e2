/** LAPIC matching, re-stated function by function after the sources. */
import { bits, type Json, num } from "./bits.ts";

interface Apic {
  readonly id: number;
  readonly x2: boolean;
  readonly ldr: number;
  readonly flat: boolean;
  readonly sw: boolean;
}

const ALL = 0xffffffff;

export function routeOracle(given: Json) {
  const apics: Apic[] = given.apics.map((a: Json) => ({
    id: Number(num(a.id)),
    x2: a.mode === "x2apic",
    ldr: Number(num(a.ldr)),
    flat: a.dfr !== "cluster",
    sw: a.softwareEnabled !== false,
  }));
  const flavor: string = given.flavor.name;
  const quirk = flavor === "kvm" && !given.flavor.quirkDisabled;
  const ipi = /^ipi/.test(given.source);
  const self = Number(num(/ipi from (\S+)/.exec(given.source)?.[1]));
  const dest = Number(num(given.dest));
  const logical = given.destMode === "logical";
  let matched: Apic[];
  if (ipi && given.shorthand && given.shorthand !== "none") {
    matched = apics.filter((a) =>
      given.shorthand === "self" ? a.id === self : given.shorthand === "all-incl" || a.id !== self
    );
  } else if (flavor === "qemu-tcg") {
    matched = tcg(apics, dest, logical);
  } else {
    matched = apics.filter((a) => {
      if (flavor === "arch") return arch(a, dest, logical);
      if (flavor === "xen") return xen(a, dest, logical);
      return kvm(a, quirk && !ipi && dest === 0xff && a.x2 ? ALL : dest, logical);
    });
  }
  const mode: string = given.deliveryMode;
  const vectored = mode === "fixed" || mode === "lowest";
  const vector = Number(num(given.vector));
  const rh = Number(num(given.redirectionHint)) === 1;
  let candidates = vectored ? matched.filter((a) => a.sw) : matched;
  if (vectored && vector < 16 && (flavor === "arch" || flavor === "xen")) candidates = [];
  if (mode === "reserved3" || (!ipi && mode === "sipi") || (ipi && mode === "extint")) {
    candidates = [];
  }
  if (!ipi && mode === "extint" && (flavor === "kvm" || flavor === "xen")) candidates = [];
  if (!ipi && (mode === "smi" || mode === "init") && flavor === "xen") candidates = [];
  let one = mode === "lowest";
  if (flavor === "arch") one ||= rh && mode === "fixed";
  if (flavor === "kvm") {
    if (!logical && dest === 0xff) one = false;
    one ||= rh;
  }
  const accept = candidates.length === 0 ? "none" : one && candidates.length > 1 ? "one-of" : "all";
  return {
    matched: matched.map(({ id }) => id),
    accept,
    candidates: candidates.map(({ id }) => id),
    ...(accept === "one-of" && flavor === "kvm" &&
      { kvmVectorHashingPick: candidates[vector % candidates.length]!.id }),
  };
}

function x2Logical(id: number, dest: number): boolean {
  for (let member = 0; member < 16; member++) {
    if (bits(dest, member, member) && bits(id, 3, 0) === member) {
      return bits(id, 19, 4) === bits(dest, 31, 16);
    }
  }
  return false;
}

function anyCommon(a: number, b: number, count: number): boolean {
  for (let at = 0; at < count; at++) if (bits(a, at, at) && bits(b, at, at)) return true;
  return false;
}

function arch(a: Apic, dest: number, logical: boolean): boolean {
  if (a.x2) return dest === ALL || (logical ? x2Logical(a.id, dest) : dest === a.id);
  const d = bits(dest, 7, 0);
  if (d === 255) return true;
  if (!logical) return d === bits(a.id, 7, 0);
  if (a.flat) return anyCommon(a.ldr, d, 8);
  const sameCluster = bits(d, 7, 4) === 15 || bits(d, 7, 4) === bits(a.ldr, 7, 4);
  return sameCluster && anyCommon(a.ldr, d, 4);
}

function kvm(a: Apic, dest: number, logical: boolean): boolean {
  if (dest === (a.x2 ? ALL : 255)) return true;
  if (!logical) return a.x2 || dest > 255 ? dest === a.id : dest === bits(a.id, 7, 0);
  if (a.x2) return x2Logical(a.id, dest);
  if (a.flat) return anyCommon(a.ldr, dest, 8);
  return bits(dest, 31, 4) === bits(a.ldr, 7, 4) && anyCommon(a.ldr, dest, 4);
}

function xen(a: Apic, dest: number, logical: boolean): boolean {
  if (!logical) return dest === (a.x2 ? ALL : 255) || dest === (a.x2 ? a.id : bits(a.id, 7, 0));
  if (a.x2) return x2Logical(a.id, dest);
  if (a.flat) return anyCommon(a.ldr, dest, 8);
  return bits(dest, 7, 4) === bits(a.ldr, 7, 4) && anyCommon(a.ldr, dest, 4);
}

function tcg(apics: readonly Apic[], dest: number, logical: boolean): Apic[] {
  if (dest === ALL && !logical) return [...apics];
  const hit = new Set<Apic>();
  if (dest === ALL) { for (const a of apics) if (a.x2) hit.add(a); }
  if (!logical) {
    for (const a of apics) {
      if (a.x2 ? a.id === dest : bits(a.id, 7, 0) === bits(dest, 7, 0)) hit.add(a);
      if (dest === 255 && !a.x2) hit.add(a);
    }
  } else {
    let d = dest;
    for (const a of [...apics].sort((l, r) => l.id - r.id)) {
      if (a.x2) {
        if (x2Logical(a.id, d)) hit.add(a);
        continue;
      }
      d = bits(d, 7, 0);
      const cluster = bits(d, 7, 4) === 15 || bits(d, 7, 4) === bits(a.ldr, 7, 4);
      if (a.flat ? anyCommon(a.ldr, d, 8) : cluster && anyCommon(a.ldr, d, 4)) hit.add(a);
    }
  }
  return apics.filter((a) => hit.has(a));
}
