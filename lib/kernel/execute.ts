import type { JsonObject } from "../jupyter/json.ts";
import type { Message } from "../jupyter/message.ts";
import { type ExecuteRequest, executeRequest } from "../jupyter/requests.ts";
import type { Outcome } from "./interpreter.ts";
import { errorContent } from "./iopub.ts";
import type { Services } from "./services.ts";
import type { Shell } from "./shell.ts";

/**
 * Runs a cell and tells how it ended.
 *
 * Source: Jupyter messaging 5.5, "Execute".
 */
export async function execute(
  services: Services,
  message: Message,
  shell: Shell,
): Promise<JsonObject> {
  const request = executeRequest(message.content);
  const stored = request.storeHistory && !request.silent;
  const executionCount = stored ? shell.counter.next() : shell.counter.last;
  announce(services, message, { ...request, executionCount });
  const outcome = await run(services, message, { ...request, executionCount, shell });
  if (stored) {
    const output = services.parents.takeResult(message.id);
    shell.history.add({ line: executionCount, source: request.code, output });
  }
  if (outcome.kind === "error" && request.stopOnError) await shell.abortWaiting();
  return reply(outcome, executionCount);
}

/**
 * The reply to a cell that an error before it kept from running. It bears no number: JupyterLab
 * would write it beside the cell as if that had run (ipykernel 7 `_send_abort_reply` gives none).
 */
export function abortedReply(): JsonObject {
  const evalue = "an earlier cell failed or was interrupted; run this one again";
  return errorContent(Object.assign(new Error(evalue), { name: "Aborted" }));
}

type Numbered = ExecuteRequest & { readonly executionCount: number };

function announce({ iopub, parents }: Services, message: Message, request: Numbered): void {
  const { executionCount, silent, allowStdin, code } = request;
  const { id, headerBytes: header, routing } = message;
  parents.add(id, { header, routing, silent, allowStdin, executionCount });
  if (silent) return;
  const content = { code, execution_count: executionCount };
  iopub.announce({ type: "execute_input", content, parent: header });
}

async function run(
  { interpreter, iopub }: Services,
  message: Message,
  { shell, stopOnError: _, ...cell }: Numbered & { readonly shell: Shell },
): Promise<Outcome> {
  const cellId = message.metadata["cellId"];
  try {
    return await interpreter.execute({
      ...cell,
      id: message.id,
      ...typeof cellId === "string" ? { cellId } : {},
      ...shell.id === undefined ? {} : { subshell: shell.id },
    });
  } catch (error) {
    const { status: _, ...content } = errorContent(error);
    void iopub.publish({ type: "error", content, parent: message.headerBytes });
    return { kind: "error", ...content } as Outcome;
  }
}

function reply(outcome: Outcome, executionCount: number): JsonObject {
  if (outcome.kind === "error") {
    const { ename, evalue, traceback } = outcome;
    return { status: "error", execution_count: executionCount, ename, evalue, traceback };
  }
  return {
    status: "ok",
    execution_count: executionCount,
    user_expressions: outcome.userExpressions,
    payload: outcome.pages.map((data) => ({ source: "page", data, start: 0 })),
  };
}
