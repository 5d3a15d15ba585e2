import { fileURLToPath } from "node:url";

export interface LabProcess {
  /** The page to open. */
  readonly address: string;
  /** Ends the lab as Ctrl-C does; its exit status. */
  stop(): Promise<number>;
}

const lab = fileURLToPath(new URL("../../lib/cli/lab.ts", import.meta.url));

/** Starts `deno task lab` as a user would, on a folder and a free port, and waits for its address. */
export async function startLabProcess(notebooks: string): Promise<LabProcess> {
  const port = `${freePort()}`;
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--allow-all", lab],
      ...["--no-browser", "--port", port, "--notebooks", notebooks],
    ],
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const stop = async () => {
    child.kill("SIGINT");
    return (await child.status).code;
  };
  return { address: await addressIn(child.stderr), stop };
}

/** The address, as soon as it is printed; the rest is read on, lest the server block. */
async function addressIn(stderr: ReadableStream<Uint8Array>): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let said = "";
  const reading = async () => {
    for await (const text of stderr.pipeThrough(new TextDecoderStream())) {
      said += text;
      const address = /^JupyterLab: (\S+)$/m.exec(said)?.[1];
      if (address !== undefined) resolve(address);
    }
    reject(new Error(`The lab ended without an address:\n${said}`));
  };
  reading().catch(reject);
  return await promise;
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
