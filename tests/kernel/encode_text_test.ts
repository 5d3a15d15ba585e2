import assert from "node:assert/strict";
import fc from "fast-check";
import { encodeTextAsJson } from "../../lib/kernel/encode_text.ts";

const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test("a text reads as it was written, whatever is in it", () => {
  const plain = fc.string({ unit: "grapheme-ascii", maxLength: 40 });
  const odd = fc.string({ unit: "binary", maxLength: 4 });
  fc.assert(
    fc.property(plain, odd, plain, (before, between, after) => {
      for (const text of [before, before + between + after]) {
        assert.equal(JSON.parse(decode(encodeTextAsJson(text))), text);
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("every octet is escaped where JSON wants it, wherever it stands", () => {
  for (let code = 0; code < 0x180; code++) {
    for (let at = 0; at < 6; at++) {
      const text = "a".repeat(at) + String.fromCharCode(code) + "a".repeat(5 - at);
      assert.equal(decode(encodeTextAsJson(text)), JSON.stringify(text));
    }
  }
});
