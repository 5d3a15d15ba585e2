/**
 * Questions to the client whose cell runs.
 *
 * Source: Jupyter messaging 5.5, "Messages on the stdin (ROUTER/DEALER) channel".
 */
import type { Message, Session } from "../jupyter/message.ts";
import { inputReply } from "../jupyter/requests.ts";
import type { RouterSocket } from "./channels.ts";
import type { Parent, Parents } from "./parents.ts";

/** A question that cannot be put: the client said that nobody answers. */
export class StdinUnavailable extends Error {
  override readonly name = "StdinUnavailable";
}

interface Question {
  readonly parent: string;
  readonly answer: PromiseWithResolvers<string>;
}

/** How long a client may take to connect its stdin channel after its shell channel. */
const connectMs = 2000;

export class Stdin {
  readonly #session: Session;
  readonly #router: RouterSocket;
  readonly #parents: Parents;
  /** By the client's identity: it answers one question at a time. */
  readonly #open = new Map<string, Question>();

  constructor(
    { session, router, parents }: { session: Session; router: RouterSocket; parents: Parents },
  ) {
    this.#session = session;
    this.#router = router;
    this.#parents = parents;
    void this.#listen();
  }

  /** Asks under the cell `parent`; rejects where nobody can answer, or the cell is interrupted. */
  async ask(
    prompt: string,
    { password, parent: id }: { password: boolean; parent: string },
  ): Promise<string> {
    const parent = this.#parents.get(id);
    if (!parent?.allowStdin) throw unavailable("this client takes no questions (allow_stdin)");
    const question = { parent: id, answer: Promise.withResolvers<string>() };
    this.#open.set(clientOf(parent.routing), question);
    if (!await this.#connected(parent)) {
      throw unavailable("this client has not connected its stdin channel");
    }
    const draft = { type: "input_request", content: { prompt, password }, parent: parent.header };
    void this.#router.send(this.#session.seal(parent.routing, draft));
    return question.answer.promise;
  }

  /** The cell was interrupted: whoever waits for its answer waits no longer. */
  withdraw(parent?: string): void {
    for (const [client, question] of this.#open) {
      if (parent !== undefined && question.parent !== parent) continue;
      this.#open.delete(client);
      question.answer.reject(unavailable("the cell was interrupted"));
    }
  }

  async #connected({ routing }: Parent): Promise<boolean> {
    const deadline = performance.now() + connectMs;
    while (!this.#router.has(routing[0]!)) {
      if (performance.now() > deadline) return false;
      await new Promise((later) => setTimeout(later, 10));
    }
    return true;
  }

  async #listen(): Promise<void> {
    for await (const frames of this.#router) {
      const opened = this.#session.open(frames);
      if (opened.kind === "message" && opened.message.type === "input_reply") {
        this.#answer(opened.message);
      }
    }
  }

  #answer({ routing, content }: Message): void {
    const client = clientOf(routing);
    const question = this.#open.get(client);
    if (!question) return;
    this.#open.delete(client);
    try {
      question.answer.resolve(inputReply(content).value);
    } catch (error) {
      question.answer.reject(error);
    }
  }
}

const latin1 = new TextDecoder("latin1");

function clientOf(routing: readonly Uint8Array[]): string {
  return routing.map((frame) => latin1.decode(frame)).join(" ");
}

function unavailable(because: string): StdinUnavailable {
  return new StdinUnavailable(
    `Cannot ask for input: ${because}; run the cell where one can answer`,
  );
}
