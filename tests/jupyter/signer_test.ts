import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import fc from "fast-check";
import { Signer } from "../../lib/jupyter/signer.ts";

const utf8 = new TextEncoder();
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test("a signature is HMAC-SHA256: RFC 4231, test case 2", () => {
  const parts = ["what do ya want ", "for nothing?"].map((part) => utf8.encode(part));
  const published = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
  assert.equal(text(new Signer("Jefe").sign(parts)), published);
});

Deno.test("law: signatures by keys of any length are Node's, and no other is taken", () => {
  const key = fc.string({ unit: "binary", minLength: 1, maxLength: 200, size: "max" });
  const short = fc.uint8Array({ maxLength: 300, size: "max" });
  const long = fc.nat(99_999).map((length) => new Uint8Array(length).map((_, at) => at));
  const parts = fc.array(fc.oneof({ weight: 4, arbitrary: short }, long), { maxLength: 5 });
  fc.assert(fc.property(key, parts, fc.nat(63), (key, parts, at) => {
    const signer = new Signer(key);
    const signature = signer.sign(parts);
    const theirs = createHmac("sha256", utf8.encode(key));
    parts.forEach((part) => theirs.update(part));
    assert.equal(text(signature), theirs.digest("hex"));
    assert(signer.verify(signature, parts));
    assert(!signer.verify(signature.with(at, signature.at(at)! ^ 1), parts));
    assert(!signer.verify(signature.slice(0, at), parts));
  }));
});

Deno.test("an empty key switches signing off", () => {
  const signer = new Signer("");
  assert(!signer.active);
  assert.equal(signer.sign([utf8.encode("{}")]).length, 0);
  assert(signer.verify(utf8.encode("whatever"), [utf8.encode("{}")]));
});
