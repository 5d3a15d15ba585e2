/**
 * Numbers as the text that machine files use.
 *
 * @module
 */

/** `0x` and at least `digits` lower-case hex digits. */
export function hex(value: number | bigint, digits = 1): string {
  return `0x${value.toString(16).padStart(digits, "0")}`;
}

/** A PCI function's place, `ssss:bb:dd.f`. */
export function bdf(segment: number, bus: number, device: number, fn: number): string {
  return `${plain(segment, 4)}:${plain(bus, 2)}:${plain(device, 2)}.${fn}`;
}

function plain(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}

/** The bytes that pairs of hex digits name; undefined when the text is no such pairs. */
export function bytesOfHex(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(text)) return undefined;
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}
