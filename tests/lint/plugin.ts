/** The house rules that deno lint does not know. Rules are added beside this list. */
export default { name: "irqscope", rules: {} } satisfies Deno.lint.Plugin;
