/** The rights of the user's process, as flags of `deno run`. */
export interface Rights {
  /** The notebook's folder: readable and writable. */
  readonly folder: string;
  /** The package's own folder: readable, so that cells can import it. */
  readonly packageFolder: string;
  /** `--allow-…` and `--deny-…` flags beyond that, as the kernelspec names them. */
  readonly flags?: readonly string[];
}

/** Flags that name each right once, with what is given merged into what every notebook has. */
export function permissionFlags({ folder, packageFolder, flags = [] }: Rights): readonly string[] {
  if (flags.some((flag) => flag === "--allow-all" || flag === "-A")) return ["--allow-all"];
  const wanted = [
    `--allow-read=${listed(folder)},${listed(packageFolder)}`,
    `--allow-write=${listed(folder)}`,
    ...flags,
  ];
  const merged = new Map<string, string[]>();
  for (const flag of wanted) {
    const [name, value] = split(flag);
    merged.set(name, [...merged.get(name) ?? [], value]);
  }
  return [...merged].map(([name, values]) =>
    values.includes("") ? name : `${name}=${[...new Set(values)].join(",")}`
  );
}

/** Whether a kernel's option speaks of rights. */
export function isPermissionFlag(argument: string): boolean {
  return /^(-A|--(allow|deny)-[a-z-]+(=.*)?)$/.test(argument);
}

function split(flag: string): [name: string, value: string] {
  const at = flag.indexOf("=");
  return at === -1 ? [flag, ""] : [flag.slice(0, at), flag.slice(at + 1)];
}

/** Deno parts a list at commas; a doubled one stands for itself. */
function listed(path: string): string {
  return path.replaceAll(",", ",,");
}
