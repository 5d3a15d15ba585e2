import assert from "node:assert/strict";
import fc from "fast-check";
import { EncodedJson, encodeJson } from "../../lib/jupyter/json.ts";
import { encodeMessage, encodeText, type Frame, FrameReader } from "../../lib/kernel/frames.ts";
import { joined } from "../../lib/zmtp/frame.ts";

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.integer({ min: 200_000, max: 400_000 }).map((length) => "é\u{1F600}".repeat(length / 3)),
);
const frame = fc.oneof(
  fc.record({ kind: fc.constantFrom("stdout" as const, "stderr" as const), run: fc.nat(), text }),
  fc.record({
    kind: fc.constant("message" as const),
    run: fc.nat(),
    message: fc.record({
      kind: fc.constant("display" as const),
      data: fc.dictionary(fc.constantFrom("text/plain", "text/html", "image/svg+xml"), text),
      metadata: fc.constant({}),
    }),
    buffers: fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 3 }),
  }),
);
const cuts = fc.array(fc.integer({ min: 1, max: 200_000 }), { minLength: 1, maxLength: 9 });

function encode(frame: Frame): Uint8Array[] {
  return frame.kind === "message"
    ? encodeMessage(frame.run, frame.message, frame.buffers)
    : encodeText(frame.kind, frame.run, frame.text);
}

/** A frame as plain values, its long texts read, as whoever receives them at last does. */
function plain(frame: Frame): Frame {
  if (frame.kind !== "message" || !("data" in frame.message)) return frame;
  const data = JSON.parse(new TextDecoder().decode(encodeJson(frame.message.data)));
  return { ...frame, message: { ...frame.message, data } };
}

Deno.test("frames cut anywhere on their way read as they were written", () => {
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 6 }), cuts, (frames, sizes) => {
      const bytes = joined([...frames.flatMap(encode), new Uint8Array()]);
      const reader = new FrameReader();
      const heard: Frame[] = [];
      for (let at = 0, turn = 0; at < bytes.length; turn++) {
        const chunk = bytes.slice(at, at + sizes[turn % sizes.length]!);
        heard.push(...reader.push(chunk));
        at += chunk.length;
      }
      assert.deepEqual(heard.map(plain), structuredClone(frames));
    }),
    { numRuns: 60 },
  );
});

Deno.test("long texts of a bundle come as JSON nobody has parsed, but for pictures drawn here", () => {
  const long = "x".repeat(300_000);
  const data = { "text/plain": long, "text/html": "short", "image/svg+xml": long };
  const pieces = encodeMessage(1, { kind: "display", data, metadata: {} });
  const [heard] = [...new FrameReader().push(joined(pieces))];
  assert.ok(heard?.kind === "message" && heard.message.kind === "display");
  assert.ok(heard.message.data["text/plain"] instanceof EncodedJson);
  assert.deepEqual(heard.message.data["text/html"], "short");
  assert.equal(heard.message.data["image/svg+xml"], long);
});
