/** Small widgets: a field that shows `value` and sets it, with a label. */
import { Array, Deno, Number, RangeError, TypeError } from "../intrinsics.ts";
import type { Bundle } from "../frames.ts";
import { Widget } from "./widget.ts";

export interface SliderOptions {
  readonly label?: string;
  readonly min?: number;
  readonly max?: number;
  readonly step?: number;
  readonly value?: number;
}

/** A number between two others; `on("value", …)` hears it move. */
export function slider(options: SliderOptions = {}): Widget {
  const { label = "", min = 0, max = 100, step = 1, value = min } = options;
  if (!(min <= value && value <= max && step > 0 && Number.isFinite(max - min))) {
    throw new RangeError(
      `Cannot slide from ${min} to ${max} by ${step}, standing at ${value}: the value lies ` +
        "between min and max, and the step is more than 0",
    );
  }
  return control("slider", { label, min, max, step, value });
}

/** True or false. */
export function checkbox(
  { label = "", value = false }: { readonly label?: string; readonly value?: boolean } = {},
): Widget {
  return control("checkbox", { label, value });
}

/** A line of text; it is heard when it has been entered. */
export function textbox(
  { label = "", value = "" }: { readonly label?: string; readonly value?: string } = {},
): Widget {
  return control("textbox", { label, value });
}

export interface DropdownOptions {
  readonly label?: string;
  readonly options: readonly (string | number)[];
  readonly value?: string | number;
}

/** One of several options; the first of them unless another is given. */
export function dropdown(given: DropdownOptions): Widget {
  const { label = "", options, value = options?.[0] } = given ?? {};
  if (!Array.isArray(options) || !options.includes(value!)) {
    throw new TypeError(
      `Cannot choose ${Deno.inspect(value)} from ${Deno.inspect(options)}: ` +
        "the options are a list, and the value is one of them",
    );
  }
  return control("dropdown", { label, options, value });
}

/** A button; its value is how often it was pressed. */
export function button({ label = "" }: { readonly label?: string } = {}): Widget {
  return control("button", { label, value: 0 });
}

function control(kind: string, state: Bundle): Widget {
  return new Widget({ esm: controlModule, css: controlStyle, state: { kind, ...state } });
}

const controlModule = `
const make = (tag, properties) => Object.assign(document.createElement(tag), properties);

const controls = {
  slider: {
    field: () => make("input", { type: "range" }),
    event: "input",
    draw(field, get) {
      for (const key of ["min", "max", "step", "value"]) field[key] = get(key);
    },
    value: (field) => Number(field.value),
    told: (get) => get("value"),
  },
  checkbox: {
    field: () => make("input", { type: "checkbox" }),
    event: "change",
    draw(field, get) {
      field.checked = get("value");
    },
    value: (field) => field.checked,
  },
  textbox: {
    field: () => make("input", { type: "text" }),
    event: "change",
    draw(field, get) {
      field.value = get("value");
    },
    value: (field) => field.value,
  },
  dropdown: {
    field: () => make("select"),
    event: "change",
    draw(field, get) {
      field.replaceChildren(...get("options").map((text) => make("option", { textContent: text })));
      field.selectedIndex = get("options").indexOf(get("value"));
    },
    value: (field, get) => get("options")[field.selectedIndex],
  },
  button: {
    field: () => make("button"),
    event: "click",
    draw(field, get) {
      field.textContent = get("label");
    },
    value: (_, get) => get("value") + 1,
    named: true,
  },
};

export default {
  render({ model, el }) {
    const get = (key) => model.get(key);
    const control = controls[get("kind")];
    const [name, field, output] = [make("span"), control.field(), make("output")];
    // JupyterLab takes the arrow keys for its own commands unless told.
    field.dataset.lmSuppressShortcuts = "true";
    const draw = () => {
      name.textContent = get("label");
      control.draw(field, get);
      output.textContent = control.told?.(get) ?? "";
    };
    field.addEventListener(control.event, () => {
      model.set("value", control.value(field, get));
      model.save_changes();
    });
    for (const key of ["label", "min", "max", "step", "options", "value"]) {
      model.on("change:" + key, draw);
    }
    draw();
    const parts = control.named ? [field] : [name, field, output];
    const whole = make(control.named ? "span" : "label", { className: "irqscope-control" });
    whole.append(...parts);
    el.append(whole);
  },
};
`;

const controlStyle = `
.irqscope-control { display: inline-flex; gap: 0.75em; align-items: center; }
.irqscope-control input[type="range"] { width: 20em; }
.irqscope-control output { font-variant-numeric: tabular-nums; min-width: 4ch; text-align: right; }
`;
