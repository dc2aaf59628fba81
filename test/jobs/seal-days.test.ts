import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { storeJobs } from "../../jobs/index.ts";
import type { StoreJobDeps } from "../../jobs/job.ts";
import type { Config } from "../../src/config.ts";
import type { Anchor } from "../../src/core/config-schema.ts";
import { storeRounds } from "../../src/store/rounds.ts";
import { testClock } from "../helpers/clock.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { DAY_MS, NOON, rowsOf, testRound, testStore } from "../helpers/rounds.ts";

let database: TestDatabase;
const folder = mkdtempSync(join(tmpdir(), "nines-seal-job-"));
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await database.drop();
  rmSync(folder, { recursive: true });
});

const far: Anchor = { id: "far", kind: "file", path: join(folder, "seals.ndjson") };
const away: Anchor = { id: "away", kind: "file", path: join(folder, "away", "seals.ndjson") };

async function run(nowMs: number): Promise<string[]> {
  const said: string[] = [];
  const log = pino({ level: "info" }, { write: (line: string) => void said.push(line) });
  const deps = {
    clock: testClock(nowMs),
    db: database.db,
    log,
    config: () => ({ anchors: [away, far] }) as unknown as Config,
  };
  await storeJobs["seal-days"](deps as unknown as StoreJobDeps, {
    name: "seal-days",
    data: {},
    plannedAtMs: nowMs,
    progress: async () => {},
  });
  return said.map((line) => (JSON.parse(line) as { msg: string }).msg);
}

test("days that have ended are sealed and given to the anchors; one that is away is told of", async () => {
  const { db } = database;
  await storeRounds(
    testStore(db),
    [0, 1].map((day) => testRound({ plannedAtMs: NOON + day * DAY_MS })),
    NOON,
  );
  expect(await run(NOON + DAY_MS)).toEqual(["days sealed", "an anchor did not take a seal"]);
  expect(await rowsOf(db, "seal")).toHaveLength(1);
  expect(await rowsOf(db, "anchor")).toHaveLength(1);
  expect(readFileSync(far.kind === "file" ? far.path : "", "utf8")).toContain("2026-10-15");
});

test("a day that cannot be sealed fails the job, and the others' seals are given away", async () => {
  const { db } = database;
  await storeRounds(testStore(db), [testRound({ plannedAtMs: NOON + 2 * DAY_MS })], NOON);
  await db.query("delete from round where seq = 2");
  await expect(run(NOON + 4 * DAY_MS)).rejects.toThrow("on 2026-10-16 is not sealed");
  expect(await rowsOf(db, "seal")).toHaveLength(2);
  expect(await rowsOf(db, "anchor")).toHaveLength(2);
});
