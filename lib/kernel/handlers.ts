/**
 * What is done about each type of request. A reply's type is its request's with `_reply`; a
 * handler that yields nothing sends none.
 *
 * Source: Jupyter messaging 5.5; JEP 91 for subshells.
 */
import { codePointCount, utf16Offset } from "../jupyter/code_points.ts";
import type { JsonObject } from "../jupyter/json.ts";
import type { Message } from "../jupyter/message.ts";
import {
  commInfoRequest,
  commMessage,
  completeRequest,
  deleteSubshellRequest,
  historyRequest,
  inspectRequest,
  isCompleteRequest,
  shutdownRequest,
} from "../jupyter/requests.ts";
import { execute } from "./execute.ts";
import type { Completion } from "./interpreter.ts";
import { kernelInfo } from "./kernel_info.ts";
import type { Services } from "./services.ts";
import type { Shell } from "./shell.ts";

export interface Handler {
  readonly channels: readonly ("shell" | "control")[];
  handle(
    services: Services,
    message: Message,
    shell: Shell,
  ): JsonObject | undefined | Promise<JsonObject | undefined>;
}

const shell = ["shell"] as const;
const control = ["control"] as const;
const either = ["shell", "control"] as const;

export const handlers: Readonly<Record<string, Handler>> = {
  kernel_info_request: {
    channels: either,
    handle: ({ interpreter }) => kernelInfo({ debugger: interpreter.debug !== undefined }),
  },
  execute_request: { channels: shell, handle: execute },
  complete_request: { channels: shell, handle: complete },
  inspect_request: { channels: shell, handle: inspect },
  is_complete_request: {
    channels: shell,
    handle: async ({ interpreter }, { content }) => {
      const { code } = isCompleteRequest(content);
      return { ...await interpreter.isComplete(code) };
    },
  },
  history_request: {
    channels: shell,
    handle: (_, { content }, shell) => ({
      status: "ok",
      history: shell.history.select(historyRequest(content)),
    }),
  },
  comm_info_request: {
    channels: either,
    handle: ({ comms }, { content }) => ({
      status: "ok",
      comms: comms.list(commInfoRequest(content).targetName),
    }),
  },
  comm_open: { channels: shell, handle: passComm },
  comm_msg: { channels: shell, handle: passComm },
  comm_close: { channels: shell, handle: passComm },
  connect_request: {
    channels: either,
    handle: ({ ports }) => ({
      status: "ok",
      ...Object.fromEntries(Object.entries(ports).map(([name, port]) => [`${name}_port`, port])),
    }),
  },
  shutdown_request: {
    channels: either,
    handle: ({ end }, { content }) => {
      const { restart } = shutdownRequest(content);
      end({ restart });
      return { status: "ok", restart };
    },
  },
  interrupt_request: {
    channels: control,
    handle: ({ interrupt }) => {
      interrupt();
      return { status: "ok" };
    },
  },
  debug_request: {
    channels: control,
    handle: async ({ interpreter }, { content }) => await interpreter.debug?.(content),
  },
  create_subshell_request: {
    channels: control,
    handle: ({ subshells }) => ({ status: "ok", subshell_id: subshells.create() }),
  },
  delete_subshell_request: {
    channels: control,
    handle: ({ subshells }, { content }) => {
      subshells.delete(deleteSubshellRequest(content).subshellId);
      return { status: "ok" };
    },
  },
  list_subshell_request: {
    channels: control,
    handle: ({ subshells }) => ({ status: "ok", subshell_id: subshells.list() }),
  },
};

async function complete(
  { interpreter }: Services,
  { content }: Message,
  shell: Shell,
): Promise<JsonObject> {
  const { code, cursorPos } = completeRequest(content);
  const found = await interpreter.complete(code, utf16Offset(code, cursorPos), shell.waits());
  const start = codePointCount(code, found.start);
  const end = codePointCount(code, found.end);
  return {
    status: "ok",
    matches: found.matches.map(({ text }) => text),
    cursor_start: start,
    cursor_end: end,
    metadata: { _jupyter_types_experimental: typedMatches(found, { start, end }) },
  };
}

/** What JupyterLab shows as icon and signature beside a match. */
function typedMatches({ matches }: Completion, range: { start: number; end: number }) {
  return matches.map(({ text, type, signature }) => ({
    ...range,
    text,
    type: type ?? "<unknown>",
    signature: signature ?? "",
  }));
}

async function inspect(
  { interpreter }: Services,
  { content }: Message,
  shell: Shell,
): Promise<JsonObject> {
  const { code, cursorPos, detailLevel } = inspectRequest(content);
  const detail = detailLevel > 0 ? 1 : 0;
  const data = await interpreter.inspect(
    code,
    utf16Offset(code, cursorPos),
    detail,
    shell.waits(),
  );
  return { status: "ok", found: data !== undefined, data: data ?? {}, metadata: {} };
}

async function passComm(
  { comms, interpreter }: Services,
  { id, type, content, metadata, buffers }: Message,
): Promise<undefined> {
  commMessage(content);
  comms.pass(type, content);
  await interpreter.comm({ msgType: type, content, metadata, buffers }, id);
}
