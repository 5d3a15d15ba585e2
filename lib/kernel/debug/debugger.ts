/**
 * A debugger of cells: Jupyter's requests in the Debug Adapter Protocol, answered by V8's
 * inspector. V8 knows compiled lines; a user only ever sees lines as typed.
 *
 * Source: Debug Adapter Protocol 1.66; JEP 47; V8 inspector protocol, domain Debugger.
 */
import type { Protocol } from "devtools-protocol";
import { type Inspector, InspectorError } from "../inspector.ts";
import {
  type CellScript,
  CellScripts,
  compiledLine,
  hashSeed,
  pathOf,
  pathPrefix,
  pathSuffix,
  placeIn,
} from "./cell_scripts.ts";
import {
  DebugRefusal,
  type DebugRequest,
  type DebugResponse,
  type Fields,
  numberOf,
  readRequest,
  textOf,
  thread,
} from "./protocol.ts";
import { debugHandlers, exceptionFilters } from "./handlers.ts";
import { exceptionText, valueText, Variables } from "./variables.ts";

export interface DebuggerSurroundings {
  /** The inspector of the process that runs cells now. */
  inspector(): Promise<Inspector>;
  /** Passes a `debug_event` on to the clients. */
  event(content: Fields): void;
}

interface Stop {
  readonly frames: readonly Protocol.Debugger.CallFrame[];
  readonly reason: string;
  readonly exception?: Protocol.Runtime.RemoteObject;
}

export class CellDebugger {
  readonly #surroundings: DebuggerSurroundings;
  readonly #scripts = new CellScripts();
  readonly #variables = new Variables();
  /** Path → wanted lines, from 1. They outlive a session, as the client's marks do. */
  readonly #wanted = new Map<string, readonly number[]>();
  /** What V8 calls the breakpoints it holds, by path. */
  readonly #set = new Map<string, string[]>();
  /** A frame names its script by number; only the parsing of a script tells its URL. */
  readonly #urls = new Map<string, string>();
  #attached: Inspector | undefined;
  #stop: Stop | undefined;
  #seq = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(surroundings: DebuggerSurroundings) {
    this.#surroundings = surroundings;
  }

  /** Answers one request; requests are done strictly one after the other. */
  handle(content: Fields): Promise<DebugResponse> {
    const answer = this.#turn.then(() => this.#answer(content));
    this.#turn = answer;
    return answer;
  }

  /** Must be awaited before a cell's code goes to V8, so that its breakpoints hit at once. */
  async compiled(script: CellScript): Promise<void> {
    this.#scripts.add(script);
    if (!this.#attached) return;
    const path = pathOf(script.source);
    for (const line of this.#wanted.get(path) ?? []) await this.#setIn(script, path, line);
  }

  /** Does what ends a cell while no breakpoint can hold it; a stopped one goes on first. */
  async unheld<T>(end: () => Promise<T>): Promise<T> {
    const inspector = this.#attached;
    if (!inspector) return await end();
    await this.#arm(inspector, false);
    await this.#goOn();
    return await end().finally(() => this.#arm(inspector, true));
  }

  async #arm(inspector: Inspector, active: boolean): Promise<void> {
    await inspector.send("Debugger.setSkipAllPauses", { skip: !active }).catch(() => {});
  }

  async #goOn(): Promise<void> {
    if (this.#stop) await this.#attached?.send("Debugger.resume").catch(() => {});
  }

  /** The process is gone, and with it all that was set in it. */
  replaced(): void {
    if (this.#attached) this.#emit("terminated");
    this.#attached = this.#stop = undefined;
    this.#set.clear();
    this.#urls.clear();
  }

  async #answer(content: Fields): Promise<DebugResponse> {
    let request: DebugRequest = { seq: 0, command: "", arguments: {} };
    try {
      request = readRequest(content);
      const handler = debugHandlers[request.command];
      if (!handler) throw new DebugRefusal(`Cannot do "${request.command}": it is not supported`);
      return this.#response(request, true, await handler(this, request.arguments));
    } catch (error) {
      if (!(error instanceof DebugRefusal || error instanceof InspectorError)) throw error;
      return { ...this.#response(request, false, {}), message: error.message };
    }
  }

  #response({ seq, command }: DebugRequest, success: boolean, body: Fields): DebugResponse {
    return { type: "response", seq: ++this.#seq, request_seq: seq, command, success, body };
  }

  #emit(event: string, body: Fields = {}): void {
    this.#surroundings.event({ type: "event", seq: ++this.#seq, event, body });
  }

  // --- sessions

  info(): Fields {
    return {
      isStarted: this.#attached !== undefined,
      hashMethod: "Murmur2",
      hashSeed,
      tmpFilePrefix: pathPrefix,
      tmpFileSuffix: pathSuffix,
      breakpoints: [...this.#wanted].map(([source, lines]) => ({
        source,
        breakpoints: lines.map((line) => ({ line })),
      })),
      stoppedThreads: this.#stop ? [thread] : [],
      richRendering: true,
      exceptionPaths: exceptionFilters.map(({ filter }) => filter),
      copyToGlobals: true,
    };
  }

  async attach(): Promise<Fields> {
    if (this.#attached) return {};
    const inspector = await this.#surroundings.inspector();
    inspector.on("Debugger.scriptParsed", (params) => {
      const { scriptId, url } = params as Protocol.Debugger.ScriptParsedEvent;
      if (this.#scripts.get(url) || isFile(url)) this.#urls.set(scriptId, url);
    });
    inspector.on("Debugger.paused", (params) => this.#paused(params as Paused));
    inspector.on("Debugger.resumed", () => this.#resumed());
    await inspector.send("Debugger.enable", {});
    await inspector.send("Debugger.setBlackboxPatterns", { patterns: notTheUsers });
    await inspector.send("Debugger.setAsyncCallStackDepth", { maxDepth: 8 });
    this.#attached = inspector;
    for (const path of this.#wanted.keys()) await this.#setAll(path);
    this.#emit("initialized");
    return {};
  }

  async disconnect(): Promise<Fields> {
    const inspector = this.#attached;
    if (!inspector) return {};
    await this.#goOn();
    await inspector.send("Debugger.disable");
    await this.#variables.clear(inspector);
    this.#attached = this.#stop = undefined;
    this.#set.clear();
    this.#urls.clear();
    return {};
  }

  #session(): Inspector {
    if (this.#attached) return this.#attached;
    throw new DebugRefusal("Cannot debug: no session is open; attach first");
  }

  // --- breakpoints

  async setBreakpoints(fields: Fields): Promise<Fields> {
    const path = textOf((fields.source ?? {}) as Fields, "path");
    const lines = linesOf(fields);
    if (lines.length > 0) this.#wanted.set(path, lines);
    else this.#wanted.delete(path);
    if (this.#attached) await this.#setAll(path);
    const source = this.#scripts.sourceAt(path)?.split("\n");
    const breakpoints = lines.map((line) => ({
      verified: source !== undefined && line <= source.length,
      line,
      source: { path },
    }));
    return { breakpoints };
  }

  async #setAll(path: string): Promise<void> {
    for (const breakpointId of this.#set.get(path) ?? []) {
      await this.#attached!.send("Debugger.removeBreakpoint", { breakpointId });
    }
    this.#set.delete(path);
    for (const script of this.#scripts.at(path)) {
      for (const line of this.#wanted.get(path) ?? []) await this.#setIn(script, path, line);
    }
  }

  async #setIn(script: CellScript, path: string, line: number): Promise<void> {
    const lineNumber = compiledLine(script, line);
    if (lineNumber === undefined) return;
    const where = { url: script.file, lineNumber };
    const { breakpointId } = await this.#attached!.send("Debugger.setBreakpointByUrl", where);
    this.#set.set(path, [...this.#set.get(path) ?? [], breakpointId]);
  }

  async setExceptionBreakpoints({ filters }: Fields): Promise<Fields> {
    const wanted = Array.isArray(filters) ? filters : [];
    const state = exceptionFilters.find(({ filter }) => wanted.includes(filter))?.state ?? "none";
    await this.#session().send("Debugger.setPauseOnExceptions", { state });
    return { breakpoints: wanted.map(() => ({ verified: true })) };
  }

  // --- stops

  #paused({ callFrames, reason, data }: Paused): void {
    const frames = callFrames.filter((frame) => this.#urlOf(frame));
    if (!frames.some((frame) => this.#scripts.get(this.#urlOf(frame)!))) {
      this.#attached?.send("Debugger.resume").catch(() => {});
      return;
    }
    if (this.#isBeyond(callFrames[0]!)) {
      this.#attached?.send("Debugger.resume").catch(() => {});
      return;
    }
    const thrown = reason === "exception" || reason === "promiseRejection";
    this.#stop = { frames, reason, ...thrown ? { exception: data as never } : {} };
    this.#emit("stopped", {
      reason: thrown ? "exception" : reason === "other" ? "breakpoint" : reason,
      threadId: thread,
      allThreadsStopped: true,
      ...thrown ? { text: valueText(data as never) } : {},
    });
  }

  /** The code the compiler put behind a cell's own: no place for a user to stand in. */
  #isBeyond(frame: Protocol.Debugger.CallFrame): boolean {
    const script = this.#scripts.get(this.#urlOf(frame) ?? "");
    if (!script) return false;
    const { lineNumber, columnNumber } = frame.location;
    const lines = script.source.split("\n");
    const place = placeIn(script, lineNumber, columnNumber ?? 0);
    return place.line > lines.length || place.column > lines[place.line - 1]!.length + 1;
  }

  #resumed(): void {
    if (!this.#stop) return;
    this.#stop = undefined;
    this.#emit("continued", { threadId: thread, allThreadsContinued: true });
  }

  #stopped(): Stop {
    if (this.#stop) return this.#stop;
    throw new DebugRefusal("Cannot look at frames: no cell is stopped");
  }

  async step(method: StepMethod): Promise<Fields> {
    this.#stopped();
    await this.#variables.clear(this.#session());
    await this.#session().send(method);
    return { allThreadsContinued: true };
  }

  async pause(): Promise<Fields> {
    await this.#session().send("Debugger.pause");
    return {};
  }

  stackTrace(fields: Fields): Fields {
    const { frames } = this.#stopped();
    const start = typeof fields.startFrame === "number" ? fields.startFrame : 0;
    const levels = typeof fields.levels === "number" && fields.levels > 0
      ? fields.levels
      : Infinity;
    const stackFrames = frames.map((frame, id) => this.#stackFrame(frame, id));
    return { stackFrames: stackFrames.slice(start, start + levels), totalFrames: frames.length };
  }

  #urlOf({ location }: Protocol.Debugger.CallFrame): string | undefined {
    return this.#urls.get(location.scriptId);
  }

  #stackFrame(frame: Protocol.Debugger.CallFrame, id: number) {
    const { functionName, location } = frame;
    const url = this.#urlOf(frame)!;
    const script = this.#scripts.get(url);
    const { line, column } = script
      ? placeIn(script, location.lineNumber, location.columnNumber)
      : { line: location.lineNumber + 1, column: (location.columnNumber ?? 0) + 1 };
    const path = script ? pathOf(script.source) : decodeURIComponent(new URL(url).pathname);
    return {
      id: id + 1,
      name: functionName || "(cell)",
      source: { name: script ? script.file : path.split("/").at(-1), path },
      line,
      column,
    };
  }

  scopes(fields: Fields): Fields {
    const { scopeChain } = this.#frame(fields);
    const scopes = scopeChain.flatMap(({ type, object }) => {
      const name = scopeNames[type];
      if (!name) return [];
      return [{ name, variablesReference: this.#variables.hold(object), expensive: false }];
    });
    return {
      scopes: [...scopes, { name: "Cells", variablesReference: cellsScope, expensive: false }],
    };
  }

  #frame(fields: Fields): Protocol.Debugger.CallFrame {
    const frame = this.#stopped().frames[numberOf(fields, "frameId") - 1];
    if (frame) return frame;
    throw new DebugRefusal(`Cannot look at frame ${fields.frameId}: there is none`);
  }

  exceptionInfo(): Fields {
    const { exception } = this.#stopped();
    if (!exception) throw new DebugRefusal("Cannot tell of an exception: none stopped the cell");
    return {
      exceptionId: exception.className ?? exception.type,
      description: valueText(exception),
      breakMode: "always",
      details: { message: valueText(exception), stackTrace: exception.description ?? "" },
    };
  }

  // --- values

  async variables(fields: Fields): Promise<Fields> {
    const reference = numberOf(fields, "variablesReference");
    if (reference === cellsScope) return await this.inspectVariables();
    return { variables: await this.#variables.parts(await this.#inspector(), reference) };
  }

  /** The variables of all cells so far; needs no session. */
  async inspectVariables(): Promise<Fields> {
    const inspector = await this.#inspector();
    return { variables: await this.#variables.globals(inspector, new Set(this.#scripts.names)) };
  }

  async richInspectVariables(fields: Fields): Promise<Fields> {
    const name = textOf(fields, "variableName");
    const shown = `Deno.inspect(${name}, { depth: 4, iterableLimit: 100 })`;
    const value = typeof fields.frameId === "number" && this.#stop
      ? await this.#evaluateIn(this.#frame(fields), shown)
      : await (await this.#inspector()).send("Runtime.evaluate", {
        expression: shown,
        silent: true,
      });
    if (value.exceptionDetails) throw new DebugRefusal(exceptionText(value.exceptionDetails));
    return { data: { "text/plain": String(value.result.value) }, metadata: {} };
  }

  async evaluate(fields: Fields): Promise<Fields> {
    const expression = textOf(fields, "expression");
    const { result, exceptionDetails } = this.#stop && typeof fields.frameId === "number"
      ? await this.#evaluateIn(this.#frame(fields), expression)
      : await this.#evaluateIdle(expression);
    if (exceptionDetails) throw new DebugRefusal(exceptionText(exceptionDetails));
    const { value, type, variablesReference } = this.#variables.variable(expression, result);
    return { result: value, type, variablesReference };
  }

  async #evaluateIdle(expression: string) {
    const inspector = await this.#inspector();
    const how = { expression, silent: true };
    if (!this.#attached) return await inspector.send("Runtime.evaluate", how);
    await this.#arm(inspector, false);
    return await inspector.send("Runtime.evaluate", how).finally(() => this.#arm(inspector, true));
  }

  async setVariable(fields: Fields): Promise<Fields> {
    const name = textOf(fields, "name");
    const expression = `${name} = (${textOf(fields, "value")})`;
    const frameId = typeof fields.frameId === "number" ? fields.frameId : 1;
    const { result, type, variablesReference } = await this.evaluate({ expression, frameId });
    return { value: result, type, variablesReference };
  }

  async copyToGlobals(fields: Fields): Promise<Fields> {
    const frame = this.#frame({ frameId: fields.srcFrameId ?? 1 });
    const to = JSON.stringify(textOf(fields, "dstVariableName"));
    const copy = `globalThis[${to}] = ${textOf(fields, "srcVariableName")}`;
    const { exceptionDetails } = await this.#evaluateIn(frame, copy);
    if (exceptionDetails) throw new DebugRefusal(exceptionText(exceptionDetails));
    return {};
  }

  #evaluateIn({ callFrameId }: Protocol.Debugger.CallFrame, expression: string) {
    const how = { callFrameId, expression, silent: true };
    return this.#session().send("Debugger.evaluateOnCallFrame", how);
  }

  async #inspector(): Promise<Inspector> {
    return this.#attached ?? await this.#surroundings.inspector();
  }

  // --- sources

  dumpCell(fields: Fields): Fields {
    return { sourcePath: this.#scripts.dump(textOf(fields, "code")) };
  }

  async source(fields: Fields): Promise<Fields> {
    const path = textOf((fields.source ?? {}) as Fields, "path");
    const content = this.#scripts.sourceAt(path) ?? await readText(path);
    return { content, mimeType: "application/typescript" };
  }
}

type Paused = Protocol.Debugger.PausedEvent;
type StepMethod =
  | "Debugger.resume"
  | "Debugger.stepOver"
  | "Debugger.stepInto"
  | "Debugger.stepOut";

/** Where stepping does not stop: the runtime's own code and the kernel's part of the process. */
const notTheUsers = ["^ext:", "^node:", "/lib/kernel/child/", "\\$deno\\$stdin"];

/** The one reference that stands for the variables of all cells, whoever holds what. */
const cellsScope = 2 ** 31 - 1;

const scopeNames: Readonly<Record<string, string>> = {
  local: "Locals",
  block: "Block",
  closure: "Closure",
  catch: "Catch",
  with: "With",
};

function linesOf({ breakpoints, lines }: Fields): readonly number[] {
  const wanted = Array.isArray(breakpoints)
    ? breakpoints.map((breakpoint) => (breakpoint as Fields | null)?.line)
    : Array.isArray(lines)
    ? lines
    : [];
  return wanted.filter((line): line is number => Number.isInteger(line) && line > 0);
}

function isFile(url: string): boolean {
  return url.startsWith("file:") && !notTheUsers.some((pattern) => new RegExp(pattern).test(url));
}

async function readText(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch {
    throw new DebugRefusal(`Cannot show ${path}: it cannot be read`);
  }
}
