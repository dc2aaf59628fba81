import { afterAll, beforeAll, expect, test } from "vitest";
import { close } from "../../src/cli/close.ts";
import { exclusion } from "../../src/cli/exclusion.ts";
import { importVerb } from "../../src/cli/import.ts";
import { revisions } from "../../src/cli/revisions.ts";
import { closeMonth } from "../../src/close-month.ts";
import { SYSTEM } from "../../src/core/access.ts";
import { listAudit } from "../../src/store/audit-log.ts";
import { verifyAudit } from "../../src/verify-audit.ts";
import { giveToken } from "../helpers/access.ts";
import { openTerminal, type Terminal } from "../helpers/command-line.ts";
import {
  createHourlyMonth,
  HOURLY_CONFIG,
  OCTOBER,
  type HourlyMonth,
} from "../helpers/hourly-month.ts";

let october: HourlyMonth;
let terminal: Terminal;

beforeAll(async () => {
  october = await createHourlyMonth();
  await october.fill("web-1", (hour) => (hour === 700 ? null : "o"));
  await closeMonth(october, { month: OCTOBER.month, by: SYSTEM, afresh: false });
  await giveToken(october, { role: "sre", name: "li" }, october.clock);
  await giveToken(october, { role: "approver", name: "wang" }, october.clock);
  // The key is gone: no closed month can be revised.
  terminal = openTerminal(october, `${HOURLY_CONFIG}signingKeyFile: /nowhere/gone.pem\n`);
});
afterAll(async () => {
  terminal.at.remove();
  await october.drop();
});

const instant = (hour: number) => new Date(OCTOBER.fromMs + hour * 3_600_000).toISOString();

test("an import says that its results are stored when only the closed month could not follow", async () => {
  const line = {
    target: "web-1",
    vantage: "here",
    plannedAt: instant(700),
    outcome: "ok",
    latencyMs: 3,
  };
  const file = terminal.at.write("late.ndjson", JSON.stringify(line));
  const { status, stdout, stderr } = await terminal.run(importVerb, file);
  expect(status).toBe(1);
  expect(stdout).toBe("1 lines, 1 results stored, 0 doubles, 0 bad");
  expect(stderr).toMatch(
    /^the results are stored, but closed months were not revised: .*gone\.pem/u,
  );
  const [entry] = await listAudit(october.db, { item: "results:import" }, { limit: 5 });
  expect(entry).toMatchObject({ actor: "local", origin: "cli", action: "results.import" });
  expect(await verifyAudit(october.db)).toBeNull();
});

test("so does an approval", async () => {
  const span = ["--from", instant(100), "--until", instant(101)];
  const why = ["--reason", "announced", "--evidence", "T-1", "--by", "li"];
  const what = ["--kind", "maintenance", "--targets", "web-1"];
  expect((await terminal.run(exclusion, "propose", ...what, ...span, ...why)).status).toBe(0);
  const { status, stdout, stderr } = await terminal.run(exclusion, "approve", "1", "--by", "wang");
  expect(status).toBe(1);
  expect(stdout).toBe("exclusion 1 is approved");
  expect(stderr).toMatch(/^exclusion 1 is approved, but closed months were not revised: /u);
  expect(JSON.parse((await terminal.run(exclusion, "show", "1")).stdout)).toMatchObject({
    state: "approved",
  });
});

test("the revisions of an account that never was are none, and it is said why", async () => {
  const known = await terminal.run(revisions, "--month", "2026-10", "--account", "acme");
  expect(known).toMatchObject({ status: 0, stdout: expect.stringContaining("revision 1 ") });
  expect(await terminal.run(revisions, "--month", "2026-10", "--account", "nosuch")).toMatchObject({
    status: 2,
    stderr: '--account: no account "nosuch" in the configuration',
  });
});

test("a month is not closed for a reason that is blank", async () => {
  expect(await terminal.run(close, "--month", "2026-10", "--reason", "  ")).toMatchObject({
    status: 2,
    stderr: "--reason: is empty; say why, or leave it out",
  });
});
