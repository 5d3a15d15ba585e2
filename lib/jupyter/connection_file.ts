/**
 * The file a kernel is started with: where to bind and the key to sign with, or (a registration
 * file) whom to tell where it has bound.
 *
 * Source: jupyter_client documentation, "Making kernels for Jupyter", "Connection files"; JEP 66.
 */
import type { KeyPair } from "../zmtp/curve.ts";
import type { Endpoint } from "../zmtp/endpoint.ts";
import { decodeZ85 } from "../zmtp/z85.ts";
import { isObject, type JsonObject } from "./json.ts";

/** The five channels, as connection files name their ports. */
export const channelNames = ["shell", "iopub", "stdin", "control", "hb"] as const;
/** One of the five channels. */
export type ChannelName = typeof channelNames[number];

/** Where the five sockets are bound. */
export interface ConnectionInfo {
  /** Tells it from a registration. */
  readonly kind: "connection";
  /** TCP, or Unix domain sockets. */
  readonly transport: "tcp" | "ipc";
  /** Of tcp a loopback address; of ipc the path all five socket files start with. */
  readonly ip: string;
  /** Of tcp the ports; of ipc what the names of the socket files end in. */
  readonly ports: Readonly<Record<ChannelName, number>>;
  /** Empty: messages are not signed. */
  readonly key: string;
  /** Present: all five sockets are encrypted, and only clients that know the public key are let in. */
  readonly curve?: KeyPair;
}

/** Whom a kernel that picks its own addresses tells them. */
export interface RegistrationInfo {
  /** Tells it from a connection. */
  readonly kind: "registration";
  /** By which the launcher knows this kernel. */
  readonly kernelId: string;
  /** How the kernel shall bind. */
  readonly transport: "tcp" | "ipc";
  /** Where the launcher listens; the kernel binds there too. */
  readonly ip: string;
  /** The launcher's port. */
  readonly port: number;
  /** Signs the registration, and all messages after it. */
  readonly key: string;
}

/** A connection file that cannot be used; the message is one line. */
export class ConnectionFileError extends Error {
  override readonly name = "ConnectionFileError";
  constructor(readonly path: string, found: string, mend: string) {
    super(`Cannot use connection file ${path}: ${found}; ${mend}`);
  }
}

const signatureScheme = "hmac-sha256";

/**
 * Reads and checks a connection or registration file; throws `ConnectionFileError`. An address
 * that is no loopback is refused unless `remote` lets other machines in.
 */
export function readConnectionFile(
  path: string,
  { remote }: { readonly remote: boolean } = { remote: false },
): { readonly info: ConnectionInfo | RegistrationInfo; readonly warnings: readonly string[] } {
  const info = parseConnectionFile(readText(path), { path, remote });
  return { info, warnings: modeWarnings(path) };
}

/** Checks the text of a connection file; `path` is for messages only. */
export function parseConnectionFile(
  text: string,
  { path, remote }: { readonly path: string; readonly remote: boolean },
): ConnectionInfo | RegistrationInfo {
  const fail = (found: string, mend = startThroughJupyter): never => {
    throw new ConnectionFileError(path, found, mend);
  };
  const file = parseJson(text) ?? fail("it holds no JSON object");
  const registers = file["registration_port"] !== undefined;
  for (const [field, check] of Object.entries(registers ? registrationFields : fields)) {
    const complaint = check(file[field]);
    if (complaint) fail(`"${field}" ${complaint}`);
  }
  if ((file["curve_publickey"] === undefined) !== (file["curve_secretkey"] === undefined)) {
    fail("it has one CURVE key and lacks the other");
  }
  const info = registers ? registrationFrom(file) : connectionFrom(file);
  if (info.transport === "tcp" && !remote && !isLoopback(info.ip)) {
    fail(`"ip" is "${info.ip}", not a loopback address`, "pass --remote to let other machines in");
  }
  return info;
}

const startThroughJupyter = "start the kernel through Jupyter, which writes this file";

function readText(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    const found = error instanceof Deno.errors.NotFound
      ? "it does not exist"
      : `it cannot be read (${error instanceof Error ? error.name : error})`;
    throw new ConnectionFileError(path, found, startThroughJupyter);
  }
}

function parseJson(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Field → what is wrong with a value of it, if anything. A schema library would cost 10 ms here. */
type Check = (value: unknown) => string | undefined;

const commonFields: Readonly<Record<string, Check>> = {
  transport: oneOf("tcp", "ipc"),
  signature_scheme: oneOf(signatureScheme),
  key: text,
};

const fields: Readonly<Record<string, Check>> = {
  ...commonFields,
  ip: text,
  ...Object.fromEntries(channelNames.map((name) => [`${name}_port`, port])),
  curve_publickey: curveKey,
  curve_secretkey: curveKey,
};

const registrationFields: Readonly<Record<string, Check>> = {
  ...commonFields,
  kernel_id: text,
  registration_ip: text,
  registration_port: port,
};

function text(value: unknown): string | undefined {
  if (value === undefined) return "is missing";
  return typeof value === "string" ? undefined : `is ${JSON.stringify(value)}, not a text`;
}

function port(value: unknown): string | undefined {
  if (value === undefined) return "is missing";
  if (Number.isInteger(value) && 0 < Number(value) && Number(value) < 65536) return undefined;
  return `is ${JSON.stringify(value)}, not a port between 1 and 65535`;
}

/** The value is not shown: it may be the secret one. */
function curveKey(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const right = typeof value === "string" && value.length === 40 && decodeZ85(value);
  return right ? undefined : "is no CURVE key of 40 Z85 characters";
}

function oneOf(...known: readonly string[]): Check {
  return (value) => {
    if (value === undefined) return "is missing";
    if (known.includes(String(value))) return undefined;
    return `is ${JSON.stringify(value)}, not ${known.map((name) => `"${name}"`).join(" or ")}`;
  };
}

function connectionFrom(file: JsonObject): ConnectionInfo {
  const ports = Object.fromEntries(
    channelNames.map((name) => [name, Number(file[`${name}_port`])]),
  ) as Record<ChannelName, number>;
  const connection = {
    kind: "connection",
    ...commonFrom(file),
    ip: String(file["ip"]),
    ports,
  } as const;
  const curve = curveFrom(file);
  return curve ? { ...connection, curve } : connection;
}

function curveFrom(file: JsonObject): KeyPair | undefined {
  const [publicKey, secretKey] = [file["curve_publickey"], file["curve_secretkey"]]
    .map((key) => typeof key === "string" ? decodeZ85(key) : undefined);
  return publicKey && secretKey && { publicKey, secretKey };
}

function registrationFrom(file: JsonObject): RegistrationInfo {
  return {
    kind: "registration",
    ...commonFrom(file),
    kernelId: String(file["kernel_id"]),
    ip: String(file["registration_ip"]),
    port: Number(file["registration_port"]),
  };
}

function commonFrom(file: JsonObject): { transport: "tcp" | "ipc"; key: string } {
  return { transport: file["transport"] === "ipc" ? "ipc" : "tcp", key: String(file["key"]) };
}

function isLoopback(ip: string): boolean {
  return ip === "localhost" || ip === "::1" || /^127(\.\d{1,3}){3}$/.test(ip);
}

/** A Jupyter address as an endpoint; ipc sockets are files named IP-PORT. */
export function endpointOf(
  { transport, ip, port }: { transport: "tcp" | "ipc"; ip: string; port: number },
): Endpoint {
  return transport === "ipc"
    ? { transport, path: `${ip}-${port}` }
    : { transport, hostname: ip, port };
}

/** A connection as a file for others to read it from. */
export function formatConnectionFile({ transport, ip, ports, key }: ConnectionInfo): string {
  const named = channelNames.map((name) => [`${name}_port`, ports[name]]);
  const file = {
    transport,
    ip,
    ...Object.fromEntries(named),
    signature_scheme: signatureScheme,
    key,
  };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

/** Whoever reads the key can run code as the user: others must not be able to. */
function modeWarnings(path: string): string[] {
  const mode = Deno.statSync(path).mode;
  if (mode === null || (mode & 0o077) === 0) return [];
  const octal = (mode & 0o777).toString(8).padStart(4, "0");
  return [`Connection file ${path} has mode ${octal}: others can read its key; use 0600`];
}
