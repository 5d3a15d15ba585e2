/**
 * Widgets after anywidget's model: an ES module renders a state in the browser, and the state is
 * one on both sides. The front end needs the anywidget extension; elsewhere its text shows.
 *
 * Source: Jupyter widget messaging protocol 2.1; anywidget 0.11 `AnyModel`.
 */
import { type Comm, type CommMessage, comms } from "./comms.ts";
import { crypto, Deno, Map, Object, Set, TypeError } from "../intrinsics.ts";
import type { Bundle } from "../frames.ts";
import { type Path, separate, unite } from "./buffers.ts";
import { isObject } from "./bundle.ts";
import { displaySymbol } from "./format.ts";
import { stray } from "./runs.ts";

export interface WidgetOptions {
  /** Text of an ES module whose default export has `render({ model, el })`. */
  readonly esm: string;
  readonly css?: string;
  /** What both sides share; bytes travel as they are. */
  readonly state?: Bundle;
}

type Listener = (value: unknown, widget: Widget) => unknown;

const target = "jupyter.widget";
const version = { version: "2.1.0" };
const anywidget = {
  _model_module: "anywidget",
  _model_module_version: "~0.11.*",
  _model_name: "AnyModel",
  _view_module: "anywidget",
  _view_module_version: "~0.11.*",
  _view_name: "AnyView",
  _view_count: null,
};

const open = new Map<string, Widget>();

/** A model that front ends hold a copy of: what one side sets, the other sees. */
export class Widget {
  readonly #comm: Comm;
  readonly #listeners = new Map<string, Set<Listener>>();
  #state: Bundle;

  constructor({ esm, css = "", state = {} }: WidgetOptions) {
    if (typeof esm !== "string" || !isObject(state)) {
      throw new TypeError(
        `Cannot make a widget of the module ${Deno.inspect(esm)} and the state ` +
          `${Deno.inspect(state)}: esm is the text of a module, and the state an object`,
      );
    }
    const id = crypto.randomUUID();
    this.#state = { ...anywidget, _anywidget_id: `irqscope.${id}`, _esm: esm, _css: css, ...state };
    const { data, buffers } = packed(this.#state);
    this.#comm = comms.open(target, data, { metadata: version, buffers });
    this.#comm.onmessage = (message) => this.#hear(message);
    this.#comm.onclose = () => open.delete(this.#comm.id);
    open.set(this.#comm.id, this);
  }

  /** A part of the state. */
  get(name: string): unknown {
    return this.#state[name];
  }

  /** Changes parts of the state here and in every front end. */
  set(changes: Bundle): void {
    this.#send("update", changes);
    this.#state = { ...this.#state, ...changes };
    this.#tell(changes);
  }

  /** Calls with each new value of a part, wherever it was set; yields how to stop that. */
  on(name: string, listener: Listener): () => void {
    if (typeof listener !== "function") {
      throw new TypeError(`Cannot call ${Deno.inspect(listener)} on ${name}: it is no function`);
    }
    const listeners = this.#listeners.getOrInsertComputed(name, () => new Set());
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** Sends the views something that is no state. */
  send(content: unknown, buffers: readonly Uint8Array[] = []): void {
    this.#comm.send({ method: "custom", content }, { buffers });
  }

  /** Takes the widget off every page. */
  close(): void {
    open.delete(this.#comm.id);
    this.#comm.close();
  }

  get value(): unknown {
    return this.get("value");
  }

  set value(value: unknown) {
    this.set({ value });
  }

  [displaySymbol](): Bundle {
    const text = { "text/plain": `Widget with value ${Deno.inspect(this.value)}` };
    if (!open.has(this.#comm.id)) return text;
    const view = { version_major: 2, version_minor: 1, model_id: this.#comm.id };
    return { "application/vnd.jupyter.widget-view+json": view, ...text };
  }

  /** What a page that was reloaded asks for. */
  snapshot(): { readonly id: string; readonly state: Bundle } {
    return { id: this.#comm.id, state: this.#state };
  }

  #hear({ data, buffers }: CommMessage): void {
    const { method, state = {}, buffer_paths: paths = [], content } = data as {
      readonly method?: string;
      readonly state?: Bundle;
      readonly buffer_paths?: readonly Path[];
      readonly content?: unknown;
    };
    if (method === "request_state") this.#send("update", this.#state);
    if (method === "custom") this.#tell({ "msg:custom": content });
    if (method !== "update") return;
    const changes = unite(state, paths, buffers) as Bundle;
    this.#send("echo_update", changes); // Other pages show the same widget.
    this.#state = { ...this.#state, ...changes };
    this.#tell(changes);
  }

  #send(method: "update" | "echo_update", state: Bundle): void {
    const { data, buffers } = packed(state);
    this.#comm.send({ method, ...data }, { buffers });
  }

  /** A listener that throws keeps none of the others from hearing. */
  #tell(changes: Bundle): void {
    for (const [name, value] of Object.entries(changes)) {
      for (const listener of this.#listeners.get(name) ?? []) {
        try {
          listener(value, this);
        } catch (error) {
          stray(error);
        }
      }
    }
  }
}

/** A widget of one's own. */
export function widget(options: WidgetOptions): Widget {
  return new Widget(options);
}

/** Front ends that come anew ask once for the states of all widgets. */
export function serveWidgetStates(): void {
  comms.register("jupyter.widget.control", (comm) => {
    comm.onmessage = ({ data }) => {
      if ((data as { readonly method?: string }).method === "request_states") answerStates(comm);
    };
  });
}

function answerStates(comm: Comm): void {
  const states = Object.fromEntries(
    open.values().map((widget) => widget.snapshot()).map(({ id, state }) => [id, {
      model_name: anywidget._model_name,
      model_module: anywidget._model_module,
      model_module_version: anywidget._model_module_version,
      state,
    }]),
  );
  const { state, paths, buffers } = separate(states);
  comm.send({ method: "update_states", states: state, buffer_paths: paths }, { buffers });
}

/** A state as messages carry it. */
function packed(whole: Bundle) {
  const { state, paths, buffers } = separate(whole);
  return { data: { state, buffer_paths: paths }, buffers };
}
