import { audit } from "./cli/audit.ts";
import { backup } from "./cli/backup.ts";
import { checkConfig } from "./cli/check-config.ts";
import { close } from "./cli/close.ts";
import { claim } from "./cli/claim.ts";
import { exclusion } from "./cli/exclusion.ts";
import { exportVerb } from "./cli/export.ts";
import { importVerb } from "./cli/import.ts";
import { key } from "./cli/key.ts";
import { malfunction } from "./cli/malfunction.ts";
import { notify } from "./cli/notify.ts";
import { probe } from "./cli/probe.ts";
import { rebuild } from "./cli/rebuild.ts";
import { report } from "./cli/report.ts";
import { restore } from "./cli/restore.ts";
import { revisions } from "./cli/revisions.ts";
import { sandbox } from "./cli/sandbox-control.ts";
import { start } from "./cli/start.ts";
import { token } from "./cli/token.ts";
import { user } from "./cli/user.ts";
import type { ExitStatus, Terminal, Verb } from "./cli/verb.ts";
import { verify } from "./cli/verify.ts";
import { systemClock } from "./clock.ts";
import { environment } from "./config.ts";
import { didYouMean } from "./core/suggest.ts";
import { InvalidInputError } from "./errors.ts";

/** Every verb. To add one: its file, and its line here. */
const verbs = {
  start,
  "check-config": checkConfig,
  probe,
  import: importVerb,
  report,
  close,
  revisions,
  key,
  export: exportVerb,
  rebuild,
  verify,
  backup,
  restore,
  token,
  user,
  audit,
  claim,
  exclusion,
  notify,
  malfunction,
  sandbox,
} satisfies Record<string, Verb>;

const terminal: Terminal = {
  clock: systemClock,
  env: environment(),
  out: (text) => console.log(text),
  err: (text) => console.error(text),
};

async function main([name = "--help", ...args]: readonly string[]): Promise<ExitStatus> {
  if (name === "--help" || name === "-h" || name === "help") {
    terminal.out(helpText());
    return 0;
  }
  const verb = Object.entries(verbs).find(([known]) => known === name)?.[1];
  if (verb === undefined) {
    const hint = didYouMean(name, Object.keys(verbs));
    terminal.err(`nines: there is no verb "${name}"${hint}\n\n${helpText()}`);
    return 2;
  }
  if (args.includes("--help") || args.includes("-h")) {
    terminal.out(`${verb.usage}\n  ${verb.summary}`);
    return 0;
  }
  try {
    return await verb.run(args, terminal);
  } catch (error) {
    if (error instanceof InvalidInputError) {
      for (const { place, message } of error.problems) terminal.err(`${place}: ${message}`);
      return 2;
    }
    terminal.err(`nines ${name}: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

function helpText(): string {
  const width = Math.max(...Object.keys(verbs).map((name) => name.length));
  const lines = Object.entries(verbs).map(
    ([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`,
  );
  return `nines VERB [OPTIONS]\n\n${lines.join("\n")}\n\nnines VERB --help says how each is used.`;
}

// Whoever read our output wants no more of it, as `head` does.
process.stdout.on("error", (error) => {
  if ("code" in error && error.code === "EPIPE") process.exit(0);
  throw error;
});

const status = await main(process.argv.slice(2));
// What was given up while it was still being opened must not keep the process.
process.stdout.write("", () => process.exit(status));
