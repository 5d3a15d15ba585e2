import assert from "node:assert/strict";
import { createInterpreter } from "../../lib/kernel/interpreter_deno.ts";

Deno.test("long cells in quick succession are all heard of", async () => {
  const folder = await Deno.makeTempDir();
  const interpreter = createInterpreter({
    publish: () => undefined,
    ask: () => Promise.reject(new Error("nobody is asked")),
    replaced: (because) => assert.fail(because),
  }, { folder });
  try {
    for (let count = 1; count <= 150; count++) {
      const code = `${count} // ${"x".repeat(8_000)}`;
      const ended = interpreter.execute({
        ...request,
        id: `${count}`,
        code,
        executionCount: count,
      });
      assert.equal(await Promise.race([ended.then(({ kind }) => kind), late()]), "ok");
    }
  } finally {
    await interpreter.dispose();
    await Deno.remove(folder, { recursive: true });
  }
});

const request = { silent: false, storeHistory: true, allowStdin: false, userExpressions: {} };

function late(): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  Deno.unrefTimer(setTimeout(() => resolve("lost"), 10_000));
  return promise;
}
