import {
  boundNames,
  childrenOf,
  isExpression,
  isNode,
  nameOf,
  type Node,
  startsFunction,
} from "./compile_ast.ts";
import type { Edit } from "./edit.ts";

/** The statement whose value a cell shows: its last, if that has one. */
export function shownStatement(body: readonly Node[]): Node | undefined {
  const last = body.findLast(({ type }) => type !== "EmptyStatement");
  return last && showsValue(last) ? last : undefined;
}

/**
 * The edits that turn a module's text into a script the child can run cell by cell. `__k` is the
 * child's own object; every name declared on top becomes a property of the global object, so
 * that a later cell may declare it again. The value of the `shown` statement goes to `__k.end`.
 */
export function rewrite(
  body: readonly Node[],
  { end, run, shown }: {
    readonly end: number;
    readonly run: number;
    readonly shown: Node | undefined;
  },
): readonly Edit[] {
  const used = usedNames(body);
  const edits = body.flatMap((statement) =>
    statement === shown ? [...capture(statement, run)] : [...statementEdits(statement, run, used)]
  );
  return shown ? edits : [...edits, { at: end, text: `\n;await __k.end(${run})` }];
}

/** Every name the cell declares for the cells after it. */
export function declaredNames(body: readonly Node[]): readonly string[] {
  return [...new Set(body.map(declarationIn).flatMap((declaration) => [...namesOf(declaration)]))];
}

/** Enums and namespaces, which the lowered code would otherwise merge with an earlier cell's. */
export function mergedNames(body: readonly Node[]): readonly string[] {
  return body.map(declarationIn).filter(({ type }) => merging.has(type))
    .flatMap(({ id }) => isNode(id) ? [...boundNames(id)] : []);
}

const merging = new Set(["TSEnumDeclaration", "TSModuleDeclaration"]);
const named = new Set(["FunctionDeclaration", "ClassDeclaration", ...merging]);

function declarationIn(statement: Node): Node {
  return isNode(statement.declaration) ? statement.declaration : statement;
}

function* namesOf(node: Node): Generator<string> {
  if (node.type === "ImportDeclaration") {
    for (const { local } of nodes(node.specifiers)) yield nameOf(local);
  } else if (node.type === "VariableDeclaration") {
    for (const { id } of nodes(node.declarations)) yield* boundNames(id as Node);
  } else if (named.has(node.type) && isNode(node.id)) yield* boundNames(node.id);
}

function showsValue(statement: Node): boolean {
  return statement.type === "ExpressionStatement" ||
    statement.type === "ExportDefaultDeclaration" && isExpression(statement.declaration as Node);
}

function* capture(statement: Node, run: number): Generator<Edit> {
  const value = (statement.expression ?? statement.declaration) as Node;
  const opening = value.start - statement.start;
  yield { at: statement.start, remove: opening, text: `await __k.end(${run},(` };
  yield* codeEdits(value, run);
  yield { at: value.end, text: "))" };
}

function* statementEdits(statement: Node, run: number, used: Set<string>): Generator<Edit> {
  if (statement.declare === true) return;
  switch (statement.type) {
    case "ImportDeclaration":
      yield replace(
        statement,
        statement.importKind === "type" ? "" : importing(statement, run, used),
      );
      return;
    case "ExportAllDeclaration":
    case "ExportNamedDeclaration":
    case "ExportDefaultDeclaration":
      yield* exportEdits(statement, run, used);
      return;
    case "VariableDeclaration":
      yield* variableEdits(statement, run);
      return;
    case "ClassDeclaration":
      yield* classEdits(statement, run);
      return;
    default:
      yield* codeEdits(statement, run);
  }
}

/** `export` means nothing in a notebook and goes; what it declares or imports stays. */
function* exportEdits(statement: Node, run: number, used: Set<string>): Generator<Edit> {
  const { declaration, source, exportKind } = statement;
  if (isNode(declaration)) {
    const named = isExpression(declaration) || isNode(declaration.id) || !("id" in declaration);
    yield pad(statement.start, declaration.start, named ? "" : "void ");
    yield* statementEdits(declaration, run, used);
    if (!named) yield { at: declaration.end, text: ";" };
  } else {
    const loads = isNode(source) && exportKind !== "type";
    yield replace(statement, loads ? `${loading(statement, run)};` : "");
  }
}

function* variableEdits(declaration: Node, run: number): Generator<Edit> {
  const declarators = nodes(declaration.declarations);
  const kind = declaration.kind as string;
  yield pad(declaration.start, declarators[0]!.start, "var ");
  for (const { id, init, end } of declarators) {
    yield* codeEdits(id as Node, run);
    if (!isNode(init)) {
      // `let x` means undefined even where an earlier cell gave x a value; `var x` would keep it.
      if (kind === "let") yield { at: end, text: "=void 0" };
      continue;
    }
    const [open, close] = disposals[kind]?.(run) ?? [];
    if (open) yield { at: init.start, text: open };
    yield* codeEdits(init, run);
    if (close) yield { at: init.end, text: close };
  }
}

/** A cell is the block its `using` lives in: the resource goes when the cell ends. */
const disposals: Readonly<Record<string, (run: number) => readonly [string, string]>> = {
  "using": (run) => [`__k.using(${run},(`, "))"],
  "await using": (run) => [`__k.usingAsync(${run},(`, "))"],
};

function* classEdits(declaration: Node, run: number): Generator<Edit> {
  if (isNode(declaration.id)) {
    yield { at: declaration.start, text: `var ${nameOf(declaration.id)}=` };
  }
  yield* codeEdits(declaration, run);
  if (isNode(declaration.id)) yield { at: declaration.end, text: ";" };
}

/** What any code needs wherever it stands; without a run inside functions, whose awaits are theirs. */
function* codeEdits(node: Node, run: number | undefined): Generator<Edit> {
  const inner = startsFunction(node) ? undefined : run;
  if (node.type === "AwaitExpression" && run !== undefined) {
    yield* wrap(node.argument as Node, [`__k.aw(${run},`, ")"], run);
  } else if (node.type === "ForOfStatement" && node.await === true && run !== undefined) {
    yield* codeEdits(node.left as Node, run);
    yield* wrap(node.right as Node, boxing(run), run);
    yield* codeEdits(node.body as Node, run);
  } else if (node.type === "ImportExpression") {
    yield { at: node.start, remove: "import".length, text: "__k.import" };
    for (const child of childrenOf(node)) yield* codeEdits(child, inner);
  } else if (node.type === "MetaProperty" && nameOf(node.meta) === "import") {
    yield pad(node.start, node.end, "__k.meta");
  } else for (const child of childrenOf(node)) yield* codeEdits(child, inner);
}

/** See `each` of the child. */
function boxing(run: number): readonly [string, string] {
  return [`__k.each(${run},async function*(){for await(arguments[0]of `, ")yield[arguments[0]]})"];
}

function* wrap(
  node: Node,
  [open, close]: readonly [string, string],
  run: number,
): Generator<Edit> {
  yield { at: node.start, text: open };
  yield* codeEdits(node, run);
  yield { at: node.end, text: close };
}

/** One import declaration as an assignment from the module's namespace. */
function importing(statement: Node, run: number, used: Set<string>): string {
  const specifiers = nodes(statement.specifiers).filter(({ importKind }) => importKind !== "type");
  const space = specifiers.find(({ type }) => type === "ImportNamespaceSpecifier");
  const members = specifiers.filter((specifier) => specifier !== space);
  const wanted = members.filter(({ local }) => used.has(nameOf(local))).map(importedName);
  const module = loading(statement, run, wanted);
  const pattern = `{${members.map((m) => `${quote(importedName(m))}:${nameOf(m.local)}`).join()}}`;
  if (space && members.length > 0) {
    return `var ${nameOf(space.local)}=${module},${pattern}=${nameOf(space.local)};`;
  }
  if (specifiers.length === 0) return `${module};`;
  return `var ${space ? nameOf(space.local) : pattern}=${module};`;
}

function importedName({ imported }: Node): string {
  if (!isNode(imported)) return "default";
  return imported.type === "Identifier" ? nameOf(imported) : imported.value as string;
}

function loading(statement: Node, run: number, wanted: readonly string[] = []): string {
  const attributes = nodes(statement.attributes).map(({ key, value }) =>
    [isNode(key) && key.type === "Identifier" ? nameOf(key) : literal(key), literal(value)] as const
  );
  const options = attributes.length > 0 ? { with: Object.fromEntries(attributes) } : null;
  const named = wanted.length > 0 ? `,${JSON.stringify(wanted)}` : "";
  const specifier = quote(literal(statement.source));
  const rest = options || named ? `,${JSON.stringify(options)}${named}` : "";
  return `await __k.aw(${run},__k.import(${specifier}${rest}))`;
}

/** Names read as values anywhere in the cell; a name imported but not among them may be a type. */
function usedNames(body: readonly Node[]): Set<string> {
  const used = new Set<string>();
  const visit = (node: Node) => {
    if (node.type === "Identifier") used.add(nameOf(node));
    for (const child of childrenOf(node)) {
      const member = node.type === "MemberExpression" && child === node.property && !node.computed;
      if (!member && !isType(child)) visit(child);
    }
  };
  body.filter(({ type }) => type !== "ImportDeclaration" && !isType({ type })).forEach(visit);
  return used;
}

function isType({ type }: Pick<Node, "type">): boolean {
  return type.startsWith("TS") && !/^TS(As|Satisfies|NonNull|Instantiation|TypeAssert)/.test(type);
}

function replace({ start, end }: Node, text: string): Edit {
  return text === "" ? pad(start, end, "") : { at: start, remove: end - start, text };
}

/** A text that fits in the place of what it replaces, so that nothing after it moves. */
function pad(start: number, end: number, text: string): Edit {
  return { at: start, remove: end - start, text: text.padEnd(end - start) };
}

function nodes(value: unknown): readonly Node[] {
  return Array.isArray(value) ? value.filter(isNode) : [];
}

function literal(node: unknown): string {
  return (node as { readonly value: string }).value;
}

function quote(text: string): string {
  return JSON.stringify(text);
}
