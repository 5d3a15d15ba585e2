import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import fc from "fast-check";
import { EncodedJson, encodeJson } from "../../lib/jupyter/json.ts";
import { delimiter, Session } from "../../lib/jupyter/message.ts";
import { joined, type Multipart } from "../../lib/zmtp/frame.ts";

const utf8 = new TextEncoder();
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const key = "a0436f6c";

function sign(parts: Multipart, with_ = key): Uint8Array {
  const hmac = createHmac("sha256", with_);
  for (const part of parts) hmac.update(part);
  return utf8.encode(hmac.digest("hex"));
}

let serial = 0;
function parts(header: unknown = { msg_id: `m${serial++}`, msg_type: "t" }): Uint8Array[] {
  return [encodeJson(header), encodeJson({}), encodeJson({}), encodeJson({ code: "1" })];
}

function frames(of = parts(), signature = sign(of)): Multipart {
  return [utf8.encode("client"), delimiter, signature, ...of];
}

const raw = (...texts: string[]) => texts.map((each) => utf8.encode(each));
const garbled = raw("{not json", "{}", "{}", "{}");
const list = raw("[]", "{}", "{}", "{}");

Deno.test.each([
  {
    forgery: "a wrong key",
    frames: frames(parts(), sign(parts(), "wrong")),
    because: "wrongSignature",
  },
  {
    forgery: "an empty signature",
    frames: frames(parts(), utf8.encode("")),
    because: "wrongSignature",
  },
  {
    forgery: "a signature of other content",
    frames: frames(parts(), sign(raw("{}", "{}", "{}", "{}"))),
    because: "wrongSignature",
  },
  { forgery: "half a signature", frames: halved(), because: "wrongSignature" },
  { forgery: "a signature in capitals", frames: capitals(), because: "wrongSignature" },
  {
    forgery: "unsigned garbage",
    frames: frames(garbled, utf8.encode("")),
    because: "wrongSignature",
  },
  { forgery: "no delimiter", frames: raw("junk", "more"), because: "noDelimiter" },
  { forgery: "no frames at all", frames: [], because: "noDelimiter" },
  { forgery: "no signature", frames: [delimiter], because: "tooFewFrames" },
  { forgery: "too few frames", frames: [delimiter, ...raw("00", "{}")], because: "tooFewFrames" },
  { forgery: "a signed header that is no JSON", frames: frames(garbled), because: "notJson" },
  { forgery: "a signed header that is a list", frames: frames(list), because: "notJson" },
  {
    forgery: "a signed header that is no UTF-8",
    frames: frames([Uint8Array.of(0xff), ...raw("{}", "{}", "{}")]),
    because: "notJson",
  },
  {
    forgery: "a header without an id",
    frames: frames(parts({ msg_type: "t" })),
    because: "headerLacksId",
  },
  {
    forgery: "a header without a type",
    frames: frames(parts({ msg_id: "m" })),
    because: "headerLacksType",
  },
  {
    forgery: "a header whose type is a number",
    frames: frames(parts({ msg_id: "m", msg_type: 7 })),
    because: "headerLacksType",
  },
])("$forgery is refused: $because", ({ frames, because }) => {
  assert.deepEqual(new Session(key).open(frames), { kind: "refused", because });
});

function halved(): Multipart {
  const of = parts();
  return frames(of, sign(of).subarray(0, 32));
}

function capitals(): Multipart {
  const of = parts();
  return frames(of, utf8.encode(text(sign(of)).toUpperCase()));
}

Deno.test("a message sent twice is refused the second time, on whatever channel", () => {
  const session = new Session(key);
  const once = frames();
  assert.equal(session.open(once).kind, "message");
  assert.deepEqual(session.open(once), { kind: "refused", because: "replayed" });
  const elsewhere = [utf8.encode("other"), ...once.slice(1)];
  assert.deepEqual(session.open(elsewhere), { kind: "refused", because: "replayed" });
});

Deno.test("a replay is recognised among 30,000 later messages", () => {
  const session = new Session(key);
  const once = frames();
  session.open(once);
  for (let i = 0; i < 30_000; i++) session.open(frames());
  assert.deepEqual(session.open(once), { kind: "refused", because: "replayed" });
});

Deno.test("no change of one octet in what is signed passes", () => {
  fc.assert(fc.property(fc.nat(), fc.integer({ min: 1, max: 255 }), (where, change) => {
    const of = parts();
    const signature = sign(of);
    const whole = joined(of);
    const at = where % whole.length;
    whole[at] = whole[at]! ^ change;
    let start = 0;
    const cut = of.map(({ length }) => whole.subarray(start, start += length));
    const opened = new Session(key).open(frames(cut, signature));
    assert.deepEqual(opened, { kind: "refused", because: "wrongSignature" });
  }));
});

Deno.test("with an empty key nothing is signed and everything is accepted", () => {
  const session = new Session("");
  const unsigned = frames(parts(), utf8.encode(""));
  assert.equal(session.open(unsigned).kind, "message");
  assert.equal(session.open(unsigned).kind, "message");
  const sealed = session.seal([], { type: "status", content: {} });
  assert.equal(sealed[1]!.length, 0);
});

Deno.test("a sealed message is signed over its four parts, buffers excluded", () => {
  const session = new Session(key);
  const buffers = [Uint8Array.of(0, 1)];
  const content = { a: "é" };
  const sealed = session.seal([utf8.encode("to")], { type: "x", content, buffers });
  const [to, mark, signature, ...rest] = sealed;
  assert.deepEqual([text(to!), mark], ["to", delimiter]);
  assert.deepEqual(signature, sign(rest.slice(0, 4)));
  assert.deepEqual(rest.slice(4), buffers);
  const header = JSON.parse(text(rest[0]!));
  assert.equal(header.msg_type, "x");
  assert.equal(header.session, session.id);
  assert.match(header.date, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/);
  assert.deepEqual(JSON.parse(text(rest[3]!)), content);
});

Deno.test("a parent header is passed on to the byte", () => {
  const spaced = utf8.encode(
    `{ "msg_id" : "m", "msg_type":"t", "date": "2026-01-02T03:04:05+01:00" }`,
  );
  const opened = new Session("").open([
    delimiter,
    utf8.encode(""),
    spaced,
    ...raw("{}", "{}", "{}"),
  ]);
  assert.ok(opened.kind === "message");
  const { headerBytes: parent } = opened.message;
  assert.deepEqual(new Session(key).seal([], { type: "x", content: {}, parent })[3], spaced);
});

Deno.test("JSON that is encoded already is copied into its place", () => {
  fc.assert(fc.property(fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), (a, b, c) => {
    const encoded = (value: unknown) => new EncodedJson(utf8.encode(JSON.stringify(value)));
    const bytes = encodeJson({ a: encoded(a), list: [b, encoded(b)], c: { deep: encoded(c) } });
    const plain = JSON.parse(JSON.stringify({ a, list: [b, b], c: { deep: c } }));
    assert.deepEqual(JSON.parse(text(bytes)), plain);
  }));
});
