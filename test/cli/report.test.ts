import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { mail } from "../../src/cli/mail.ts";
import { report } from "../../src/cli/report.ts";
import { closeDueMonths } from "../../src/close-due.ts";
import { makeRendition } from "../../src/renditions.ts";
import { listAudit } from "../../src/store/audit-log.ts";
import { giveToken } from "../helpers/access.ts";
import {
  createHourlyMonth,
  HOURLY_CONFIG,
  OCTOBER,
  type HourlyMonth,
} from "../helpers/hourly-month.ts";
import { mailConfig } from "../helpers/mailed-month.ts";
import { makeHome, type Home } from "../helpers/nines.ts";

let october: HourlyMonth;
let at: Home;
beforeAll(async () => {
  october = await createHourlyMonth();
  await october.fill("web-1", () => "o");
  await closeDueMonths(october);
  at = makeHome();
  at.write("nines.yaml", HOURLY_CONFIG);
});
afterAll(async () => {
  at.remove();
  await october.drop();
});

/** What the verb writes, run in this process. */
async function write(...args: string[]): Promise<string> {
  const out = join(at.folder, "report");
  const terminal = {
    clock: october.clock,
    env: { DATABASE_URL: october.url, NINES_CONFIG: join(at.folder, "nines.yaml") },
    out: () => undefined,
    err: () => undefined,
  };
  const all = ["--month", OCTOBER.month, "--account", "acme", "--out", out, ...args];
  expect(await report.run(all, terminal)).toBe(0);
  return readFileSync(out, "utf8");
}

test("nines mail has the report sent once, and says to whom or why not", async () => {
  const out: string[] = [];
  at.write("mail.yaml", mailConfig(1));
  const ask = (...args: string[]) =>
    mail.run(["--month", OCTOBER.month, "--config", join(at.folder, "mail.yaml"), ...args], {
      clock: october.clock,
      env: { DATABASE_URL: october.url },
      out: (text) => out.push(text),
      err: () => undefined,
    });
  expect(await ask("--account", "acme")).toBe(0);
  expect(await ask("--account", "acme", "--by", await named("approver"))).toBe(0);
  expect(out).toEqual(
    Array.from(
      { length: 2 },
      () => "revision 1 of 2026-10 goes to sla@acme.example once nines runs",
    ),
  );
  const audit = await listAudit(october.db, { item: "report-mail" }, { limit: 9 });
  expect(audit.map(({ actor }) => actor)).toEqual(["local"]);
  await expect(ask()).rejects.toThrow("--account: is missing");
  await expect(ask("--account", "nobody")).rejects.toThrow('--account: no account "nobody"');
  await expect(ask("--account", "acme", "--by", await named("sre"))).rejects.toThrow(
    "the role sre may not mail reports",
  );
  await expect(ask("--account", "acme", "--month", "2026-09")).rejects.toThrow(
    "--month, --account: 2026-09 is not closed",
  );
});

async function named(role: "approver" | "sre"): Promise<string> {
  await giveToken(october, { role, name: role }, october.clock);
  return role;
}

test("nines report gives the bytes that are kept, and else renders without keeping anything", async () => {
  const { db } = october;
  expect(await write("--format", "html")).toContain("web-1");
  expect((await db.query("select from rendition")).rows).toHaveLength(0);
  const key = { month: OCTOBER.month, account: "acme", revision: 1, format: "html" } as const;
  await makeRendition(
    { ...october, render: async () => Buffer.from("kept") },
    { ...key, lang: "en" },
  );
  expect(await write("--format", "html")).toBe("kept");
  expect(await write("--format", "html", "--revision", "1")).toBe("kept");
  for (const other of [
    ["--format", "html", "--revision", "0"],
    ["--format", "html", "--lang", "zh"],
    ["--format", "csv"],
  ]) {
    expect(await write(...other)).toContain("web-1");
  }
});
