import { parseKernelVersion } from "./kernel_version.ts";
import type { Machine } from "./machine.ts";

/**
 * The same machine under another kernel; undefined leaves it as it is. The release goes with the
 * version: stable fixes of the old kernel say nothing about the new one.
 *
 * @throws {RangeError} when there is no such kernel.
 */
export function withKernel(machine: Machine, version: string | undefined): Machine {
  if (version === undefined || version === machine.kernel.version) return machine;
  if (!parseKernelVersion(version)) {
    throw new RangeError(`Cannot boot kernel "${version}": give a release such as 6.1, or mail`);
  }
  return { ...machine, kernel: { ...machine.kernel, version, release: version } };
}
