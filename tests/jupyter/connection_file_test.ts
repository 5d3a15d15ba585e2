import assert from "node:assert/strict";
import {
  ConnectionFileError,
  endpointOf,
  formatConnectionFile,
  parseConnectionFile,
  readConnectionFile,
} from "../../lib/jupyter/connection_file.ts";

const good = {
  transport: "tcp",
  ip: "127.0.0.1",
  shell_port: 1,
  iopub_port: 2,
  stdin_port: 3,
  control_port: 4,
  hb_port: 5,
  signature_scheme: "hmac-sha256",
  key: "hush",
  kernel_name: "irqscope",
};
const parse = (file: unknown, remote = false) =>
  parseConnectionFile(JSON.stringify(file), { path: "k.json", remote });

Deno.test("a connection file names five addresses and a key", () => {
  const info = parse(good);
  assert.ok(info.kind === "connection");
  assert.equal(info.key, "hush");
  const control = endpointOf({ ...info, port: info.ports.control });
  assert.deepEqual(control, { transport: "tcp", hostname: "127.0.0.1", port: 4 });
  const heartbeat = endpointOf({ transport: "ipc", ip: "/run/k", port: info.ports.hb });
  assert.deepEqual(heartbeat, { transport: "ipc", path: "/run/k-5" });
  assert.deepEqual(parse(JSON.parse(formatConnectionFile(info))), info);
});

Deno.test("a registration file names whom to tell", () => {
  const { transport, signature_scheme, key } = good;
  const registration = { registration_ip: "127.0.0.1", registration_port: 9, kernel_id: "k" };
  assert.deepEqual(parse({ transport, signature_scheme, key, ...registration }), {
    kind: "registration",
    kernelId: "k",
    transport: "tcp",
    ip: "127.0.0.1",
    port: 9,
    key: "hush",
  });
});

Deno.test.each([
  { wrong: { key: undefined }, line: /"key" is missing/ },
  { wrong: { transport: "udp" }, line: /"transport" is "udp", not "tcp" or "ipc"/ },
  { wrong: { signature_scheme: "hmac-md5" }, line: /"signature_scheme" is "hmac-md5", not "hmac-/ },
  { wrong: { shell_port: 70000 }, line: /"shell_port" is 70000, not a port between 1 and 65535/ },
  { wrong: { hb_port: "5" }, line: /"hb_port" is "5", not a port/ },
  { wrong: { ip: "0.0.0.0" }, line: /"ip" is "0.0.0.0", not a loopback address; pass --remote/ },
  { wrong: { ip: 4 }, line: /"ip" is 4, not a text/ },
  { wrong: { curve_secretkey: "x" }, line: /"curve_secretkey" is no CURVE key of 40 Z85 char/ },
  { wrong: { curve_publickey: "0".repeat(40) }, line: /has one CURVE key and lacks the other/ },
])("$wrong is refused in one line: $line", ({ wrong, line }) => {
  assert.throws(() => parse({ ...good, ...wrong }), (error: unknown) => {
    assert.ok(error instanceof ConnectionFileError);
    assert.match(error.message, /^Cannot use connection file k\.json: /);
    assert.match(error.message, line);
    assert.ok(!error.message.includes("\n") && !error.message.includes("hush"));
    return true;
  });
});

Deno.test("an address of another machine is taken where that was asked for", () => {
  assert.equal(parse({ ...good, ip: "10.0.0.7" }, true).ip, "10.0.0.7");
});

Deno.test.each([
  { text: "not json", line: /it holds no JSON object/ },
  { text: "[]", line: /it holds no JSON object/ },
])("$text is refused", ({ text, line }) => {
  assert.throws(() => parseConnectionFile(text, { path: "k.json", remote: false }), line);
});

Deno.test("a missing file and one that others can read are told of", async () => {
  const folder = await Deno.makeTempDir();
  assert.throws(() => readConnectionFile(`${folder}/none.json`), /none\.json: it does not exist/);
  assert.throws(() => readConnectionFile(folder), /it cannot be read/);
  const path = `${folder}/k.json`;
  await Deno.writeTextFile(path, JSON.stringify(good), { mode: 0o600 });
  assert.deepEqual(readConnectionFile(path).warnings, []);
  await Deno.chmod(path, 0o644);
  assert.match(readConnectionFile(path).warnings.join(), /mode 0644: others can read its key/);
});
