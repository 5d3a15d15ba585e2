/** Values of the user's process as a variables view shows them, parts on request. */
import type { Protocol } from "devtools-protocol";
import { type Inspector, InspectorError } from "../inspector.ts";
import { DebugRefusal, type Variable } from "./protocol.ts";

type RemoteObject = Protocol.Runtime.RemoteObject;

/** Which of many parts a client asks for; all where neither is said. */
export interface Page {
  readonly start?: number;
  readonly count?: number;
}

/** More parts than these are listed only where they are asked for. */
const mostParts = 1_000;
/** Objects handed out live until the next stop, or until this many are out. */
const group = "irqscope-variables";

/** Numbers stand for objects; they hold until `clear`. */
export class Variables {
  readonly #objects = new Map<number, string>();
  #last = 0;

  /** A reference for an object's parts. */
  hold({ objectId }: RemoteObject): number {
    if (objectId === undefined) return 0;
    this.#objects.set(++this.#last, objectId);
    return this.#last;
  }

  /** V8's name of what a reference stands for; undefined where it stands for nothing any more. */
  at(reference: number): string | undefined {
    return this.#objects.get(reference);
  }

  /** The parts of what a reference stands for, a getter told but not run. */
  async parts(
    inspector: Inspector,
    reference: number,
    { start = 0, count = mostParts }: Page,
  ): Promise<readonly Variable[]> {
    const objectId = this.#objects.get(reference);
    if (objectId === undefined) {
      throw new DebugRefusal(`Cannot list variables: ${reference} stands for nothing any more`);
    }
    const { result, internalProperties = [] } = await propertiesOf(inspector, objectId);
    const inner = internalProperties.filter(({ name }) => name === "[[Entries]]");
    return [...result, ...inner].slice(start, start + (count || mostParts))
      .map((part) => this.#part(part));
  }

  /**
   * The global variables that cells made, by declaring them, whose names are given, or by setting
   * them on `globalThis`.
   */
  async globals(inspector: Inspector, declared: ReadonlySet<string>): Promise<readonly Variable[]> {
    const everything = { expression: "globalThis", objectGroup: group };
    const { result: { objectId } } = await inspector.send("Runtime.evaluate", everything);
    const { result } = await propertiesOf(inspector, objectId!);
    const found = await inspector.send("Runtime.evaluate", {
      expression: "__k.given",
      returnByValue: true,
    });
    const given = new Set<string>(found.result.value).add("__k");
    const isTheirs = ({ name, symbol, value }: Protocol.Runtime.PropertyDescriptor) =>
      value && !symbol && (declared.has(name) || !given.has(name));
    return result.filter(isTheirs).map((part) => this.#part(part));
  }

  variable(name: string, value: RemoteObject): Variable {
    return {
      name,
      value: valueText(value),
      ...kindOf(value),
      variablesReference: this.hold(value),
      evaluateName: name,
    };
  }

  async clear(inspector: Inspector): Promise<void> {
    this.#objects.clear();
    await inspector.send("Runtime.releaseObjectGroup", { objectGroup: group }).catch(ignoreGone);
  }

  #part(part: Protocol.Runtime.PropertyDescriptor | Protocol.Runtime.InternalPropertyDescriptor) {
    if (part.value) return this.variable(part.name, part.value);
    return {
      name: part.name,
      value: "(computed when read)",
      type: "getter",
      variablesReference: 0,
    };
  }
}

function propertiesOf(inspector: Inspector, objectId: string) {
  return inspector.send("Runtime.getProperties", { objectId, ownProperties: true });
}

export function exceptionText({ exception, text }: Protocol.Runtime.ExceptionDetails): string {
  return (exception?.description ?? String(exception?.value ?? text)).split("\n")[0]!;
}

/** What stands behind a name in the view: text as written in code, objects by their kind. */
export function valueText({ type, value, unserializableValue, description }: RemoteObject): string {
  if (type === "string") return JSON.stringify(value);
  if (type === "undefined") return "undefined";
  return unserializableValue ?? description?.split("\n")[0] ?? String(value);
}

/**
 * What kind of object it is. The text of anything else tells its type, and JupyterLab shows a type
 * that Python does not know in place of the value (packages/debugger variables `convertType`).
 */
function kindOf({ className }: RemoteObject): { readonly type?: string } {
  return className === undefined ? {} : { type: className };
}

function ignoreGone(error: unknown): void {
  if (!(error instanceof InspectorError)) throw error;
}
