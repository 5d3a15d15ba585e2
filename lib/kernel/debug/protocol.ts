/** The part of the Debug Adapter Protocol that is spoken here, with Jupyter's additions (JEP 47). */

export type Fields = Readonly<Record<string, unknown>>;

/** The number of the one thread all user code runs on. */
export const thread = 1;

export interface DebugRequest {
  readonly type?: string;
  readonly seq: number;
  readonly command: string;
  readonly arguments: Fields;
}

export interface DebugResponse extends Fields {
  readonly type: "response";
  readonly seq: number;
  readonly request_seq: number;
  readonly command: string;
  readonly success: boolean;
  readonly message?: string;
  readonly body: Fields;
}

/** A request that cannot be done now: the response says so, nothing breaks. */
export class DebugRefusal extends Error {
  override readonly name = "DebugRefusal";
}

export interface Variable {
  readonly name: string;
  readonly value: string;
  /** Absent where the value tells it. */
  readonly type?: string;
  /** What to ask for its parts by; 0 when it has none. */
  readonly variablesReference: number;
  readonly evaluateName?: string;
}

/** The request in a message's content; a refusal when it is none. */
export function readRequest(content: Fields): DebugRequest {
  const { seq, command } = content;
  if (typeof command !== "string") {
    throw new DebugRefusal(`Cannot debug: the request's command is ${JSON.stringify(command)}`);
  }
  const given = content.arguments;
  const fields = typeof given === "object" && given !== null ? given as Fields : {};
  return { seq: typeof seq === "number" ? seq : 0, command, arguments: fields };
}

/** A number among a request's arguments. */
export function numberOf(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value === "number") return value;
  throw new DebugRefusal(`Cannot debug: argument "${name}" is ${JSON.stringify(value)}, no number`);
}

/** A text among a request's arguments. */
export function textOf(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === "string") return value;
  throw new DebugRefusal(`Cannot debug: argument "${name}" is ${JSON.stringify(value)}, no text`);
}
