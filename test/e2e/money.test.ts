import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Report } from "../../src/core/report.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { HOURLY_CONFIG, OCTOBER } from "../helpers/hourly-month.ts";
import { makeHome, runNines, type Home } from "../helpers/nines.ts";

let at: Home;
let database: TestDatabase;
const { month } = OCTOBER;

beforeAll(async () => {
  at = makeHome();
  database = await createTestDatabase({ empty: true });
  at.write("nines.yaml", HOURLY_CONFIG);
});
afterAll(async () => {
  await database.drop();
  at.remove();
});

const here = () => ({ at, env: { DATABASE_URL: database.url } });

async function nines(...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await runNines(args, here());
  expect(`${status} ${stderr}`).toMatch(/^0 /u);
  return stdout;
}

async function reportOf(...args: string[]): Promise<Report> {
  return JSON.parse(await nines("report", "--month", month, ...args)) as Report;
}

/** A month in which web-1 was down for four hours, a maintenance as it turns out. */
function results(): string {
  const lines: string[] = [];
  for (let hour = 0; hour < 744; hour += 1) {
    const plannedAt = new Date(OCTOBER.fromMs + hour * 3_600_000).toISOString();
    const isDown = hour >= 100 && hour < 104;
    const outcome = isDown
      ? { outcome: "failed", latencyMs: 5000, reason: "connect-timeout" }
      : { outcome: "ok", latencyMs: 12.4 };
    lines.push(JSON.stringify({ target: "web-1", vantage: "here", plannedAt, ...outcome }));
    const fine = { outcome: "ok", latencyMs: 9 };
    lines.push(JSON.stringify({ target: "web-2", vantage: "here", plannedAt, ...fine }));
  }
  return lines.join("\n");
}

test(
  "a missed month is excluded by two people, closed, proved, broken, backed up and restored",
  {
    timeout: 240_000,
  },
  async () => {
    at.write("results.ndjson", results());
    await nines("import", "results.ndjson");
    expect(await nines("close", "--month", month)).toContain("acme: revision 1");
    const missed = await reportOf("--account", "acme");
    expect(missed.subjects).toMatchObject([
      { id: "web-1", verdict: "missed", credit: { percent: 10, amount: "120.00" } },
    ]);
    expect(missed.credits).toMatchObject([{ by: "account", amount: "120.00" }, {}]);

    for (const [name, role] of [
      ["li", "sre"],
      ["wang", "approver"],
    ] as const) {
      await nines("user", "add", name, "--role", role);
    }
    const [from, until] = [100, 104].map((hour) =>
      new Date(OCTOBER.fromMs + hour * 3_600_000).toISOString(),
    ) as [string, string];
    await nines(
      "exclusion",
      "propose",
      "--kind",
      "maintenance",
      "--from",
      from,
      "--until",
      until,
      "--targets",
      "web-1",
      "--reason",
      "announced on 25 September",
      "--evidence",
      "https://example.com/notice/7",
      "--by",
      "li",
    );
    const own = await runNines(["exclusion", "approve", "1", "--by", "li"], here());
    expect(own.status).not.toBe(0);
    expect(await nines("exclusion", "approve", "1", "--by", "wang")).toContain("revision 2");

    const met = await reportOf("--account", "acme");
    expect(met).toMatchObject({ status: "closed", revision: 2 });
    expect(met.subjects).toMatchObject([{ id: "web-1", verdict: "met", credit: null }]);
    expect(met.credits).toEqual([]);
    expect(met.closing?.reason).toContain("exclusion 1 (maintenance) approved by user:wang");
    expect(await reportOf("--account", "acme", "--revision", "1")).toEqual(missed);
    expect(await nines("revisions", "--month", month, "--account", "acme")).toContain(
      "hourly web-1 verdict: missed -> met",
    );
    expect(await nines("verify", "--month", month)).toContain("hold");

    const before = await nines("report", "--month", month);
    await nines("backup", "--out", "backup.gz");
    const folder = join(at.folder, "elsewhere");
    const elsewhere = { at, env: { NINES_DATA_DIR: folder } };
    const restored = await runNines(["restore", "backup.gz"], elsewhere);
    expect(`${restored.status} ${restored.stderr}`).toMatch(/^0 /u);
    const after = await runNines(["report", "--month", month], elsewhere);
    expect(after.stdout).toBe(before);
    const verified = await runNines(["verify", "--month", month], elsewhere);
    expect(verified.status).toBe(0);

    await database.db.query(
      `update round set latencies_us = '{12401}' where planned_at = '2026-10-10T00:00:00Z'
         and chain_id = (select min(chain_id) from round)`,
    );
    const broken = await runNines(["verify", "--month", month], here());
    expect(broken.status).toBe(1);
    expect(broken.stderr).toContain("at 2026-10-10T00:00:00.000Z: its hash does not match");
  },
);
