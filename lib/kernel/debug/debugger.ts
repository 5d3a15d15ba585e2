/**
 * A debugger of cells: Jupyter's requests in the Debug Adapter Protocol, answered by V8's
 * inspector. V8 knows compiled lines; a user only ever sees lines as typed.
 *
 * Source: Debug Adapter Protocol 1.66; JEP 47; V8 inspector protocol, domain Debugger.
 */
import type { Protocol } from "devtools-protocol";
import { argumentOf, type Inspector, InspectorError } from "../inspector.ts";
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
import { conditionOf, isHit, type Mark, marksOf, whyNot } from "./marks.ts";
import type { ModuleScripts } from "./module_scripts.ts";
import { exceptionText, type Page, valueText, Variables } from "./variables.ts";

export interface DebuggerSurroundings {
  /** The inspector of the process that runs cells now. */
  inspector(): Promise<Inspector>;
  /** Whether a cell runs. */
  running(): boolean;
  /** What work comes to that runs user code as a cell does; undefined where the user stopped it. */
  evaluating<T>(work: Promise<T>): Promise<T | undefined>;
  /** Passes a `debug_event` on to the clients. */
  event(content: Fields): void;
}

interface Stop {
  readonly frames: readonly Protocol.Debugger.CallFrame[];
  readonly reason: string;
  readonly exception?: Protocol.Runtime.RemoteObject;
}

/** V8's words for a stop as the Debug Adapter Protocol has them: of two reasons, the breakpoint. */
const stopReasons: Readonly<Record<string, string>> = {
  other: "breakpoint",
  ambiguous: "breakpoint",
};

export class CellDebugger {
  readonly #surroundings: DebuggerSurroundings;
  readonly #scripts = new CellScripts();
  readonly #variables = new Variables();
  /** The references that stand for scopes, and of which frame. */
  readonly #scopes = new Map<number, number>();
  /** What a session needs is loaded when one is opened. */
  #tools: Tools | undefined;
  /** The wanted breakpoints by path. They outlive a session, as the client's marks do. */
  readonly #wanted = new Map<string, readonly Mark[]>();
  /** The breakpoints V8 holds, by what it calls them: one for all marks that share a compiled line. */
  readonly #set = new Map<string, { readonly path: string; readonly marks: readonly Mark[] }>();
  readonly #hits = new WeakMap<Mark, number>();
  /** A frame names its script by number; only the parsing of a script tells its URL. */
  readonly #urls = new Map<string, string>();
  #attached: Inspector | undefined;
  #stop: Stop | undefined;
  #exceptions: ExceptionFilter | undefined;
  /** V8 was told to stop soon, by a step or a pause, and has not yet. */
  #stopsSoon = false;
  /** The next cell stops at its first line, where V8 then holds this breakpoint. */
  #pausing: { breakpointId?: string } | undefined;
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
    const inspector = this.#attached;
    if (!inspector) return;
    await this.#setIn(script, pathOf(script.source));
    const lineNumber = compiledLine(script, 1);
    if (!this.#pausing || lineNumber === undefined) return;
    this.#pausing = await this.#breakpoint(inspector, { url: script.file, lineNumber });
  }

  /**
   * Must be awaited before anything is evaluated for the user. A step that went past the end of a
   * cell, or a pause that found nothing to stop, would stop the evaluation itself, where V8 (15.0)
   * goes on by itself and never answers. Only a debugger that is enabled anew forgets them.
   */
  async settled(): Promise<void> {
    const inspector = this.#attached;
    if (!inspector || !this.#stopsSoon) return;
    this.#stopsSoon = false;
    await inspector.send("Debugger.disable");
    this.#set.clear();
    await this.#enable(inspector);
  }

  /** Does what ends a cell while no breakpoint can hold it; a stopped one goes on first. */
  async unheld<T>(end: () => Promise<T>): Promise<T> {
    const inspector = this.#attached;
    if (!inspector) return await end();
    await this.#arm(inspector, false);
    // What stands shall not go on to do what it was stopped before.
    if (this.#stop) {
      await this.#evaluateIn(this.#stop.frames[0]!, "__k.interrupt()").catch(() => {});
    }
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
    this.#forget();
  }

  #forget(): void {
    this.#attached =
      this.#stop =
      this.#pausing =
      this.#exceptions =
      this.#tools =
        undefined;
    this.#stopsSoon = false;
    this.#set.clear();
    this.#urls.clear();
  }

  async #answer(content: Fields): Promise<DebugResponse> {
    let request: DebugRequest = { seq: 0, command: "", arguments: {} };
    try {
      request = readRequest(content);
      const { command } = request;
      const handler = Object.hasOwn(debugHandlers, command) && debugHandlers[command];
      if (!handler) throw new DebugRefusal(`Cannot do "${command}": it is not supported`);
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
      breakpoints: [...this.#wanted].map(([source, breakpoints]) => ({ source, breakpoints })),
      stoppedThreads: this.#stop ? [thread] : [],
      richRendering: true,
      exceptionPaths: exceptionFilters.map(({ filter }) => filter),
      copyToGlobals: true,
    };
  }

  async attach(): Promise<Fields> {
    if (this.#attached) {
      this.#emit("initialized"); // A second client waits for it as the first did.
      return {};
    }
    const inspector = await this.#surroundings.inspector();
    const { modules } = this.#tools = await loadTools();
    inspector.on("Debugger.scriptParsed", (params) => {
      const { scriptId, url, sourceMapURL } = params as Protocol.Debugger.ScriptParsedEvent;
      if (this.#scripts.get(url) || isFile(url)) this.#urls.set(scriptId, url);
      if (isFile(url)) modules.add(url, sourceMapURL);
    });
    inspector.on("Debugger.paused", (params) => this.#paused(params as Paused));
    inspector.on("Debugger.resumed", () => this.#resumed());
    this.#attached = inspector;
    await this.#enable(inspector);
    this.#emit("initialized");
    return {};
  }

  async #enable(inspector: Inspector): Promise<void> {
    await inspector.send("Debugger.enable", {});
    await inspector.send("Debugger.setBlackboxPatterns", { patterns: notTheUsers });
    await inspector.send("Debugger.setAsyncCallStackDepth", { maxDepth: 8 });
    await this.#pauseOnExceptions(inspector);
    for (const path of this.#wanted.keys()) await this.#setAll(path);
  }

  async disconnect(): Promise<Fields> {
    const inspector = this.#attached;
    if (!inspector) return {};
    await this.#goOn();
    await inspector.send("Debugger.disable");
    await this.#clearVariables(inspector);
    this.#forget();
    return {};
  }

  #session(): Inspector {
    if (this.#attached) return this.#attached;
    throw new DebugRefusal("Cannot debug: no session is open; attach first");
  }

  // --- breakpoints

  async setBreakpoints(fields: Fields): Promise<Fields> {
    const path = textOf((fields.source ?? {}) as Fields, "path");
    const marks = marksOf(fields);
    if (marks.length > 0) this.#wanted.set(path, marks);
    else this.#wanted.delete(path);
    if (this.#attached) await this.#setAll(path);
    const source = this.#scripts.sourceAt(path);
    const lines = source?.split("\n").length ?? (this.#tools?.modules.urlAt(path) ? Infinity : 0);
    const breakpoints = marks.map((mark) => {
      const message = whyNot(mark, lines);
      const { line } = mark;
      return { verified: !message, line, source: { path }, ...message ? { message } : {} };
    });
    return { breakpoints };
  }

  async #setAll(path: string): Promise<void> {
    for (const [breakpointId, set] of this.#set) {
      if (set.path !== path) continue;
      this.#set.delete(breakpointId);
      await this.#attached!.send("Debugger.removeBreakpoint", { breakpointId });
    }
    for (const script of this.#scripts.at(path)) await this.#setIn(script, path);
    const { modules } = this.#tools!;
    const url = modules.urlAt(path);
    if (url) await this.#setAt(url, path, (line) => modules.compiledLine(url, line));
  }

  async #setIn(script: CellScript, path: string): Promise<void> {
    await this.#setAt(script.file, path, (line) => compiledLine(script, line));
  }

  async #setAt(
    url: string,
    path: string,
    compiled: (line: number) => number | undefined,
  ): Promise<void> {
    const wanted = this.#wanted.get(path) ?? [];
    for (const [lineNumber, marks] of Map.groupBy(wanted, ({ line }) => compiled(line))) {
      if (lineNumber === undefined) continue;
      const where = { url, lineNumber, condition: conditionOf(marks) };
      const { breakpointId } = await this.#breakpoint(this.#attached!, where);
      if (breakpointId) this.#set.set(breakpointId, { path, marks });
    }
  }

  /** Without a name where V8 refuses it, as it does where it holds one already. */
  async #breakpoint(
    inspector: Inspector,
    where: Protocol.Debugger.SetBreakpointByUrlRequest,
  ): Promise<{ readonly breakpointId?: string }> {
    try {
      return await inspector.send("Debugger.setBreakpointByUrl", where);
    } catch (error) {
      if (error instanceof InspectorError && error.refused) return {};
      throw error;
    }
  }

  async setExceptionBreakpoints({ filters }: Fields): Promise<Fields> {
    const wanted = Array.isArray(filters) ? filters : [];
    this.#exceptions = exceptionFilters.map(({ filter }) => filter)
      .find((filter) => wanted.includes(filter));
    await this.#pauseOnExceptions(this.#session());
    return { breakpoints: wanted.map(() => ({ verified: true })) };
  }

  async #pauseOnExceptions(inspector: Inspector): Promise<void> {
    // Every cell's own await takes an exception on its way: V8 calls none uncaught.
    const state = this.#exceptions ? "all" : "none";
    await inspector.send("Debugger.setPauseOnExceptions", { state });
  }

  // --- stops

  #paused(paused: Paused): void {
    this.#stopsSoon = false;
    if (!this.#isWanted(paused)) {
      this.#attached?.send("Debugger.resume").catch(() => {});
      return;
    }
    const { callFrames, reason, data } = paused;
    const frames = callFrames.filter((frame) => this.#urlOf(frame));
    const asked = this.#pausing !== undefined;
    this.#endPausing();
    const thrown = isThrown(paused);
    this.#stop = { frames, reason, ...thrown ? { exception: data as never } : {} };
    this.#emit("stopped", {
      reason: thrown ? "exception" : asked ? "pause" : stopReasons[reason] ?? reason,
      threadId: thread,
      allThreadsStopped: true,
      ...thrown ? { text: valueText(data as never) } : {},
    });
  }

  /** In a cell's own code, of a breakpoint that was hit often enough, of an exception looked for. */
  #isWanted(paused: Paused): boolean {
    const { callFrames, hitBreakpoints = [] } = paused;
    const inCell = callFrames.some((frame) => this.#scripts.get(this.#urlOf(frame) ?? ""));
    if (!inCell || this.#isBeyond(callFrames[0]!)) return false;
    if (isThrown(paused)) return this.#exceptions === "all" || !this.#isCaught(paused);
    const hit = hitBreakpoints.flatMap((id) => this.#set.get(id) ?? []);
    const marks = new Set(hit.flatMap(({ marks }) => marks));
    for (const mark of marks) this.#hits.set(mark, (this.#hits.get(mark) ?? 0) + 1);
    return hit.length === 0 || hit.length < hitBreakpoints.length ||
      marks.values().some((mark) => isHit(mark, this.#hits.get(mark)!));
  }

  /** Whether a cell's code stands in a \`try\` on the way of an exception, callers that await it too. */
  #isCaught({ callFrames, asyncStackTrace }: Paused): boolean {
    const callers = [...awaiting(asyncStackTrace)];
    const places = [
      ...callFrames.map((frame) => ({ url: this.#urlOf(frame), ...frame.location })),
      ...callers,
    ];
    return places.some(({ url = "", lineNumber, columnNumber = 0 }) => {
      const script = this.#scripts.get(url);
      return script &&
        this.#tools!.isInTry(script.source, placeIn(script, lineNumber, columnNumber));
    });
  }

  #endPausing(): void {
    const breakpointId = this.#pausing?.breakpointId;
    this.#pausing = undefined;
    if (!breakpointId) return;
    this.#attached?.send("Debugger.removeBreakpoint", { breakpointId }).catch(() => {});
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
    const stop = this.#stopped();
    await this.#clearVariables(this.#session());
    this.#stopsSoon = method !== "Debugger.resume";
    await this.#session().send(method);
    // V8 tells of it a little later; what is asked until then must not look at frames that are gone.
    if (this.#stop === stop) this.#resumed();
    return { allThreadsContinued: true };
  }

  /** Stops what runs, or the next cell at its first line. */
  async pause(): Promise<Fields> {
    const inspector = this.#session();
    this.#pausing ??= {};
    if (!this.#surroundings.running()) return {};
    this.#stopsSoon = true;
    await inspector.send("Debugger.pause");
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
    const { lineNumber, columnNumber } = location;
    const { line, column } = script
      ? placeIn(script, lineNumber, columnNumber)
      : this.#tools!.modules.placeIn(url, lineNumber, columnNumber);
    const path = script ? pathOf(script.source) : this.#tools!.modules.pathOf(url);
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
      const variablesReference = this.#variables.hold(object);
      this.#scopes.set(variablesReference, numberOf(fields, "frameId"));
      return [{ name, variablesReference, expensive: false }];
    });
    return {
      scopes: [...scopes, { name: "Cells", variablesReference: cellsScope, expensive: false }],
    };
  }

  async #clearVariables(inspector: Inspector): Promise<void> {
    this.#scopes.clear();
    await this.#variables.clear(inspector);
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
    const parts = await this.#variables.parts(await this.#inspector(), reference, fields as Page);
    return { variables: parts };
  }

  /** The variables of all cells so far; needs no session. */
  async inspectVariables(): Promise<Fields> {
    const inspector = await this.#inspector();
    return { variables: await this.#variables.globals(inspector, new Set(this.#scripts.names)) };
  }

  async richInspectVariables(fields: Fields): Promise<Fields> {
    const name = textOf(fields, "variableName");
    const shown = `Deno.inspect(${name}, { depth: 4, iterableLimit: 100 })`;
    const value = await this.#evaluate(shown, fields);
    if (value.exceptionDetails) throw new DebugRefusal(exceptionText(value.exceptionDetails));
    return { data: { "text/plain": String(value.result.value) }, metadata: {} };
  }

  async evaluate(fields: Fields): Promise<Fields> {
    const expression = textOf(fields, "expression");
    const { result, exceptionDetails } = await this.#evaluate(expression, fields);
    if (exceptionDetails) throw new DebugRefusal(exceptionText(exceptionDetails));
    const { value, type, variablesReference } = this.#variables.variable(expression, result);
    return { result: value, type, variablesReference };
  }

  async #evaluate(typed: string, fields: Fields): Promise<Evaluated> {
    const { plainCode } = await import("./plain_code.ts");
    const expression = await plainCode(typed);
    if (!this.#stop) return await this.#evaluateIdle(expression);
    const frameId = typeof fields.frameId === "number" ? fields.frameId : 1;
    return await this.#evaluateIn(this.#frame({ frameId }), expression);
  }

  /** In a turn of its own, where it can be stopped as a cell can. */
  async #evaluateIdle(expression: string): Promise<Evaluated> {
    const inspector = await this.#inspector();
    const evaluate = (code: string) =>
      inspector.send("Runtime.evaluate", {
        expression: `await __k.turn(); ${code}`,
        replMode: true,
        awaitPromise: true,
        silent: true,
      });
    const work = async () => {
      const value = await evaluate(`(\n${expression}\n)`);
      return isSyntaxError(value) ? await evaluate(expression) : value;
    };
    const session = this.#attached;
    if (session) await this.#arm(session, false);
    const value = await this.#surroundings.evaluating(work())
      .finally(() => session && this.#arm(session, true));
    if (value) return value;
    throw new DebugRefusal("Cannot tell what the expression comes to: it was stopped");
  }

  /** Of a scope the variable, of all else that a reference stands for the part of that name. */
  async setVariable(fields: Fields): Promise<Fields> {
    const name = textOf(fields, "name");
    const reference = fields.variablesReference as number;
    const frameId = this.#scopes.get(reference) ?? fields.frameId ?? 1;
    const objectId = this.#scopes.has(reference) ? undefined : this.#variables.at(reference);
    const place = reference === cellsScope ? `globalThis[${JSON.stringify(name)}]` : name;
    const value = `(${textOf(fields, "value")})`;
    const set = objectId === undefined
      ? await this.#evaluate(`${place} = ${value}`, { frameId })
      : await this.#setPart({ objectId, name }, await this.#evaluate(value, { frameId }));
    if (set.exceptionDetails) throw new DebugRefusal(exceptionText(set.exceptionDetails));
    const { name: _, evaluateName: __, ...told } = this.#variables.variable(name, set.result);
    return told;
  }

  async #setPart(
    { objectId, name }: { readonly objectId: string; readonly name: string },
    value: Evaluated,
  ): Promise<Evaluated> {
    if (value.exceptionDetails) return value;
    return await (await this.#inspector()).send("Runtime.callFunctionOn", {
      objectId,
      functionDeclaration: "function (name, value) { 'use strict'; return this[name] = value; }",
      arguments: [{ value: name }, argumentOf(value.result)],
      silent: true,
    });
  }

  async copyToGlobals(fields: Fields): Promise<Fields> {
    const frame = this.#frame({ frameId: fields.srcFrameId ?? 1 });
    const to = JSON.stringify(textOf(fields, "dstVariableName"));
    const copy = `globalThis[${to}] = ${textOf(fields, "srcVariableName")}`;
    const { exceptionDetails } = await this.#evaluateIn(frame, copy);
    if (exceptionDetails) throw new DebugRefusal(exceptionText(exceptionDetails));
    return {};
  }

  /** While a cell stands, nothing else than time can end what is evaluated. */
  async #evaluateIn(
    { callFrameId }: Protocol.Debugger.CallFrame,
    expression: string,
  ): Promise<Evaluated> {
    const how = { callFrameId, expression, silent: true, timeout: standingMs };
    return await this.#session().send("Debugger.evaluateOnCallFrame", how);
  }

  async #inspector(): Promise<Inspector> {
    // Of a cell that runs, the step may well be under way.
    if (!this.#surroundings.running()) await this.settled();
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
type Evaluated = Protocol.Runtime.EvaluateResponse;
interface Tools {
  readonly modules: ModuleScripts;
  readonly isInTry: typeof import("./try_blocks.ts").isInTry;
}
type ExceptionFilter = typeof exceptionFilters[number]["filter"];
type StepMethod =
  | "Debugger.resume"
  | "Debugger.stepOver"
  | "Debugger.stepInto"
  | "Debugger.stepOut";

/** What is evaluated in a frame of a cell that stands may take this long. */
const standingMs = 3_000;

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

async function loadTools(): Promise<Tools> {
  const [{ ModuleScripts }, { isInTry }] = await Promise.all([
    import("./module_scripts.ts"),
    import("./try_blocks.ts"),
  ]);
  return { modules: new ModuleScripts(), isInTry };
}

function isThrown({ reason }: Paused): boolean {
  return reason === "exception" || reason === "promiseRejection";
}

function* awaiting(trace: Protocol.Runtime.StackTrace | undefined) {
  for (let at = trace; at; at = at.parent) yield* at.callFrames;
}

function isSyntaxError({ exceptionDetails }: Evaluated): boolean {
  return exceptionDetails?.exception?.className === "SyntaxError";
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
