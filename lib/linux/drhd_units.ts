/** Source: Linux drivers/iommu/intel/dmar.c dmar_register_drhd_unit. */
import type { IntelRemapping } from "../machine/machine.ts";

/**
 * The numbers of a DMAR's units in the order the kernel walks them: a unit that names its devices
 * goes to the head of the list, one that takes the rest of its segment to the tail. Numbers, and
 * with them names such as `dmar0` and `INTEL-IR-0`, follow the table all the same.
 */
export function drhdUnits({ units }: IntelRemapping): readonly number[] {
  const numbers = [...units.keys()];
  const takesRest = (at: number) => units[at]!.includeAll;
  return [
    ...numbers.filter((at) => !takesRest(at)).reverse(),
    ...numbers.filter(takesRest),
  ];
}
