import assert from "node:assert/strict";
import { grantHint } from "../../lib/kernel/grant_hint.ts";

Deno.test.each([
  { access: 'env access to "HOME"', kind: "env", flag: "--allow-env=HOME" },
  { access: "env access", kind: "env", flag: "--allow-env" },
  { access: 'read access to "/a/b.csv"', kind: "read", flag: "--allow-read=/a/b.csv" },
  { access: 'read access to "b.csv"', kind: "read", flag: "--allow-read" },
  { access: 'read access to "/a b,c"', kind: "read", flag: "--allow-read" },
  { access: "read access to <exec_path>", kind: "read", flag: "--allow-read" },
  { access: 'run access to "./a"', kind: "run", flag: "--allow-run" },
  { access: 'net access to "a.example:80"', kind: "net", flag: "--allow-net=a.example:80" },
  { access: 'net access to "[::1]:80"', kind: "net", flag: "--allow-net" },
  { access: 'import access to "a.example:443"', kind: "import", flag: "--allow-import" },
])("$access is granted by $flag", ({ access, kind, flag }) => {
  const message = `Requires ${access}, run again with the --allow-${kind} flag`;
  for (const thrown of [{ name: "NotCapable", message }, { name: "TypeError", message }]) {
    assert.match(grantHint(thrown)!, new RegExp(`\`kernel install ${RegExp.escape(flag)}\``));
  }
});

Deno.test("an error of other kinds has no hint, a denial in other words a vague one", () => {
  assert.equal(grantHint({ name: "TypeError", message: "Requires care" }), undefined);
  assert.match(grantHint({ name: "NotCapable", message: "no" })!, /install --allow-…` grants more/);
});
