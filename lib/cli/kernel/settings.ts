/** The options that say how a registered kernel behaves; without them it keeps its own defaults. */
import { choice, text, type ValuesOf } from "../option.ts";

export const settingOptions = {
  types: choice(["off", "warn", "error"], "What becomes of type errors in cells"),
  history: text("off|PATH", "Where cells are remembered across sessions, if at all"),
};

/** The kernel's options, as they stand in its kernelspec. */
export function settingsOf(
  { types, history }: ValuesOf<typeof settingOptions>,
  resolve: (path: string) => string,
): readonly string[] {
  return [
    ...(types === undefined ? [] : [`--types=${types}`]),
    ...(history === undefined
      ? []
      : [`--history=${history === "off" ? history : resolve(history)}`]),
  ];
}
