/** Remapping units, re-stated after the specification's prose and QEMU's functions. */
import { anyBit, bits, DM, hex, join, type Json, MODES, num, TM, wideBits } from "./bits.ts";

function entryAt(given: Json, index: number) {
  for (const [at, entry] of Object.entries<Json>(given.irte)) {
    if (Number(num(at)) === index) return entry;
  }
  return { low: 0, high: 0 };
}

export function vtdOracle(given: Json) {
  return { spec: vtdSpec(given), qemu: vtdQemu(given) };
}

function passed({ address, data }: Json) {
  return { result: "pass-through", address, data };
}

function indexOf({ address, data }: Json): number {
  const handle = bits(address, 19, 5) + bits(address, 2, 2) * 0x8000;
  return handle + (bits(address, 3, 3) ? bits(data, 15, 0) : 0);
}

function vtdSpec(given: Json) {
  const { address, data } = given;
  const early = (reason: number, index?: number) => ({
    result: "fault",
    reason,
    qualified: false,
    ...(index !== undefined && { index }),
  });
  if (num(address) < 0xfee00000n || num(address) > 0xfeefffffn) {
    return { result: "not-an-interrupt" };
  }
  if (!given.ire) return passed(given);
  if (!bits(address, 4, 4)) return given.cfis && !given.eime ? passed(given) : early(0x25);
  if (bits(address, 3, 3) && anyBit(data, 31, 16)) return early(0x20);
  const index = indexOf(given);
  if (index >= Number(given.entries)) return early(0x21, index);
  const { low, high } = entryAt(given, index);
  const late = (reason: number) => ({
    result: "fault",
    reason,
    qualified: true,
    recorded: bits(low, 1, 1) === 0,
    index,
  });
  if (!bits(low, 0, 0)) return late(0x22);
  const posted = bits(low, 15, 15) === 1;
  if (posted) {
    if (anyBit(low, 7, 2) || anyBit(low, 13, 12) || anyBit(low, 37, 24)) return late(0x24);
    if (anyBit(high, 31, 20)) return late(0x24);
  } else {
    if (anyBit(low, 14, 12) || anyBit(low, 31, 24) || anyBit(high, 63, 20)) return late(0x24);
    if (!given.eime && (anyBit(low, 39, 32) || anyBit(low, 63, 48))) return late(0x24);
  }
  const svt = bits(high, 19, 18), sid = Number(num(given.sid));
  if (svt === 3) return late(0x24);
  if (svt === 1 && !sameRequester(sid, bits(high, 15, 0), bits(high, 17, 16))) return late(0x26);
  const bus = Math.floor(sid / 256);
  if (svt === 2 && (bus < bits(high, 15, 8) || bus > bits(high, 7, 0))) return late(0x26);
  if (posted) {
    return {
      result: "posted",
      index,
      vector: bits(low, 23, 16),
      urgent: bits(low, 14, 14),
      pidAddress: hex(join([bits(low, 63, 38), 6], [bits(high, 63, 32), 32])),
    };
  }
  return delivered(low, index, given.eime ? bits(low, 63, 32) : bits(low, 47, 40));
}

function sameRequester(sid: number, wanted: number, sq: number): boolean {
  const ignored: number[] = [[], [2], [2, 1], [2, 1, 0]][sq]!;
  for (let at = 0; at < 16; at++) {
    if (!ignored.includes(at) && bits(sid, at, at) !== bits(wanted, at, at)) return false;
  }
  return true;
}

function delivered(low: Json, index: number, dest: number) {
  return {
    result: "deliver",
    index,
    dest,
    destMode: DM[bits(low, 2, 2)],
    redirectionHint: bits(low, 3, 3),
    trigger: TM[bits(low, 4, 4)],
    deliveryMode: MODES[bits(low, 7, 5)],
    vector: bits(low, 23, 16),
  };
}

function vtdQemu(given: Json) {
  const { address, data } = given;
  const early = (reason: number, index?: number) => ({
    result: "fault",
    reason,
    qualified: false,
    ...(index !== undefined && { index }),
  });
  if (!given.ire) return passed(given);
  if (num(address) > 0xffffffffn || bits(address, 31, 20) !== 0xfee) return early(0x20);
  if (!bits(address, 4, 4)) return passed(given);
  const index = indexOf(given) % 65536;
  if (index >= Number(given.entries)) return early(0x21, index);
  const { low, high } = entryAt(given, index);
  const late = (reason: number) => ({
    result: "fault",
    reason,
    qualified: true,
    recorded: bits(low, 1, 1) === 0,
    index,
  });
  if (!bits(low, 0, 0)) return late(0x22);
  if (anyBit(low, 14, 12) || anyBit(low, 31, 24) || anyBit(high, 63, 20)) return late(0x24);
  const sid = Number(num(given.sid)), svt = bits(high, 19, 18);
  if (svt === 3) return late(0x26);
  if (svt === 1 && !sameRequester(sid, bits(high, 15, 0), bits(high, 17, 16))) return late(0x26);
  const bus = Math.floor(sid / 256), min = bits(high, 7, 0), max = bits(high, 15, 8);
  if (svt === 2 && (bus > max || bus < min)) return late(0x26);
  if (bits(address, 3, 3) && anyBit(data, 31, 16)) return early(0x20);
  const dest = given.eime ? bits(low, 63, 32) : bits(low, 47, 40);
  return {
    ...delivered(low, index, dest),
    messageToKvm: {
      address: hex(join(
        [bits(dest, 31, 8), 40],
        [0xfee, 20],
        [bits(dest, 7, 0), 12],
        [bits(low, 3, 3), 3],
        [bits(low, 2, 2), 2],
      )),
      data: hex(join([bits(low, 23, 16), 0], [bits(low, 7, 5), 8], [1, 14], [bits(low, 4, 4), 15])),
    },
  };
}

export function amdOracle(given: Json) {
  const { dteData2: dte, address, data } = given;
  if (!given.iommuEn || !given.dteV || !bits(dte, 0, 0)) return passed(given);
  const type = bits(data, 10, 8);
  if (!(given.numIntRemap2K && bits(address, 2, 2))) {
    const pass: Record<number, number> = { 4: 58, 5: 56, 7: 57 };
    const at = pass[type];
    if (at !== undefined) return bits(dte, at, at) ? passed(given) : { result: "target-abort" };
    if (type > 1) return { result: "unspecified" };
  }
  const intCtl = bits(dte, 61, 60);
  if (intCtl === 1) return passed(given);
  if (intCtl !== 2) return { result: "target-abort" };
  const index = bits(data, 10, 0);
  const ig = bits(dte, 5, 5) === 1;
  if (index >= 2 ** bits(dte, 4, 1)) return { result: "io-page-fault", index, logged: !ig };
  const entryAddress = hex(wideBits(dte, 51, 6) * 64n + BigInt(index * (given.gaEn ? 16 : 4)));
  const at = { index, entryAddress };
  const raw = entryAt(given, index);
  const low = given.gaEn ? raw.low ?? raw : raw.low ?? raw, high = raw.high ?? 0;
  if (!bits(low, 0, 0)) {
    return { result: "io-page-fault", ...at, logged: !ig && !bits(low, 1, 1) };
  }
  const guest = bits(low, 7, 7) === 1;
  if (guest && given.gaEn) return { result: "guest-vapic", index };
  if (guest || bits(low, 4, 2) > 1) return { result: "io-page-fault", ...at, logged: !ig };
  const wide = given.xtEn ? bits(low, 31, 8) + bits(high, 63, 56) * 2 ** 24 : bits(low, 15, 8);
  return {
    result: "deliver",
    ...at,
    dest: given.gaEn ? wide : bits(low, 15, 8),
    destMode: DM[bits(low, 6, 6)],
    rqEoi: bits(low, 5, 5),
    deliveryMode: bits(low, 4, 2) ? "lowest" : "fixed",
    vector: given.gaEn ? bits(high, 7, 0) : bits(low, 23, 16),
  };
}

export function iommuOwnOracle(given: Json) {
  if (given.register) {
    const xt = given.register;
    return {
      dest: bits(xt, 31, 8) + bits(xt, 63, 56) * 2 ** 24,
      vector: bits(xt, 39, 32),
      destMode: DM[bits(xt, 2, 2)],
    };
  }
  const upper = given.eimSupported ? bits(given.feuaddr, 31, 8) * 256 : 0;
  return { dest: bits(given.feaddr, 19, 12) + upper, vector: bits(given.fedata, 7, 0) };
}
