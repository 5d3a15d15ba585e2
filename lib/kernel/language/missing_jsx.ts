/**
 * JSX that imports from a module which the server does not have, as that of a package that no cell
 * has imported yet. Of any other import from there it says nothing, for what does not exist at all
 * is told by running; of this it does, and then reads the JSX as React's, which nobody asked for.
 *
 * Source: TypeScript, src/compiler/checker.ts `getJsxNamespaceContainerForImplicitImport`.
 */
import { offsetAt, type ServerDiagnostic } from "./protocol.ts";

/** What is wrong in a text, whatever its JSX imports. */
export function withoutMissingJsx(
  told: readonly ServerDiagnostic[],
  text: string,
): readonly ServerDiagnostic[] {
  if (!told.some(({ code }) => code === missingModule)) return told;
  return told.filter((diagnostic) => !isOfMissing(diagnostic, text));
}

const missingModule = 2875;

/** The module, and what classic JSX needs in scope instead: for tags, for fragments. */
const ofMissing: ReadonlySet<ServerDiagnostic["code"]> = new Set([missingModule, 2874, 2879]);

/** Where the server knows a name like that which classic JSX needs, it asks whether that is meant. */
const misspelt = 2552;

function isOfMissing({ code, message, range }: ServerDiagnostic, text: string): boolean {
  if (code !== misspelt) return ofMissing.has(code);
  const written = text.slice(offsetAt(text, range.start), offsetAt(text, range.end));
  return !message.startsWith(`Cannot find name '${written}'`);
}
