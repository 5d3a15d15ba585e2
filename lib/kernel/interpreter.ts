/**
 * The seam between the front, which speaks Jupyter, and the thing that runs cells. The front
 * numbers and queues requests; the interpreter runs one at a time (one of each subshell) and
 * publishes what they say.
 */

/**
 * A MIME bundle: media type → its data, JSON for `…/json` and `…+json`, else text or base64. Long
 * ones may come as `EncodedJson`, which reaches the socket without being read.
 */
export type MimeBundle = Readonly<Record<string, unknown>>;

/** One request to run code; the front has already numbered it. */
export interface Cell {
  /** `msg_id` of the request: every output caused by this cell names it as its parent. */
  readonly id: string;
  /** What to run. */
  readonly code: string;
  /** The number this cell bears in prompts, file names (`cell-8.ts`) and stack traces. */
  readonly executionCount: number;
  /** It shows nothing, is not remembered and takes no number. */
  readonly silent: boolean;
  /** It is remembered and takes a number, unless silent. */
  readonly storeHistory: boolean;
  /** The client answers questions. */
  readonly allowStdin: boolean;
  /** Expressions to evaluate afterwards, by the names their values get. */
  readonly userExpressions: Readonly<Record<string, string>>;
  /** The notebook's own id of the cell where the client tells it (metadata.cellId). */
  readonly cellId?: string;
  /** The subshell that runs it (JEP 91): cells of different shells overlap, as tasks do. */
  readonly subshell?: string;
}

/** What a cell shows while it runs. */
export type Output =
  | { readonly kind: "stream"; readonly name: "stdout" | "stderr"; readonly text: string }
  | {
    readonly kind: "display" | "updateDisplay";
    readonly data: MimeBundle;
    readonly metadata: MimeBundle;
    readonly displayId?: string;
  }
  | { readonly kind: "result"; readonly data: MimeBundle; readonly metadata: MimeBundle }
  | { readonly kind: "clear"; readonly wait: boolean }
  | { readonly kind: "error" } & CellError
  /** Any other iopub message, `comm_open` and `comm_msg` among them (Deno.jupyter.broadcast). */
  | {
    readonly kind: "broadcast";
    readonly msgType: string;
    readonly content: Readonly<Record<string, unknown>>;
    readonly metadata: Readonly<Record<string, unknown>>;
    readonly buffers: readonly Uint8Array[];
  };

/** An error as Jupyter tells it. */
export interface CellError {
  /** The class of the error, such as `TypeError`. */
  readonly ename: string;
  /** Its message. */
  readonly evalue: string;
  /** Lines to show, colours in ANSI codes. */
  readonly traceback: readonly string[];
}

/** What one of a request's expressions came to. */
export type UserExpression =
  | { readonly status: "ok"; readonly data: MimeBundle; readonly metadata: MimeBundle }
  | { readonly status: "error" } & CellError;

/** How a cell ended. */
export type Outcome =
  | {
    readonly kind: "ok";
    readonly userExpressions: Readonly<Record<string, UserExpression>>;
    /** Texts for the pager, from `name?` and `help(name)`. */
    readonly pages: readonly MimeBundle[];
  }
  /** The error has been published already (unless silent); the reply repeats it. */
  | { readonly kind: "error" } & CellError;

/** What the interpreter asks of the front. `parent` is the `id` of the cell that caused it. */
export interface Surroundings {
  /**
   * Passes an output on. A promise says that subscribers lag behind: read no more output from the
   * user's process until it settles, so that neither memory grows nor anyone loses a message.
   */
  publish(output: Output, parent: string): Promise<void> | undefined;
  /** Asks the client whose cell runs; rejects when the cell is interrupted. */
  ask(prompt: string, options: { password: boolean; parent: string }): Promise<string>;
  /** The user's process ended by itself and has been replaced; variables are gone. */
  replaced(because: string): void;
}

/** The thing that runs cells, one at a time, in the user's process. */
export interface Interpreter {
  /** Starts the user's process; cells sent before it is up wait for it. */
  start(): Promise<void>;
  /** Settles only after every output of the cell went to `publish`: idle may follow at once. */
  execute(cell: Cell): Promise<Outcome>;
  /** Ends what runs now, state kept. Resolves when the cell has ended, or with how to go on. */
  interrupt(): Promise<{ readonly ended: boolean; readonly because?: string }>;
  /**
   * A comm message from a client, to be handled in the user's process under `parent`. The front
   * keeps the list of open comms from what passes here and through `publish`; a `comm_open` whose
   * target nobody registered is answered by publishing `comm_close`.
   */
  comm(
    message: {
      msgType: string;
      content: unknown;
      metadata?: Readonly<Record<string, unknown>>;
      buffers: readonly Uint8Array[];
    },
    parent: string,
  ): Promise<void>;
  /**
   * What may stand at the cursor, a UTF-16 offset. What takes its time to come up is not waited
   * for once `hurry` settles.
   */
  complete(code: string, cursor: number, hurry?: Promise<void>): Promise<Completion>;
  /** What is known of the name at the cursor, its source too if `detail` is 1; or undefined. */
  inspect(
    code: string,
    cursor: number,
    detail: 0 | 1,
    hurry?: Promise<void>,
  ): Promise<MimeBundle | undefined>;
  /** Whether Return shall run the code or begin a new line. */
  isComplete(code: string): Promise<Completeness>;
  /** One request of the Debug Adapter Protocol with Jupyter's additions; absent: no debugger. */
  debug?(request: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>;
  /** Ends the user's process with all it started, at once. */
  dispose(): Promise<void>;
}

/** Cursor positions are UTF-16 offsets here; the front converts from and to code points. */
export interface Completion {
  /** Where the text to be replaced begins. */
  readonly start: number;
  /** Where it ends; not included. */
  readonly end: number;
  /** What may replace it, with kind and signature for the menu. */
  readonly matches: readonly {
    readonly text: string;
    readonly type?: string;
    readonly signature?: string;
  }[];
}

/** Whether code may be run as it stands, or goes on in a line of this indent. */
export type Completeness =
  | { readonly status: "complete" | "invalid" | "unknown" }
  | { readonly status: "incomplete"; readonly indent: string };
