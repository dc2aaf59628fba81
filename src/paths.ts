import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * The folder that holds the package.json of nines. Found upward from this file, because the bundle
 * (`dist/`) and the sources (`src/`) lie at different depths.
 */
export function packageRoot(): string {
  const start = dirname(fileURLToPath(import.meta.url));
  for (let folder = start; ; folder = dirname(folder)) {
    if (isRootOfNines(folder)) return folder;
    if (folder === dirname(folder)) throw new Error(`no package.json of nines above ${start}`);
  }
}

function isRootOfNines(folder: string): boolean {
  const file = join(folder, "package.json");
  if (!existsSync(file)) return false;
  const content: unknown = JSON.parse(readFileSync(file, "utf8"));
  return (
    typeof content === "object" && content !== null && "name" in content && content.name === "nines"
  );
}
