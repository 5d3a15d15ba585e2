/** Text without the colours and cursor moves of terminals. Source: ECMA-48, 5.4 and 8.3. */
export function withoutAnsi(text: string): string {
  // deno-lint-ignore no-control-regex -- escape sequences begin with a control character
  return text.replace(/\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07]*\x07)/g, "");
}

/** What a terminal would show: a carriage return writes over the line it stands in. */
export function overwritten(text: string): string {
  return text.replaceAll("\r\n", "\n").split("\n")
    .map((line) => line.replace(/\r+$/, "").replace(/^.*\r/, ""))
    .join("\n");
}
