import type { ExitStatus, Terminal, Verb } from "./cli/verb.ts";
import { systemClock } from "./clock.ts";
import { environment } from "./config.ts";
import { didYouMean } from "./core/suggest.ts";
import { InvalidInputError } from "./errors.ts";

/**
 * Every verb. To add one: its file, and its line here. Each loads what it needs and no more: the
 * service's libraries alone take longer to load than most verbs to run.
 */
const verbs: Readonly<Record<string, () => Promise<Verb>>> = {
  start: async () => (await import("./cli/start.ts")).start,
  "check-config": async () => (await import("./cli/check-config.ts")).checkConfig,
  probe: async () => (await import("./cli/probe.ts")).probe,
  import: async () => (await import("./cli/import.ts")).importVerb,
  report: async () => (await import("./cli/report.ts")).report,
  close: async () => (await import("./cli/close.ts")).close,
  mail: async () => (await import("./cli/mail.ts")).mail,
  revisions: async () => (await import("./cli/revisions.ts")).revisions,
  key: async () => (await import("./cli/key.ts")).key,
  export: async () => (await import("./cli/export.ts")).exportVerb,
  rebuild: async () => (await import("./cli/rebuild.ts")).rebuild,
  verify: async () => (await import("./cli/verify.ts")).verify,
  backup: async () => (await import("./cli/backup.ts")).backup,
  restore: async () => (await import("./cli/restore.ts")).restore,
  token: async () => (await import("./cli/token.ts")).token,
  user: async () => (await import("./cli/user.ts")).user,
  audit: async () => (await import("./cli/audit.ts")).audit,
  claim: async () => (await import("./cli/claim.ts")).claim,
  exclusion: async () => (await import("./cli/exclusion.ts")).exclusion,
  notify: async () => (await import("./cli/notify.ts")).notify,
  malfunction: async () => (await import("./cli/malfunction.ts")).malfunction,
  sandbox: async () => (await import("./cli/sandbox-control.ts")).sandbox,
};

const terminal: Terminal = {
  clock: systemClock,
  env: environment(),
  out: (text) => console.log(text),
  err: (text) => console.error(text),
};

async function main([name = "--help", ...args]: readonly string[]): Promise<ExitStatus> {
  if (name === "--help" || name === "-h" || name === "help") {
    terminal.out(await helpText());
    return 0;
  }
  const load = Object.entries(verbs).find(([known]) => known === name)?.[1];
  if (load === undefined) {
    const hint = didYouMean(name, Object.keys(verbs));
    terminal.err(`nines: there is no verb "${name}"${hint}\n\n${await helpText()}`);
    return 2;
  }
  try {
    const verb = await load();
    if (args.includes("--help") || args.includes("-h")) {
      terminal.out(`${verb.usage}\n  ${verb.summary}`);
      return 0;
    }
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

async function helpText(): Promise<string> {
  const width = Math.max(...Object.keys(verbs).map((name) => name.length));
  const lines = await Promise.all(
    Object.entries(verbs).map(
      async ([name, load]) => `  ${name.padEnd(width)}  ${(await load()).summary}`,
    ),
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
