import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { inject } from "vitest";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/**
 * The service as it is shipped, built from the sources as they are: `bin` and `dist` in a folder of the
 * run's own, made by whichever test needs it first and cleared away with the run.
 */
export function builtNines(): string {
  const place = join(inject("testBuildDir"), "nines");
  if (existsSync(place)) return place;
  const making = `${place}-${process.pid}`;
  buildSync({
    entryPoints: ["src/main.ts", "src/render-thread.ts"].map((entry) => join(root, entry)),
    absWorkingDir: root,
    outdir: join(making, "dist"),
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "node20",
    splitting: true,
    sourcemap: true,
    logLevel: "warning",
  });
  mkdirSync(join(making, "bin"), { recursive: true });
  copyFileSync(join(root, "bin/nines.js"), join(making, "bin/nines.js"));
  try {
    renameSync(making, place);
  } catch (error) {
    // Another process was first.
    if (!existsSync(place)) throw error;
    rmSync(making, { recursive: true, force: true });
  }
  return place;
}
