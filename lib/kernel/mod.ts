/**
 * A Jupyter kernel's front: five sockets, signed messages, one ordered queue per shell. What runs
 * cells is passed in as an `Interpreter`.
 *
 * @module
 */
export { type ConnectionInfo, readConnectionFile } from "../jupyter/connection_file.ts";
export { type Channels, openChannels } from "./channels.ts";
export { type Ending, Front, type FrontOptions } from "./front.ts";
export type { HistoryEntry, HistoryStore } from "./history.ts";
export { HistoryFile, historyPath } from "./history_file.ts";
export type {
  Cell,
  CellError,
  Completeness,
  Completion,
  Interpreter,
  MimeBundle,
  Outcome,
  Output,
  Surroundings,
  UserExpression,
} from "./interpreter.ts";
