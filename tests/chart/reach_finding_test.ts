import assert from "node:assert/strict";
import { reachFinding } from "../../lib/chart/reach_finding.ts";
import { judge, type ReachRow } from "../../lib/chart/reach_row.ts";
import { crowded, fourWays, span } from "./reach_sets.ts";

const whole: ReachRow = { label: "whole", reach: span([0, 2 ** 32 - 2]), ids: [0, 70000] };
const narrow: ReachRow = { label: "narrow", reach: span([0, 254]), ids: [0, 300] };
const empty: ReachRow = { label: "empty", reach: span(), ids: [] };

const cases: { name: string; rows: readonly ReachRow[]; title: string }[] = [
  {
    name: "one wide row among narrow ones",
    rows: fourWays,
    title:
      "Only VT-d, EIM reaches past 15 bits; every running CPU is reached, the others stay offline",
  },
  { name: "one row", rows: [whole], title: "Every CPU is reached" },
  { name: "one row that loses", rows: [narrow], title: "Narrow cannot reach APIC ID 300" },
  {
    name: "two wide rows",
    rows: [whole, whole],
    title: "All reach past 15 bits; every CPU is reached",
  },
  {
    name: "a row that loses",
    rows: [whole, narrow],
    title: "Only whole reaches past 15 bits; narrow cannot reach APIC ID 300",
  },
  {
    name: "15 bits at best",
    rows: fourWays.slice(0, 3),
    title:
      "Only KVM, 15 bits reaches past 8 bits; every running CPU is reached, the others stay offline",
  },
  {
    name: "8 bits at best",
    rows: fourWays.slice(0, 2),
    title:
      "No configuration reaches past 8 bits; every running CPU is reached, the others stay offline",
  },
  {
    name: "many losers",
    rows: crowded,
    title: "Only sparse reaches past 15 bits; 3 of 4 cannot reach all their CPUs",
  },
  { name: "no CPU at all", rows: [empty, empty], title: "No configuration reaches past 8 bits" },
];

Deno.test.each(cases)("the title of $name says what holds", ({ rows, title }) => {
  assert.equal(reachFinding(rows.map(judge)).title, title);
});

Deno.test("the description names every set and every CPU", () => {
  assert.equal(
    reachFinding([judge(narrow)]).description,
    "narrow: messages can name 0–254; APIC ID 0 reached; APIC ID 300 out of reach.",
  );
});
