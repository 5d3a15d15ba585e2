import assert from "node:assert/strict";
import fc from "fast-check";
import { ByteReader } from "../../lib/zmtp/byte_reader.ts";
import {
  encodeCommandFrame,
  encodeMessage,
  type Frame,
  joined,
  readFrame,
} from "../../lib/zmtp/frame.ts";
import { EndOfStream, ProtocolViolation } from "../../lib/zmtp/violation.ts";

/** A reader of `bytes` cut into portions of the given sizes, the last size repeated. */
function reader(bytes: Uint8Array, cuts: readonly number[] = [bytes.length || 1]): ByteReader {
  let at = 0;
  let turn = 0;
  return new ByteReader((into) => {
    if (at === bytes.length) return Promise.resolve(null);
    const size = Math.min(cuts[turn++] ?? cuts.at(-1)!, into.length, bytes.length - at);
    into.set(bytes.subarray(at, at + size));
    at += size;
    return Promise.resolve(size);
  });
}

const anySize = { mostBytes: () => 2 ** 31 };

async function readAll(bytes: ByteReader): Promise<Frame[]> {
  const frames: Frame[] = [];
  try {
    while (true) frames.push(await readFrame(bytes, anySize));
  } catch (error) {
    if (!(error instanceof EndOfStream) || error.midFrame) throw error;
    return frames;
  }
}

const parts = fc.array(
  fc.oneof(
    { weight: 9, arbitrary: fc.uint8Array({ maxLength: 300 }) },
    fc.integer({ min: 200, max: 700_000 }).map((size) => new Uint8Array(size).fill(size)),
  ),
  { minLength: 1, maxLength: 8 },
);
const cuts = fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 20 });

Deno.test("a message cut anywhere on its way reads as it was sent", async () => {
  await fc.assert(
    fc.asyncProperty(parts, cuts, async (bodies, cut) => {
      const frames = await readAll(reader(joined(encodeMessage(bodies)), cut));
      assert.deepEqual(frames.map(({ body }) => body), bodies);
      assert.deepEqual(frames.map(({ more }) => more), bodies.map((_, i) => i < bodies.length - 1));
      assert.ok(frames.every(({ command }) => !command));
    }),
    { numRuns: 60 },
  );
});

Deno.test("any bytes read as frames or are refused, never anything else", async () => {
  const octets = fc.uint8Array({ maxLength: 64 });
  await fc.assert(
    fc.asyncProperty(octets, cuts, async (bytes, cut) => {
      try {
        await readAll(reader(bytes, cut));
      } catch (error) {
        assert.ok(
          error instanceof ProtocolViolation || error instanceof EndOfStream,
          String(error),
        );
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test.each([
  { octets: [0x00, 0], frame: { command: false, more: false, body: [] } },
  { octets: [0x01, 2, 7, 8], frame: { command: false, more: true, body: [7, 8] } },
  { octets: [0x04, 1, 9], frame: { command: true, more: false, body: [9] } },
  { octets: [0x02, 0, 0, 0, 0, 0, 0, 0, 1, 5], frame: { command: false, more: false, body: [5] } },
])("octets $octets are one frame", async ({ octets, frame }) => {
  const [read] = await readAll(reader(Uint8Array.from(octets)));
  assert.deepEqual(read, { ...frame, body: Uint8Array.from(frame.body) });
});

Deno.test.each([
  { octets: [0x08, 0], why: /reserved bits are set in flags 8/ },
  { octets: [0x05, 0], why: /a command claims that more frames follow/ },
  { octets: [0x02, 255, 255, 255, 255, 255, 255, 255, 255], why: /bytes are more than/ },
])("octets $octets are refused", async ({ octets, why }) => {
  await assert.rejects(readAll(reader(Uint8Array.from(octets))), why);
});

Deno.test("a frame of 255 bytes has a short size, one of 256 a long size", () => {
  assert.equal(encodeCommandFrame(new Uint8Array(255)).length, 2 + 255);
  assert.equal(encodeCommandFrame(new Uint8Array(256)).length, 9 + 256);
});

Deno.test("a claimed length takes memory only as its bytes arrive", async () => {
  const claim = Uint8Array.of(0x02, 0, 0, 0, 0, 0x40, 0, 0, 0, 1, 2, 3);
  const before = Deno.memoryUsage().external;
  await assert.rejects(readFrame(reader(claim), anySize), EndOfStream);
  assert.ok(Deno.memoryUsage().external - before < 2 ** 21);
});
