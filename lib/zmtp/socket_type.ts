/**
 * Socket types, whom each talks to, and the octet ZMTP 2.0 wrote them with.
 *
 * Source: ZMTP 3.1 (37/ZMTP), "The Socket-Type Property"; ZMTP 2.0 (15/ZMTP), "socket-type".
 */
export type SocketType = keyof typeof socketTypes;

export const socketTypes = {
  ROUTER: { octet: 6, talksTo: ["REQ", "DEALER", "ROUTER"] },
  DEALER: { octet: 5, talksTo: ["REP", "DEALER", "ROUTER"] },
  REP: { octet: 4, talksTo: ["REQ", "DEALER"] },
  XPUB: { octet: 1, talksTo: ["SUB", "XSUB"] },
} as const satisfies Record<string, { octet: number; talksTo: readonly string[] }>;

const zmtp2Names: readonly string[] = [
  "PAIR",
  "PUB",
  "SUB",
  "REQ",
  "REP",
  "DEALER",
  "ROUTER",
  "PULL",
  "PUSH",
  "XPUB",
  "XSUB",
];

/** The name of a ZMTP 2.0 socket-type octet, or undefined for octets nobody assigned. */
export function zmtp2Name(octet: number): string | undefined {
  return zmtp2Names[octet];
}

export function talksTo(ours: SocketType, theirs: string | undefined): boolean {
  const known: readonly string[] = socketTypes[ours].talksTo;
  return theirs !== undefined && known.includes(theirs);
}
