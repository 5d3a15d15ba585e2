import assert from "node:assert/strict";
import { run } from "./process.ts";

const quiet = { name: "a test of run", minutes: 1, shows: () => false };

/** A shell, where there is one. */
function shell(script: string, minutes = 1) {
  return run({ ...quiet, minutes, program: "/bin/sh", args: ["-c", script] });
}

const ignore = Deno.build.os === "windows";

Deno.test({
  name: "what a program says on both streams is kept, and whether it succeeded",
  ignore,
  async fn() {
    const { success, output, timedOut } = await shell("echo one; echo two >&2; exit 3");
    assert.deepEqual([success, timedOut, output.split("\n").sort()], [false, false, [
      "one",
      "two",
    ]]);
  },
});

Deno.test({
  name: "a program that outlives its time is ended with all it started",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const { success, output, timedOut } = await shell("sleep 61 & echo $!; wait", 0.005);
    assert.deepEqual([success, timedOut], [false, true]);
    await new Promise((done) => setTimeout(done, 100));
    assert.equal((await shell(`grep '^State:.[RSD]' /proc/${output}/status`)).success, false);
  },
});

Deno.test({
  name: "a program that leaves a child behind with its pipes open does not hold the run",
  ignore,
  async fn() {
    const started = performance.now();
    const { success } = await shell("sleep 62 & echo left");
    assert.equal(success, true);
    assert.ok(performance.now() - started < 20_000);
  },
});

Deno.test("a program that is not there is a failure, told in words", async () => {
  const { success, output } = await run({ ...quiet, program: "no-such-program", args: [] });
  assert.equal(success, false);
  assert.match(output, /^Cannot start no-such-program/);
});
