/**
 * A cell may patch the language's own methods, on purpose or not. What prints and describes works
 * with those it was written for: it puts them back for as long as it runs, and then lets the
 * patched ones return.
 */
interface Method {
  readonly holder: Readonly<Record<PropertyKey, unknown>>;
  readonly name: PropertyKey;
  readonly value: unknown;
  /** Undefined for what the holder itself has not: it was deleted, or stands further up. */
  readonly descriptor: PropertyDescriptor | undefined;
}

const { defineProperty, deleteProperty, getOwnPropertyDescriptor } = Reflect;
const TypedArray = Object.getPrototypeOf(Uint8Array);
const ArrayIterator = Object.getPrototypeOf([].values());

/** The methods that this process's own code calls, by their holders. */
const called: readonly (readonly [holder: object, names: string, symbols?: readonly symbol[]])[] = [
  [
    Array.prototype,
    "at entries every filter find findIndex findLast flatMap forEach includes indexOf join map " +
    "pop push reduce slice some splice",
    [Symbol.iterator],
  ],
  [ArrayIterator, "next"],
  [
    String.prototype,
    "charCodeAt endsWith includes match repeat replace replaceAll slice split startsWith trim",
  ],
  [RegExp.prototype, "exec test", [Symbol.match, Symbol.replace, Symbol.split]],
  [Map.prototype, "delete get has keys set values", [Symbol.iterator]],
  [Set.prototype, "add clear delete forEach has", [Symbol.iterator]],
  [WeakMap.prototype, "get set"],
  [WeakSet.prototype, "add has"],
  [Promise.prototype, "catch then"],
  [TypedArray.prototype, "copyWithin fill set slice subarray"],
  [Uint8Array.prototype, "set slice subarray toBase64"],
  [DataView.prototype, "getUint32 setUint32 setUint8"],
  [TextEncoder.prototype, "encode encodeInto"],
  [TextDecoder.prototype, "decode"],
  [Function.prototype, "apply call"],
  [Number.prototype, "toFixed"],
  [Array, "from isArray"],
  [ArrayBuffer, "isView"],
  [Error, "captureStackTrace isError"],
  [JSON, "parse stringify"],
  [Math, "ceil floor max min round"],
  [Number, "isFinite"],
  [
    Object,
    "assign defineProperties defineProperty entries fromEntries getOwnPropertyDescriptor " +
    "getPrototypeOf hasOwn keys",
  ],
  [Promise, "resolve"],
  [Reflect, "get has set"],
  [String, "fromCodePoint"],
  [Deno, "cwd readTextFileSync"],
  // Looked up by JSON.stringify itself, in what a frame's head is made of.
  [Object.prototype, "toJSON"],
  [Array.prototype, "toJSON"],
  [String.prototype, "toJSON"],
  [Number.prototype, "toJSON"],
];

const methods: readonly Method[] = called.flatMap(([holder, names, symbols = []]) =>
  [...names.split(" "), ...symbols].map((name) => {
    const descriptor = getOwnPropertyDescriptor(holder, name);
    return { holder, name, value: Reflect.get(holder, name), descriptor } as Method;
  })
);

/** Does a piece of work, up to its first `await`, with the methods as they were before any cell. */
export function pristine<T>(work: () => T): T {
  const theirs = swap();
  try {
    return work();
  } finally {
    for (let at = 0; at < theirs.length; at++) put(theirs[at]!);
  }
}

const none: readonly Method[] = [];

/** Puts back what was patched; yields the patches. Calls nothing that could be patched itself. */
function swap(): readonly Method[] {
  let patches: Method[] | undefined;
  for (let at = 0; at < methods.length; at++) {
    const method = methods[at]!;
    const { holder, name, value } = method;
    if (holder[name] === value) continue;
    patches ??= [];
    patches[patches.length] = { ...method, descriptor: getOwnPropertyDescriptor(holder, name) };
    put(method);
  }
  return patches ?? none;
}

/** A holder that was frozen after it was patched keeps its patch. */
function put({ holder, name, descriptor }: Method): void {
  if (descriptor) defineProperty(holder, name, descriptor);
  else deleteProperty(holder, name);
}
