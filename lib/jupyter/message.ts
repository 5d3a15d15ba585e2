/**
 * Jupyter messages and the frames that carry them:
 *
 *     routing… | <IDS|MSG> | signature | header | parent header | metadata | content | buffers…
 *
 * Source: Jupyter messaging 5.6, "General Message Format", "The Wire Protocol".
 */
import type { Multipart } from "../zmtp/frame.ts";
import { encodeJson, type JsonObject, parseObject } from "./json.ts";
import { ReplayGuard } from "./replay_guard.ts";
import { Signer } from "./signer.ts";

export const protocolVersion = "5.6";

/** A message from a client, its signature checked. */
export interface Message {
  /** Every frame before the delimiter: the way back to the sender. */
  readonly routing: Multipart;
  readonly id: string;
  readonly type: string;
  /** The header as received: the `parent_header` of all this message causes, to the byte. */
  readonly headerBytes: Uint8Array;
  /** The client's session, unique among clients. */
  readonly session: string;
  readonly subshell: string | undefined;
  readonly parentId: string | undefined;
  readonly metadata: JsonObject;
  readonly content: JsonObject;
  readonly buffers: Multipart;
}

/** Why frames are not a message to act on. Nobody is told: a forger learns nothing. */
export type Refusal =
  | "noDelimiter"
  | "tooFewFrames"
  | "wrongSignature"
  | "replayed"
  | "notJson"
  | "headerLacksId"
  | "headerLacksType";

export type Opened =
  | { readonly kind: "message"; readonly message: Message }
  | { readonly kind: "refused"; readonly because: Refusal };

export interface Draft {
  readonly type: string;
  readonly content: JsonObject;
  /** The header this message answers or belongs to; absent: it has no parent. */
  readonly parent?: Uint8Array | undefined;
  readonly metadata?: JsonObject;
  readonly buffers?: Multipart;
}

export const delimiter = new TextEncoder().encode("<IDS|MSG>");
const signedParts = 4;
const noParent = new TextEncoder().encode("{}");

/** One kernel process: signs what it says, checks what it hears. */
export class Session {
  /** Identifies this process; a client that sees another knows of a restart. */
  readonly id: string = crypto.randomUUID();
  readonly #signer: Signer;
  readonly #replays = new ReplayGuard();
  #sent = 0;

  /** How many messages this process has sealed. */
  get sent(): number {
    return this.#sent;
  }

  constructor(key: string) {
    this.#signer = new Signer(key);
  }

  /** The message in `frames`. Nothing is parsed before its signature has been found right. */
  open(frames: Multipart): Opened {
    const at = frames.findIndex(isDelimiter);
    if (at < 0) return refused("noDelimiter");
    const [signature, ...rest] = frames.slice(at + 1);
    if (!signature || rest.length < signedParts) return refused("tooFewFrames");
    const parts = rest.slice(0, signedParts);
    if (!this.#signer.verify(signature, parts)) return refused("wrongSignature");
    if (this.#signer.active && !this.#replays.admit(signature)) return refused("replayed");
    return read({ routing: frames.slice(0, at), parts, buffers: rest.slice(signedParts) });
  }

  /** Frames of a new message, behind `routing`. */
  seal(routing: Multipart, { type, content, parent, metadata, buffers }: Draft): Multipart {
    const parts = [
      encodeJson(this.#header(type)),
      parent ?? noParent,
      metadata ? encodeJson(metadata) : noParent,
      encodeJson(content),
    ];
    return [...routing, delimiter, this.#signer.sign(parts), ...parts, ...buffers ?? []];
  }

  /** Frames of a message of the startup handshake: content alone, signed alone. */
  sealContent(content: JsonObject): Multipart {
    const part = encodeJson(content);
    return [delimiter, this.#signer.sign([part]), part];
  }

  /** The content of such a message, or undefined where its signature is wrong. */
  openContent(frames: Multipart): JsonObject | undefined {
    const [signature, part] = frames.slice(1 + frames.findIndex(isDelimiter));
    const honest = signature && part && this.#signer.verify(signature, [part]);
    return honest ? parseObject(part) : undefined;
  }

  #header(type: string): JsonObject {
    return {
      msg_id: `${this.id}_${++this.#sent}`,
      session: this.id,
      username: "kernel",
      date: new Date().toISOString(),
      msg_type: type,
      version: protocolVersion,
    };
  }
}

function isDelimiter(frame: Uint8Array): boolean {
  return frame.length === delimiter.length && frame.every((octet, at) => octet === delimiter[at]);
}

function refused(because: Refusal): Opened {
  return { kind: "refused", because };
}

function read(
  { routing, parts, buffers }: {
    routing: Multipart;
    parts: readonly Uint8Array[];
    buffers: Multipart;
  },
): Opened {
  const [header, parentHeader, metadata, content] = parts.map(parseObject);
  if (!header || !parentHeader || !metadata || !content) return refused("notJson");
  const { msg_id: id, msg_type: type, session, subshell_id: subshell } = header;
  if (typeof id !== "string") return refused("headerLacksId");
  if (typeof type !== "string") return refused("headerLacksType");
  const message = {
    routing,
    id,
    type,
    headerBytes: parts[0]!,
    session: text(session) ?? "",
    subshell: text(subshell),
    parentId: text(parentHeader["msg_id"]),
    metadata,
    content,
    buffers,
  };
  return { kind: "message", message };
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
