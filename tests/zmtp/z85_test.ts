import assert from "node:assert/strict";
import { decodeZ85 } from "../../lib/zmtp/z85.ts";

Deno.test("the specification's own example", () => {
  const octets = Uint8Array.of(0x86, 0x4f, 0xd2, 0x6f, 0xb5, 0x59, 0xf7, 0x5b);
  assert.deepEqual(decodeZ85("HelloWorld"), octets);
});

Deno.test.each([{ text: "Hell" }, { text: "Hell " }, { text: "#####" }])(
  "$text is no Z85",
  ({ text }) => assert.equal(decodeZ85(text), undefined),
);
