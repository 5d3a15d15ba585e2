/** What one socket grants its peers, who are strangers until a signature has been checked. */
export interface Limits {
  /** Bytes of one message, all frames together. */
  readonly messageBytes: number;
  /** Frames of one message. */
  readonly messageFrames: number;
  /** Bytes of one command; READY with its properties is the longest. */
  readonly commandBytes: number;
  /** Connections at a time. */
  readonly peers: number;
  /** Milliseconds until greeting and READY must have arrived. */
  readonly handshakeMs: number;
  /** Bytes waiting for one peer beyond which senders are asked to wait. */
  readonly outboxBytes: number;
  /** Milliseconds without a byte taken after which a peer over `outboxBytes` is dropped. */
  readonly patienceMs: number;
  /** Bytes received but not yet consumed beyond which the socket reads no more. */
  readonly inboxBytes: number;
}

export const defaultLimits: Limits = {
  messageBytes: 512 * 2 ** 20,
  messageFrames: 4096,
  commandBytes: 64 * 2 ** 10,
  peers: 1024,
  handshakeMs: 10_000,
  outboxBytes: 64 * 2 ** 20,
  patienceMs: 5_000,
  inboxBytes: 64 * 2 ** 20,
};
