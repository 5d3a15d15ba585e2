/**
 * x2APIC logical IDs: the cluster in the upper half, one bit of its 16 members in the lower.
 *
 * @module
 */

/**
 * What hardware derives into LDR from an x2APIC ID, 32 bits, read-only. Only ID bits 19:0 enter.
 * Source: Intel SDM volume 3, 11.12.10.2 "Deriving Logical x2APIC ID from the Local x2APIC ID".
 */
export function logicalX2apicId(apicId: number): number {
  return (apicId >>> 4 << 16 | 1 << (apicId & 15)) >>> 0;
}
