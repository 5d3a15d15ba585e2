/**
 * A Jupyter kernel's front: five sockets, signed messages, one ordered queue per shell. What runs
 * cells is passed in as an `Interpreter`.
 *
 * @module
 */
export { channelNames, readConnectionFile } from "../jupyter/connection_file.ts";
export type { ChannelName, ConnectionInfo, RegistrationInfo } from "../jupyter/connection_file.ts";
export type { KeyPair } from "../zmtp/curve.ts";
export type { Listener } from "../zmtp/endpoint.ts";
export type { Multipart } from "../zmtp/frame.ts";
export { bindAll, type Listeners } from "./listeners.ts";
export { type Channels, openChannels, type RouterSocket, type XpubSocket } from "./channels.ts";
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
