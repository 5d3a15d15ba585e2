/** JSON-RPC 2.0 over a byte stream in the framing of the Language Server Protocol. */

/** The far end answered a request with an error. */
export class RpcError extends Error {
  override readonly name = "RpcError";
}

export interface Rpc {
  /** The result of a request; rejects with RpcError, or when the connection ends. */
  request<T>(method: string, params: unknown): Promise<T>;
  notify(method: string, params: unknown): void;
}

export interface RpcOptions {
  /** Answers a request of the far end. */
  readonly answer: (method: string, params: unknown) => unknown;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** Speaks over the two streams until the readable one ends. */
export function connectRpc(
  readable: ReadableStream<Uint8Array>,
  writable: WritableStream<Uint8Array>,
  { answer }: RpcOptions,
): Rpc {
  const writer = writable.getWriter();
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let last = 0;

  const send = (message: object) => {
    writer.write(frame({ jsonrpc: "2.0", ...message })).catch(() => {});
  };
  const receive = ({ id, method, params, result, error }: Message) => {
    if (method !== undefined) {
      if (id !== undefined) send({ id, result: answer(method, params) ?? null });
      return;
    }
    const request = waiting.get(id!);
    waiting.delete(id!);
    if (error) request?.reject(new RpcError(error.message));
    else request?.resolve(result);
  };
  const finish = () => {
    const ended = new Error("Cannot ask the language server: it has ended");
    for (const request of waiting.values()) request.reject(ended);
    waiting.clear();
  };
  readMessages(readable, receive).then(finish, finish);

  return {
    request<T>(method: string, params: unknown) {
      const request = Promise.withResolvers<unknown>();
      waiting.set(++last, request);
      send({ id: last, method, params });
      return request.promise as Promise<T>;
    },
    notify: (method, params) => send({ method, params }),
  };
}

function frame(message: object): Uint8Array {
  const body = new TextEncoder().encode(JSON.stringify(message));
  const head = new TextEncoder().encode(`Content-Length: ${body.length}\r\n\r\n`);
  const bytes = new Uint8Array(head.length + body.length);
  bytes.set(head);
  bytes.set(body, head.length);
  return bytes;
}

async function readMessages(
  readable: ReadableStream<Uint8Array>,
  receive: (message: Message) => void,
): Promise<void> {
  const unframe = unframer();
  for await (const chunk of readable) {
    for (const body of unframe(chunk)) receive(JSON.parse(body));
  }
}

/** Yields the bodies that are whole once a chunk is in; keeps the rest for the next. */
export function unframer(): (chunk: Uint8Array) => Generator<string> {
  let kept = new Uint8Array();
  const decoder = new TextDecoder();
  return function* (chunk) {
    kept = joined(kept, chunk);
    let start = 0;
    for (;;) {
      const body = bodyAt(kept, start);
      if (!body || body.end > kept.length) break;
      yield decoder.decode(kept.subarray(body.start, body.end));
      start = body.end;
    }
    kept = kept.slice(start);
  };
}

function bodyAt(bytes: Uint8Array, from: number): { start: number; end: number } | undefined {
  const blank = findBlankLine(bytes, from);
  if (blank === -1) return undefined;
  const head = new TextDecoder().decode(bytes.subarray(from, blank));
  const length = Number(/^Content-Length: (\d+)/im.exec(head)?.[1] ?? 0);
  return { start: blank + 4, end: blank + 4 + length };
}

function findBlankLine(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(13, from); at !== -1; at = bytes.indexOf(13, at + 1)) {
    if (bytes[at + 1] === 10 && bytes[at + 2] === 13 && bytes[at + 3] === 10) return at;
  }
  return -1;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}
