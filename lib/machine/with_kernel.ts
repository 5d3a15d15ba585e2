import { MODELLED, parseKernelVersion, versionOf } from "./kernel_version.ts";
import type { Machine } from "./machine.ts";

/**
 * The same machine under another kernel, named by its version or as `uname -r` prints it;
 * undefined leaves it as it is. The release goes with the version: stable fixes of the old kernel
 * say nothing about the new one.
 *
 * @throws {RangeError} when there is no such kernel.
 */
export function withKernel(machine: Machine, release: string | undefined): Machine {
  if (release === undefined || release === machine.kernel.version) return machine;
  const version = versionOf(release);
  if (parseKernelVersion(version)) {
    return { ...machine, kernel: { ...machine.kernel, version, release } };
  }
  throw new RangeError(
    `Cannot boot kernel "${release}": give a release such as 6.1 (${MODELLED} are modelled), ` +
      "or mail",
  );
}
