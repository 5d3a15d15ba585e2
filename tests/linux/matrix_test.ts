import assert from "node:assert/strict";
import fc from "fast-check";
import { eraOf } from "../../lib/linux/eras.ts";
import { VectorMatrix } from "../../lib/linux/matrix.ts";
import { VectorDomain } from "../../lib/linux/matrix_domain.ts";
import { bootMatrix } from "../../lib/linux/matrix_space.ts";

const PIC = { pic: true };
const linux = (version: string) => eraOf({ version, release: `${version}.0` });

/** A domain with CPUs 0 … `last` online; CPU 0 holds the fifteen legacy vectors. */
function domainOf(version: string, { last = 2, pic = true } = {}): VectorDomain {
  const space = linux(version);
  const matrix = bootMatrix(space, { pic });
  for (let cpu = 1; cpu <= last; cpu++) matrix.online(cpu);
  return new VectorDomain(matrix, space);
}

/** Requests and starts interrupt `irq`. */
function place(domain: VectorDomain, irq: number, affinity: readonly number[], managed = false) {
  domain.request(irq, { affinity, managed });
  return domain.start(irq);
}

/** Fills CPU 1 and answers how many interrupts found room. */
function fill(domain: VectorDomain, firstIrq = 100): number {
  for (let irq = firstIrq;; irq++) {
    domain.request(irq, { affinity: [1] });
    if (domain.matrix.row(1).available === 0) return irq - firstIrq;
    domain.start(irq);
  }
}

Deno.test.each([
  { version: "4.19", pic: true, free: 201 },
  { version: "5.10", pic: true, free: 201 },
  { version: "6.1", pic: true, free: 201 },
  { version: "6.4", pic: true, free: 201 },
  { version: "6.6", pic: true, free: 202 },
  { version: "6.12", pic: true, free: 201 },
  { version: "7.3", pic: true, free: 201 },
  { version: "6.1", pic: false, free: 202 },
  { version: "6.6", pic: false, free: 203 },
  { version: "6.12", pic: false, free: 202 },
])("Linux $version has $free vectors a CPU to give (PIC: $pic)", ({ version, pic, free }) => {
  assert.equal(domainOf(version, { pic }).matrix.row(1).available, free);
  assert.equal(fill(domainOf(version, { pic })), free);
});

Deno.test("the boot CPU starts with fifteen legacy vectors in use", () => {
  const { allocated, available } = bootMatrix(linux("6.1"), PIC).row(0);
  assert.deepEqual({ allocated, available }, { allocated: 15, available: 186 });
});

Deno.test.each([
  { version: "6.1", first: 0x21 },
  { version: "6.6", first: 0x20 },
  { version: "6.12", first: 0x20 },
])("Linux $version gives an idle CPU's first vector, then the next CPU's", ({ version, first }) => {
  const domain = domainOf(version);
  const placed = [1, 2].map((irq) => place(domain, irq, [1, 2]));
  assert.deepEqual(placed, [
    { kind: "placed", target: { cpu: 1, vector: first }, lines: [] },
    { kind: "placed", target: { cpu: 2, vector: first }, lines: [] },
  ]);
});

Deno.test("vectors ascend and step over the PIC cascade and the legacy system call", () => {
  const domain = domainOf("6.12");
  const vectors = Array.from({ length: 201 }, (_, irq) => {
    const placement = place(domain, irq, [1]);
    return placement.kind === "placed" ? placement.target.vector : undefined;
  });
  const expected = Array.from({ length: 0xeb - 0x20 }, (_, at) => 0x20 + at)
    .filter((vector) => vector !== 0x32 && vector !== 0x80);
  assert.deepEqual(vectors, expected);
});

Deno.test("a managed interrupt goes to the last of equally loaded CPUs", () => {
  const placement = place(domainOf("6.1"), 1, [1, 2], true);
  assert.equal(placement.kind === "placed" && placement.target.cpu, 2);
});

Deno.test("the interrupt after the last vector has nowhere to go", () => {
  const domain = domainOf("6.1", { last: 1 });
  fill(domain);
  domain.matrix.offline(0);
  assert.deepEqual(domain.start(301), { kind: "refused", errno: "ENOSPC", lines: [] });
});

Deno.test("a full affinity mask is broken while another CPU has room, and the log says so", () => {
  const domain = domainOf("6.1");
  fill(domain);
  assert.deepEqual(domain.start(301), {
    kind: "placed",
    target: { cpu: 2, vector: 0x21 },
    lines: ["irq 301: Affinity broken due to vector space exhaustion."],
  });
});

Deno.test("the timer keeps CPU 0 and vector 0x30", () => {
  const domain = domainOf("6.1");
  domain.request(0, { affinity: [0], held: { cpu: 0, vector: 0x30 } });
  const started = domain.start(0);
  assert.deepEqual(started, { kind: "placed", target: { cpu: 0, vector: 0x30 }, lines: [] });
});

Deno.test("a legacy interrupt requested later is not tied to its legacy vector", () => {
  const domain = domainOf("6.1");
  domain.matrix.free(0, 0x34, { managed: false });
  const placement = place(domain, 4, [0]);
  assert.deepEqual(placement.kind === "placed" && placement.target, { cpu: 0, vector: 0x21 });
});

Deno.test("a managed interrupt that is shut down points at vector 0xef of the first CPU", () => {
  const domain = domainOf("6.1");
  place(domain, 1, [1, 2], true);
  domain.shutDown(1);
  assert.deepEqual(domain.target(1), { cpu: 0, vector: 0xef });
});

Deno.test("a started interrupt stays where it is while its CPU is in the new mask", () => {
  const domain = domainOf("6.1");
  place(domain, 1, [1, 2]);
  const moved = domain.move(1, [0, 1]);
  assert.deepEqual(moved, { kind: "placed", target: { cpu: 1, vector: 0x21 }, lines: [] });
});

Deno.test("a move holds both vectors until the first interrupt arrives at the new place", () => {
  const domain = domainOf("6.1");
  place(domain, 1, [1]);
  assert.equal(domain.move(1, [2]).kind, "placed");
  assert.equal(domain.matrix.row(1).allocated, 1);
  assert.deepEqual(domain.move(1, [0]), { kind: "refused", errno: "EBUSY", lines: [] });
  domain.interruptArrives(1);
  assert.equal(domain.matrix.row(1).allocated, 0);
  assert.equal(domain.move(1, [0]).kind, "placed");
});

Deno.test.each([
  { version: "5.10", errno: "EIO" },
  { version: "6.1", errno: "EIO" },
  { version: "6.12", errno: "EPERM" },
  { version: "7.3", errno: "EPERM" },
])("Linux $version answers $errno to who moves a managed interrupt", ({ version, errno }) => {
  const domain = domainOf(version);
  place(domain, 1, [1, 2], true);
  assert.deepEqual(domain.move(1, [0]), { kind: "refused", errno, lines: [] });
});

Deno.test("a reservation beyond what is free is granted with a warning", () => {
  const domain = domainOf("6.1", { last: 0 });
  const lines = Array.from({ length: 187 }, (_, irq) => {
    return domain.request(irq, { affinity: [0] }).lines;
  });
  assert.deepEqual(lines.slice(-2), [[], ["Interrupt reservation exceeds available resources"]]);
});

Deno.test("a managed interrupt without a CPU of its mask online does not start", () => {
  const domain = domainOf("6.1");
  assert.deepEqual(place(domain, 7, [9], true), {
    kind: "refused",
    errno: "EINVAL",
    lines: ["Managed startup for irq 7, but no CPU"],
  });
});

Deno.test("the node's CPUs are tried before the rest of the mask", () => {
  const domain = domainOf("6.1");
  domain.request(1, { affinity: [0, 1, 2], node: [2] });
  const placement = domain.start(1);
  assert.equal(placement.kind === "placed" && placement.target.cpu, 2);
});

Deno.test("a CPU that goes down hands its interrupts to the rest of their masks", () => {
  const domain = domainOf("6.1");
  place(domain, 1, [1, 2]);
  place(domain, 2, [1]);
  assert.deepEqual(domain.takeDown(1), { kind: "down", lines: [] });
  assert.equal(domain.target(1).cpu, 2);
  assert.notEqual(domain.target(2).cpu, 1);
});

Deno.test("a CPU stays up while the others have no room for its interrupts", () => {
  const domain = domainOf("6.1", { last: 1 });
  for (let irq = 0; irq < 186; irq++) place(domain, irq, [0]);
  place(domain, 500, [1]);
  assert.deepEqual(domain.takeDown(1), {
    kind: "refused",
    lines: ["CPU 1 has 1 vectors, 0 available. Cannot disable CPU"],
  });
});

Deno.test("a kernel before the matrix is refused by name", () => {
  assert.throws(() => domainOf("4.14"), {
    name: "RangeError",
    message: /Cannot lay out the vectors of Linux 4\.14/,
  });
});

const steps = fc.array(
  fc.record({
    irq: fc.nat(12),
    affinity: fc.subarray([0, 1, 2], { minLength: 1 }),
    managed: fc.boolean(),
    node: fc.option(fc.subarray([0, 1, 2], { minLength: 1 }), { nil: undefined }),
    act: fc.constantFrom("start", "move", "shutDown", "arrive"),
  }),
  { maxLength: 60 },
);

Deno.test("free and taken vectors always add up, and nobody shares one", () => {
  fc.assert(fc.property(steps, (plan) => {
    const domain = new VectorDomain(smallMatrix(), linux("6.1"));
    const known = new Set<number>();
    for (const { irq, affinity, managed, node, act } of plan) {
      if (!known.has(irq)) {
        const request = { affinity, managed, ...(node ? { node } : {}) };
        if (domain.request(irq, request).kind === "placed") known.add(irq);
      } else if (act === "start") domain.start(irq);
      else if (act === "move") domain.move(irq, affinity);
      else if (act === "shutDown") domain.shutDown(irq);
      else domain.interruptArrives(irq);
      assertSums(domain);
    }
  }));
});

/** Three CPUs of six vectors each, so that they run out. */
function smallMatrix(): VectorMatrix {
  const matrix = new VectorMatrix(0x20, 0x26);
  for (const cpu of [0, 1, 2]) matrix.online(cpu);
  return matrix;
}

function assertSums({ matrix }: VectorDomain): void {
  for (const row of matrix.rows) {
    const plain = row.allocated - row.managedAllocated;
    assert.equal(row.available + plain + row.managed, 6);
    assert.equal(row.allocMap.toString(2).replaceAll("0", "").length, row.allocated);
    assert.ok(row.managedAllocated <= row.managed);
  }
  const free = matrix.rows.reduce((sum, { available }) => sum + available, 0);
  const taken = matrix.rows.reduce((sum, { allocated }) => sum + allocated, 0);
  assert.deepEqual([matrix.globalAvailable, matrix.totalAllocated], [free, taken]);
}
