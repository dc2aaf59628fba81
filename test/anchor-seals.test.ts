import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { anchorSeals } from "../src/anchor-seals.ts";
import type { Anchor } from "../src/core/config-schema.ts";
import { sealDays } from "../src/seal.ts";
import { anchorItem, anchorJson, listAnchors } from "../src/store/anchors.ts";
import { storeRounds } from "../src/store/rounds.ts";
import { verifySeals } from "../src/verify-seals.ts";
import { cleanUpAfterEach } from "./helpers/clean-up.ts";
import { testClock } from "./helpers/clock.ts";
import { createTestDatabase, type TestDatabase } from "./helpers/database.ts";
import { startHttpServer } from "./helpers/http-server.ts";
import { DAY_MS, NOON, rowsOf, testRound, testStore } from "./helpers/rounds.ts";

const cleanUp = cleanUpAfterEach();
let database: TestDatabase;
let folder: string;
beforeEach(async () => {
  database = await createTestDatabase();
  folder = mkdtempSync(join(tmpdir(), "nines-anchors-"));
});
afterEach(async () => {
  await database.drop();
  rmSync(folder, { recursive: true });
});

const clock = testClock(NOON + 5 * DAY_MS);
const days = { fromDay: 0, untilDay: 100_000 };
const file = (): Anchor => ({ id: "far", kind: "file", path: join(folder, "seals.ndjson") });
const lines = () =>
  readFileSync(join(folder, "seals.ndjson"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { day: string; revision: number });

async function run(anchors: readonly Anchor[], forMs = 20_000) {
  const failed: [string, string][] = [];
  const written = await anchorSeals(
    {
      db: database.db,
      clock,
      onFailed: ({ id }, error) => failed.push([id, (error as Error).message]),
    },
    { anchors, forMs },
  );
  return { written, failed };
}

/** Seals one round of each of these days after NOON. */
async function seal(...after: number[]) {
  const { db } = database;
  const rounds = after.map((day) => testRound({ plannedAtMs: NOON + day * DAY_MS }));
  await storeRounds(testStore(db), rounds, NOON);
  await sealDays({ db, clock });
}

test("every seal is given away once, the oldest first", async () => {
  await seal(0, 1);
  expect(await run([file()])).toEqual({ written: 2, failed: [] });
  expect(await run([file()])).toEqual({ written: 0, failed: [] });
  await seal(2, 0.1);
  expect(await run([file()])).toEqual({ written: 2, failed: [] });
  expect(lines().map(({ day, revision }) => `${day} ${revision}`)).toEqual([
    "2026-10-15 1",
    "2026-10-16 1",
    "2026-10-15 2",
    "2026-10-17 1",
  ]);
  const kept = await listAnchors(database.db, days);
  expect(kept.map(({ day, revision, name, kind }) => [day, revision, name, kind])).toEqual([
    [20_741, 1, "far", "file"],
    [20_741, 2, "far", "file"],
    [20_742, 1, "far", "file"],
    [20_743, 1, "far", "file"],
  ]);
  expect(await verifySeals(database.db, days, () => null)).toEqual({ seals: 4, broken: null });
});

test("each receipt is in the audit log", async () => {
  await seal(0);
  await run([file()]);
  const [receipt] = await listAnchors(database.db, days);
  const { rows } = await database.db.query("select actor, action, item, before, after from audit");
  expect(rows).toEqual([
    {
      actor: "system",
      action: "anchor.write",
      item: "anchor:2026-10-15/1/far",
      before: null,
      after: JSON.stringify({
        at: "2026-10-20T12:00:00.000Z",
        day: "2026-10-15",
        kind: "file",
        name: "far",
        receipt: (anchorJson(receipt!) as { receipt: string }).receipt,
        revision: 1,
      }),
    },
  ]);
  expect(anchorItem(receipt!)).toBe(rows[0].item);
});

test("an anchor that fails keeps no other one waiting, and is tried again", async () => {
  let status = 503;
  const server = await startHttpServer((_request, response) => response.writeHead(status).end());
  cleanUp(server.close);
  const hook: Anchor = { id: "hook", kind: "webhook", url: server.url };
  await seal(0, 1);
  expect(await run([hook, file()])).toEqual({
    written: 2,
    failed: [["hook", "answered with status 503"]],
  });
  expect(server.seen).toHaveLength(1);
  status = 200;
  expect(await run([hook, file()])).toEqual({ written: 2, failed: [] });
  expect(server.seen.map(({ body }) => JSON.parse(body.toString()).seq)).toEqual([1, 1, 2]);
});

test("two who run at once give each seal away once", async () => {
  await seal(0, 1, 2);
  const runs = await Promise.all([run([file()]), run([file()]), run([file()])]);
  expect(runs.flatMap(({ failed }) => failed)).toEqual([]);
  await run([file()]);
  expect(lines()).toHaveLength(3);
  expect(await rowsOf(database.db, "anchor")).toHaveLength(3);
});

test("a run ends in time", async () => {
  await seal(0, 1);
  expect(await run([file()], -1)).toEqual({ written: 0, failed: [] });
});

test("a receipt that was changed is found", async () => {
  await seal(0);
  await run([file()]);
  const { db } = database;
  const check = async () => (await verifySeals(db, days, () => null)).broken;
  expect(await check()).toBeNull();
  await db.query("alter table anchor disable trigger append_only");
  await db.query("update anchor set receipt = set_byte(receipt, 30, get_byte(receipt, 30) # 1)");
  expect(await check()).toBe(
    "receipt of far for the seal of 2026-10-15, revision 1: it is not about this seal",
  );
});
