/** Recorded matrices, rebuilt by the allocator's own steps: its counters come out the same. */
import assert from "node:assert/strict";
import { eraOf } from "../../lib/linux/eras.ts";
import { VectorMatrix } from "../../lib/linux/matrix.ts";
import { dumpMatrix } from "../../lib/linux/matrix_dump.ts";
import { bootMatrix } from "../../lib/linux/matrix_space.ts";
import { wholeBoots } from "../boots/boots.ts";

const FIRST_EXTERNAL_VECTOR = 0x20;

interface Recorded {
  readonly name: string;
  readonly lines: readonly string[];
}

const recorded: readonly Recorded[] = wholeBoots().flatMap(({ name, folder }) => {
  const text = readIfThere(new URL("irqdomains.txt", folder));
  const at = text.indexOf("Online bitmaps:");
  if (at < 0) return [];
  const lines = text.slice(at).split("\n");
  const end = lines.findIndex((line, row) => row > 5 && !/^ {5} +\d/.test(line));
  return [{ name, lines: lines.slice(0, end) }];
});

function readIfThere(file: URL): string {
  try {
    return Deno.readTextFileSync(file);
  } catch {
    return "";
  }
}

Deno.test("there are recorded matrices", () => assert.ok(recorded.length >= 4));

Deno.test.each(recorded)("$name: the matrix shows what the kernel's showed", ({ name, lines }) => {
  assert.deepEqual(dumpMatrix(rebuilt(name, lines)), lines);
});

/** Managed vectors are set aside first, as the lowest; all others are taken where they stand. */
function rebuilt(name: string, lines: readonly string[]): VectorMatrix {
  const version = /^k(\d+\.\d+)/.exec(name)![1]!;
  const era = eraOf({ version, release: `${version}.0` });
  const matrix = new VectorMatrix(FIRST_EXTERNAL_VECTOR, era.firstSystemVector);
  for (const vector of vectorsOf(lines[4]!.split(": ")[2]!)) matrix.assignSystem(vector);
  for (const line of lines.slice(6)) takeRow(matrix, line);
  for (let left = Number(/\d+/.exec(lines[2]!)![0]); left > 0; left--) matrix.reserve();
  return matrix;
}

function takeRow(matrix: VectorMatrix, line: string): void {
  const [cpu, , managed, managedAllocated, , list = ""] = line.trim().split(/\s+/);
  const at = Number(cpu);
  matrix.online(at);
  for (let left = Number(managed); left > 0; left--) matrix.reserveManaged([at]);
  for (let left = Number(managedAllocated); left > 0; left--) matrix.allocateManaged([at]);
  for (const vector of vectorsOf(list)) {
    if ((matrix.row(at).allocMap >> BigInt(vector) & 1n) === 0n) matrix.assign(at, vector);
  }
}

function vectorsOf(list: string): readonly number[] {
  return list.split(",").filter(Boolean).flatMap((range) => {
    const [first, last = first] = range.split("-").map(Number);
    return Array.from({ length: last! - first! + 1 }, (_, at) => first! + at);
  });
}

Deno.test("a kernel without 32-bit system calls has one vector more to give", () => {
  const era = eraOf({ version: "6.12", release: "6.12.0" });
  const available = (ia32Emulation: boolean) =>
    bootMatrix(era, { pic: true, ia32Emulation }).row(1).available;
  assert.deepEqual([available(true), available(false)], [201, 202]);
});
