import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/clock.ts";
import { openDatabase, type Database } from "../../src/store/connect.ts";
import { openEmbedded } from "../../src/store/embedded.ts";
import { migrate } from "../../src/store/migrate.ts";
import { silentLog } from "../helpers/database.ts";

/** Runs the work on a database of its own, which is gone afterwards. */
export async function withDatabase<Result>(
  work: (db: Database, url: string) => Promise<Result>,
): Promise<Result> {
  const dir = mkdtempSync(join(tmpdir(), "nines-bench-"));
  chmodSync(dir, 0o755);
  const deps = { clock: systemClock, log: silentLog };
  const embedded = await openEmbedded(deps, {
    dataDir: join(dir, "data"),
    exclusive: false,
    purpose: "bench",
  });
  const db = await openDatabase(embedded.url, deps);
  try {
    await migrate(db, deps);
    return await work(db, embedded.url);
  } finally {
    await db.end();
    await embedded.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}
