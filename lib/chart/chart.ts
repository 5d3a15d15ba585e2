/** The symbol by which Deno's Jupyter kernels ask a value for its MIME bundle. */
export const jupyterDisplay: unique symbol = Symbol.for("Jupyter.display") as never;

/** A chart in every form a reader may need; a notebook shows the richest it can. */
export interface Chart {
  /** What the chart finds, as a sentence. */
  readonly title: string;
  /** What the chart shows, row by row, for readers who do not see it. */
  readonly description: string;
  /** A figure with title, picture, caption, and the data as a table. */
  readonly html: string;
  /** One self-contained picture with its title. */
  readonly svg: string;
  /** The picture in characters. */
  readonly text: string;
  /** All forms at once, for a notebook. */
  readonly [jupyterDisplay]: () => Promise<ChartBundle>;
}

/** The forms by media type. */
export interface ChartBundle {
  /** The figure. */
  readonly "text/html": string;
  /** The picture with its title. */
  readonly "image/svg+xml": string;
  /** The picture in pixels, base64, where a rasteriser was given. */
  readonly "image/png"?: string;
  /** The picture in characters. */
  readonly "text/plain": string;
}
