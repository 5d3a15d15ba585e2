/** A mainline release such as 6.12, or the rule as the mail states it, on top of 5.11. */
export type KernelVersion =
  | { readonly kind: "release"; readonly major: number; readonly minor: number }
  | { readonly kind: "mail" };

/** The oldest release modelled. */
const FIRST = { major: 4, minor: 1 };

/** The newest release modelled; later ones count as it. */
export const NEWEST = { major: 7, minor: 3 };

/** What is modelled, such as `4.1 to 7.3`. */
export const MODELLED: string = [FIRST, NEWEST].map(({ major, minor }) => `${major}.${minor}`)
  .join(" to ");

/** Last minor of each closed major series; later majors are open. */
const LAST_MINOR: Readonly<Record<number, number>> = { 4: 20, 5: 19, 6: 19 };

/**
 * The release that `major.minor` names, or null when there never was one or it is older than 4.1.
 * Majors not out yet are taken as they stand: their era is the newest known.
 */
export function parseKernelVersion(text: string): KernelVersion | null {
  if (text === "mail") return { kind: "mail" };
  const match = /^(\d+)\.(\d+)$/.exec(text);
  if (!match) return null;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  return wasReleased(major, minor) ? { kind: "release", major, minor } : null;
}

function wasReleased(major: number, minor: number): boolean {
  if (major < FIRST.major || (major === FIRST.major && minor < FIRST.minor)) return false;
  return minor <= (LAST_MINOR[major] ?? 99);
}

/** `6.1` of what `uname -r` prints, such as `6.1.0-50-amd64`; other text as it is. */
export function versionOf(text: string): string {
  return /^(\d+\.\d+)[.+-]/.exec(text)?.[1] ?? text;
}
