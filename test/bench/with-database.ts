import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/clock.ts";
import { openDatabase, type Database } from "../../src/store/connect.ts";
import { openEmbedded } from "../../src/store/embedded.ts";
import { migrate } from "../../src/store/migrate.ts";
import { silentLog } from "../helpers/database.ts";

const deps = { clock: systemClock, log: silentLog };

/** A folder of its own with an embedded database in it. */
export type BenchDatabase = {
  readonly dir: string;
  readonly dataDir: string;
  readonly url: string;
  /** Process id of the server. */
  readonly pid: number;
  readonly db: Database;
  /** Clears the folder away, too. */
  readonly close: () => Promise<void>;
};

/** Starts an empty database; `settings` are PostgreSQL's. */
export async function openBenchDatabase(
  settings: Readonly<Record<string, string>> = {},
): Promise<BenchDatabase> {
  const dir = mkdtempSync(join(tmpdir(), "nines-bench-"));
  chmodSync(dir, 0o755);
  const dataDir = join(dir, "data");
  const options = { dataDir, exclusive: false, purpose: "bench", settings };
  const embedded = await openEmbedded(deps, options);
  const db = await openDatabase(embedded.url, { ...deps, statementTimeoutMs: 0 });
  return {
    dir,
    dataDir,
    url: embedded.url,
    pid: embedded.pid,
    db,
    close: async () => {
      await db.end();
      await embedded.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Runs the work on a database of its own with all tables, which is gone afterwards. */
export async function withDatabase<Result>(
  work: (db: Database, url: string) => Promise<Result>,
): Promise<Result> {
  const { db, url, close } = await openBenchDatabase();
  try {
    await migrate(db, deps);
    return await work(db, url);
  } finally {
    await close();
  }
}
