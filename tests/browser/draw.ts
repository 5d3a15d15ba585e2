/** What the tests run in Node and in a browser: the model from machine file to chart. */
import { boot, type Chart, parseMachine, reachChart, reachRow } from "irqscope";

/** The chart of one machine's I/O APIC, but for the function that shows it in notebooks. */
export async function draw(text: string): Promise<Pick<Chart, "title" | "svg" | "html" | "text">> {
  const machine = parseMachine(text);
  const row = reachRow("This machine", { machine, boot: boot(machine) }, "ioapic");
  const { title, svg, html, text: plain } = await reachChart([row]);
  return { title, svg, html, text: plain };
}

Object.assign(globalThis, { draw });
