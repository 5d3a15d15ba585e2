/** `deno lsp` as a child of the kernel: it reads code, runs none, and needs no network. */
import { connectRpc, type Rpc } from "./rpc.ts";

export interface ServerOptions {
  /** Absolute path of the Deno executable. */
  readonly deno: string;
  /** The notebook's folder. */
  readonly folder: URL;
  /** URL of the import map that user code runs with. */
  readonly importMap?: string;
}

export interface LanguageServer extends Rpc {
  /** Settles when the process has ended, by itself or by `stop`. */
  readonly ended: Promise<void>;
  stop(): void;
}

/** Starts a server and shakes hands; rejects when the process ends before it answers. */
export async function startServer(
  { deno, folder, importMap }: ServerOptions,
): Promise<LanguageServer> {
  const child = new Deno.Command(deno, {
    args: ["lsp", "--quiet"],
    cwd: folder,
    clearEnv: true,
    env: { ...keptEnvironment(), NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const settings = settingsOf(importMap);
  const rpc = connectRpc(child.stdout, child.stdin, {
    answer: (method, params) => method === "workspace/configuration" && configure(params, settings),
  });
  await rpc.request("initialize", {
    processId: Deno.pid,
    rootUri: folder.href,
    workspaceFolders: [{ uri: folder.href, name: "notebook" }],
    initializationOptions: settings,
    capabilities,
  });
  rpc.notify("initialized", {});
  return { ...rpc, ended: child.status.then(() => {}), stop: () => stop(child) };
}

function stop(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch {
    // It has ended already.
  }
}

const capabilities = {
  workspace: { configuration: true },
  notebookDocument: { synchronization: {} },
  textDocument: {
    diagnostic: {},
    completion: { completionItem: { documentationFormat: ["markdown"] } },
    hover: { contentFormat: ["markdown"] },
    signatureHelp: { signatureInformation: { documentationFormat: ["markdown"] } },
    definition: { linkSupport: true },
  },
};

function settingsOf(importMap: string | undefined) {
  return {
    enable: true,
    lint: false,
    cacheOnSave: false,
    suggest: { autoImports: false, imports: { autoDiscover: false, hosts: {} } },
    ...importMap === undefined ? {} : { importMap },
  };
}

function configure(params: unknown, settings: object): readonly object[] {
  const { items } = params as { readonly items: readonly { readonly section?: string }[] };
  return items.map(({ section }) => section === "deno" ? settings : languageSettings);
}

const languageSettings = { suggest: { autoImports: false, completeFunctionCalls: false } };

/** Where Deno's cache and the user's home are; nothing else of the kernel's environment. */
function keptEnvironment(): Record<string, string> {
  const kept = [
    "HOME",
    "PATH",
    "DENO_DIR",
    "XDG_CACHE_HOME",
    "TMPDIR",
    "SystemRoot",
    "USERPROFILE",
    "LOCALAPPDATA",
  ];
  return Object.fromEntries(kept.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  }));
}
