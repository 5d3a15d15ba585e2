/** The table of changes, folded to versions. */
import assert from "node:assert/strict";
import { CHANGES, eraOf } from "../../lib/linux/eras.ts";
import { parseKernelVersion } from "../../lib/machine/kernel_version.ts";

const at = (version: string, release = version) => eraOf({ version, release });

Deno.test.each([
  { version: "4.1", name: "E41" },
  { version: "4.2", name: "E41" },
  { version: "4.9", name: "E43" },
  { version: "4.19", name: "E419" },
  { version: "5.9", name: "E419" },
  { version: "5.10", name: "E510" },
  { version: "5.11", name: "E511" },
  { version: "6.1", name: "E511" },
  { version: "mail", name: "mail" },
  { version: "6.3", name: "E62" },
  { version: "6.5", name: "E62" },
  { version: "6.6", name: "E66" },
  { version: "6.12", name: "E611" },
  { version: "6.19", name: "E619" },
  { version: "7.3", name: "E73" },
  { version: "9.4", name: "E73" },
])("kernel $version belongs to $name", ({ version, name }) => {
  assert.equal(at(version).name, name);
});

Deno.test("a kernel newer than the table takes the newest era and says so", () => {
  assert.equal(at("8.0").future, true);
  assert.equal(at("7.3").future, false);
  const { version: _, future: __, ...newest } = at("7.3");
  const { version: ___, future: ____, ...later } = at("12.34");
  assert.deepEqual(later, newest);
});

Deno.test("the rows stand in the order of releases, each of which was one", () => {
  const order = CHANGES.map(({ from }) => {
    const parsed = parseKernelVersion(from);
    assert.equal(parsed?.kind, "release");
    return parsed?.kind === "release" ? parsed.major * 100 + parsed.minor : 0;
  });
  assert.deepEqual(order, order.toSorted((a, b) => a - b));
});

Deno.test("every row says something, and no two eras share a name", () => {
  for (const { what } of CHANGES) assert.match(what, /^\S.{10,}[^.]$/);
  const names = CHANGES.flatMap(({ era }) => era ?? []);
  assert.equal(new Set(names).size, names.length);
});

Deno.test("stable fixes count from their patch level on", () => {
  assert.equal(at("5.10", "5.10.44").physReselectsItself, true);
  assert.equal(at("5.10", "5.10.200").physReselectsItself, false);
  assert.equal(at("6.12", "6.12.5").disabledEntries, "onlineCapable");
  assert.equal(at("6.12", "6.12.107+deb13-amd64").disabledEntries, "onlineCapableOrGuest");
});

Deno.test("Debian's ABI number hides the patch level, which then counts as the newest", () => {
  assert.equal(at("5.10", "5.10.0-46-amd64").physReselectsItself, false);
});

Deno.test("the mail is 5.11 but for the fate of an orphan", () => {
  const { name: _, version: __, orphanIoapic, ...mail } = at("mail");
  const { name: ___, version: ____, orphanIoapic: mainline, ...e511 } = at("5.11");
  assert.deepEqual(mail, e511);
  assert.deepEqual([orphanIoapic, mainline], ["failsToInitialise", "bug"]);
});

Deno.test("#66 a pin's move out of Hyper-V's reach was ignored before it became an error", () => {
  const answers = ["5.10", "6.1", "6.12", "7.3"].map((version) => at(version).refusedIoapicMove);
  assert.deepEqual(answers, ["ignored", "ignored", "ignored", "EINVAL"]);
});

Deno.test("a version that never was is refused", () => {
  for (const version of ["3.18", "5.42", "six", ""]) assert.throws(() => at(version), RangeError);
});
