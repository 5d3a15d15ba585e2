/**
 * Who this kernel is.
 *
 * Source: Jupyter messaging 5.5, "Kernel info"; JEP 92 (supported_features). JupyterLab knows
 * TypeScript by the single media type `application/typescript` (packages/codemirror language.ts).
 */
import type { JsonObject } from "../jupyter/json.ts";
import { protocolVersion } from "../jupyter/message.ts";

const { deno, v8, typescript } = Deno.version;
export const implementationVersion = "0.1.0";

export const languageInfo: JsonObject = {
  name: "typescript",
  version: typescript,
  mimetype: "application/typescript",
  file_extension: ".ts",
  pygments_lexer: "typescript",
  codemirror_mode: "typescript",
  nbconvert_exporter: "script",
};

const helpLinks: readonly JsonObject[] = [
  { text: "TypeScript", url: "https://www.typescriptlang.org/docs/" },
  { text: "Deno", url: "https://docs.deno.com/" },
  { text: "MDN JavaScript", url: "https://developer.mozilla.org/docs/Web/JavaScript" },
  { text: "Observable Plot", url: "https://observablehq.com/plot/" },
  { text: "Linux interrupt domains", url: "https://docs.kernel.org/core-api/irq/irq-domain.html" },
];

/** The content of `kernel_info_reply`. */
export function kernelInfo({ debugger: debugging }: { debugger: boolean }): JsonObject {
  return {
    status: "ok",
    protocol_version: protocolVersion,
    implementation: "irqscope",
    implementation_version: implementationVersion,
    language_info: languageInfo,
    banner:
      `irqscope ${implementationVersion}: TypeScript ${typescript} on Deno ${deno} (V8 ${v8})`,
    help_links: helpLinks,
    debugger: debugging,
    supported_features: [...debugging ? ["debugger"] : [], "kernel subshells"],
  };
}
