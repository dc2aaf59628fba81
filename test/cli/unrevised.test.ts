import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { close } from "../../src/cli/close.ts";
import { exclusion } from "../../src/cli/exclusion.ts";
import { importVerb } from "../../src/cli/import.ts";
import { revisions } from "../../src/cli/revisions.ts";
import type { Verb } from "../../src/cli/verb.ts";
import { closeMonth } from "../../src/close-month.ts";
import { SYSTEM } from "../../src/core/access.ts";
import { InvalidInputError } from "../../src/errors.ts";
import { listAudit } from "../../src/store/audit-log.ts";
import { verifyAudit } from "../../src/verify-audit.ts";
import { giveToken } from "../helpers/access.ts";
import {
  createHourlyMonth,
  HOURLY_CONFIG,
  OCTOBER,
  type HourlyMonth,
} from "../helpers/hourly-month.ts";
import { makeHome, type Home } from "../helpers/nines.ts";

let october: HourlyMonth;
let at: Home;

beforeAll(async () => {
  october = await createHourlyMonth();
  await october.fill("web-1", (hour) => (hour === 700 ? null : "o"));
  await closeMonth(october, { month: OCTOBER.month, by: SYSTEM, afresh: false });
  await giveToken(october, { role: "sre", name: "li" }, october.clock);
  await giveToken(october, { role: "approver", name: "wang" }, october.clock);
  at = makeHome();
  // The key is gone: no closed month can be revised.
  at.write("nines.yaml", `${HOURLY_CONFIG}signingKeyFile: ${join(at.folder, "gone.pem")}\n`);
});
afterAll(async () => {
  at.remove();
  await october.drop();
});

const instant = (hour: number) => new Date(OCTOBER.fromMs + hour * 3_600_000).toISOString();

async function run(verb: Verb, ...args: string[]) {
  const [out, err]: [string[], string[]] = [[], []];
  const status = await verb
    .run(args, {
      clock: october.clock,
      env: { DATABASE_URL: october.url, NINES_CONFIG: join(at.folder, "nines.yaml") },
      out: (text) => out.push(text),
      err: (text) => err.push(text),
    })
    .catch((error: unknown) => {
      if (!(error instanceof InvalidInputError)) throw error;
      err.push(...error.problems.map(({ place, message }) => `${place}: ${message}`));
      return 2;
    });
  return { status, stdout: out.join("\n"), stderr: err.join("\n") };
}

test("an import says that its results are stored when only the closed month could not follow", async () => {
  const line = {
    target: "web-1",
    vantage: "here",
    plannedAt: instant(700),
    outcome: "ok",
    latencyMs: 3,
  };
  const file = at.write("late.ndjson", JSON.stringify(line));
  const { status, stdout, stderr } = await run(importVerb, file);
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
  expect((await run(exclusion, "propose", ...what, ...span, ...why)).status).toBe(0);
  const { status, stdout, stderr } = await run(exclusion, "approve", "1", "--by", "wang");
  expect(status).toBe(1);
  expect(stdout).toBe("exclusion 1 is approved");
  expect(stderr).toMatch(/^exclusion 1 is approved, but closed months were not revised: /u);
  expect(JSON.parse((await run(exclusion, "show", "1")).stdout)).toMatchObject({
    state: "approved",
  });
});

test("the revisions of an account that never was are none, and it is said why", async () => {
  const known = await run(revisions, "--month", "2026-10", "--account", "acme");
  expect(known).toMatchObject({ status: 0, stdout: expect.stringContaining("revision 1 ") });
  expect(await run(revisions, "--month", "2026-10", "--account", "nosuch")).toMatchObject({
    status: 2,
    stderr: '--account: no account "nosuch" in the configuration',
  });
});

test("a month is not closed for a reason that is blank", async () => {
  expect(await run(close, "--month", "2026-10", "--reason", "  ")).toMatchObject({
    status: 2,
    stderr: "--reason: is empty; say why, or leave it out",
  });
});
