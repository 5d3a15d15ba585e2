/**
 * What a DMAR means for interrupts: the `remapping` of a machine file.
 *
 * @module
 */
import type { DeviceScope, PathStep } from "./device_scope.ts";
import { type Dmar, type DmarEntry, dmarFlags, drhdFlags } from "./dmar.ts";
import { bdf, hex } from "./hex.ts";

/** What the DMAR tells of interrupt remapping. */
export interface IntelRemappingDigest {
  /** Whose units they are. */
  readonly vendor: "intel";
  /** INTR_REMAP: the platform supports interrupt remapping. */
  readonly intrRemapFlag: boolean;
  /** X2APIC_OPT_OUT: firmware asks that x2APIC mode stay off. */
  readonly x2apicOptOut: boolean;
  /** The units in the table's order. */
  readonly units: readonly DmarUnitDigest[];
}

/** One remapping unit. */
export interface DmarUnitDigest {
  /** Physical address of its registers. */
  readonly address: string;
  /** PCI segment. */
  readonly segment: number;
  /** It takes all of the segment that no other unit names. */
  readonly includeAll: boolean;
  /** Enumeration ids of the I/O APICs in scope. */
  readonly ioapics: readonly number[];
  /** Enumeration ids of the HPETs in scope. */
  readonly hpets: readonly number[];
  /** Endpoints and bridges in scope: `ssss:bb:dd.f`, and `/dd.f` for each step below a bridge. */
  readonly devices: readonly string[];
  /** Interrupt remapping support, ECAP bit 3; the table does not tell: null. */
  readonly ir: boolean | null;
  /** 32-bit destinations, ECAP bit 4; the table does not tell: null. */
  readonly eim: boolean | null;
}

/** What a DMAR's structures mean. Source: Intel VT-d 8.3. */
export function digestDmar({ flags, entries }: Dmar): IntelRemappingDigest {
  const { intrRemap, x2apicOptOut } = dmarFlags.decode(flags);
  const units = entries.filter((entry) => entry.kind === "drhd").map(unitOf);
  return { vendor: "intel", intrRemapFlag: intrRemap, x2apicOptOut, units };
}

type Drhd = Extract<DmarEntry, { readonly kind: "drhd" }>;

function unitOf({ registerBase, segment, flags, scopes }: Drhd): DmarUnitDigest {
  return {
    address: hex(registerBase),
    segment,
    includeAll: drhdFlags.decode(flags).includePciAll,
    ioapics: idsOf(scopes, "ioapic"),
    hpets: idsOf(scopes, "hpet"),
    devices: scopes.flatMap((scope) => deviceOf(segment, scope)),
    ir: null,
    eim: null,
  };
}

function idsOf(scopes: readonly DeviceScope[], kind: "ioapic" | "hpet"): number[] {
  return scopes.flatMap((scope) => scope.kind === kind ? [scope.enumerationId] : []);
}

function deviceOf(segment: number, scope: DeviceScope): string[] {
  if (scope.kind !== "endpoint" && scope.kind !== "bridge") return [];
  const [first, ...below] = scope.path;
  if (first === undefined) return [];
  const start = bdf(segment, scope.startBus, first.device, first.function);
  return [[start, ...below.map(stepText)].join("/")];
}

function stepText(step: PathStep): string {
  return `${step.device.toString(16).padStart(2, "0")}.${step.function}`;
}
