/**
 * An I/O APIC redirection table entry, in every format.
 *
 * ```text
 *  63        56 55         49  48  47   17  16   15  14   13  12  11  10  8 7       0
 * ┌────────────┬──────────────┬───┬───────┬────┬────┬───┬────┬───┬───┬─────┬─────────┐
 * │ destId 7:0 │ destId 14:8  │ 0 │   0   │mask│trig│IRR│low │sts│DM │ mode│  vector │ compatibility
 * ├────────────┴──────────────┼───┼───────┼────┼────┼───┼────┼───┼───┼─────┼─────────┤
 * │       index 14:0          │ 1 │   0   │mask│trig│IRR│low │sts│i15│ 000 │  vector │ VT-d
 * ├────────────┬──────────────┼───┼───────┼────┼────┼───┼────┼───┼───┼─────┴─────────┤
 * │  ignored   │      0       │ 0 │   0   │mask│trig│IRR│low │sts│DM │  index 10:0   │ AMD-Vi
 * └────────────┴──────────────┴───┴───────┴────┴────┴───┴────┴───┴───┴───────────────┘
 * ```
 *
 * @module
 */
import {
  type Decoded,
  fixed,
  fixedFlag,
  flag,
  ignored,
  oneOf,
  Register,
  reserved,
  uint,
} from "../bits/register.ts";
import { DELIVERY_MODES, DEST_MODES, TRIGGERS } from "./interrupt_message.ts";

/** Bits 16:12, the same in every format. */
const PIN_FIELDS = {
  deliveryStatus: flag("Send pending, read only"),
  activeLow: flag("Polarity: asserted when low"),
  remoteIrr: flag("Level interrupt accepted, EOI awaited, read only"),
  trigger: oneOf(TRIGGERS, "Trigger mode"),
  masked: flag("Sends nothing"),
} as const;

/** The compatibility format, with the extended destination where a hypervisor offers it. */
export const redirectionTableEntry = new Register({
  name: "RedirectionTableEntry",
  width: 64,
  source: "Intel 82093AA 3.2.4; Linux arch/x86/include/asm/io_apic.h struct IO_APIC_route_entry",
  fields: {
    vector: uint(8, "Vector"),
    deliveryMode: oneOf(DELIVERY_MODES, "Delivery mode"),
    destMode: oneOf(DEST_MODES, "How the destination names LAPICs"),
    ...PIN_FIELDS,
    reserved17to47: reserved(31),
    remappable: fixedFlag(false, "Clear: compatibility format"),
    destId8to14: uint(7, "Destination 14:8, read only where a hypervisor offers it"),
    destId0to7: uint(8, "Destination 7:0"),
  },
});
/** Fields of {@link redirectionTableEntry}. */
export type RedirectionTableEntry = Decoded<typeof redirectionTableEntry>;

/** The VT-d remappable format. */
export const remappableRedirectionTableEntry = new Register({
  name: "RemappableRedirectionTableEntry",
  width: 64,
  source: "Intel VT-d 5.1.5.1; Linux struct IO_APIC_route_entry ir_*",
  fields: {
    vector: uint(8, "Vector; equal to the IRTE's for the EOI broadcast to find this pin"),
    reserved8to10: fixed(3, 0, "Zero, or the request would read as SHV"),
    index15: uint(1, "Index 15"),
    ...PIN_FIELDS,
    reserved17to47: reserved(31),
    remappable: fixedFlag(true, "Set: remappable format"),
    index0to14: uint(15, "Index 14:0"),
  },
});
/** Fields of {@link remappableRedirectionTableEntry}. */
export type RemappableRedirectionTableEntry = Decoded<typeof remappableRedirectionTableEntry>;

/** The reading of an AMD unit: the index sits where vector and delivery mode would. */
export const amdRedirectionTableEntry = new Register({
  name: "AmdRedirectionTableEntry",
  width: 64,
  source: "AMD IOMMU specification 2.2.5.2; Linux drivers/iommu/amd/iommu.c irq_remapping_prepare",
  fields: {
    index: uint(11, "Index into the I/O APIC's own table"),
    destMode: oneOf(DEST_MODES, "Set throughout when tables hold 2048 entries"),
    ...PIN_FIELDS,
    reserved17to47: reserved(31),
    remappable: fixedFlag(false, "Clear"),
    reserved49to55: reserved(7),
    ignored56to63: ignored(8),
  },
});
/** Fields of {@link amdRedirectionTableEntry}. */
export type AmdRedirectionTableEntry = Decoded<typeof amdRedirectionTableEntry>;

/** A raw entry under the reading its format bit (48) chooses. */
export type RedirectionTableEntryReading =
  | ({ readonly kind: "compatibility" } & RedirectionTableEntry)
  | ({ readonly kind: "remappable"; readonly index: number } & RemappableRedirectionTableEntry);

/** Reads an entry as a VT-d platform does: bit 48 chooses the format. */
export function readRedirectionTableEntry(raw: bigint): RedirectionTableEntryReading {
  const compatibility = redirectionTableEntry.decode(raw);
  if (!compatibility.remappable) return { kind: "compatibility", ...compatibility };
  const entry = remappableRedirectionTableEntry.decode(raw);
  return { kind: "remappable", index: entry.index15 << 15 | entry.index0to14, ...entry };
}
