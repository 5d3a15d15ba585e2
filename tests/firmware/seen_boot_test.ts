/** What the files of whole recordings show is what their recorder saw. */
import assert from "node:assert/strict";
import { seenBoot } from "../../lib/firmware/seen_boot.ts";
import { type ObservedBoot, wholeBoots } from "../boots/boots.ts";
import { filesIn } from "../boots/machine_texts.ts";

for (const { name, folder } of wholeBoots()) {
  Deno.test(`the files of ${name} show what was observed`, async () => {
    const seen = seenBoot(await filesIn(folder));
    const observed: ObservedBoot = JSON.parse(
      await Deno.readTextFile(new URL("observed.json", folder)),
    );
    for (const field of ["x2apic", "irqRemapping", "online", "present", "chips"] as const) {
      if (observed[field] !== null) assert.deepEqual(seen[field]?.value, observed[field], field);
    }
    if (observed.possible !== null) assert.equal(seen.possible?.value, observed.possible);
    if (seen.apicDriver) assert.equal(seen.apicDriver.value, observed.apicDriver);
    assert.deepEqual(wordsOf(seen), {
      pins: observed.messages.flatMap((each) => each.source === "ioapic" ? [each.rte] : []).sort(),
      messages: observed.messages.flatMap((each) =>
        each.source === "ioapic" ? [] : [`${each.addressHigh}${each.addressLow}${each.data}`]
      ).sort(),
      timers: observed.hpetMessages.map(({ address, data }) => `${address}${data}`),
    });
    if (observed.domains) assertDomains(seen, observed.domains);
  });
}

function wordsOf({ pins, messages, timers }: ReturnType<typeof seenBoot>) {
  const hex = (word: number | bigint, digits = 8) => word.toString(16).padStart(digits, "0");
  return {
    pins: pins.map(({ word }) => hex(word.entry, 16)).sort(),
    messages: messages.map(({ word: { addressHigh, addressLow, data } }) =>
      hex(addressHigh) + hex(addressLow) + hex(data)
    ).sort(),
    timers: timers.map(({ word: { address, data } }) => hex(address) + hex(data)),
  };
}

function assertDomains(
  { domains = new Map() }: ReturnType<typeof seenBoot>,
  observed: Readonly<Record<string, readonly string[]>>,
): void {
  for (const [name, parents] of Object.entries(observed)) {
    assert.deepEqual(domains.get(name)?.parents, parents, name);
  }
}

Deno.test("what no file shows is not made up", () => {
  const { log, ...seen } = seenBoot({});
  assert.deepEqual(log, { lines: [], whole: false });
  assert.deepEqual(seen, { irqs: [], irqsIn: "kernelIrq", pins: [], messages: [], timers: [] });
});

Deno.test("a log without its beginning does not say that x2APIC or remapping are off", () => {
  const { x2apic, irqRemapping } = seenBoot({ dmesg: "[ 1.0] Run /init as init process\n" });
  assert.deepEqual([x2apic, irqRemapping], [undefined, undefined]);
});
