/** Programs from outside that some tests need, and the packages that bring them. */
import { delimiter, join } from "node:path";

export const tools = {
  chromium: {
    programs: ["chromium", "chromium-browser", "google-chrome"],
    debian: "chromium fonts-liberation",
  },
  qemu: { programs: ["qemu-system-x86_64"], debian: "qemu-system-x86" },
  iasl: { programs: ["iasl"], debian: "acpica-tools" },
  node: { programs: ["node"], debian: "nodejs" },
  dpkgDeb: { programs: ["dpkg-deb"], debian: "dpkg" },
} as const;

export type Tool = keyof typeof tools;

/** The path of a tool; undefined where it is missing. */
export function findTool(tool: Tool): string | undefined {
  const folders = (Deno.env.get("PATH") ?? "").split(delimiter);
  const paths = tools[tool].programs.flatMap((name) => folders.map((folder) => join(folder, name)));
  return paths.find(isFile);
}

/**
 * Whether a test must be skipped for want of tools, printing why: for `ignore` of Deno.test.
 */
export function lacks(name: string, ...wanted: readonly Tool[]): boolean {
  const missing = wanted.filter((tool) => findTool(tool) === undefined);
  if (missing.length === 0) return false;
  const packages = missing.map((tool) => tools[tool].debian).join(" ");
  console.log(
    `skipped: ${name}: ${missing.join(" and ")} missing; on Debian: apt install ${packages}`,
  );
  return true;
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
