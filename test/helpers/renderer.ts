import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { buildSync } from "esbuild";
import { inject } from "vitest";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
let entry: URL | null = null;

/** The program of the thread that renders, built from the sources as they are; the run clears it away. */
export function renderThread(): URL {
  if (entry !== null) return entry;
  const place = join(inject("testBuildDir"), `render-${process.pid}`);
  buildSync({
    entryPoints: [join(root, "src/render-thread.ts")],
    absWorkingDir: root,
    outdir: place,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "node20",
    splitting: true,
    logLevel: "warning",
  });
  entry = pathToFileURL(join(place, "render-thread.js"));
  return entry;
}
