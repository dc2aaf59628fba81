import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { mail } from "../../src/cli/mail.ts";
import { report } from "../../src/cli/report.ts";
import { closeDueMonths } from "../../src/close-due.ts";
import { makeRendition } from "../../src/renditions.ts";
import { listAudit } from "../../src/store/audit-log.ts";
import { giveToken } from "../helpers/access.ts";
import { openTerminal, type Terminal } from "../helpers/command-line.ts";
import { createHourlyMonth, OCTOBER, type HourlyMonth } from "../helpers/hourly-month.ts";
import { mailConfig } from "../helpers/mailed-month.ts";

let october: HourlyMonth;
let terminal: Terminal;
beforeAll(async () => {
  october = await createHourlyMonth();
  await october.fill("web-1", () => "o");
  await closeDueMonths(october);
  terminal = openTerminal(october);
});
afterAll(async () => {
  terminal.at.remove();
  await october.drop();
});

/** What the verb writes, run in this process. */
async function write(...args: string[]): Promise<string> {
  const out = join(terminal.at.folder, "report");
  const all = ["--month", OCTOBER.month, "--account", "acme", "--out", out, ...args];
  expect(await terminal.run(report, ...all)).toMatchObject({ status: 0 });
  return readFileSync(out, "utf8");
}

test("nines mail has the report sent once, and says to whom or why not", async () => {
  const file = terminal.at.write("mail.yaml", mailConfig(1));
  const ask = (...args: string[]) =>
    terminal.run(mail, "--month", OCTOBER.month, "--config", file, ...args);
  for (const by of [[], ["--by", await named("approver")]]) {
    expect(await ask("--account", "acme", ...by)).toMatchObject({
      status: 0,
      stdout: "revision 1 of 2026-10 goes to sla@acme.example once nines runs",
    });
  }
  const audit = await listAudit(october.db, { item: "report-mail" }, { limit: 9 });
  expect(audit.map(({ actor }) => actor)).toEqual(["local"]);
  for (const [args, told] of [
    [[], "--account: is missing"],
    [["--account", "nobody"], '--account: no account "nobody"'],
    [["--account", "acme", "--by", await named("sre")], "the role sre may not mail reports"],
    [["--account", "acme", "--month", "2026-09"], "--month, --account: 2026-09 is not closed"],
  ] as const) {
    const { status, stderr } = await ask(...args);
    expect(status).toBe(2);
    expect(stderr).toContain(told);
  }
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
