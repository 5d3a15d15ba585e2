/**
 * Hypervisors in CPUID: whose signature stands where, and who promises 15-bit destinations.
 *
 * @module
 */
import { type CpuidProcessor, type CpuidRegisters, leafIn } from "./cpuid_text.ts";

/** A hypervisor by the name that machine files use. */
export type HypervisorName =
  | "kvm"
  | "hyperv"
  | "vmware"
  | "xen"
  | "bhyve"
  | "acrn"
  | "jailhouse"
  | "tcg";

/** Twelve letters of EBX, ECX and EDX. */
export const SIGNATURES: Readonly<Record<string, HypervisorName>> = {
  "KVMKVMKVM\0\0\0": "kvm",
  "Microsoft Hv": "hyperv",
  "VMwareVMware": "vmware",
  "XenVMMXenVMM": "xen",
  "bhyve bhyve ": "bhyve",
  "ACRNACRNACRN": "acrn",
  "Jailhouse\0\0\0": "jailhouse",
  "TCGTCGTCGTCG": "tcg",
};

/** Where a hypervisor promises to read destination bits 14:8 of MSI address bits 11:5. */
export interface ExtDestIdPromise {
  /** Who promises. */
  readonly hypervisor: HypervisorName;
  /** The leaf, counted from the signature's. */
  readonly leaf: number;
  /** The bit of its EAX. */
  readonly bit: number;
  /** Header and symbol that name it. */
  readonly source: string;
}

/** All who have such a promise; the others never read those bits. */
export const EXT_DEST_ID_PROMISES: readonly ExtDestIdPromise[] = [
  {
    hypervisor: "kvm",
    leaf: 1,
    bit: 15,
    source: "Linux arch/x86/include/uapi/asm/kvm_para.h KVM_FEATURE_MSI_EXT_DEST_ID",
  },
  {
    hypervisor: "hyperv",
    leaf: 0x82,
    bit: 2,
    source: "Linux 6.12 asm/hyperv-tlfs.h HYPERV_VS_PROPERTIES_EAX_EXTENDED_IOAPIC_RTE",
  },
  {
    hypervisor: "xen",
    leaf: 4,
    bit: 5,
    source: "Linux arch/x86/include/asm/xen/cpuid.h XEN_HVM_CPUID_EXT_DEST_ID",
  },
  {
    hypervisor: "bhyve",
    leaf: 1,
    bit: 0,
    source: "FreeBSD 15 sys/amd64/vmm/x86.c CPUID_BHYVE_FEAT_EXT_DEST_ID",
  },
];

/** A signature and where it stands. */
export interface HypervisorSignature {
  /** Who it is. */
  readonly hypervisor: HypervisorName;
  /** The leaf of the signature, 0x40000000 … 0x4000ff00. */
  readonly base: number;
  /** The greatest leaf, as its EAX tells; 0 of an old KVM. */
  readonly maxLeaf: number;
}

const FIRST = 0x4000_0000;
const LAST = 0x4000_ff00;
const STEP = 0x100;

/** The known signatures of a processor, lowest leaf first. */
export function hypervisorSignatures(processor: CpuidProcessor): readonly HypervisorSignature[] {
  return processor.leaves
    .filter(({ leaf, subleaf }) => isBase(leaf) && subleaf === 0)
    .toSorted((a, b) => a.leaf - b.leaf)
    .flatMap((found) => {
      const hypervisor = SIGNATURES[signatureText(found)];
      return hypervisor ? [{ hypervisor, base: found.leaf, maxLeaf: found.eax }] : [];
    });
}

function isBase(leaf: number): boolean {
  return leaf >= FIRST && leaf <= LAST && leaf % STEP === 0;
}

/** The letters of EBX, ECX and EDX. */
export function signatureText({ ebx, ecx, edx }: CpuidRegisters): string {
  return letters(ebx) + letters(ecx) + letters(edx);
}

/** The four letters of a register, low byte first. */
export function letters(word: number): string {
  return String.fromCharCode(word & 0xff, word >> 8 & 0xff, word >> 16 & 0xff, word >>> 24);
}

/** Whether the hypervisor at a signature promises 15-bit destinations. */
export function promisesExtDestId(
  processor: CpuidProcessor,
  { hypervisor, base }: HypervisorSignature,
): boolean {
  return EXT_DEST_ID_PROMISES.some((promise) => {
    const eax = leafIn(processor, base + promise.leaf)?.eax ?? 0;
    return promise.hypervisor === hypervisor && isPromised(promise, eax);
  });
}

/** Whether a promise's bit is set in its leaf's EAX. */
export function isPromised({ bit }: ExtDestIdPromise, eax: number): boolean {
  return (eax >>> bit & 1) === 1;
}

/** Where a hypervisor would promise 15-bit destinations; undefined of those that never do. */
export function promiseOf(name: HypervisorName): ExtDestIdPromise | undefined {
  return EXT_DEST_ID_PROMISES.find(({ hypervisor }) => hypervisor === name);
}
