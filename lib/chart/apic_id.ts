/** The last APIC ID there is; as a destination it means every CPU. Source: Intel SDM 3A 12.12.9. */
export const lastApicId = 2 ** 32 - 1;

/** An APIC ID as people write it: `300`, and `2^32−2` where counting from the end says more. */
export function formatApicId(id: number): string {
  const fromEnd = 2 ** 32 - id;
  return fromEnd < 1000 ? `2^32−${fromEnd}` : `${id}`;
}

/** `7`, or `0–254`. */
export function formatInterval([low, high]: readonly [number, number]): string {
  return low === high ? formatApicId(low) : `${formatApicId(low)}–${formatApicId(high)}`;
}

/** `0–254, 256–2^32−2`, or `none`. Past `most` intervals the rest is counted: `… and 5 more`. */
export function formatIntervals(
  intervals: readonly (readonly [number, number])[],
  { most = 4 }: { most?: number } = {},
): string {
  if (intervals.length === 0) return "none";
  const shown = intervals.slice(0, most).map(formatInterval).join(", ");
  const rest = intervals.length - most;
  return rest > 0 ? `${shown} … and ${rest} more` : shown;
}

/** `300`, `254 and 300`, `1, 2 and 3`. */
export function listWords(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
