import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";
import { BrokenBundle, checkBundle } from "./check-bundle.ts";

/**
 * The stand-alone verifier: built into one file that needs nothing but Node.js, and handed to
 * whoever is handed an evidence bundle.
 */
const [file] = process.argv.slice(2);
if (file === undefined || file.startsWith("-")) {
  console.error("node nines-verify.mjs FILE: checks an evidence bundle that nines export wrote");
  process.exit(2);
}

const input = createReadStream(file);
const text = input.pipe(createGunzip());
input.on("error", (error) => text.destroy(error));
const lines = createInterface({ input: text, crlfDelay: Infinity });
// A broken stream must end the reading of lines.
const failed = new Promise<never>((_, reject) => text.on("error", reject));
try {
  const { head, rounds, revisions } = await Promise.race([checkBundle(lines), failed]);
  const whose = head.account === null ? "all accounts" : `account ${head.account}`;
  console.log(`${head.month}, ${whose}: ${rounds} rounds hold, and the figures follow from them`);
  for (const { revision, key } of revisions) console.log(`revision ${revision} signed by ${key}`);
  console.log("Compare the key's id with the one that the operator published.");
} catch (error) {
  const why = error instanceof Error ? error.message : String(error);
  console.error(error instanceof BrokenBundle ? `broken: ${why}` : `${file}: ${why}`);
  process.exit(1);
}
