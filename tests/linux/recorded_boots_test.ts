/** Every recorded boot against the model, field by field: one line for each that differs. */
import assert from "node:assert/strict";
import { type Boot, boot } from "../../lib/linux/boot.ts";
import { parseMachine } from "../../lib/machine/parse_machine.ts";
import { type ObservedBoot, recordedBoots } from "../boots/boots.ts";

const FIELDS = [
  "apicDriver",
  "x2apic",
  "irqRemapping",
  "online",
  "possible",
  "present",
  "chips",
  "domains",
  "lines",
] as const;

const recordings = (await recordedBoots()).filter(({ observed }) => !observed.emulatorArtefact);

for (const { name, machine, observed } of recordings) {
  Deno.test(`the model boots ${name} as Linux did`, () => {
    const predicted = boot(parseMachine(machine, { file: name }));
    assert.equal(differences(predicted, observed).join("\n"), "");
    assert.equal(predicted.panic, null);
  });
}

Deno.test("there are recordings of all four kernels", () => {
  const kernels = Map.groupBy(recordings, ({ name }) => /^k[\d.]+/.exec(name)![0]);
  assert.deepEqual([...kernels.keys()].sort(), ["k5.10", "k6.1", "k6.12", "k7.3"]);
  assert.ok(recordings.length >= 190, `${recordings.length}`);
});

/** What was not recorded (null) is not compared. */
function differences(predicted: Boot, observed: ObservedBoot): readonly string[] {
  return FIELDS.flatMap((field) => {
    const [told, seen] = [ordered(predicted[field]), ordered(observed[field])];
    if (observed[field] === null || told === seen) return [];
    return [`${field}: predicted ${told}, recorded ${seen}`];
  });
}

/** JSON with the keys of records sorted; the order of lists counts. */
function ordered(value: unknown): string {
  const sorted = value && typeof value === "object" && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1))
    : value;
  return JSON.stringify(sorted);
}
