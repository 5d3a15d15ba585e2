/**
 * The language's own objects as they were before any cell ran. A cell may well declare a global
 * `performance` or `Set` of its own; what prints and describes must not stumble over it.
 */
export const { Array, Deno, JSON, Math, Number, Object, Reflect, String } = globalThis;
export const { TextDecoder, TextEncoder, crypto, performance } = globalThis;
export const { AsyncDisposableStack, DataView, Error, Uint32Array, WeakMap } = globalThis;
export const { Map, Promise, Set, Uint8Array, WeakSet } = globalThis;

// The types of those that are also written as types.
export type AsyncDisposableStack = globalThis.AsyncDisposableStack;
export type DataView = globalThis.DataView;
export type Error = globalThis.Error;
export type Map<K, V> = globalThis.Map<K, V>;
export type Promise<T> = globalThis.Promise<T>;
export type Set<T> = globalThis.Set<T>;
export type Uint8Array = globalThis.Uint8Array;
