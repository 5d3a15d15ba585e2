import assert from "node:assert/strict";
import type { Output } from "../../lib/kernel/interpreter.ts";
import { Outputs } from "../../lib/notebook/outputs.ts";

const print = (text: string, name: "stdout" | "stderr" = "stdout"): Output => ({
  kind: "stream",
  name,
  text,
});
const display = (text: string, kind: "display" | "updateDisplay" = "display"): Output => ({
  kind,
  data: { "text/plain": text },
  metadata: {},
  displayId: "d",
});

Deno.test.each<{ name: string; outputs: Output[]; shown: string[] }>([
  { name: "pieces of one stream", outputs: [print("a"), print("b\n")], shown: ["ab\n"] },
  {
    name: "streams in turn",
    outputs: [print("a"), print("b", "stderr"), print("c")],
    shown: ["a", "b", "c"],
  },
  {
    name: "a display and its update",
    outputs: [display("1"), display("2", "updateDisplay")],
    shown: ["2"],
  },
  { name: "an update of nothing", outputs: [display("2", "updateDisplay")], shown: [] },
  { name: "a clear at once", outputs: [print("a"), { kind: "clear", wait: false }], shown: [] },
  {
    name: "a clear that waits",
    outputs: [print("a"), { kind: "clear", wait: true }],
    shown: ["a"],
  },
  {
    name: "what follows a clear that waits",
    outputs: [print("a"), { kind: "clear", wait: true }, print("b")],
    shown: ["b"],
  },
  {
    name: "a broadcast",
    outputs: [{ kind: "broadcast", msgType: "comm_open", content: {}, metadata: {}, buffers: [] }],
    shown: [],
  },
])("a cell shows $name as $shown", ({ outputs, shown }) => {
  const all = new Outputs();
  for (const output of outputs) all.add(output, "cell", 1);
  assert.deepEqual(all.of("cell").map(textOf), shown);
});

Deno.test("a later cell changes what an earlier cell displays", () => {
  const all = new Outputs();
  all.add(display("1"), "first", 1);
  all.add(display("2", "updateDisplay"), "second", 2);
  assert.deepEqual(all.of("first").map(textOf), ["2"]);
  assert.deepEqual(all.of("second"), []);
});

function textOf(output: ReturnType<Outputs["of"]>[number]): unknown {
  if (output.output_type === "stream") return output.text;
  return output.output_type === "error" ? output.evalue : output.data["text/plain"];
}
