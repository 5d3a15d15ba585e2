/** What the debugger can do, by the names of the Debug Adapter Protocol and of JEP 47. */
import type { CellDebugger } from "./debugger.ts";
import { type Fields, thread } from "./protocol.ts";

type Handler = (cells: CellDebugger, fields: Fields) => Fields | Promise<Fields>;

export const exceptionFilters = [
  { filter: "all", label: "All exceptions" },
  { filter: "uncaught", label: "Uncaught exceptions" },
] as const;

const capabilities = {
  supportsConfigurationDoneRequest: true,
  supportsEvaluateForHovers: true,
  supportsConditionalBreakpoints: true,
  supportsHitConditionalBreakpoints: true,
  supportsLogPoints: true,
  supportsSetVariable: true,
  supportsExceptionInfoRequest: true,
  exceptionBreakpointFilters: exceptionFilters.map(({ filter, label }) => ({ filter, label })),
};

/** Request → what answers it. */
export const debugHandlers: Readonly<Record<string, Handler>> = {
  debugInfo: (cells) => cells.info(),
  initialize: () => capabilities,
  attach: (cells) => cells.attach(),
  launch: (cells) => cells.attach(),
  configurationDone: () => ({}),
  disconnect: (cells) => cells.disconnect(),
  terminate: (cells) => cells.disconnect(),
  dumpCell: (cells, fields) => cells.dumpCell(fields),
  source: (cells, fields) => cells.source(fields),
  setBreakpoints: (cells, fields) => cells.setBreakpoints(fields),
  setFunctionBreakpoints: () => ({ breakpoints: [] }),
  setExceptionBreakpoints: (cells, fields) => cells.setExceptionBreakpoints(fields),
  threads: () => ({ threads: [{ id: thread, name: "cells" }] }),
  stackTrace: (cells, fields) => cells.stackTrace(fields),
  scopes: (cells, fields) => cells.scopes(fields),
  variables: (cells, fields) => cells.variables(fields),
  inspectVariables: (cells) => cells.inspectVariables(),
  richInspectVariables: (cells, fields) => cells.richInspectVariables(fields),
  copyToGlobals: (cells, fields) => cells.copyToGlobals(fields),
  evaluate: (cells, fields) => cells.evaluate(fields),
  setVariable: (cells, fields) => cells.setVariable(fields),
  exceptionInfo: (cells) => cells.exceptionInfo(),
  continue: (cells) => cells.step("Debugger.resume"),
  next: (cells) => cells.step("Debugger.stepOver"),
  stepIn: (cells) => cells.step("Debugger.stepInto"),
  stepOut: (cells) => cells.step("Debugger.stepOut"),
  pause: (cells) => cells.pause(),
  modules: () => ({ modules: [], totalModules: 0 }),
};
