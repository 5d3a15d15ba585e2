import assert from "node:assert/strict";
import fc from "fast-check";
import { IdSet, type Interval } from "../../lib/bits/id_set.ts";

const TOP = 0xffff_ffff;

/** IDs near each other and near the edges, so that runs meet. */
const id = fc.oneof(
  fc.integer({ min: 0, max: 80 }),
  fc.integer({ min: TOP - 40, max: TOP }),
  fc.integer({ min: 0, max: TOP }),
);
const interval = fc.tuple(id, id).map(([a, b]): Interval => a <= b ? [a, b] : [b, a]);
const clusters = fc.tuple(interval, fc.integer({ min: 0, max: 0xffff }))
  .map(([[a, b], members]) => IdSet.clusters([a >>> 4, b >>> 4], members));
const set = fc.oneof(
  fc.array(interval, { maxLength: 4 }).map((list) => IdSet.of(...list)),
  fc.array(id, { maxLength: 20 }).map((list) => IdSet.ids(list)),
  clusters,
);
const pair = fc.tuple(set, set);

/** Membership at every place where something could change. */
function probes(...sets: readonly IdSet[]): number[] {
  const edges = sets.flatMap((s) =>
    s.runs().flatMap(({ clusters: [a, b] }) => [a, a + 1, b, b + 1])
  );
  const around = edges.flatMap((cluster) => Array.from({ length: 16 }, (_, n) => cluster * 16 + n));
  return [...around, 0, 15, 16, TOP].filter((at) => at >= 0 && at <= TOP);
}

Deno.test.each([
  { name: "union" as const, join: (a: boolean, b: boolean) => a || b },
  { name: "intersect" as const, join: (a: boolean, b: boolean) => a && b },
  { name: "minus" as const, join: (a: boolean, b: boolean) => a && !b },
])("$name is $name of memberships", ({ name, join }) => {
  fc.assert(fc.property(pair, ([a, b]) => {
    const joined = a[name](b);
    return probes(a, b).every((at) => joined.has(at) === join(a.has(at), b.has(at)));
  }));
});

Deno.test("complement holds exactly the others, and undoes itself", () => {
  fc.assert(fc.property(set, (s) => {
    assert.ok(s.complement().complement().equals(s));
    assert.equal(s.count + s.complement().count, 2 ** 32);
    assert.ok(s.intersect(s.complement()).isEmpty);
  }));
});

Deno.test("equal members make equal sets, however they were made", () => {
  fc.assert(fc.property(pair, ([a, b]) => {
    assert.ok(a.union(b).equals(b.union(a)));
    assert.ok(a.minus(b).union(a.intersect(b)).equals(a));
    assert.ok(a.union(b).complement().equals(a.complement().intersect(b.complement())));
    assert.equal(a.isSubsetOf(b), a.union(b).equals(b));
  }));
});

Deno.test("intervals are maximal, in order and complete", () => {
  const few = fc.oneof(
    fc.array(interval, { maxLength: 4 }).map((list) => IdSet.of(...list)),
    fc.array(id, { maxLength: 20 }).map((list) => IdSet.ids(list)),
  );
  fc.assert(fc.property(few, (s) => {
    const found = [...s.intervals()];
    assert.equal(found.reduce((sum, [low, high]) => sum + high - low + 1, 0), s.count);
    found.forEach(([low, high], i) => {
      assert.ok(low <= high && s.has(low) && s.has(high) && !s.has(low - 1) && !s.has(high + 1));
      assert.ok(i === 0 || found[i - 1]![1] + 1 < low);
    });
    assert.equal(s.min, found[0]?.[0]);
    assert.equal(s.max, found.at(-1)?.[1]);
    assert.ok(IdSet.parse(String(s)).equals(s));
  }));
});

Deno.test("JSON comes back, also of sets with very many intervals", () => {
  fc.assert(fc.property(set, (s) => IdSet.fromJSON(JSON.parse(JSON.stringify(s))).equals(s)));
});

Deno.test("a set of every other ID is counted, told and walked without being listed", () => {
  const even = IdSet.clusters([0, 2 ** 28 - 1], 0x5555);
  assert.equal(even.count, 2 ** 31);
  assert.equal(String(even), "members 0x5555 of clusters 0-268435455");
  assert.deepEqual(even.intervals().take(2).toArray(), [[0, 0], [2, 2]]);
  assert.deepEqual(even[Symbol.iterator]().take(3).toArray(), [0, 2, 4]);
});

Deno.test("ids, of and clusters agree where they overlap", () => {
  assert.ok(IdSet.ids([3, 1, 2, 2]).equals(IdSet.of([1, 3])));
  assert.ok(IdSet.clusters([1, 2], 0xffff).equals(IdSet.of([16, 47])));
  assert.ok(IdSet.clusterList([1, 2, 5], 0x8000).equals(IdSet.ids([31, 47, 95])));
  assert.ok(IdSet.of().equals(IdSet.empty) && IdSet.of([0, TOP]).equals(IdSet.all));
});

Deno.test.each([
  { make: () => IdSet.of([5, 4]), says: "Cannot make an interval: 5 is above 4" },
  { make: () => IdSet.ids([-1]), says: /^Cannot put -1 in an ID set/ },
  { make: () => IdSet.of([0, 2 ** 32]), says: /^Cannot put 4294967296 in an ID set/ },
  { make: () => IdSet.clusters([3, 2], 1), says: /^Cannot name clusters 3-2/ },
])("misuse throws a RangeError: $says", ({ make, says }) => {
  assert.throws(make, { name: "RangeError", message: says });
});

Deno.test("text that names no set is a SyntaxError", () => {
  assert.throws(() => IdSet.parse("1-2,x"), {
    name: "SyntaxError",
    message: 'Cannot read ID set: "x" is no ID and no interval',
  });
});
