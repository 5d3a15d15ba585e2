import type { Inspector } from "./inspector.ts";
import type { Completion, MimeBundle } from "./interpreter.ts";

/**
 * What the user's process itself knows of a name: quick, and there before any language server.
 * V8 refuses every evaluation that could change something, so looking never runs a getter that
 * prints or a proxy's trap.
 */

type Match = Completion["matches"][number];

/** A dotted path that ends at the cursor, `a.b.par`: its object, and the part typed so far. */
export interface Path {
  readonly object: string | undefined;
  readonly part: string;
  readonly start: number;
}

const name = /[\p{ID_Start}$_][\p{ID_Continue}$]*/u.source;
const pathAtEnd = new RegExp(`((?:${name}\\??\\.)*)(${name})?$`, "u");

/** The path before the cursor; undefined where what is before it is no name, as in \`f().x\`. */
export function pathBefore(code: string, cursor: number): Path | undefined {
  const before = code.slice(0, cursor);
  const [, objects = "", part = ""] = before.match(pathAtEnd)!;
  const start = before.length - part.length;
  const preceding = before[start - objects.length - 1] ?? "";
  if (/[.)\]\p{ID_Continue}]/u.test(preceding)) {
    if (objects !== "" || preceding === "." || part !== "") return undefined;
  }
  return { object: objects.replace(/\??\.$/, "") || undefined, part, start };
}

/** Comments, strings and templates, of which the last may lack its end. */
const proses = new RegExp(
  [
    /\/\/[^\n]*/,
    /\/\*[^]*?(?:(?<end>\*\/)|$)/,
    /(?<quote>["'])(?:\\[^]|(?!\k<quote>)[^\\\n])*(?<end>\k<quote>)?/,
    /`(?:\\[^]|[^`\\])*(?<end>`)?/,
  ].map(({ source }) => source).join("|"),
  "g",
);

/** Whether the cursor stands where no name is meant; behind a template's `${` one is. */
export function isInProse(code: string, cursor: number): boolean {
  const before = code.slice(0, cursor);
  const last = [...before.matchAll(proses)].at(-1);
  if (!last || last.index + last[0].length < cursor) return false;
  return last.groups!.end === undefined && !/\$\{[^}]*$/.test(last[0]);
}

/** Which of these names are global ones just now. */
export async function globalsAmong(
  inspector: Inspector,
  names: readonly string[],
): Promise<ReadonlySet<string>> {
  const asked = names.map((name) => `${JSON.stringify(name)} in globalThis`);
  const { result } = await inspector.send("Runtime.evaluate", {
    ...purely,
    expression: `[${asked}]`,
    returnByValue: true,
  });
  const known = result.value as readonly boolean[];
  return new Set(names.filter((_, at) => known[at]));
}

/** The members, or the global names, that continue a path. */
export async function completeLive(
  inspector: Inspector | undefined,
  code: string,
  cursor: number,
): Promise<Completion> {
  const path = pathBefore(code, cursor);
  const none = { start: cursor, end: cursor, matches: [] };
  if (!path) return none;
  const members = !inspector
    ? []
    : path.object
    ? await membersOf(inspector, path.object)
    : await globalsOf(inspector);
  const all = path.object ? members : [...members, ...keywordMatches];
  const fitting = all.filter(({ text }) => text.startsWith(path.part) && text !== "__k")
    .toSorted((a, b) => a.text < b.text ? -1 : 1);
  return { start: path.start, end: cursor, matches: withoutCommon(fitting) };
}

/** What every object has is offered only where nothing else fits. */
function withoutCommon(matches: readonly Match[]): readonly Match[] {
  const own = matches.filter(({ text }) => !(text in Object.prototype));
  return own.length > 0 ? own : matches;
}

/** What a name stands for: a function's head, a value's text. */
export async function describeLive(
  inspector: Inspector,
  expression: string,
): Promise<MimeBundle | undefined> {
  const { result, exceptionDetails } = await inspector.send("Runtime.evaluate", {
    ...purely,
    expression,
    objectGroup: "looked",
  });
  if (exceptionDetails || result.type === "undefined") return undefined;
  const { type, className, description, value } = result;
  const text = description ?? JSON.stringify(value);
  const head = type === "function" ? headOf(text) : text.split("\n").slice(0, 12).join("\n");
  return { "text/plain": `${expression}: ${className ?? type}\n${head}` };
}

const purely = { throwOnSideEffect: true, silent: true, timeout: 200 };

async function membersOf(inspector: Inspector, object: string): Promise<readonly Match[]> {
  const { result, exceptionDetails } = await inspector.send("Runtime.evaluate", {
    ...purely,
    expression: `(${listMembers})(${object})`,
    returnByValue: true,
  });
  return exceptionDetails || !Array.isArray(result.value) ? [] : result.value;
}

/** Deno's global object looks names up by code of its own, which V8 takes for a side effect. */
async function globalsOf(inspector: Inspector): Promise<readonly Match[]> {
  const expression = `(${listMembers})(globalThis)`;
  const { result } = await inspector.send("Runtime.evaluate", { expression, returnByValue: true });
  return Array.isArray(result.value) ? result.value : [];
}

/** Runs in the child, over values of any making; V8 allows only what leaves no trace. */
const listMembers = `(value) => {
  if (value === undefined || value === null) return [];
  const found = [];
  const names = new Set();
  for (let at = Object(value), depth = 0; at && depth < 8; at = Object.getPrototypeOf(at), depth++) {
    for (const text of Object.getOwnPropertyNames(at)) {
      if (names.has(text) || !/^[\\p{ID_Start}$_][\\p{ID_Continue}$]*$/u.test(text)) continue;
      names.add(text);
      const { value } = Object.getOwnPropertyDescriptor(at, text);
      const type = typeof value !== "function" ? "property" : /^[A-Z]/.test(text) ? "class" : "function";
      found.push({ text, type });
    }
  }
  return found;
}`;

function headOf(text: string): string {
  return text.slice(0, 400).split(/\{|=>/)[0]!.trim();
}

const keywords = `
  abstract as async await break case catch class const continue debugger declare default delete do
  else enum export extends false finally for from function if implements import in instanceof
  interface keyof let namespace new null of private protected public readonly return satisfies
  static super switch this throw true try type typeof undefined unknown using var void while yield
`;
const keywordMatches: readonly Match[] = keywords.trim().split(/\s+/)
  .map((text) => ({ text, type: "keyword" }));
