import type { Protocol } from "devtools-protocol";
import type { ProtocolMapping } from "devtools-protocol/types/protocol-mapping.js";
import { WebSocketClient } from "./web_socket.ts";

/** Deno speaks Node's domain of workers beside V8's own. */
interface WorkerCommands {
  "NodeWorker.enable": {
    paramsType: [{ waitForDebuggerOnStart: boolean }];
    returnType: void;
  };
  "NodeWorker.sendMessageToWorker": {
    paramsType: [{ sessionId: string; message: string }];
    returnType: void;
  };
}

type Commands = ProtocolMapping.Commands & WorkerCommands;
type Params<C extends keyof Commands> = Commands[C]["paramsType"][0];
type Result<C extends keyof Commands> = Commands[C]["returnType"];

/** V8's inspector refused a command, or went away before it answered. */
export class InspectorError extends Error {
  override readonly name = "InspectorError";
  /** `refused`: V8 answered with an error; else the child is gone. */
  constructor(message: string, readonly refused: boolean) {
    super(message);
  }
}

type Settle = { resolve(result: unknown): void; reject(error: InspectorError): void };

/** The inspector of one child, over its WebSocket: commands in, replies and events out. */
export class Inspector {
  #socket: WebSocketClient | undefined;
  readonly #waiting = new Map<number, Settle>();
  readonly #listeners = new Map<string, (params: unknown) => void>();
  #id = 0;

  static async connect(url: string): Promise<Inspector> {
    const inspector = new Inspector();
    const listener = {
      message: (text: string) => inspector.#receive(JSON.parse(text)),
      closed: () => inspector.#abandon(),
    };
    try {
      inspector.#socket = await WebSocketClient.connect(url, listener);
    } catch (cause) {
      const because = "Cannot reach the user's process: no inspector answers";
      throw Object.assign(new InspectorError(because, false), { cause });
    }
    return inspector;
  }

  send<C extends keyof Commands>(method: C, params?: Params<C>): Promise<Result<C>> {
    const id = ++this.#id;
    return new Promise((resolve, reject) => {
      if (!this.#socket?.open) return reject(closed());
      this.#waiting.set(id, { resolve: resolve as Settle["resolve"], reject });
      this.#socket.send(JSON.stringify({ id, method, params: params ?? {} }));
    });
  }

  on(event: string, listener: (params: unknown) => void): void {
    this.#listeners.set(event, listener);
  }

  close(): void {
    this.#socket?.close();
  }

  #receive(message: {
    readonly id?: number;
    readonly method?: string;
    readonly params?: unknown;
    readonly result?: unknown;
    readonly error?: { readonly message: string };
  }): void {
    const { id, method, params, result, error } = message;
    if (id === undefined) {
      // The reply behind an event waits for the event's receipt (Nagle), which waits 40 ms for
      // something to travel with (delayed acknowledgement).
      this.#socket?.acknowledge();
      return this.#listeners.get(method ?? "")?.(params);
    }
    const settle = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) settle?.reject(new InspectorError(error.message, true));
    else settle?.resolve(result);
  }

  #abandon(): void {
    for (const { reject } of this.#waiting.values()) reject(closed());
    this.#waiting.clear();
  }
}

function closed(): InspectorError {
  return new InspectorError("Cannot ask the user's process: it has ended", false);
}

/** What a script threw, as an argument for a function called in the same process. */
export function argumentOf(value: Protocol.Runtime.RemoteObject): Protocol.Runtime.CallArgument {
  const { objectId, unserializableValue } = value;
  if (objectId) return { objectId };
  return unserializableValue ? { unserializableValue } : { value: value.value };
}
