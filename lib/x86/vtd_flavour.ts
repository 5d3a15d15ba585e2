/**
 * Where VT-d emulators part from the specification, each departure by name.
 *
 * @module
 */

/** What each toggle does when it is on. */
export const VTD_TOGGLES = {
  compatibilityAlwaysPasses: "Compatibility requests pass whatever CFIS and EIME say",
  eimeWithoutEim: "IRTA.EIME can be set though ECAP.EIM is clear",
  indexWraps: "Handle plus subhandle is kept in 16 bits",
  outsideWindowFaults: "An address outside the window is a 20h fault instead of memory",
  subhandleCheckedLast: "Reserved data bits are checked after the entry",
  requestUnchecked: "Neither the address window nor reserved data bits are checked",
  entryReservedUnchecked: "Reserved entry bits are not checked",
  destReservedUnchecked: "With EIME clear DST bits beside 47:40 are not checked",
  postedReadAsRemapped: "IM is ignored: posted entries are read as remapped",
  busRangeInverted: "SVT 10 takes SID 7:0 as first bus and SID 15:8 as last",
  unknownRequesterUnchecked: "Requests without requester ID skip the source check",
  unknownSvtIsSourceFault: "SVT 11 fails the source check (26h) instead of being reserved (24h)",
  unknownSvtAccepted: "SVT 11 passes the source check",
  postedIsReservedFault: "Posted entries fault with 24h",
  faultsUnrecorded: "Faults of requests that go by KVM's routing table are not recorded",
  levelAlwaysSet: "The remapped message carries level 1 always",
  emits15Bits: "The remapped message is re-encoded with a 15-bit destination",
} as const;

/** The name of a departure. */
export type VtdToggle = keyof typeof VTD_TOGGLES;

/** An implementation: the departures that are on. */
export type VtdFlavour = ReadonlySet<VtdToggle>;

const QEMU: readonly VtdToggle[] = [
  "compatibilityAlwaysPasses",
  "eimeWithoutEim",
  "indexWraps",
  "outsideWindowFaults",
  "subhandleCheckedLast",
  "destReservedUnchecked",
  "postedReadAsRemapped",
  "busRangeInverted",
  "unknownRequesterUnchecked",
  "unknownSvtIsSourceFault",
  "levelAlwaysSet",
];

/** Known implementations. `qemuRouted` is QEMU for messages that go by KVM's routing table. */
export const VTD_FLAVOURS: Readonly<
  Record<"spec" | "qemu" | "qemuRouted" | "openvmm", VtdFlavour>
> = {
  /** Intel VT-d 5.1. */
  spec: new Set(),
  /** QEMU 10.2 hw/i386/intel_iommu.c vtd_interrupt_remap_msi, vtd_irte_get. */
  qemu: new Set(QEMU),
  /** QEMU 10.2 hw/i386/intel_iommu.c vtd_int_remap: the same without fault recording. */
  qemuRouted: new Set<VtdToggle>([...QEMU, "faultsUnrecorded"]),
  /** OpenVMM vm/devices/iommu/intel_vtd/src/lib.rs remap_msi_locked, August 2026. */
  openvmm: new Set<VtdToggle>([
    "indexWraps",
    "requestUnchecked",
    "entryReservedUnchecked",
    "busRangeInverted",
    "unknownSvtAccepted",
    "postedIsReservedFault",
    "emits15Bits",
  ]),
};
