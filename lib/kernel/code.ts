/** What reads code: one module, so that the parser is loaded while the user's process starts. */
export { compileCell } from "./compile.ts";
export { completenessOf } from "./compile_complete.ts";
export { Intelligence } from "./intelligence.ts";
