import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closeMonth } from "../../src/close-month.ts";
import { claim } from "../../src/cli/claim.ts";
import { SYSTEM } from "../../src/core/access.ts";
import { listClaims } from "../../src/store/claims.ts";
import { configOf } from "../helpers/app.ts";
import { giveToken } from "../helpers/access.ts";
import { openTerminal, type Terminal } from "../helpers/command-line.ts";
import {
  createHourlyMonth,
  HOURLY_CONFIG,
  OCTOBER,
  type HourlyMonth,
} from "../helpers/hourly-month.ts";
import { runNines } from "../helpers/nines.ts";

let october: HourlyMonth;
let terminal: Terminal;
const ids = { "web-1": "", "web-2": "" };

beforeAll(async () => {
  october = await createHourlyMonth();
  await october.fill("web-1", (hour) => (hour >= 100 && hour < 104 ? "f" : "o"));
  await october.fill("web-2", (hour) => (hour >= 200 && hour < 210 ? "f" : "o"));
  await closeMonth(october, { month: OCTOBER.month, by: SYSTEM, afresh: false });
  for (const { id, subject } of await listClaims(october.db)) {
    if (subject === "web-1" || subject === "web-2") ids[subject] = String(id);
  }
  const give = (wish: Parameters<typeof giveToken>[1]) => giveToken(october, wish, october.clock);
  await give({ role: "account-manager", accounts: ["acme"], name: "li" });
  await give({ role: "sre", name: "wu" });
  terminal = openTerminal(october);
});
afterAll(async () => {
  terminal.at.remove();
  await october.drop();
});

const run = (...args: string[]) => terminal.run(claim, ...args);

describe("nines claim", () => {
  test("is a verb of the command", async () => {
    const { status, stdout } = await runNines(["claim", "list", "--json"], terminal);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      claims: [{ subject: "web-1" }, { subject: "web-2" }],
    });
  });

  test("lists what is owed, also as JSON", async () => {
    const { status, stdout } = await run("list");
    expect(status).toBe(0);
    expect(stdout.split("\n").map((line) => line.split(/ {2,}/).slice(1))).toEqual([
      ["MONTH", "ACCOUNT", "AGREEMENT", "SUBJECT", "STATE", "OWED", "WINDOW"],
      ["2026-10", "acme", "hourly", "web-1", "owed", "120.00 CNY", "opens in 3 days"],
      ["2026-10", "globex", "hourly", "web-2", "owed", "250 JPY", "opens in 3 days"],
    ]);
    const json = await run("list", "--account", "globex", "--state", "owed", "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({ claims: [{ subject: "web-2", percent: 25 }] });
    expect((await run("list", "--month", "2026-09")).stdout.trim().split("\n")).toHaveLength(1);
  });

  test("takes a claim through its life", async () => {
    const id = ids["web-1"];
    const by = ["--by", "li"];
    const acknowledged = await run("acknowledge", id, ...by);
    expect(acknowledged.stderr).toBe("");
    expect(JSON.parse(acknowledged.stdout)).toMatchObject({ state: "acknowledged" });
    october.clock.set(Date.parse("2026-11-06T00:00:00Z"));
    await run("submit", id, "--reference", "T-1", "--on", "2026-11-06", ...by);
    await run("refuse", id, "--reason", "not ours", ...by);
    expect(JSON.parse((await run("show", id)).stdout)).toMatchObject({
      state: "refused",
      reference: "T-1",
      refusal: "not ours",
    });
    await run("credit", id, "--amount", "60", ...by);
    expect(JSON.parse((await run("show", id)).stdout)).toMatchObject({
      state: "credited",
      credited: "60.00",
    });
    const { rows } = await october.db.query<{ actor: string; origin: string }>(
      `select distinct actor, origin from audit where item = $1 and actor <> 'system'`,
      [`claim:${id}`],
    );
    expect(rows).toEqual([{ actor: "token:li", origin: "cli" }]);
  });

  test("writes the claim's file, for one account alone", async () => {
    const out = join(terminal.at.folder, "claim.md");
    const subject = ["--month", "2026-10", "--subject", "web-2"];
    expect(await run("file", ...subject, "--out", out)).toMatchObject({ status: 0, stderr: "" });
    const text = readFileSync(out, "utf8");
    expect(text).toContain("25 % × 999 JPY = 250 JPY");
    expect(text.match(/no connection within the time limit \/ 连接超时 \| 12.4/gu)).toHaveLength(
      10,
    );
    expect(text).not.toMatch(/acme|web-1/u);
    const printed = await run("file", ...subject, "--agreement", "hourly");
    expect(`${printed.stdout}\n`).toBe(text);
  });

  test.each([
    [["acknowledge", "1"], ["--by: is missing"]],
    [
      ["submit", "x", "--amount", "1"],
      ["ID: ", "--reference: is missing", "--on: is missing", "--amount: ", "--by: "],
    ],
    [["credit", "1", "--amount", "1", "--by", "nobody"], ['--by: "nobody"']],
    [["show", "999999"], ["ID: no claim 999999"]],
    [
      ["list", "--state", "gone", "--month", "10"],
      ["--month: ", "--state: "],
    ],
    [["list", "--account", "nobody"], ["--account: "]],
    [["file", "--month", "2026-10"], ["--subject: is missing"]],
    [["file", "--month", "2026-10", "--subject", "web-9"], ["--subject: no claim for web-9"]],
    [["sumbit", "1"], ["nines claim: "]],
  ])("refuses %j", async (args, places) => {
    const { status, stderr } = await run(...args);
    expect(status).toBe(2);
    for (const place of places) expect(stderr).toContain(place);
  });

  test("writes no file for what was withdrawn", async () => {
    const lenient = configOf(HOURLY_CONFIG.replace('objective: "99.5"', 'objective: "90"'));
    const afresh = { month: OCTOBER.month, by: SYSTEM, afresh: true };
    await closeMonth({ ...october, config: lenient }, afresh);
    const file = run("file", "--month", "2026-10", "--subject", "web-2");
    await expect(file).rejects.toThrow("is withdrawn: revision 2 gives nothing: met");
    await closeMonth(october, afresh);
    expect(await run("file", "--month", "2026-10", "--subject", "web-2")).toMatchObject({
      status: 0,
    });
  });

  test("knows who may, and what may be", async () => {
    const id = ids["web-2"];
    const step = async (...args: string[]) => (await run(...args)).stderr;
    expect(await step("acknowledge", id, "--by", "li")).toContain(`ID: no claim ${id}`);
    expect(await step("acknowledge", id, "--by", "wu")).toContain("may not handle claims");
    const submit = ["submit", ids["web-1"], "--reference", "T", "--on"];
    expect(await step(...submit, "2026-11-06", "--by", "li")).toContain("is credited");
    expect((await run("credit", ids["web-1"], "--amount", "1", "--by", "li")).status).toBe(2);
  });
});
