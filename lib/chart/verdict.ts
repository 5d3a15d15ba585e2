/** What an APIC ID in a chart stands for; every chart draws the same verdict the same way. */
export type Verdict =
  | "reachable"
  | "extended"
  | "alias"
  | "broadcast"
  | "unreachable"
  | "offline";

/** How a verdict looks. Glyph and colour say the same, so colour alone never carries meaning. */
export interface Look {
  readonly words: string;
  readonly colour: string;
  readonly glyph: string;
  /** Dashed where nothing arrives, so that a black-and-white print still tells it. */
  readonly dashed: boolean;
}

/**
 * The Okabe–Ito colours that keep a contrast of 3:1 on white: blue 5.2, vermilion 3.9, green 3.4,
 * purple 3.1. Source: Okabe and Ito, Color Universal Design (2008); WCAG 2.2, 1.4.11.
 */
export const looks: Readonly<Record<Verdict, Look>> = {
  reachable: { words: "reached", colour: "#0072b2", glyph: "✓", dashed: false },
  extended: { words: "reached by extended ID", colour: "#009e73", glyph: "e", dashed: false },
  alias: { words: "another CPU answers", colour: "#d55e00", glyph: "≡", dashed: false },
  broadcast: { words: "every CPU answers", colour: "#cc79a7", glyph: "*", dashed: false },
  unreachable: { words: "out of reach", colour: "#b3261e", glyph: "✗", dashed: true },
  offline: { words: "kept offline", colour: "#5f6368", glyph: "–", dashed: true },
};

/** Paper and ink, stated because a front end may be dark. */
export const paper = { background: "#ffffff", ink: "#1b1b1f", faint: "#5f6368", line: "#c4c7cc" };
