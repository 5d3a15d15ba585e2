/**
 * Z85: 4 octets as 5 printable characters, in which CURVE keys are written.
 *
 * Source: ZeroMQ 32/Z85.
 */
const alphabet =
  "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

/** The octets a text stands for, or undefined for a text that is no Z85. */
export function decodeZ85(text: string): Uint8Array | undefined {
  if (text.length % 5 !== 0) return undefined;
  const octets = new Uint8Array(text.length / 5 * 4);
  const view = new DataView(octets.buffer);
  for (let at = 0; at < text.length; at += 5) {
    const digits = [...text.slice(at, at + 5)].map((character) => alphabet.indexOf(character));
    const value = digits.reduce((sum, digit) => sum * 85 + digit, 0);
    if (digits.includes(-1) || value >= 2 ** 32) return undefined;
    view.setUint32(at / 5 * 4, value);
  }
  return octets;
}
