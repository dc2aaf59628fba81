#!/usr/bin/env node
// Committed, so that npm can link the command before the first build has made dist/.
import { existsSync } from "node:fs";

const built = new URL("../dist/main.js", import.meta.url);
if (existsSync(built)) {
  await import(built.href);
} else {
  process.stderr.write("nines is not built yet: run `npm ci` or `npm run build` first.\n");
  process.exitCode = 1;
}
