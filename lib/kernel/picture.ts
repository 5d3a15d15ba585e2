import type { MimeBundle } from "./interpreter.ts";

/** Pictures past this size are left to the front end that can draw SVG. */
const maxSvg = 2_000_000;

/** Pixels of a PNG at most: more cost seconds and gigabytes. */
const maxPixels = 16_000_000;

/** Whether a bundle has an SVG picture and lacks the PNG that plainer viewers need. */
export function wantsPng(data: MimeBundle): boolean {
  const svg = data["image/svg+xml"];
  return typeof svg === "string" && svg.length <= maxSvg && !("image/png" in data) &&
    !namesFiles(svg) && pixelsOf(svg) <= maxPixels;
}

/** The front may read what the user's code may not: no file is drawn into a picture here. */
function namesFiles(svg: string): boolean {
  return /href\s*=\s*["']\s*(?!#|data:)/i.test(svg);
}

/** At most so many, by the size or else the view box of the outermost element. */
function pixelsOf(svg: string): number {
  const head = /<svg\b[^>]*>/i.exec(svg)?.[0] ?? "";
  const attribute = (name: string) =>
    new RegExp(`\\s${name}\\s*=\\s*["']([^"']*)`, "i").exec(head)?.[1] ?? "";
  const box = attribute("viewBox").trim().split(/[\s,]+/).map(Number);
  const side = (name: string, boxed = 100) => {
    const [, number, unit] = /^\s*([\d.e+-]+)\s*(\D*)/i.exec(attribute(name)) ?? [];
    if (number === undefined || unit === "%") return boxed;
    return Number(number) * (unit === "" || unit === "px" ? 1 : INCH);
  };
  const pixels = side("width", box[2]) * side("height", box[3]);
  return Number.isNaN(pixels) ? Infinity : pixels;
}

/** Pixels of an inch, the greatest unit. */
const INCH = 96;

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
