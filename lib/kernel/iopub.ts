/**
 * The broadcast channel: one ordered stream of messages to every subscriber, so that what is
 * published before a request's idle arrives before it.
 *
 * Source: Jupyter messaging 5.5, "Messages on the IOPub (XPUB/SUB) channel"; JEP 65 (welcome).
 */
import type { JsonObject } from "../jupyter/json.ts";
import type { Draft, Session } from "../jupyter/message.ts";
import type { XpubSocket } from "./channels.ts";

export type ExecutionState = "starting" | "busy" | "idle";

const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder("utf-8", { fatal: true });

export class Iopub {
  readonly #session: Session;
  readonly #publisher: XpubSocket;
  readonly #topics = new Map<string, Uint8Array>();
  readonly #announced: Draft[] = [];
  #busy = 0;
  #started = false;

  constructor(session: Session, publisher: XpubSocket) {
    this.#session = session;
    this.#publisher = publisher;
    void this.#greetSubscribers();
  }

  /** Publishes under topic `kernel.SESSION.TYPE`; a promise asks to wait for slow subscribers. */
  publish(draft: Draft): Promise<unknown> | undefined {
    this.#publishAnnounced();
    return this.#publish(draft);
  }

  /**
   * Publishes when this turn of the event loop ends, or before the next draft: what is announced
   * begins first, and goes on in the user's process while its announcement is signed here.
   */
  announce(draft: Draft): void {
    if (this.#announced.push(draft) === 1) setImmediate(() => this.#publishAnnounced());
  }

  /** Every request stands between one busy and one idle that name it as their parent. */
  busy(parent: Uint8Array): void {
    this.#busy++;
    this.announce(status("busy", parent));
  }

  idle(parent: Uint8Array): Promise<unknown> | undefined {
    this.#busy--;
    return this.publish(status("idle", parent));
  }

  #publishAnnounced(): void {
    for (const draft of this.#announced.splice(0)) void this.#publish(draft);
  }

  #publish(draft: Draft): Promise<unknown> | undefined {
    return this.#publisher.publish(this.#session.seal([this.#topic(draft.type)], draft));
  }

  #topic(type: string): Uint8Array {
    const known = this.#topics.get(type);
    if (known) return known;
    const topic = utf8.encode(`kernel.${this.#session.id}.${type}`);
    this.#topics.set(type, topic);
    return topic;
  }

  async #greetSubscribers(): Promise<void> {
    for await (const topic of this.#publisher) {
      this.#welcome(topic);
      if (!this.#started) this.#start();
    }
  }

  /** Tells that a subscription holds from now on, to all it concerns; a topic must be UTF-8. */
  #welcome(topic: Uint8Array): void {
    const subscription = decode(topic);
    if (subscription === undefined) return;
    const draft = { type: "iopub_welcome", content: { subscription } };
    void this.#publisher.publish(this.#session.seal([topic], draft));
  }

  /**
   * `starting` is published exactly once. Said before anyone listens it would be lost, so the
   * first subscriber hears it, and right behind it where the kernel has got to since.
   */
  #start(): void {
    const before = this.#session.sent > 0;
    this.#started = true;
    void this.#publish(status("starting"));
    if (before && this.#busy === 0) void this.#publish(status("idle"));
  }
}

function status(state: ExecutionState, parent?: Uint8Array): Draft {
  return { type: "status", content: { execution_state: state }, parent };
}

function decode(topic: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(topic);
  } catch {
    return undefined;
  }
}

/** What a traceback-less failure of the kernel itself looks like in a reply. */
export function errorContent(error: unknown): JsonObject {
  const { name, message } = error instanceof Error
    ? error
    : { name: "Error", message: String(error) };
  return { status: "error", ename: name, evalue: message, traceback: [`${name}: ${message}`] };
}
