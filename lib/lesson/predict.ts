import { escapeXml } from "../chart/xml.ts";
import { type Shown, shown } from "./shown.ts";

/** A question the reader answers before the model does. */
export interface Prediction<Answer extends string> extends Shown {
  /** What is asked. */
  readonly question: string;
  /** The answers to choose from. */
  readonly answers: readonly Answer[];
  /** The answer the reader wrote into the cell, if any. */
  readonly mine: Answer | undefined;
  /**
   * Confronts the answers with what the model found. Every answer has a reply of its own; the
   * reader's comes first, and without one all stand there to be unfolded.
   */
  reveal(truth: string, replies: Readonly<Record<Answer, string>>): Shown;
}

/**
 * Asks before it is shown. The reader commits by ticking an answer, or by writing it as the third
 * argument; nothing waits for input, so a run from top to bottom goes through.
 */
export function predict<const Answer extends string>(
  question: string,
  answers: readonly Answer[],
  mine?: Answer,
): Prediction<Answer> {
  if (mine !== undefined && !answers.includes(mine)) throw unknownAnswer(mine, answers);
  const reveal = (truth: string, replies: Readonly<Record<Answer, string>>) => {
    const right = answers.find((answer) => answer === truth);
    if (right === undefined) throw unknownAnswer(truth, answers);
    return mine === undefined
      ? revealAll(answers, right, replies)
      : revealMine(mine, right, replies);
  };
  return { question, answers, mine, reveal, ...shown(...asked(question, answers, mine)) };
}

function unknownAnswer(answer: string, answers: readonly string[]): RangeError {
  const known = answers.map((known) => JSON.stringify(known)).join(", ");
  return new RangeError(
    `Cannot take ${JSON.stringify(answer)} as an answer: it is none of ${known}; choose one`,
  );
}

const frame = "border-left:4px solid #0072b2;padding:6px 12px;margin:4px 0;" +
  "max-width:700px;color-scheme:light;background:#ffffff;color:#1b1b1f;font-family:system-ui,sans-serif;font-size:14px";

function asked(question: string, answers: readonly string[], mine?: string): [string, string] {
  const choices = answers.map((answer) =>
    `<label style="display:block;margin:3px 0"><input type="radio" name="${
      escapeXml(question)
    }" value="${escapeXml(answer)}"${answer === mine ? " checked" : ""}> ${
      escapeXml(answer)
    }</label>`
  );
  const html = `<div role="radiogroup" aria-label="${escapeXml(question)}" style="${frame}">` +
    `<div style="font-weight:700">Predict: ${escapeXml(question)}</div>${choices.join("")}</div>`;
  const list = answers.map((answer) => `  ${answer === mine ? "●" : "○"} ${answer}`);
  return [html, [`Predict: ${question}`, ...list].join("\n")];
}

function revealMine<Answer extends string>(
  mine: Answer,
  right: Answer,
  replies: Readonly<Record<Answer, string>>,
): Shown {
  if (mine === right) return reply([verdict(mine, true, replies[mine])]);
  return reply([verdict(mine, false, replies[mine]), verdict(right, true, replies[right])]);
}

function revealAll<Answer extends string>(
  answers: readonly Answer[],
  right: Answer,
  replies: Readonly<Record<Answer, string>>,
): Shown {
  const wrong = answers.filter((answer) => answer !== right);
  return reply([
    verdict(right, true, replies[right]),
    ...wrong.map((answer) => verdict(answer, false, replies[answer])),
  ]);
}

interface Verdict {
  readonly html: string;
  readonly text: string;
}

/** The right answer stands open; a wrong one unfolds to why it is wrong. */
function verdict(answer: string, right: boolean, because: string): Verdict {
  const head = `${right ? "✓" : "✗"} ${answer}`;
  const [colour, open] = right ? ["#0072b2", " open"] : ["#b3261e", ""];
  const html = `<details${open} style="margin:3px 0"><summary style="color:${colour};` +
    `font-weight:700">${escapeXml(head)}</summary>${escapeXml(because)}</details>`;
  return { html, text: `${head}\n  ${because}` };
}

function reply(verdicts: readonly Verdict[]): Shown {
  return shown(
    `<div style="${frame}">${verdicts.map(({ html }) => html).join("")}</div>`,
    verdicts.map(({ text }) => text).join("\n"),
  );
}
