import type { Bundle, Run } from "../frames.ts";
import { crypto, Deno, Map, TypeError, Uint8Array } from "../intrinsics.ts";
import { inRun } from "./current.ts";
import { broadcast } from "./display.ts";
import { pristine } from "./pristine.ts";
import { sayEnd, stray, turn } from "./runs.ts";

/** What arrives through a comm. */
export interface CommMessage {
  readonly data: unknown;
  readonly metadata: Bundle;
  readonly buffers: readonly Uint8Array[];
}

export interface CommExtras {
  readonly metadata?: Bundle;
  readonly buffers?: readonly (ArrayBuffer | ArrayBufferView)[];
}

type Opened = (comm: Comm, message: CommMessage) => unknown;

const open = new Map<string, Comm>();
const targets = new Map<string, Opened>();

/** One end of a channel to a front end's widget or extension. */
export class Comm {
  /** Called with every message of the other end. */
  onmessage: ((message: CommMessage) => unknown) | undefined;
  /** Called once, when the other end closes. */
  onclose: ((message: CommMessage) => unknown) | undefined;

  constructor(readonly target: string, readonly id: string = crypto.randomUUID()) {
    open.set(id, this);
  }

  send(data: unknown, extras?: CommExtras): void {
    if (open.get(this.id) === this) say("comm_msg", { comm_id: this.id, data }, extras);
  }

  close(data: unknown = {}, extras?: CommExtras): void {
    if (open.delete(this.id)) say("comm_close", { comm_id: this.id, data }, extras);
  }
}

export const comms = {
  /** Opens a comm at the front ends that know the target. */
  open(target: string, data: unknown = {}, extras?: CommExtras): Comm {
    const comm = new Comm(target);
    say("comm_open", { comm_id: comm.id, target_name: target, data }, extras);
    return comm;
  },
  /** Takes the comms that front ends open at a target. */
  register(target: string, opened: Opened): void {
    if (typeof opened !== "function") {
      throw new TypeError(`Cannot take comms by ${Deno.inspect(opened)}: it is no function`);
    }
    targets.set(target, opened);
  },
};

/** One message of a client as the front passes it on; buffers come in base64. */
export interface Received {
  readonly type: string;
  readonly content: {
    readonly comm_id?: string;
    readonly target_name?: string;
    readonly data?: unknown;
  };
  readonly metadata: Bundle;
  readonly buffers: readonly string[];
}

/** Handles a message in a turn of its own, never in the midst of a running cell. */
export async function receive(run: Run, received: Received): Promise<void> {
  await turn();
  await inRun(run, async () => {
    try {
      await handle(received);
    } catch (error) {
      stray(error); // The cell whose handler it is: no page shows what belongs to no cell.
    }
    sayEnd(run);
  });
}

function handle({ type, content, metadata, buffers }: Received): unknown {
  const { comm_id: id = "", target_name: target = "", data } = content;
  const decode = (text: string) => Uint8Array.fromBase64(text);
  const message = { data, metadata, buffers: pristine(() => buffers.map(decode)) };
  if (type === "comm_open") return accept(id, target, message);
  const comm = pristine(() => open.get(id));
  if (type === "comm_close") pristine(() => open.delete(id));
  return (type === "comm_close" ? comm?.onclose : comm?.onmessage)?.(message);
}

/** Whom nobody takes, as at most targets, or who is taken wrongly, is told that it is closed. */
async function accept(id: string, target: string, message: CommMessage): Promise<void> {
  const opened = targets.get(target);
  const comm = new Comm(target, id);
  if (!opened) return comm.close();
  try {
    await opened(comm, message);
  } catch (error) {
    comm.close();
    throw error;
  }
}

function say(type: string, content: Bundle, extras: CommExtras = {}): void {
  void broadcast(type, content, extras);
}
