/** Message, entry, timer and ICR words, bit by bit. */
import { bits, DM, hex, join, type Json, MODES, num, TM } from "./bits.ts";

export function x2ldrOracle({ x2apicId }: Json) {
  let ldr = 0n;
  for (let member = 0; member < 16; member++) {
    if (bits(x2apicId, 3, 0) === member) ldr += 2n ** BigInt(member);
  }
  for (let at = 4; at < 20; at++) if (bits(x2apicId, at, at)) ldr += 2n ** BigInt(at + 12);
  return { ldr: hex(ldr) };
}

export function msiDecodeOracle({ address, data }: Json) {
  const isInterruptAddress = num(address) >= 0xfee00000n && num(address) <= 0xfeefffffn;
  if (bits(address, 4, 4)) {
    let handle = 0;
    for (let at = 5; at <= 19; at++) handle += bits(address, at, at) * 2 ** (at - 5);
    handle += bits(address, 2, 2) * 32768;
    const shv = bits(address, 3, 3), subhandle = bits(data, 15, 0);
    return {
      isInterruptAddress,
      format: "remappable",
      handle,
      shv,
      subhandle,
      index: handle + shv * subhandle,
    };
  }
  const destId8 = bits(address, 19, 12), upper = bits(address, 63, 40) * 256;
  return {
    isInterruptAddress,
    format: "compatibility",
    destId8,
    extDestBits: bits(address, 11, 5),
    destId15: bits(address, 11, 5) * 256 + destId8,
    addrHiDest: upper,
    destId32KvmX2apicFormat: upper + destId8,
    redirectionHint: bits(address, 3, 3),
    destMode: DM[bits(address, 2, 2)],
    vector: bits(data, 7, 0),
    deliveryMode: MODES[bits(data, 10, 8)],
    level: bits(data, 14, 14),
    trigger: TM[bits(data, 15, 15)],
  };
}

export function msiEncodeOracle(given: Json) {
  const dest = num(given.dest);
  if (dest >= (given.extDestId ? 32768n : 256n)) return { encodable: false };
  const address = join([0xfee, 20], [bits(dest, 7, 0), 12], [bits(dest, 14, 8), 5], [
    given.destMode === "logical" ? 1 : 0,
    2,
  ]);
  return { encodable: true, address: hex(address), data: hex(num(given.vector)) };
}

/** QEMU's rule in words: upper half free, format bit clear, then bits 11:5 land at 46:40. */
export function swizzleOracle({ address }: Json) {
  const word = num(address);
  if (bits(word, 4, 4) || word > 0xffffffffn) return { address };
  const ext = bits(word, 11, 5);
  return { address: hex(word - BigInt(ext) * 32n + BigInt(ext) * 2n ** 40n) };
}

export function rteOracle({ rte }: Json) {
  const masked = bits(rte, 16, 16), dlm = bits(rte, 10, 8), dm = bits(rte, 11, 11);
  const whole = bits(rte, 63, 48), byte = bits(rte, 63, 56);
  const vector = bits(rte, 7, 0), tm = bits(rte, 15, 15), irr = bits(rte, 14, 14);
  const message = (address: bigint, data: bigint) =>
    masked ? null : { address: hex(address), data: hex(data) };
  const plain = join([vector, 0], [dlm, 8], [tm, 15]);
  return {
    fields: {
      vector,
      deliveryMode: MODES[dlm],
      destMode: DM[dm],
      deliveryStatus: bits(rte, 12, 12),
      activeLow: bits(rte, 13, 13),
      remoteIrr: irr,
      trigger: TM[tm],
      masked,
      destId8: byte,
      extDestBits: bits(rte, 55, 49),
      destId15: bits(rte, 55, 49) * 256 + byte,
      interruptFormat: bits(rte, 48, 48),
      remapIndex: bits(rte, 63, 49) + dm * 32768,
    },
    message: {
      "ich": message(
        join([0xfee, 20], [whole, 4], [dlm === 1 ? 1 : 0, 3], [dm, 2]),
        join([vector, 0], [dlm, 8], [dm, 11], [1, 14], [tm, 15]),
      ),
      "qemu": message(join([0xfee, 20], [whole, 4], [dm, 2]), plain),
      "cloud-hypervisor": message(
        join([0xfee, 20], [byte, 12], [1, 3], [dm, 2]),
        join([vector, 0], [dlm, 8], [irr, 14], [tm, 15]),
      ),
      "crosvm": message(join([0xfee, 20], [byte, 12], [dm, 2]), plain),
    },
  };
}

export function hpetOracle({ config, route }: Json) {
  const fsb = bits(config, 14, 14) === 1;
  const message = { address: bits(route, 63, 32), data: bits(route, 31, 0) };
  return {
    fsbEnabled: fsb,
    fsbCapable: bits(config, 15, 15) === 1,
    interruptEnabled: bits(config, 2, 2) === 1,
    trigger: TM[bits(config, 1, 1)],
    ioapicPin: bits(config, 13, 9),
    routeCapMask: bits(config, 63, 32),
    ...(fsb && { message }),
  };
}

export function eoiOracle({ rte, eoiVector }: Json) {
  const clears = bits(rte, 15, 15) && bits(rte, 14, 14) &&
    bits(rte, 7, 0) === Number(num(eoiVector));
  return { rte: hex(num(rte) - (clears ? 0x4000n : 0n)) };
}

export function icrOracle(given: Json) {
  const low = given.icr ?? given.icrLow;
  const high = given.icr ? bits(given.icr, 63, 32) : given.icrHigh;
  return {
    dest: given.mode === "x2apic" ? bits(high, 31, 0) : bits(high, 31, 24),
    destMode: DM[bits(low, 11, 11)],
    vector: bits(low, 7, 0),
    deliveryMode: MODES[bits(low, 10, 8)],
    shorthand: ["none", "self", "all-incl", "all-excl"][bits(low, 19, 18)],
  };
}

export function msiMultiOracle({ address, data, messages }: Json) {
  const count = Number(num(messages));
  const indexes = [];
  for (let message = 0; message < count; message++) {
    const word = BigInt(Math.floor(bits(data, 31, 0) / count) * count + message);
    // Without the format bit an AMD unit takes the low eleven data bits.
    indexes.push(msiDecodeOracle({ address, data: word }).index ?? bits(word, 10, 0));
  }
  return { irteIndexes: indexes };
}
