/**
 * What a kernel's own short texts say: its release and how it was configured.
 *
 * @module
 */

/** A release and the era it names. */
export interface KernelRelease {
  /** `major.minor`. */
  readonly version: string;
  /** As `uname -r` prints it. */
  readonly release: string;
}

/**
 * The release in what `uname -r`, `uname -a` or /proc/version print; undefined without one.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { releaseIn } from "./kernel_texts.ts";
 *
 * const text = "Linux host 6.1.0-50-amd64 #1 SMP Debian 6.1.176-1 x86_64 GNU/Linux";
 * assert.deepEqual(releaseIn(text), { version: "6.1", release: "6.1.0-50-amd64" });
 * ```
 */
export function releaseIn(text: string): KernelRelease | undefined {
  const [, release, version] = /(?:^|\s)((\d+\.\d+)[.\-+~\w]*)(?=\s|$)/.exec(text.trim()) ?? [];
  return release && version ? { version, release } : undefined;
}

/** The options that decide about interrupt routing; those of a machine file. */
export const KERNEL_FLAGS = [
  "X86_X2APIC",
  "IRQ_REMAP",
  "INTEL_IOMMU",
  "INTEL_IOMMU_DEFAULT_ON",
  "AMD_IOMMU",
  "HYPERV_IOMMU",
  "KVM_GUEST",
  "XEN",
  "ACRN_GUEST",
  "BHYVE_GUEST",
  "JAILHOUSE_GUEST",
] as const;
/** One of them. */
export type KernelFlag = typeof KERNEL_FLAGS[number];

/** A kernel's configuration as far as interrupt routing goes. */
export type KernelConfigDigest = Readonly<Record<KernelFlag, boolean>> & {
  /** Most CPUs it was built for. */
  readonly NR_CPUS: number;
};

/** The options in a `.config` text; undefined when it does not tell NR_CPUS. */
export function kernelConfigIn(text: string): KernelConfigDigest | undefined {
  const set = new Map(
    [...text.matchAll(/^CONFIG_(\w+)=(.*)$/gm)].map(([, name, to]) => [name, to]),
  );
  const cpus = Number(set.get("NR_CPUS"));
  if (!Number.isInteger(cpus)) return undefined;
  const flags = Object.fromEntries(KERNEL_FLAGS.map((name) => [name, set.get(name) === "y"]));
  return { ...flags as Record<KernelFlag, boolean>, NR_CPUS: cpus };
}
