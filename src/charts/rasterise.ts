/** SVG to PNG, with the font that is shipped, so that a picture looks the same on every machine. */
import { fileURLToPath } from "node:url";
import { renderAsync } from "@resvg/resvg-js";

/** The name the font files give themselves. */
export const PICTURE_FONT = "Inter";
const FONT_FILES = ["400Regular/Inter_400Regular.ttf", "600SemiBold/Inter_600SemiBold.ttf"].map((file) =>
  fileURLToPath(import.meta.resolve(`@expo-google-fonts/inter/${file}`)),
);

/**
 * PNG of `svg`, `scale` times its size. Drawn on a thread of its own; only the encoding, about 20 ms, is done on
 * this one. Rejects when
 * the document is no SVG.
 */
export async function rasterise(svg: string, scale: number): Promise<Buffer> {
  const image = await renderAsync(svg, {
    fitTo: { mode: "zoom", value: scale },
    font: { fontFiles: FONT_FILES, loadSystemFonts: false, defaultFontFamily: PICTURE_FONT, sansSerifFamily: PICTURE_FONT },
    logLevel: "off",
  });
  return image.asPng();
}
