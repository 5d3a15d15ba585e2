/**
 * Device scopes: the devices, bridges, I/O APICs and HPETs that a DMAR structure names.
 *
 * @module
 */
import { type EntryIn, entryList, type Tail } from "./entry_list.ts";
import { type Fault, fault } from "./malformed.ts";
import { implied, reserved, structure, u8 } from "./structure.ts";
import { byteTag } from "./tags.ts";

/** One step of a path: below the start bus, or below the bridge of the step before. */
export interface PathStep {
  /** PCI device, 0–31. */
  readonly device: number;
  /** PCI function, 0–7. */
  readonly function: number;
}

/** The way from the start bus; its last step is the device meant. */
export interface Path {
  /** At least one step in a sound table. */
  readonly path: readonly PathStep[];
}

const scope = structure({
  name: "device scope",
  source: "Intel VT-d 8.3.1",
  fields: {
    type: implied(1, "1 endpoint, 2 bridge, 3 I/O APIC, 4 HPET, 5 namespace device"),
    length: implied(1, "Bytes of the scope"),
    flags: u8("Zero before VT-d 4.0"),
    reserved3: reserved(1),
    enumerationId: u8("MADT id of the I/O APIC, number of the HPET, or of the ANDD device"),
    startBus: u8("Where the path starts"),
  },
});

const path: Tail<Path> = { parse: parsePath, build: buildPath };

/** The scopes of a structure; all types have one layout. */
export const deviceScopes = entryList({
  name: "device scope",
  tag: byteTag,
  kinds: {
    endpoint: { type: 1, layout: scope, tail: path },
    bridge: { type: 2, layout: scope, tail: path },
    ioapic: { type: 3, layout: scope, tail: path },
    hpet: { type: 4, layout: scope, tail: path },
    namespaceDevice: { type: 5, layout: scope, tail: path },
  },
});
/** One scope. */
export type DeviceScope = EntryIn<typeof deviceScopes>;

function parsePath(view: DataView, from: number, to: number): Path | Fault {
  if ((to - from) % 2 !== 0) {
    return fault(from, `a path of ${to - from} bytes`, "a path is pairs of device and function");
  }
  const path: PathStep[] = [];
  for (let at = from; at < to; at += 2) {
    path.push({ device: view.getUint8(at), function: view.getUint8(at + 1) });
  }
  return { path };
}

function buildPath({ path }: Path): Uint8Array {
  return Uint8Array.from(path.flatMap((step) => [step.device, step.function]));
}
