import { createReadStream } from "node:fs";
import { readSettings, type Settings } from "../config.ts";
import { openBackup } from "../read-backup.ts";
import { restore as restoreBackup } from "../restore.ts";
import { openDatabase, type Database } from "../store/connect.ts";
import { openEmbedded } from "../store/embedded.ts";
import { findNewestMigration } from "../store/migrate.ts";
import { readArguments, throwProblems } from "./arguments.ts";
import { sayCounts } from "./backup.ts";
import { createLog } from "./log.ts";
import type { Terminal, Verb } from "./verb.ts";

export const restore: Verb = {
  summary: "puts a backup into an empty database",
  usage: "nines restore FILE|-",
  run: async (args, terminal) => {
    const { positionals, problems } = readArguments(args, {}, ["FILE"]);
    throwProblems(problems);
    const [file = "-"] = positionals;
    const settings = readSettings(terminal.env);
    const place = { place: file, newestSchema: await findNewestMigration() };
    // Before the database, so that a file that is none starts no server.
    const source = file === "-" ? process.stdin : createReadStream(file);
    const backup = await openBackup(source, place);
    const counts = await withBareDatabase(terminal, settings, (db) =>
      restoreBackup({ db, clock: terminal.clock, dataDir: settings.dataDir }, backup),
    );
    terminal.out(`restored ${sayCounts(counts)}, as of ${backup.header.createdAt}`);
    return 0;
  },
};

/**
 * The database as it is: tables are made by the restore, in the form of the backup. On the embedded
 * one it takes the service's place, so that the two keep each other out.
 */
async function withBareDatabase<Result>(
  { clock }: Terminal,
  { databaseUrl, dataDir }: Settings,
  work: (db: Database) => Promise<Result>,
): Promise<Result> {
  const deps = { clock, log: createLog("warn", 2) };
  const options = { dataDir, exclusive: true, purpose: "restore" };
  const embedded = databaseUrl === null ? await openEmbedded(deps, options) : null;
  try {
    const url = databaseUrl ?? embedded?.url ?? "";
    const db = await openDatabase(url, { ...deps, max: 1, statementTimeoutMs: 0 });
    try {
      return await work(db);
    } finally {
      await db.end();
    }
  } finally {
    await embedded?.stop();
  }
}
