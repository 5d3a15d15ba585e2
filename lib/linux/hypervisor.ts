/**
 * Which hypervisor Linux believes it runs on, and what that one promises.
 * Source: Linux arch/x86/kernel/cpu/hypervisor.c.
 */
import type { Machine } from "../machine/machine.ts";
import type { Booting } from "./booting.ts";
import type { Era } from "./eras.ts";
import type { HandOver } from "./hand_over.ts";
import { BASES, eax, type Leaves, presentBases, spells } from "./hypervisor_leaves.ts";
import { isHypervRoot, type Platform, PLATFORMS } from "./hypervisor_platforms.ts";

/** The platform that was detected and where its leaves begin; null on bare metal. */
export interface Detection {
  readonly platform: Platform;
  readonly base: number;
}

/** What the platform, if any, promises about x2APIC and the destinations of messages. */
export interface HypervisorPromises {
  readonly hypervisor: Detection | null;
  /** x2APIC works without remapping. */
  readonly x2apicAvailable: boolean;
  /** Messages carry 15 destination bits. */
  readonly msiExtDestId: boolean;
  /** `x2apic_phys` is set by the platform's init. */
  readonly forcesPhysical: boolean;
  /** This is the partition that manages the others. */
  readonly hypervRoot: boolean;
}

const BARE_METAL: HypervisorPromises = {
  hypervisor: null,
  x2apicAvailable: false,
  msiExtDestId: false,
  forcesPhysical: false,
  hypervRoot: false,
};

/** `init_hypervisor_platform`: detects, and takes the platform's hooks over. */
export function initHypervisorPlatform(kernel: Booting, handOver: HandOver): HypervisorPromises {
  const hypervisor = detectHypervisorVendor(kernel);
  if (!hypervisor) return BARE_METAL;
  const { platform, base } = hypervisor;
  const guest = { ...kernel, base, handOver };
  return {
    hypervisor,
    x2apicAvailable: platform.x2apicAvailable(guest),
    msiExtDestId: platform.msiExtDestId(guest),
    forcesPhysical: platform.forcesPhysical?.(guest) ?? false,
    hypervRoot: platform.name === "hyperv" && isHypervRoot(guest),
  };
}

/** `detect_hypervisor_vendor`: of those that recognise themselves the greatest priority. */
export function detectHypervisorVendor({ machine, era, options }: Booting): Detection | null {
  let best: Detection | null = null;
  let bestPriority = 0;
  for (const platform of PLATFORMS) {
    if (options.nopv && !platform.ignoresNopv) continue;
    if (!platform.built(machine.kernel.config, era)) continue;
    const base = cpuidBase(platform, machine, era);
    if (base === null) continue;
    const priority = platform.priority(base, eax(machine.hypervisor.leaves, base));
    if (priority > bestPriority) [best, bestPriority] = [{ platform, base }, priority];
  }
  return best;
}

/** `cpuid_base_hypervisor`: the first of 0x40000000, 0x40000100 … with the signature. */
function cpuidBase(platform: Platform, machine: Machine, era: Era): number | null {
  const { hypervisor } = machine;
  if (!hypervisor.cpuidHypervisorBit && !platform.ignoresHypervisorBit) return null;
  for (const base of platform.fixedBase ? [BASES.first] : presentBases(hypervisor.leaves)) {
    if (!signatureStands(hypervisor.leaves, base, platform)) continue;
    if (platform.accepts && !platform.accepts(machine, base, era)) continue;
    return base;
  }
  return null;
}

function signatureStands(leaves: Leaves, base: number, platform: Platform): boolean {
  if (!spells(leaves, base, platform.signature)) return false;
  return platform.minLeaves === 0 || eax(leaves, base) - base >= platform.minLeaves;
}
