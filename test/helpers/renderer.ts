import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { builtNines } from "./build.ts";

/** The program of the thread that renders. */
export function renderThread(): URL {
  return pathToFileURL(join(builtNines(), "dist/render-thread.js"));
}
