/** The part of a DOM node that charts use; browsers and linkedom both have it. */
export interface ChartNode {
  /** The node's own markup. */
  readonly outerHTML: string;
}

/** The part of a DOM document that charts use, passed in so that no global is needed. */
export interface ChartDocument {
  /** As in the DOM. */
  createElementNS(namespace: string, name: string): ChartNode;
}

/** The page's own document in a browser, elsewhere a fresh one made by linkedom. */
export async function createDocument(): Promise<ChartDocument> {
  const page = (globalThis as { document?: ChartDocument }).document;
  if (page !== undefined) return page;
  // Loaded on demand: a program that draws nothing does not pay for a DOM.
  const { parseHTML } = await import("linkedom");
  // Plot looks for <html>: a document without one makes it throw.
  const window: unknown = parseHTML("<!doctype html><html><head></head><body></body></html>");
  return (window as { document: ChartDocument }).document;
}
