/** The second stage of a route: what a device puts on the bus when it interrupts. */
import type { Machine } from "../machine/machine.ts";
import { hpetRoute } from "../x86/hpet.ts";
import type { InterruptMessage } from "../x86/interrupt_message.ts";
import { messageFromEntry } from "../x86/ioapic_message.ts";
import { amdEventMessage, vtdEventMessage } from "../x86/iommu_message.ts";
import { isInterrupt, type Msi } from "../x86/msi_message.ts";
import type { MessageWords } from "../linux/compose_message.ts";
import { hasUpperEventAddress, type Interrupt } from "./interrupt.ts";
import type { HardwareWord, Programmed, RemapEntry } from "./program.ts";
import { hex, lost, on, type Stage } from "./stage.ts";

/** A unit's own event is a message already; all else is a write that a unit may translate. */
export type Sent =
  | { readonly kind: "event"; readonly message: InterruptMessage }
  | { readonly kind: "request"; readonly msi: Msi; readonly remap: RemapEntry | null };

export function send(
  machine: Machine,
  { source, device }: Interrupt,
  { hardware, remap }: Programmed,
): Stage<Sent> {
  const event = source === "iommu" ? ownEvent(machine, hardware) : undefined;
  if (event) {
    return on(device, "raises its event", SOURCES.iommu, { kind: "event", message: event });
  }
  const msi = requestOf(hardware);
  if (!msi) return lost(device, "the pin is masked", SOURCES.ioapic);
  if (!isInterrupt(msi.address)) return memoryWrite(device, msi);
  const did = `writes ${hex(msi.data)} to ${hex(msi.address)}`;
  return on(device, did, SOURCES[source], { kind: "request", msi, remap });
}

/** What lies outside 0xFEE00000 to 0xFEEFFFFF is no interrupt. */
export function memoryWrite(device: string, { address }: Msi): Stage<never> {
  const because = `address ${hex(address)} is memory: the device writes there instead`;
  return lost(device, because, "Intel VT-d 3.14");
}

const SOURCES: Readonly<Record<Interrupt["source"], string>> = {
  ioapic: "Intel 82093AA 3.2.4",
  hpet: "IA-PC HPET specification 1.0a 2.3.10",
  msi: "PCI Local Bus 3.0 6.8.1",
  iommu: "Intel VT-d 11.4.8; AMD IOMMU specification 3.4.15",
};

/** Without XT an AMD unit interrupts by plain PCI MSI, like any function. */
function ownEvent(
  { remapping }: Machine,
  hardware: HardwareWord,
): InterruptMessage | undefined {
  if (hardware.kind === "xtRegister") return amdEventMessage(hardware.register);
  if (hardware.kind !== "message" || remapping?.vendor !== "intel") return undefined;
  const { addressLow: address, addressHigh: upperAddress, data } = hardware.words;
  const extendedInterruptCapable = hasUpperEventAddress(remapping);
  return vtdEventMessage({ address, upperAddress, data }, { extendedInterruptCapable });
}

function requestOf(hardware: HardwareWord): Msi | null {
  switch (hardware.kind) {
    case "message":
      return msiOf(hardware.words);
    case "redirectionEntry":
      return messageFromEntry(hardware.entry, "ich");
    case "hpetRoute": {
      const { address, data } = hpetRoute.decode(hardware.route);
      return { address: BigInt(address), data };
    }
    case "xtRegister":
      throw new TypeError("Cannot send an XT event as a request: it is never remapped");
  }
}

function msiOf({ addressLow, addressHigh, data }: MessageWords): Msi {
  return { address: BigInt(addressHigh) << 32n | BigInt(addressLow), data };
}
