/** One thing the kernel made up its mind about; the list of them, in order, is a boot's trace. */
export interface Decision {
  /** The question, by the kernel function that settles it, such as `try_to_enable_x2apic`. */
  readonly step: string;
  /** The answer in field terms, such as "x2APIC on, APIC IDs up to 255". */
  readonly decided: string;
  /** The fact that settled it, in words. */
  readonly because: string;
  /** Kernel file, function and version. */
  readonly source: string;
}
