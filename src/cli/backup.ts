import { backUp, backUpToFile, type BackupCounts } from "../backup.ts";
import { readSettings } from "../config.ts";
import { readArguments, tellOnce, throwProblems } from "./arguments.ts";
import { withStore } from "./open.ts";
import type { ExitStatus, Verb } from "./verb.ts";

export const backup: Verb = {
  summary: "writes the whole state to one file, also while the service runs",
  usage: "nines backup --out FILE|- [--force]",
  run: async (args, terminal) => {
    const { values, problems } = readArguments(args, {
      out: { type: "string" },
      force: { type: "boolean", default: false },
    });
    if (values.out === undefined) {
      tellOnce({ place: "--out", message: "name the file to write, or - for stdout" }, problems);
    }
    throwProblems(problems);
    const { out: file = "-", force } = values;
    const settings = readSettings(terminal.env);
    return withStore<ExitStatus>(terminal, { settings, purpose: "backup" }, async ({ db }) => {
      const { clock, out, err } = terminal;
      const deps = { db, clock, dataDir: settings.dataDir, signal: stopSignal() };
      if (file !== "-") {
        out(`${sayCounts(await backUpToFile(deps, { file, force }))} in ${file}`);
        return 0;
      }
      // To a reader that goes away, a part of a backup is no success.
      process.stdout.removeAllListeners("error");
      err(sayCounts(await backUp(deps, process.stdout)));
      return 0;
    });
  },
};

/** What is half written is to be taken away before the process ends. */
function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => stopping.abort());
  return stopping.signal;
}

export function sayCounts({ tables, rows, keys }: BackupCounts): string {
  return `${rows} rows of ${tables} tables and ${keys} signing ${keys === 1 ? "key" : "keys"}`;
}
