import { type ChartBundle, jupyterDisplay } from "../chart/chart.ts";

/** A value that a notebook shows as HTML where it can and as text everywhere else. */
export interface Shown {
  readonly html: string;
  readonly text: string;
  readonly [jupyterDisplay]: () => Pick<ChartBundle, "text/html" | "text/plain">;
}

export function shown(html: string, text: string): Shown {
  return {
    html,
    text,
    [jupyterDisplay]: () => ({ "text/html": html, "text/plain": text }),
  };
}
