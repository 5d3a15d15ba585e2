/**
 * An interrupt message as LAPICs see it, after every remapper.
 *
 * @module
 */

/** The eight delivery mode codes, shared by MSI data, redirection entries, IRTEs and the ICR. */
export const DELIVERY_MODES = [
  "fixed",
  "lowest",
  "smi",
  "reserved3",
  "nmi",
  "init",
  "sipi",
  "extint",
] as const;

/** What an interrupt does on arrival. Source: Intel SDM volume 3, 11.6.1 "Delivery Mode". */
export type DeliveryMode = typeof DELIVERY_MODES[number];

/** The two destination modes, code 0 first. */
export const DEST_MODES = ["physical", "logical"] as const;

/** How a destination names LAPICs: by ID, or by LDR match. */
export type DestMode = typeof DEST_MODES[number];

/** The two trigger modes, code 0 first. */
export const TRIGGERS = ["edge", "level"] as const;

/** Edge interrupts are one message; level ones repeat until EOI finds the line low. */
export type Trigger = typeof TRIGGERS[number];

/** What arrives at the LAPICs. Source: Intel SDM volume 3, 11.11 "Message Signalled Interrupts". */
export interface InterruptMessage {
  /** Destination, 32 bits wide at most; which width a path can express is its reach. */
  readonly dest: number;
  /** By ID or by LDR. */
  readonly destMode: DestMode;
  /** One of the named LAPICs suffices. */
  readonly redirectionHint: boolean;
  /** What it does on arrival. */
  readonly deliveryMode: DeliveryMode;
  /** 0–255; ignored for SMI, NMI, INIT and ExtINT, illegal below 16 otherwise. */
  readonly vector: number;
  /** Edge or level. */
  readonly trigger: Trigger;
  /** Level asserted; of no matter for edge, where device messages leave it clear. */
  readonly level: boolean;
}

/** The commonest message: fixed, edge, physical, to one destination; `parts` say what differs. */
export function fixedMessage(
  parts: Pick<InterruptMessage, "dest" | "vector"> & Partial<InterruptMessage>,
): InterruptMessage {
  return {
    destMode: "physical",
    redirectionHint: false,
    deliveryMode: "fixed",
    trigger: "edge",
    level: false,
    ...parts,
  };
}
