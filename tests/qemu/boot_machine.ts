/** Boots a guest under software emulation and reads what its /init shows. */
import type { GuestFiles } from "./debian.ts";
import { cmdline, type Emulated, processor } from "./machines.ts";

/** The parts /init shows, by name; ACPI tables as base64 under `acpi/APIC` and so on. */
export type Collected = ReadonlyMap<string, string>;

/** What a machine's guest shows. */
export function bootMachine(
  emulator: string,
  { kernel, initramfs }: GuestFiles,
  { qemu }: Emulated,
): Promise<Collected> {
  return runGuest(emulator, [
    ...["-accel", "tcg", "-machine", "q35", "-cpu", processor, "-m", "512"],
    ...["-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-serial", "stdio"],
    ...qemu,
    ...["-device", "pcie-root-port", "-kernel", kernel, "-initrd", initramfs],
    ...["-append", cmdline],
  ]);
}

/** Twenty times what a guest takes where nothing else runs: one that hangs must not hold the tests. */
const patienceMs = 180_000;

/** What the guest of a command line shows; throws where it does not power off in time. */
export async function runGuest(emulator: string, words: readonly string[]): Promise<Collected> {
  const { stdout, stderr } = await new Deno.Command(emulator, {
    args: [...words],
    stdin: "null",
    signal: AbortSignal.timeout(patienceMs),
  }).output();
  const text = new TextDecoder().decode(stdout).replaceAll("\r", "");
  if (text.includes("\n== end\n")) return parts(text);
  const said = new TextDecoder().decode(stderr) + text.slice(-500);
  const limit = `${patienceMs / 1_000} seconds`;
  throw new Error(`Cannot boot the guest: it did not come to its end within ${limit}; ${said}`);
}

function parts(text: string): Collected {
  const [, ...blocks] = text.split(/^== /m);
  return new Map(blocks.map((block) => {
    const end = block.indexOf("\n");
    return [block.slice(0, end), block.slice(end + 1)] as const;
  }));
}
