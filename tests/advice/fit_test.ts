import assert from "node:assert/strict";
import fc from "fast-check";
import { fit } from "../../lib/advice/fit.ts";
import { apicIdOf, cpuCount, maxApicId, type Topology } from "../../lib/advice/topology.ts";

const flat = (cores: number): Topology => ({ threads: 1, cores, sockets: 1 });

Deno.test.each([
  // 240 CPUs of which five a socket take eight IDs: the number that QEMU refused.
  { topology: { threads: 1, cores: 5, sockets: 48 }, max: 380 },
  { topology: { threads: 1, cores: 17, sockets: 9 }, max: 272 },
  { topology: { threads: 2, cores: 112, sockets: 2 }, max: 479 },
  { topology: { threads: 1, cores: 256, sockets: 1 }, max: 255 },
  { topology: { threads: 2, cores: 127, sockets: 1 }, max: 253 },
])("$topology has APIC IDs up to $max", ({ topology, max }) => {
  assert.equal(maxApicId(topology), max);
});

Deno.test("of two sockets of 112 cores of 2 threads the first ID beyond 255 is CPU 224's", () => {
  const topology = { threads: 2, cores: 112, sockets: 2 };
  const ids = Array.from({ length: 448 }, (_, cpu) => apicIdOf(topology, cpu));
  assert.deepEqual([ids[223], ids[224]], [223, 256]);
  assert.equal(ids.filter((id) => id < 255).length, 224);
});

/** Every topology of 2 to 254 CPUs with one or two threads a core. */
function* smallTopologies(): Generator<Topology> {
  for (const threads of [1, 2]) {
    for (let cores = 1; threads * cores <= 254; cores++) {
      for (let sockets = 1; threads * cores * sockets <= 254; sockets++) {
        if (threads * cores * sockets >= 2) yield { threads, cores, sockets };
      }
    }
  }
}

Deno.test("249 of 2085 topologies of at most 254 CPUs have an APIC ID above 254", () => {
  const all = [...smallTopologies()];
  const beyond = all.filter((topology) => maxApicId(topology) > 254);
  assert.deepEqual([all.length, beyond.length], [2085, 249]);
});

Deno.test("153 CPUs are the fewest that can have an APIC ID above 254", () => {
  const beyond = [...smallTopologies()].filter((topology) => maxApicId(topology) > 254);
  assert.equal(Math.min(...beyond.map(cpuCount)), 153);
});

Deno.test.each([
  { cpus: 240, topology: flat(240), safe: true, needs: 0 },
  { cpus: 255, topology: flat(255), safe: true, needs: 0 },
  // The last ID is 255: an xAPIC takes it for broadcast, though eight bits hold it.
  { cpus: 256, topology: flat(256), safe: false, needs: 2, limit: /vouches for x2APIC/ },
  { cpus: 257, topology: flat(257), safe: false, needs: 2, limit: /15-bit destinations/ },
  {
    cpus: 240,
    topology: { threads: 1, cores: 5, sockets: 48 },
    safe: false,
    needs: 2,
    limit: /15-bit destinations/,
  },
  {
    cpus: 2,
    topology: { threads: 1, cores: 1, sockets: 32_769 },
    safe: false,
    needs: 1,
    limit: /below 32768/,
  },
])("$cpus CPUs as $topology: safe is $safe", ({ cpus, topology, safe, needs, limit }) => {
  const found = fit(cpus, topology);
  assert.deepEqual([found.safe, found.needs.length], [safe, needs]);
  if (limit) assert.match(found.needs.join("; "), limit);
  assert.equal(found.apicIds.length, cpus);
});

Deno.test("the nearest safe topology of 240 CPUs in sockets of five has sockets of four", () => {
  const { nearest } = fit(240, { threads: 1, cores: 5, sockets: 48 });
  assert.deepEqual(nearest, { threads: 1, cores: 4, sockets: 60, maxApicId: 239 });
});

Deno.test("too many CPUs for a topology is misuse", () => {
  assert.throws(() => fit(9, { threads: 1, cores: 4, sockets: 2 }), {
    name: "RangeError",
    message: /Cannot fit 9 CPUs: .* have room for 8; give more sockets/,
  });
});

Deno.test("a topology with more IDs than can be listed is answered, not listed", () => {
  const found = fit(8, { threads: 1024, cores: 1024, sockets: 1024 });
  assert.deepEqual([found.maxApicId, found.apicIds.length], [2 ** 30 - 1, 8]);
  assert.match(found.needs.join(), /below 32768/);
});

Deno.test.each([
  { topology: { threads: 32_768, cores: 32_768, sockets: 32_768 }, last: 35_184_372_088_831 },
  // All ones is broadcast.
  { topology: { threads: 32_768, cores: 4, sockets: 32_768 }, last: 4_294_967_295 },
])("no processor has the IDs of $topology", ({ topology, last }) => {
  assert.throws(() => fit(32_768, topology), {
    name: "RangeError",
    message: new RegExp(`^Cannot fit CPUs into .*APIC ID would be ${last}, .*; give fewer`),
  });
});

const anyTopology = fc.record({
  threads: fc.integer({ min: 1, max: 4 }),
  cores: fc.integer({ min: 1, max: 40 }),
  sockets: fc.integer({ min: 1, max: 12 }),
});

Deno.test("no two CPUs share an APIC ID, and IDs ascend with CPUs", () => {
  fc.assert(fc.property(anyTopology, (topology) => {
    const ids = Array.from({ length: cpuCount(topology) }, (_, cpu) => apicIdOf(topology, cpu));
    assert.ok(ids.every((id, at) => at === 0 || id > ids[at - 1]!));
    assert.equal(ids.at(-1), maxApicId(topology));
  }));
});

Deno.test("what is said to be safe has no APIC ID above 254", () => {
  fc.assert(
    fc.property(anyTopology, (topology) => {
      const { safe, nearest } = fit(cpuCount(topology), topology);
      assert.equal(safe, maxApicId(topology) <= 254);
      if (nearest) assert.ok(nearest.maxApicId <= 254);
    }),
    { numRuns: 60 },
  );
});
