import type { JsonObject } from "../jupyter/json.ts";
import type { Draft } from "../jupyter/message.ts";
import { type Comms, isCommType } from "./comms.ts";
import type { Output } from "./interpreter.ts";
import type { Iopub } from "./iopub.ts";
import type { Parent, Parents } from "./parents.ts";

/** Types that only the kernel itself may say: a cell that broadcast them would break the order. */
const reserved: ReadonlySet<string> = new Set(["status", "execute_input", "iopub_welcome"]);

/** Turns what cells put out into messages under the request that caused it. */
export class Outputs {
  readonly #iopub: Iopub;
  readonly #parents: Parents;
  readonly #comms: Comms;

  constructor({ iopub, parents, comms }: { iopub: Iopub; parents: Parents; comms: Comms }) {
    this.#iopub = iopub;
    this.#parents = parents;
    this.#comms = comms;
  }

  publish(output: Output, parentId: string): Promise<void> | undefined {
    const parent = this.#parents.get(parentId);
    const draft = draftOf(output, parent);
    if (isCommType(draft.type)) this.#comms.pass(draft.type, draft.content);
    else if (parent?.silent || reserved.has(draft.type)) return undefined;
    if (output.kind === "result" && parent) keepResult(parent, output.data);
    return this.#iopub.publish({ ...draft, parent: parent?.header })?.then(() => {});
  }
}

function draftOf(output: Output, parent: Parent | undefined): Draft {
  switch (output.kind) {
    case "stream":
      return { type: "stream", content: { name: output.name, text: output.text } };
    case "display":
      return { type: "display_data", content: displayed(output) };
    case "updateDisplay":
      return { type: "update_display_data", content: displayed(output) };
    case "result": {
      const content = { execution_count: parent?.executionCount ?? 0, ...displayed(output) };
      return { type: "execute_result", content };
    }
    case "clear":
      return { type: "clear_output", content: { wait: output.wait } };
    case "error": {
      const { ename, evalue, traceback } = output;
      return { type: "error", content: { ename, evalue, traceback } };
    }
    case "broadcast": {
      const { msgType: type, content, metadata, buffers } = output;
      return { type, content, metadata, buffers };
    }
  }
  output satisfies never;
}

function displayed(
  { data, metadata, displayId }: { data: JsonObject; metadata: JsonObject; displayId?: string },
): JsonObject {
  if (displayId === undefined) return { data, metadata };
  return { data, metadata, transient: { display_id: displayId } };
}

function keepResult(parent: Parent, data: JsonObject): void {
  const text = data["text/plain"];
  if (typeof text === "string") parent.result = text;
}
