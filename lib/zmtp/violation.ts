/** A peer that speaks no ZMTP, or breaks its rules: its connection is closed, nothing else. */
export class ProtocolViolation extends Error {
  override readonly name = "ProtocolViolation";
}

/** The peer closed its end, between two frames or within one. */
export class EndOfStream extends Error {
  override readonly name = "EndOfStream";
  constructor(readonly midFrame: boolean) {
    super(`Cannot read on: the peer closed its end${midFrame ? " in the middle of a frame" : ""}`);
  }
}
