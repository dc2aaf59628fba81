import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import pdfmake from "pdfmake";
import { readCoverage, type Coverage } from "./pdf-coverage.ts";

// Resolved from here, be it the sources or the bundle: both lie under the same node_modules.
const require = createRequire(import.meta.url);

export const FONT = "NotoSansSC";

/**
 * The names that the fonts have inside. pdfkit finds a font that it has opened by this name, and
 * only so do the texts of SVG charts share the font that is embedded for the others.
 */
const FILES = {
  "NotoSansSC-Regular": () =>
    require.resolve("@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf"),
  "NotoSansSC-Bold": () =>
    require.resolve("@expo-google-fonts/noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf"),
} as const;

declare module "pdfmake" {
  /** Where the server looks for fonts before the disk; not among the published types. */
  export const virtualfs: {
    readonly existsSync: (name: string) => boolean;
    readonly writeFileSync: (name: string, content: Uint8Array) => void;
  };
}

let coverage: Coverage | null = null;

/** Reads the fonts on the first call, 21 MB that then stay; nothing else is ever loaded. */
export function loadFonts(): Coverage {
  if (coverage !== null) return coverage;
  const coverages = Object.entries(FILES).map(([name, path]) => {
    const content = readFileSync(path());
    pdfmake.virtualfs.writeFileSync(name, content);
    return readCoverage(content);
  });
  pdfmake.setFonts({
    [FONT]: {
      normal: "NotoSansSC-Regular",
      bold: "NotoSansSC-Bold",
      italics: "NotoSansSC-Regular",
      bolditalics: "NotoSansSC-Bold",
    },
  });
  pdfmake.setUrlAccessPolicy(() => false);
  pdfmake.setLocalAccessPolicy(() => false);
  coverage = (codePoint) => coverages.every((has) => has(codePoint));
  return coverage;
}
