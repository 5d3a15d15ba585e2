/** The scripts of cells: what file a client knows each by, and where its lines went. */
import { type Place, type Positions, userLines, userPlace } from "../positions.ts";
import { Recent } from "../recent.ts";
import { murmur2 } from "./murmur2.ts";

/** A cell as it went to the child. */
export interface CellScript {
  /** The script's URL in the child, such as `cell-8.ts`. */
  readonly file: string;
  readonly source: string;
  /** The compiled code. */
  readonly code: string;
  readonly positions: Positions;
  readonly names: readonly string[];
}

export const hashSeed = 0xc70f6907;
export const pathPrefix = "/irqscope-cells/";
export const pathSuffix = ".ts";

/** Where a client looks for a source: the same text has the same path, however often it ran. */
export function pathOf(source: string): string {
  return `${pathPrefix}${murmur2(source, hashSeed)}${pathSuffix}`;
}

/** Scripts that ran lately; breakpoints in those of longer ago no longer hit. */
export class CellScripts {
  readonly #byFile = new Recent<string, CellScript>(({ source, code }) =>
    source.length + code.length
  );
  readonly #sources = new Recent<string, string>((source) => source.length);

  add(script: CellScript): void {
    this.#byFile.set(script.file, script);
    this.dump(script.source);
  }

  /** Makes a source known that has not run yet. */
  dump(source: string): string {
    const path = pathOf(source);
    this.#sources.set(path, source);
    return path;
  }

  sourceAt(path: string): string | undefined {
    return this.#sources.get(path);
  }

  get(file: string): CellScript | undefined {
    return this.#byFile.get(file);
  }

  /** Every run of the source at a path. */
  at(path: string): readonly CellScript[] {
    const source = this.#sources.get(path);
    return [...this.#byFile.values()].filter((script) => script.source === source);
  }

  get names(): readonly string[] {
    return [...new Set(this.#byFile.values().flatMap(({ names }) => names))];
  }
}

/**
 * The first compiled line, from 0, that stands for a user's line, from 1, or else for the next one
 * below it that any stands for: what was lowered need not keep the order of its lines.
 */
export function compiledLine({ code, positions }: CellScript, line: number): number | undefined {
  const lines = code.split("\n").length;
  let [nearest, found] = [Infinity, undefined as number | undefined];
  for (let compiled = 1; compiled < lines && nearest > line; compiled++) {
    const below = userLines(positions, compiled + 1).filter((own) => own >= line);
    const next = Math.min(...below);
    if (next < nearest) [nearest, found] = [next, compiled];
  }
  return found;
}

/** The user's place, from 1, of V8's, from 0. */
export function placeIn(script: CellScript, lineNumber: number, columnNumber = 0): Place {
  return userPlace(script.positions, { line: lineNumber + 1, column: columnNumber + 1 });
}
