import type { MimeBundle } from "./interpreter.ts";

/** Pictures past this size are left to the front end that can draw SVG. */
const maxSvg = 2_000_000;

/** Whether a bundle has an SVG picture and lacks the PNG that plainer viewers need. */
export function wantsPng(data: MimeBundle): boolean {
  const svg = data["image/svg+xml"];
  return typeof svg === "string" && svg.length <= maxSvg && !("image/png" in data);
}

/**
 * The bundle with its SVG also as PNG. It is drawn here and not in the user's process, which has
 * no right to load native code. An SVG that cannot be drawn stays as it is.
 */
export async function withPng(data: MimeBundle): Promise<MimeBundle> {
  const { renderAsync } = await import("@resvg/resvg-js");
  try {
    const image = await renderAsync(data["image/svg+xml"] as string, { background: "white" });
    return { ...data, "image/png": image.asPng().toBase64() };
  } catch {
    return data;
  }
}
