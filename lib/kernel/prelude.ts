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
declare function prompt(message: string, options: { password?: boolean }): string;
/** Shows in the pager what is known of a value, or of the name a text says; alone, of the kernel. */
declare function help(subject?: unknown): void;
declare namespace Deno.jupyter {
  /** Replaces every output shown under this id. */
  function update(displayId: string, value: unknown): Promise<void>;
  /** Empties the cell's output, at once or with the next output. */
  function clear(options?: { wait?: boolean } | boolean): void;
  /** The same items, one by one, under a bar that shows how many have passed. */
  function progress<T>(
    items: AsyncIterable<T>,
    how?: string | { label?: string; total?: number },
  ): AsyncGenerator<T>;
  function progress<T>(
    items: Iterable<T>,
    how?: string | { label?: string; total?: number },
  ): Generator<T>;
  /** Asks for a word that is not shown while it is typed. */
  function password(message?: string): string;
  function latex(strings: TemplateStringsArray, ...values: unknown[]): object;
  /** A state that the browser holds a copy of: what one side sets, the other sees. */
  interface Widget<Value = unknown> {
    value: Value;
    get(name: string): unknown;
    /** Changes parts of the state here and in every front end. */
    set(changes: Record<string, unknown>): void;
    /** Calls with each new value, wherever it was set; yields how to stop that. */
    on(name: "value", listener: (value: Value, widget: Widget<Value>) => unknown): () => void;
    on(name: string, listener: (value: unknown, widget: Widget<Value>) => unknown): () => void;
    /** Sends the views something that is no state. */
    send(content: unknown, buffers?: readonly Uint8Array[]): void;
    /** Takes the widget off every page. */
    close(): void;
  }
  /** A widget of one's own: an ES module renders the state, as anywidget has it. */
  function widget(options: {
    esm: string;
    css?: string;
    state?: Record<string, unknown>;
  }): Widget;
  /** A number between two others; \`on("value", …)\` hears it move. */
  function slider(options?: {
    label?: string;
    min?: number;
    max?: number;
    step?: number;
    value?: number;
  }): Widget<number>;
  /** True or false. */
  function checkbox(options?: { label?: string; value?: boolean }): Widget<boolean>;
  /** A line of text; it is heard when it has been entered. */
  function textbox(options?: { label?: string; value?: string }): Widget<string>;
  /** One of several options; the first of them unless another is given. */
  function dropdown<const T extends string | number>(options: {
    label?: string;
    options: readonly T[];
    value?: NoInfer<T>;
  }): Widget<T>;
  /** A button; its value is how often it was pressed. */
  function button(options?: { label?: string }): Widget<number>;
  interface Comm {
    readonly id: string;
    onmessage?: (message: { data: any; metadata: any; buffers: Uint8Array[] }) => unknown;
    onclose?: (message: { data: any; metadata: any; buffers: Uint8Array[] }) => unknown;
    send(data: unknown, options?: { metadata?: object; buffers?: readonly Uint8Array[] }): void;
    close(data?: unknown): void;
  }
  /** Channels to the front ends: widgets and extensions of any making talk through them. */
  const comms: {
    register(target: string, opened: (comm: Comm, message: { data: any }) => unknown): void;
    open(
      target: string,
      data?: unknown,
      options?: { metadata?: object; buffers?: readonly Uint8Array[] },
    ): Comm;
  };
}
`;
