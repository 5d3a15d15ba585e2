/** JSON with comments and trailing commas, as Deno's configuration is written. */

/** The object in a file's text; of an empty file one without fields. */
export function parseJsonc(text: string, path: string): Readonly<Record<string, unknown>> {
  const plain = text
    .replace(/^\ufeff/, " ")
    .replace(/("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[^]*?\*\//g, blankUnlessString)
    .replace(/("(?:\\.|[^"\\])*")|(?<=[^,\s]\s*),(?=\s*[}\]])/g, blankUnlessString);
  if (plain.trim() === "") return {};
  const value = parse(plain, path);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw new SyntaxError(`Cannot read ${path}: it holds no object in braces; ${remedy}`);
}

const remedy = "mend it and restart the kernel";

function blankUnlessString(text: string, string: string | undefined): string {
  return string ?? text.replace(/[^\n]/g, " ");
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const said = (error as Error).message.replace(remainder, "");
    const before = text.slice(0, failureIn(text)).split("\n");
    const place = `${path}:${before.length}:${before.at(-1)!.length + 1}`;
    throw new SyntaxError(`Cannot read ${place}: ${said}; ${remedy}`);
  }
}

/** V8 goes on with an offset or an excerpt. */
const remainder = /( in JSON)? at position .*$|, (\.\.\.)?".*" is not valid JSON$/s;

/** V8 does not always say where: it is where the text stops to be the beginning of some JSON. */
function failureIn(text: string): number {
  let [good, bad] = [0, text.length];
  while (good < bad) {
    const middle = (good + bad) >> 1;
    if (mayGoOn(text.slice(0, middle + 1))) good = middle + 1;
    else bad = middle;
  }
  return good;
}

function mayGoOn(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    const { message } = error as Error;
    const [, position] = message.match(/at position (\d+)/) ?? [];
    return message.startsWith("Unexpected end") || Number(position) >= text.length;
  }
}
