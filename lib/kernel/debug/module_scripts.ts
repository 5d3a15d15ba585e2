/** The files that cells import: V8 knows what Deno made of them, a user what stands in the file. */
import {
  generatedPositionFor,
  LEAST_UPPER_BOUND,
  originalPositionFor,
  TraceMap,
} from "@jridgewell/trace-mapping";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Place } from "../positions.ts";

export class ModuleScripts {
  /** By URL: where its source map is told; empty where V8 runs the file as it stands. */
  readonly #mapUrls = new Map<string, string>();
  readonly #maps = new Map<string, TraceMap | undefined>();

  add(url: string, mapUrl = ""): void {
    this.#mapUrls.set(url, mapUrl);
    this.#maps.delete(url);
  }

  /** The URL of a loaded file; undefined for one that no cell has imported. */
  urlAt(path: string): string | undefined {
    const url = path.startsWith("/") || /^[a-z]:/i.test(path) ? pathToFileURL(path).href : "";
    return this.#mapUrls.has(url) ? url : undefined;
  }

  pathOf(url: string): string {
    return fileURLToPath(url);
  }

  /** The file's place, from 1, of V8's, from 0. */
  placeIn(url: string, lineNumber: number, columnNumber = 0): Place {
    const map = this.#mapOf(url);
    const found = map && originalPositionFor(map, { line: lineNumber + 1, column: columnNumber });
    if (found?.line) return { line: found.line, column: found.column + 1 };
    return { line: lineNumber + 1, column: columnNumber + 1 };
  }

  /** The compiled line, from 0, of the file's line, from 1, or of one below it. */
  compiledLine(url: string, line: number): number | undefined {
    const map = this.#mapOf(url);
    const source = map?.sources[0];
    if (!map || !source) return line - 1;
    const last = line + mostLinesBelow;
    for (let at = line; at < last; at++) {
      const start = { source, line: at, column: 0 };
      const found = generatedPositionFor(map, { ...start, bias: LEAST_UPPER_BOUND });
      if (found.line) return found.line - 1;
    }
    return undefined;
  }

  #mapOf(url: string): TraceMap | undefined {
    if (!this.#maps.has(url)) this.#maps.set(url, readMap(this.#mapUrls.get(url) ?? ""));
    return this.#maps.get(url);
  }
}

/** Comments may stand between a mark and the code it stands for. */
const mostLinesBelow = 50;

/** Deno writes the map into the script it makes. */
function readMap(mapUrl: string): TraceMap | undefined {
  const [, data] = mapUrl.match(/^data:application\/json;(?:charset=utf-8;)?base64,(.*)$/) ?? [];
  return data === undefined ? undefined : new TraceMap(JSON.parse(
    new TextDecoder().decode(Uint8Array.fromBase64(data)),
  ));
}
