import type { ApicDriver } from "./apic_drivers.ts";
import type { ApicOff } from "./apic_off.ts";
import type { Booting } from "./booting.ts";
import { type HandOver, isUnsupported } from "./hand_over.ts";
import type { Found } from "./irqdomain.ts";
import type { X2apicDecision } from "./x2apic.ts";

/** Why the kernel stops, if it does. */
export type Panic =
  | { readonly kind: "x2apicWithoutConfig" }
  | { readonly kind: "cannotDisableX2apic"; readonly bootApicId: number }
  | { readonly kind: "orphanIoapic"; readonly ioapic: number }
  /** `init_x2apic_ldr` writes to a mask that only the driver's probe allocates. */
  | { readonly kind: "clusterNotProbed" }
  /** With `nolapic` registers of an x2APIC are read where xAPIC's would be, and nothing is mapped. */
  | { readonly kind: "x2apicNotMapped" };

/** The first that happens, in the order of a boot. */
export function whyPanic(
  { machine, era }: Booting,
  handOver: HandOver,
  { apicOff, x2apic, stageB, ioapicParents }: {
    readonly apicOff: ApicOff | null;
    readonly x2apic: X2apicDecision;
    readonly stageB: ApicDriver;
    /** By place in `machine.ioapics`. */
    readonly ioapicParents: readonly Found[];
  },
): Panic | null {
  if (x2apic.kind === "refused" && x2apic.disable.kind === "panic") {
    return { kind: "cannotDisableX2apic", bootApicId: machine.firmware.bootApicId };
  }
  if (apicOff === "nolapic" && handOver.inHardware && handOver.configured) {
    return { kind: "x2apicNotMapped" };
  }
  const unprobed = x2apic.kind === "untouched" && x2apic.because === "nosmpLeavesRoutingOut";
  if (unprobed && stageB.name === "cluster x2apic" && era.vectorAllocator === "matrix") {
    return { kind: "clusterNotProbed" };
  }
  const orphan = ioapicParents.findIndex(({ domain }) => domain === null);
  if (orphan >= 0 && era.orphanIoapic === "bug") {
    return { kind: "orphanIoapic", ioapic: machine.ioapics[orphan]!.id };
  }
  const unsupported = isUnsupported(handOver) && era.withoutX2apicConfig === "panic";
  return unsupported ? { kind: "x2apicWithoutConfig" } : null;
}

/** What the kernel says when it stops. */
export function panicText(panic: Panic): string {
  switch (panic.kind) {
    case "x2apicWithoutConfig":
      return "BIOS has enabled x2apic but kernel doesn't support x2apic, " +
        "please disable x2apic in BIOS.";
    case "cannotDisableX2apic":
      return `Cannot disable x2apic, id: ${panic.bootApicId.toString(16).padStart(8, "0")}`;
    case "x2apicNotMapped":
      return "BUG: unable to handle page fault in native_apic_mem_read";
    case "clusterNotProbed":
      return "BUG: kernel NULL pointer dereference in init_x2apic_ldr";
    case "orphanIoapic":
      return "kernel BUG at arch/x86/kernel/apic/io_apic.c: " +
        `I/O APIC ${panic.ioapic} finds no parent irqdomain`;
  }
}
