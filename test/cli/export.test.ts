import { existsSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readBundleLines } from "../../src/bundle-lines.ts";
import { checkBundle } from "../../src/check-bundle.ts";
import { exportVerb } from "../../src/cli/export.ts";
import { closeDueMonths } from "../../src/close-due.ts";
import { openTerminal, type Terminal } from "../helpers/command-line.ts";
import { createHourlyMonth, OCTOBER, type HourlyMonth } from "../helpers/hourly-month.ts";

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

const file = (name: string) => join(terminal.at.folder, name);
const run = (month: string, ...args: string[]) =>
  terminal.run(exportVerb, "--month", month, ...args);

describe("nines export", () => {
  test("writes a file that holds", async () => {
    const { status } = await run(OCTOBER.month, "--account", "acme", "--out", file("acme.gz"));
    expect(status).toBe(0);
    const proof = await checkBundle(readBundleLines(file("acme.gz")));
    expect(proof).toMatchObject({ month: "2026-10", account: "acme", rounds: 744 });
  });

  test("replaces a file with --force alone", async () => {
    writeFileSync(file("kept.gz"), "mine");
    const { status, stderr } = await run(OCTOBER.month, "--out", file("kept.gz"));
    expect(status).toBe(2);
    expect(stderr).toContain("is there already; choose another name");
    expect(readFileSync(file("kept.gz"), "utf8")).toBe("mine");
    const forced = await run(OCTOBER.month, "--out", file("kept.gz"), "--force");
    expect(forced.status).toBe(0);
    expect((await checkBundle(readBundleLines(file("kept.gz")))).account).toBeNull();
  });

  test("writes through no link that somebody laid", async () => {
    writeFileSync(file("precious"), "mine");
    symlinkSync(file("precious"), file(`laid.gz.${process.pid}.part`));
    await expect(run(OCTOBER.month, "--out", file("laid.gz"))).rejects.toThrow("EEXIST");
    expect(readFileSync(file("precious"), "utf8")).toBe("mine");
    expect(existsSync(file("laid.gz"))).toBe(false);
  });

  test("leaves nothing of a month that it cannot export", async () => {
    await expect(run("2026-09", "--out", file("none.gz"))).rejects.toThrow("is not closed");
    expect(readdirSync(terminal.at.folder).filter((name) => name.startsWith("none"))).toEqual([]);
  });
});
