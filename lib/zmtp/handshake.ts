import { encodeError } from "./command.ts";
import { readFrame } from "./frame.ts";
import { closing, type Dialect, opening, readClosing, readOpening } from "./greeting.ts";
import type { Limits } from "./limits.ts";
import { type Cipher, type Mechanism, nullMechanism, type Wire } from "./mechanism.ts";
import { type SocketType, socketTypes, talksTo, zmtp2Name } from "./socket_type.ts";
import { ProtocolViolation } from "./violation.ts";

/** Who a peer says it is. */
export interface Introduction {
  readonly dialect: Dialect;
  readonly socketType: string;
  /** The name a ROUTER addresses it by; empty where it leaves the naming to us. */
  readonly identity: Uint8Array;
  /** Present: frames travel sealed. */
  readonly cipher?: Cipher;
}

/** Who we say we are. */
export interface Self {
  readonly socketType: SocketType;
  /** The name a ROUTER shall address us by; absent: it gives one. */
  readonly identity?: Uint8Array;
  /** How peers must secure the connection; absent: not at all. */
  readonly mechanism?: Mechanism;
}

/**
 * Greets a peer and learns who it is. Both ends may speak first, so the connecting and the
 * accepting side run the same steps. Throws `ProtocolViolation` for whoever is not our kind.
 */
export async function handshake(
  wire: Wire,
  self: Self,
  limits: Pick<Limits, "commandBytes">,
): Promise<Introduction> {
  await wire.write(opening);
  const version = await readOpening(wire.bytes);
  return version === "zmtp2" ? introduce2(wire, self) : introduce3(wire, self, limits);
}

async function introduce3(
  wire: Wire,
  { socketType: ours, identity: name, mechanism = nullMechanism }: Self,
  { commandBytes }: Pick<Limits, "commandBytes">,
): Promise<Introduction> {
  await wire.write(closing(mechanism));
  const dialect = await readClosing(wire.bytes, mechanism);
  const type = { "Socket-Type": new TextEncoder().encode(ours) };
  const properties = name ? { ...type, Identity: name } : type;
  const { theirs, ...rest } = await mechanism.shakeHands(wire, properties, { bytes: commandBytes });
  const socketType = new TextDecoder().decode(theirs.get("socket-type"));
  if (!talksTo(ours, socketType)) await refuseType(wire, ours, socketType);
  return { dialect, socketType, identity: identity(theirs.get("identity")), ...rest };
}

async function refuseType(wire: Wire, ours: SocketType, theirs: string | undefined) {
  await wire.write(encodeError("Invalid socket type"));
  throw new ProtocolViolation(`Cannot shake hands: a ${ours} does not talk to ${theirs}`);
}

/** Names starting with a zero octet are ours to give; a peer that claims one gets another. */
function identity(claimed: Uint8Array | undefined): Uint8Array {
  const usable = claimed && claimed.length <= 255 && claimed[0] !== 0;
  return usable ? claimed : new Uint8Array();
}

async function introduce2(
  wire: Wire,
  { socketType: ours, identity: name = new Uint8Array(), mechanism }: Self,
): Promise<Introduction> {
  if (mechanism) throw new ProtocolViolation("Cannot shake hands: version 2.0 knows no security");
  await wire.write(Uint8Array.of(socketTypes[ours].octet, 0, name.length, ...name));
  const socketType = zmtp2Name(await wire.bytes.byte());
  const frame = await readFrame(wire.bytes, { mostBytes: () => 255 });
  if (socketType === undefined || !talksTo(ours, socketType)) {
    throw new ProtocolViolation(`Cannot shake hands: a ${ours} does not talk to ${socketType}`);
  }
  return { dialect: { kind: "zmtp2" }, socketType, identity: identity(frame.body) };
}
