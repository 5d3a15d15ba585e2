/**
 * What the notebooks teach with: questions that come before their answers, one strip that shows the
 * state after every step, and claims that are checked where they are made.
 *
 * @module
 */
export { check, ClaimError, refute } from "./check.ts";
export { predict, type Prediction } from "./predict.ts";
export type { Shown } from "./shown.ts";
export { bootState, type State, stateStrip } from "./state_strip.ts";

// What these speak of, from the model's own door.
export { type ChartBundle, jupyterDisplay } from "../chart/chart.ts";
export type {
  ApicState,
  Boot,
  ChipNames,
  DeclinedDomain,
  EraName,
  OfflineCpu,
  OnlineCpu,
  Parent,
  ParentKind,
  RemappingState,
} from "../linux/boot.ts";
export type { Decision } from "../linux/decision.ts";
