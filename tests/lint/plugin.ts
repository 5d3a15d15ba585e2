/** The plugin deno.json names: every house rule under `irqscope/`. */
import { rules } from "./rules.ts";

export default { name: "irqscope", rules } satisfies Deno.lint.Plugin;
