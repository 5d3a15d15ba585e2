/**
 * `declare global { … }` as the server is to read it. A cell's document is no module to it, so that
 * such a block means nothing there, while what stands outside of all blocks is global anyway.
 */
import { isNode, type Node } from "../compile_ast.ts";
import type { Parsed } from "../compile_parse.ts";
import { blanked } from "./module_syntax.ts";
import { offsetAt, type Position, positionAt } from "./protocol.ts";

/** A text whose blocks are opened. */
export interface Opened {
  readonly text: string;
  /** Where a place of it stands in the text as it was. */
  back(place: Position): Position;
}

/** Stands before each statement of a block: columns behind it differ from the user's. */
const mark = "declare ";

/** Blanks what makes the blocks, and says of each statement in them that it is ambient. */
export function openGlobals(text: string, parsed: Parsed): Opened {
  const blocks = parsed.kind === "parsed" ? parsed.body.filter(isGlobal) : [];
  if (blocks.length === 0) return { text, back: (place) => place };
  const frames = blocks.flatMap(frameOf);
  const marks = blocks.flatMap(statementsOf).map(startOf);
  const bare = frames.reduce((text, frame) => blanked(text, frame), text);
  const opened = marks.reduceRight((out, at) => out.slice(0, at) + mark + out.slice(at), bare);
  const back = (place: Position) => {
    const offset = offsetAt(opened, place);
    const passed = marks.filter((at, nth) => at + (nth + 1) * mark.length <= offset).length;
    return positionAt(text, offset - passed * mark.length);
  };
  return { text: opened, back };
}

/** Whether a statement is such a block: `global` is no name then. */
export function isGlobal(statement: Node): boolean {
  return statement.type === "TSModuleDeclaration" && statement.kind === "global";
}

function statementsOf({ body }: Node): readonly Node[] {
  return isNode(body) ? body.body as Node[] : [];
}

/** Behind an `export`, which means nothing here. */
function startOf({ start, declaration }: Node): number {
  return isNode(declaration) ? declaration.start : start;
}

function frameOf({ start, end, body }: Node): readonly (readonly [number, number])[] {
  return [[start, (body as Node).start + 1], [end - 1, end]];
}
