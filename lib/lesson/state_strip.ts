import { escapeXml } from "../chart/xml.ts";
import { formatApicId } from "../chart/apic_id.ts";
import type { Boot } from "../linux/boot.ts";
import { type Shown, shown } from "./shown.ts";

/** What matters about a configuration at one moment, name by name. */
export type State = Readonly<Record<string, string>>;

/**
 * The same few facts in the same order after every step, on one line; those that differ from
 * `before` are marked.
 */
export function stateStrip(state: State, before: State = state): Shown {
  const facts = Object.entries(state).map(([name, value]) => ({
    name,
    value,
    changed: before[name] !== value,
  }));
  const html = `<div role="list" aria-label="State" style="${strip}">${
    facts.map(factHtml).join("")
  }</div>`;
  const text = facts.map(({ name, value, changed }) => `${changed ? "▸ " : ""}${name}: ${value}`);
  return shown(html, text.join(" | "));
}

interface Fact {
  readonly name: string;
  readonly value: string;
  readonly changed: boolean;
}

const strip = "display:flex;flex-wrap:wrap;border:1px solid #c4c7cc;background:#ffffff;" +
  "color:#1b1b1f;font-family:system-ui,sans-serif;font-size:12px;max-width:720px";

function factHtml({ name, value, changed }: Fact): string {
  const mark = changed ? "box-shadow:inset 0 -3px #d55e00;font-weight:700;" : "";
  return `<div role="listitem" style="padding:4px 10px;border-right:1px solid #c4c7cc;${mark}">` +
    `<div style="color:#5f6368;font-weight:400">${escapeXml(name)}</div>` +
    `<div>${changed ? "▸ " : ""}${escapeXml(value)}</div></div>`;
}

/** The strip of a boot: what Linux decided that routing depends on. */
export function bootState(boot: Boot): State {
  return {
    "x2APIC": boot.x2apic ? "on" : "off",
    "driver": boot.apicDriver,
    "ID limit": boot.maxApicId === null ? "none" : formatApicId(boot.maxApicId),
    "remapping": boot.irqRemapping === "off" ? "off" : `${boot.irqRemapping} mode`,
    "CPUs online": `${boot.online.length} of ${boot.online.length + boot.offline.length}`,
    "I/O APIC under": parentOf(boot, "ioapic:"),
    "HPET under": parentOf(boot, "hpet:"),
  };
}

function parentOf(boot: Boot, prefix: string): string {
  const parents = Object.entries(boot.parents).filter(([device]) => device.startsWith(prefix));
  const domains = new Set(parents.map(([, { domain }]) => domain ?? "nobody"));
  return [...domains].join(", ") || "not asked";
}
