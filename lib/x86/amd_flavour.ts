/**
 * Where AMD-Vi emulators part from the specification, each departure by name.
 *
 * @module
 */

/** What each toggle does when it is on. */
export const AMD_TOGGLES = {
  deviceTableEnables: "A non-empty device table turns remapping on, not IommuEn",
  dteValidIgnored: "DTE.V is not asked",
  reservedDteDrops: "Reserved bits of the device table entry drop the interrupt",
  xtByProperty: "Wide destinations follow the device's property, not CONTROL.XTEn",
  guestApicIsXt: "GAEn alone makes destinations 32 bits wide",
  tableLengthUnchecked: "IntTabLen is not asked",
  smiDropped: "SMI is refused",
  passedMustBePhysical: "NMI, INIT and ExtINT are dropped when their DM bit is set",
  hintFromRequestEoi: "The redirection hint of the result is RqEoi",
  unknownRequesterIsSouthbridge: "A request without requester ID counts as 00:14.0",
  passBecomesZero: "IntCtl 01 sends an all-zero remap result: vector 0 to APIC 0",
  faultsUnlogged: "Faults write no event",
  invalidRemapAborts: "IntCtl 10 with IV clear is an illegal entry instead of passing",
  messageTypesIgnored: "Every message type indexes the table",
  intTypeUnchecked: "Reserved IntType codes become the delivery mode",
  guestModeIgnored: "GuestMode is not asked",
  triggerDropped: "The result is edge-triggered whatever the message said",
} as const;

/** The name of a departure. */
export type AmdToggle = keyof typeof AMD_TOGGLES;

/** An implementation: the departures that are on. */
export type AmdFlavour = ReadonlySet<AmdToggle>;

/** Known implementations. */
export const AMD_FLAVOURS: Readonly<Record<"spec" | "qemu" | "openvmm", AmdFlavour>> = {
  /** AMD I/O Virtualization Technology (IOMMU) specification 3.11. */
  spec: new Set(),
  /** QEMU 10.2 hw/i386/amd_iommu.c amdvi_int_remap_msi. */
  qemu: new Set<AmdToggle>([
    "deviceTableEnables",
    "dteValidIgnored",
    "reservedDteDrops",
    "xtByProperty",
    "tableLengthUnchecked",
    "smiDropped",
    "passedMustBePhysical",
    "hintFromRequestEoi",
    "unknownRequesterIsSouthbridge",
    "passBecomesZero",
    "faultsUnlogged",
  ]),
  /** OpenVMM vm/devices/iommu/amd_iommu/src/lib.rs remap_msi_inner, August 2026. */
  openvmm: new Set<AmdToggle>([
    "guestApicIsXt",
    "invalidRemapAborts",
    "messageTypesIgnored",
    "intTypeUnchecked",
    "guestModeIgnored",
    "triggerDropped",
  ]),
};
