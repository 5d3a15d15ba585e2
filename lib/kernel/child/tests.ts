/**
 * `Deno.test` in a cell: what the cell has declared, itself or through a module it loads, runs
 * when its own code has come to its end, and is told as `deno test` tells it. Sanitizers,
 * permissions and snapshots are `deno test`'s alone.
 *
 * Source: deno 2.9, cli/js/40_test.js, `testInner` and `createTestContext`.
 */
import type { Run } from "../frames.ts";
import { Deno, Error, Map, Object, performance, TypeError } from "../intrinsics.ts";
import { currentRun } from "./current.ts";
import { say } from "./pipe.ts";
import { pristine } from "./pristine.ts";

type Fn = (context: Context) => unknown;

interface Test {
  readonly name: string;
  readonly fn: Fn;
  readonly ignore?: boolean;
  readonly only?: boolean;
}

interface Context {
  readonly name: string;
  readonly origin: string;
  readonly parent: Context | undefined;
  /** Runs a part of the test; resolves to whether it went well. */
  step(...given: readonly unknown[]): Promise<boolean>;
}

const hookNames = ["beforeAll", "beforeEach", "afterEach", "afterAll"] as const;
type Hooks = Record<typeof hookNames[number], (() => unknown)[]>;

/** What one cell has declared. */
interface Suite {
  readonly tests: Test[];
  readonly hooks: Hooks;
}

const suites = new Map<Run, Suite>();

/** `isOpen` tells whether a cell's own code has yet to end. */
export function installTests(isOpen: (run: Run) => boolean): void {
  const suite = () => {
    const run = currentRun();
    if (isOpen(run)) return suiteOf(run);
    throw new Error("Cannot declare a test: its cell has ended; declare it in a cell of its own");
  };
  const declaring = (how: Partial<Test>) => (...given: readonly unknown[]) =>
    void suite().tests.push({ ...testOf(given), ...how });
  const hooks = hookNames.map((name) =>
    [name, (fn: () => unknown) => void suite().hooks[name].push(fn)] as const
  );
  const test = Object.assign(declaring({}), {
    ignore: declaring({ ignore: true }),
    only: declaring({ only: true }),
    sanitizer() {},
    ...Object.fromEntries(hooks),
  });
  Object.assign(Deno, { test });
}

function suiteOf(run: Run): Suite {
  const suite = suites.get(run) ??
    { tests: [], hooks: { beforeAll: [], beforeEach: [], afterEach: [], afterAll: [] } };
  suites.set(run, suite);
  return suite;
}

/** Of `(name, fn)`, `(name, options, fn)`, `(options, fn)`, `(options)` and `(fn)`. */
function testOf(given: readonly unknown[]): Test {
  const { name, fn, ...options }: Partial<Test> = Object.assign({}, ...given.map(partOf));
  if (typeof fn !== "function") throw new TypeError("Cannot declare a test: it has no function");
  if (name || fn.name) return { name: name || fn.name, fn, ...options };
  throw new TypeError("Cannot declare a test: it has no name");
}

function partOf(part: unknown): Partial<Test> {
  if (typeof part === "string") return { name: part };
  return typeof part === "function" ? { fn: part as Fn } : part as Partial<Test>;
}

export interface Teller {
  readonly run: Run;
  /** The name the cell bears in stack traces. */
  readonly file: string;
  /** Shows what a test threw. */
  threw(error: unknown): void;
}

export function declaresTests(run: Run): boolean {
  return pristine(() => suites.has(run));
}

export function forgetTests(run: Run): void {
  suites.delete(run);
}

/** Runs the tests that a cell has declared. */
export async function runTests(teller: Teller): Promise<void> {
  await new TestRun(suiteOf(teller.run), teller).all();
}

type Outcome = "ok" | "FAILED" | "ignored";

class TestRun {
  readonly #suite: Suite;
  readonly #teller: Teller;

  constructor(suite: Suite, teller: Teller) {
    this.#suite = suite;
    this.#teller = teller;
  }

  async all(): Promise<void> {
    const { tests, hooks } = this.#suite;
    const only = tests.filter(({ only }) => only);
    const wanted = only.length > 0 ? only : tests;
    const begun = performance.now();
    this.#say(
      `running ${wanted.length} test${wanted.length === 1 ? "" : "s"} from ${this.#teller.file}`,
    );
    const outcomes: Outcome[] = [];
    if (await this.#works(() => each(hooks.beforeAll))) {
      for (const test of wanted) outcomes.push(await this.#one(this.#hooked(test)));
    } else outcomes.push("FAILED");
    if (!await this.#works(() => each(hooks.afterAll))) outcomes.push("FAILED");
    this.#say(`\n${summary(outcomes, tests.length - wanted.length)} (${since(begun)})`);
  }

  #hooked(test: Test): Test {
    const { beforeEach, afterEach } = this.#suite.hooks;
    const fn = async (context: Context) => {
      await each(beforeEach);
      try {
        await test.fn(context);
      } finally {
        await each(afterEach);
      }
    };
    return { ...test, fn };
  }

  /** Steps are told before what they are steps of, which fails with any of them. */
  async #one({ name, fn, ignore }: Test, parent?: Context, indent = ""): Promise<Outcome> {
    const begun = performance.now();
    const steps: Outcome[] = [];
    const step = async (...given: readonly unknown[]) => {
      const outcome = await this.#one(testOf(given), context, `${indent}  `);
      steps.push(outcome);
      return outcome === "ok";
    };
    const context: Context = { name, origin: this.#teller.file, parent, step };
    const works = ignore || await this.#works(() => fn(context)) && !steps.includes("FAILED");
    const outcome = ignore ? "ignored" : works ? "ok" : "FAILED";
    this.#say(`${indent}${name} ... ${outcome} (${since(begun)})`);
    return outcome;
  }

  /** What is thrown is shown. */
  async #works(work: () => unknown): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      this.#teller.threw(error);
      return false;
    }
  }

  #say(line: string): void {
    say("stdout", `${line}\n`, this.#teller.run);
  }
}

async function each(hooks: readonly (() => unknown)[]): Promise<void> {
  for (const hook of hooks) await hook();
}

function summary(outcomes: readonly Outcome[], filtered: number): string {
  const count = (wanted: Outcome) => outcomes.filter((outcome) => outcome === wanted).length;
  const failed = count("FAILED");
  const more = [[count("ignored"), "ignored"], [filtered, "filtered out"]] as const;
  return [
    failed > 0 ? "FAILED" : "ok",
    `${count("ok")} passed`,
    `${failed} failed`,
    ...more.flatMap(([number, what]) => number > 0 ? [`${number} ${what}`] : []),
  ].join(" | ");
}

function since(begun: number): string {
  return `${(performance.now() - begun).toFixed(0)}ms`;
}
