import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createCommandLine, type CommandLine } from "../helpers/command-line.ts";

let line: CommandLine;
beforeAll(async () => {
  line = await createCommandLine();
  for (const [name, role] of Object.entries({ li: "sre", vi: "viewer" })) {
    const { status, stderr } = await run("token", "create", "--name", name, "--role", role);
    if (status !== 0) throw new Error(stderr);
  }
});
afterAll(() => line.close());

const run = (...args: string[]) => line.run(...args);
const malfunction = (...args: string[]) => run("malfunction", ...args);
const OPEN = ["open", "--title", "Console is slow", "--level", "P2", "--account", "acme"];

test("opened by a ticket, handled, reviewed from a file, closed, and reported", async () => {
  const ticket = ["--reference", "INC-7", "--began-at", "2026-01-01T10:00:00+08:00"];
  const opened = await malfunction(...OPEN, ...ticket, "--by", "li");
  expect(opened).toMatchObject({ status: 0, stdout: "malfunction 1 is open\n" });
  expect(await malfunction(...OPEN, ...ticket, "--by", "li")).toMatchObject({
    status: 0,
    stdout: "malfunction 1 is there already: open\n",
  });
  line.at.write("cause.md", "A **switch** broke.\n");
  const steps = [
    ["acknowledge", "1"],
    ["assign", "1", "--owner", "Network"],
    ["note", "1", "--text", "It is the uplink."],
    ["level", "1", "--level", "P1"],
    ["restore", "1", "--at", "2026-01-01T11:30:00+08:00"],
    ["review", "1", "--cause", `@${join(line.at.folder, "cause.md")}`, "--impact", "Logins."],
    ["review", "1", "--resolution", "Replaced it.", "--follow-ups", "A spare."],
    ["close", "1"],
  ];
  for (const step of steps) {
    const { status, stdout, stderr } = await malfunction(...step, "--by", "li");
    expect(status, `${step.join(" ")}: ${stderr}`).toBe(0);
    expect(stdout).toMatch(/^malfunction 1: P[12], (open|restored|closed)\n$/u);
  }
  const shown = await malfunction("show", "1");
  expect(JSON.parse(shown.stdout)).toMatchObject({
    state: "closed",
    cause: "A **switch** broke.",
    owner: "Network",
    acknowledgedBy: "token:li",
  });
  const { stdout } = await malfunction("list", "--state", "closed");
  expect(stdout).toMatch(/^ID +LEVEL +STATE.*\n1 +P1 +closed .*Network +Console is slow\n$/u);
  expect((await malfunction("list", "--month", "2026-02")).stdout.split("\n")).toHaveLength(2);
  const report = await malfunction("report", "1", "--lang", "zh");
  expect(report.stdout).toContain("> A **switch** broke.");
  expect(report.stdout).toContain("| 时长 | 1 小时 30 分钟 |");
  const out = join(line.at.folder, "report.html");
  expect(await malfunction("report", "1", "--format", "html", "--out", out)).toMatchObject({
    status: 0,
    stdout: "",
  });
  expect(readFileSync(out, "utf8")).toContain("<strong>switch</strong>");
});

test("what cannot be is told at the place where it was typed", async () => {
  const refused = async (...args: string[]) => {
    const { status, stderr } = await malfunction(...args);
    return {
      status,
      places: stderr
        .trim()
        .split("\n")
        .map((problem) => problem.split(": ")[0]),
    };
  };
  expect(await refused("open", "--level", "P7", "--owner=x")).toEqual({
    status: 2,
    places: ["--owner", "--title", "--level", "--by"],
  });
  expect(await refused("note", "9", "--text", "x", "--level", "P1", "--by", "li")).toEqual({
    status: 2,
    places: ["--level"],
  });
  expect(await refused("acknowledge", "9", "--by", "li")).toEqual({ status: 2, places: ["ID"] });
  expect(await refused("acknowledge", "one", "--by", "li")).toEqual({ status: 2, places: ["ID"] });
  expect(await refused(...OPEN, "--by", "vi")).toEqual({ status: 2, places: ["--by"] });
  expect(await refused(...OPEN, "--region", "moon", "--began-at", "soon", "--by", "li")).toEqual({
    status: 2,
    places: ["--region", "--began-at"],
  });
  const nowhere = ["review", "1", "--cause", "@/nowhere/cause.md", "--by", "li"];
  expect(await refused(...nowhere)).toEqual({ status: 2, places: ["--cause"] });
});
