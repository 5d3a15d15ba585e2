/** What the kernel adds to every cell, as the language server needs to be told. */
export const prelude = `
/** Shows a value as an output of its own; a later call with the same \`display_id\` can update it. */
declare function display(value: unknown, options?: {
  raw?: boolean;
  update?: boolean;
  display_id?: string;
  metadata?: Record<string, unknown>;
}): Promise<void>;
/** Asks the user for a line of text; with \`password\` it is not shown while typed. */
declare function prompt(
  message?: string,
  defaultValue?: string,
  options?: { password?: boolean },
): string;
declare namespace Deno.jupyter {
  /** Replaces every output shown under this id. */
  function update(displayId: string, value: unknown): Promise<void>;
  /** Empties the cell's output, at once or with the next output. */
  function clear(options?: { wait?: boolean }): void;
  /** The same items, one by one, under a bar that shows how many have passed. */
  function progress<T>(items: Iterable<T>, label?: string): Generator<T>;
  /** Asks for a word that is not shown while it is typed. */
  function password(message?: string): string;
  function latex(strings: TemplateStringsArray, ...values: unknown[]): object;
}
`;
