import { type ChartBundle, jupyterDisplay } from "../chart/chart.ts";

/** A value that a notebook shows as HTML where it can and as text everywhere else. */
export interface Shown {
  /** Without scripts, for notebooks. */
  readonly html: string;
  /** The same for terminals. */
  readonly text: string;
  /** Both as the MIME bundle that Jupyter asks for. */
  readonly [jupyterDisplay]: () => Pick<ChartBundle, "text/html" | "text/plain">;
}

/** A value that shows itself by this HTML and this text. */
export function shown(html: string, text: string): Shown {
  return {
    html,
    text,
    [jupyterDisplay]: () => ({ "text/html": html, "text/plain": text }),
  };
}
