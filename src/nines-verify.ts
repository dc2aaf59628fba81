import { BrokenBundle, readBundleLines } from "./bundle-lines.ts";
import { checkBundle, type BundleProof } from "./check-bundle.ts";

/**
 * The stand-alone verifier: built into one file that needs nothing but Node.js, and handed to
 * whoever is handed an evidence bundle.
 */
const [file] = process.argv.slice(2);
if (file === undefined || file.startsWith("-")) {
  console.error("node nines-verify.mjs FILE: checks an evidence bundle that nines export wrote");
  process.exit(2);
}

try {
  for (const line of describe(await checkBundle(readBundleLines(file)))) console.log(plain(line));
} catch (error) {
  const why = error instanceof Error ? error.message : String(error);
  console.error(plain(error instanceof BrokenBundle ? `broken: ${why}` : `${file}: ${why}`));
  process.exitCode = 1;
}

function describe({ month, account, rounds, revisions }: BundleProof): string[] {
  const whose = account === null ? "all accounts" : `account ${account}`;
  return [
    `${month}, ${whose}: ${rounds} rounds hold, and the figures follow from them`,
    ...(account === null ? [] : ["chains of other accounts are not shown"]),
    ...revisions.map(({ revision, key }) => `revision ${revision} signed by ${key}`),
    `revision ${revisions.length} is the newest here; ask the operator whether there is a later one`,
    "Compare the key's id with the one that the operator published.",
  ];
}

/** What a file says must not move the cursor of a terminal, nor fill it. */
function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "?").slice(0, 500);
}
