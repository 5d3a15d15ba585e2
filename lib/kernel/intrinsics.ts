/**
 * The language's own objects as they were before any cell ran. A cell may well declare a global
 * `performance` or `Set` of its own; what prints and describes must not stumble over it.
 */
export const { Array, Atomics, Deno, JSON, Math, Number, Object, Reflect, String } = globalThis;
export const { Blob, TextDecoder, TextEncoder, URL, crypto, performance } = globalThis;
export const { ArrayBuffer, AsyncDisposableStack, DisposableStack, DataView } = globalThis;
export const { Uint32Array, WeakMap } = globalThis;
export const { ErrorEvent, PromiseRejectionEvent, dispatchEvent } = globalThis;
export const { Error, SyntaxError, RangeError, TypeError } = globalThis;
export const { Map, Promise, Set, Uint8Array, WeakSet } = globalThis;

// The types of those that are also written as types.
export type ArrayBuffer = globalThis.ArrayBuffer;
export type AsyncDisposableStack = globalThis.AsyncDisposableStack;
export type Blob = globalThis.Blob;
export type DataView = globalThis.DataView;
export type Error = globalThis.Error;
export type Map<K, V> = globalThis.Map<K, V>;
export type Promise<T> = globalThis.Promise<T>;
export type Set<T> = globalThis.Set<T>;
export type Uint8Array = globalThis.Uint8Array;
