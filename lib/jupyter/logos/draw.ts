/**
 * Redraws the PNG logos from the SVG: `deno run -A lib/jupyter/logos/draw.ts`. Rasterised by resvg,
 * which renders the same bytes on every machine.
 */
import { Resvg } from "@resvg/resvg-js";

export const sizes = [32, 64] as const;

/** The logo as PNG bytes, `size` pixels square. */
export function drawLogo(size: number): Uint8Array {
  const svg = Deno.readTextFileSync(new URL("logo-svg.svg", import.meta.url));
  return new Uint8Array(
    new Resvg(svg, { fitTo: { mode: "width", value: size } }).render().asPng(),
  );
}

export function logoUrl(size: number): URL {
  return new URL(`logo-${size}x${size}.png`, import.meta.url);
}

if (import.meta.main) {
  for (const size of sizes) Deno.writeFileSync(logoUrl(size), drawLogo(size));
}
