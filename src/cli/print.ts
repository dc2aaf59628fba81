import { writeFileSync } from "node:fs";
import type { Terminal } from "./verb.ts";

/** Prints a list under its titles, its columns padded to the widest. */
export function printTable(
  { out }: Pick<Terminal, "out">,
  titles: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  for (const row of [titles, ...rows]) {
    const cells = row.map((cell, column) => cell.padEnd(widths[column] ?? 0));
    out(cells.join("  ").trimEnd());
  }
}

/** Writes a document to the file of `--out`, or without one to standard output. */
export function writeDocument(
  { out }: Pick<Terminal, "out">,
  file: string | undefined,
  document: string | Uint8Array,
): void {
  if (file !== undefined) writeFileSync(file, document);
  else if (typeof document === "string") out(document.replace(/\n$/u, ""));
  else process.stdout.write(document);
}
