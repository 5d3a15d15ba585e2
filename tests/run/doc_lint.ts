/** Everything the project's doors export says what it is. */
import { projectRoot } from "../../lib/cli/world.ts";

interface Declaration {
  readonly declarationKind: string;
  readonly jsDoc?: { readonly doc?: string };
  readonly location: { readonly filename: string; readonly line: number };
}

interface Docs {
  readonly nodes: Readonly<
    Record<string, {
      readonly symbols: readonly {
        readonly name: string;
        readonly declarations: readonly Declaration[];
      }[];
    }>
  >;
}

const { nodes } = await docsOf(["mod.ts", "lib/lesson/mod.ts", "lib/kernel/mod.ts"]);
const silent = Object.values(nodes)
  .flatMap(({ symbols }) => symbols)
  .filter(({ declarations }) => !declarations.some(isDocumented));
for (const { name, declarations: [first] } of silent) {
  const { filename, line } = first!.location;
  console.error(`${name} has no documentation: ${filename.slice("file://".length)}:${line}`);
}
Deno.exit(silent.length > 0 ? 1 : 0);

function isDocumented({ declarationKind, jsDoc }: Declaration): boolean {
  return declarationKind !== "export" || Boolean(jsDoc?.doc);
}

async function docsOf(doors: readonly string[]): Promise<Docs> {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", ...doors],
    cwd: projectRoot,
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (stdout.length > 0) return JSON.parse(text(stdout));
  throw new Error(`Cannot read the documentation of ${doors.join(", ")}: ${text(stderr)}`);
}
