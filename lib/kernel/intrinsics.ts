/**
 * The language's own objects as they were before any cell ran. A cell may well declare a global
 * `performance` or `JSON` of its own; what prints and describes must not stumble over it.
 */
export const { Array, Deno, JSON, Math, Number, Object, Reflect, String } = globalThis;
export const { TextDecoder, TextEncoder, crypto, performance } = globalThis;
