import assert from "node:assert/strict";
import { earlyLog, isKernelLog, kernelLog } from "../../lib/firmware/kernel_log.ts";

Deno.test.each([
  { raw: "[    0.000000] x2apic enabled" },
  { raw: "[12345.678901][    T1] x2apic enabled" },
  { raw: "<6>[    0.000000] x2apic enabled" },
  { raw: "kern  :info  : [    0.000000] x2apic enabled" },
  { raw: "[Sat Nov 28 03:43:39 2026] x2apic enabled" },
  { raw: "Nov 28 03:43:39 host kernel: x2apic enabled" },
  { raw: "Nov  8 03:43:39 host kernel: [    0.000000] x2apic enabled" },
  { raw: "2026-11-28T03:43:39.123456+01:00 host kernel: x2apic enabled" },
])("the message of '$raw' is told without its stamp", ({ raw }) => {
  assert.deepEqual(kernelLog(`${raw}\r\n`), [{ line: 1, text: "x2apic enabled" }]);
  assert(isKernelLog(raw));
});

Deno.test("of several boots in one log the last is told", () => {
  const log =
    "[ 0.0] Linux version 6.1.0 (a)\n[ 0.1] x2apic enabled\n[ 0.0] Linux version 6.12.0\n";
  assert.deepEqual(kernelLog(log), [{ line: 3, text: "Linux version 6.12.0" }]);
});

Deno.test("a log is whole from the kernel's version to /init", () => {
  const [first, end] = ["Linux version 6.1.0", "Run /init as init process"];
  const early = (lines: readonly string[]) => earlyLog(kernelLog(lines.join("\n")));
  assert.deepEqual(early([first, "a", end, "b"]), {
    lines: [{ line: 1, text: first }, { line: 2, text: "a" }],
    whole: true,
  });
  assert.equal(early([first, "a"]).whole, false);
  assert.equal(early(["a", end]).whole, false);
});

Deno.test("other texts are no kernel's log", () => {
  assert(!isKernelLog("hpet id=8086a201\n  T0 cfg=00000138\n"));
  assert(!isKernelLog("[section]\nkey = value\n"));
});
