import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Report } from "../../src/core/report.ts";
import { createCommandLine, type CommandLine } from "../helpers/command-line.ts";

let line: CommandLine;
beforeAll(async () => {
  line = await createCommandLine();
  for (const [name, role] of Object.entries({ li: "sre", wang: "approver", root: "admin" })) {
    const { status, stderr } = await run("token", "create", "--name", name, "--role", role);
    if (status !== 0) throw new Error(stderr);
  }
});
afterAll(() => line.close());

const run = (...args: string[]) => line.run(...args);
const exclusion = (...args: string[]) => run("exclusion", ...args);

const SPAN = ["--from", "2026-10-01T10:00:00+08:00", "--until", "2026-10-01T11:00:00+08:00"];
const WHY = ["--reason", "racks were moved", "--evidence", "TICKET-4711"];
const propose = (...args: string[]) =>
  exclusion("propose", "--kind", "maintenance", ...SPAN, ...WHY, "--by", "li", ...args);

/** What is wrong, place by place. */
const places = (stderr: string) =>
  stderr
    .trim()
    .split("\n")
    .map((problem) => problem.split(": ")[0]);

describe("nines exclusion", () => {
  test("proposed by one, approved by another, withdrawn: as JSON and in the list", async () => {
    const proposed = await propose("--targets", "web-1");
    expect(proposed.stdout).toContain("nines exclusion approve 1 --by NAME");
    expect(await exclusion("approve", "1", "--by", "li")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("--by: the role sre may not approve exclusions"),
    });
    expect(await exclusion("approve", "1", "--by", "wang", "--note", "agreed")).toMatchObject({
      status: 0,
      stdout: "exclusion 1 is approved\n",
    });
    const shown = await exclusion("show", "1");
    expect(JSON.parse(shown.stdout)).toMatchObject({
      id: 1,
      kind: "maintenance",
      scope: { targets: ["web-1"] },
      from: "2026-10-01T02:00:00.000Z",
      recurrence: null,
      state: "approved",
      proposedBy: "token:li",
      decidedBy: "token:wang",
      note: "agreed",
    });
    const { stdout } = await run("report", "--month", "2026-10", "--account", "acme");
    const [subject] = (JSON.parse(stdout) as Report).subjects;
    expect(subject!.exclusions).toMatchObject([{ id: 1, approvedBy: "token:wang" }]);

    expect(await exclusion("withdraw", "1", "--by", "wang")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("--note: say why"),
    });
    const withdrawn = await exclusion("withdraw", "1", "--by", "wang", "--note", "another day");
    expect(withdrawn.stdout).toBe("exclusion 1 is withdrawn\n");
    const list = await exclusion("list");
    expect(list.stdout).toMatch(/^ID +STATE +KIND/u);
    expect(list.stdout).toMatch(/^1 +withdrawn +maintenance .*targets:\[web-1\] +token:li/mu);
    const none = await exclusion("list", "--state", "proposed", "--json");
    expect(JSON.parse(none.stdout)).toEqual({ exclusions: [] });
  });

  test("each form of scope is taken, and a recurrence", async () => {
    const weekly = ["--rrule", "FREQ=WEEKLY;BYDAY=TH", "--time-zone", "Asia/Shanghai"];
    const forms = [
      ["--products", "ecs", "--regions", "cn-hangzhou,cn-shanghai"],
      ["--account", "globex"],
      ["--all", ...weekly],
    ];
    for (const form of forms) {
      const { status, stderr } = await propose(...form);
      expect(status, stderr).toBe(0);
    }
    const { stdout } = await exclusion("list", "--state", "proposed", "--json");
    const { exclusions } = JSON.parse(stdout) as { exclusions: Record<string, unknown>[] };
    expect(exclusions.map(({ scope }) => scope)).toEqual([
      { all: true },
      { account: "globex" },
      { products: ["ecs"], regions: ["cn-hangzhou", "cn-shanghai"] },
    ]);
    expect(exclusions[0]).toMatchObject({
      recurrence: { rrule: "FREQ=WEEKLY;BYDAY=TH", timeZone: "Asia/Shanghai" },
    });
    expect((await exclusion("list")).stdout).toContain("FREQ=WEEKLY;BYDAY=TH Asia/Shanghai");
  });

  test("the proposer does not approve, whatever the role; a rejection says why", async () => {
    const byAdmin = await exclusion(
      "propose",
      "--kind",
      "other",
      ...SPAN,
      ...WHY,
      "--all",
      "--by",
      "root",
    );
    const id = /exclusion (\d+)/u.exec(byAdmin.stdout)![1]!;
    expect(await exclusion("approve", id, "--by", "root")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("--by: token:root proposed exclusion"),
    });
    expect((await exclusion("reject", id, "--by", "wang")).stderr).toContain("--note: say why");
    const rejected = await exclusion("reject", id, "--by", "wang", "--note", "no proof");
    expect(rejected.stdout).toBe(`exclusion ${id} is rejected\n`);
    expect((await exclusion("approve", id, "--by", "wang")).stderr).toBe(
      `ID: exclusion ${id} is rejected already\n`,
    );
  });

  test("what was typed wrongly is told by its option, all of it", async () => {
    const wrong = await exclusion(
      "propose",
      "--kind",
      "rain",
      "--from",
      "today",
      "--until",
      "2026-10-01T11:00:00Z",
      "--targets",
      "web-9",
      "--evidence",
      "ftp://x",
      "--time-zone",
      "UTC",
      "--by",
      "li",
    );
    expect(wrong.status).toBe(2);
    expect(places(wrong.stderr)).toEqual([
      "--kind",
      "--targets",
      "--from",
      "--rrule and --time-zone",
      "--reason",
      "--evidence",
    ]);
    const two = await propose("--targets", "web-1", "--all");
    expect(places(two.stderr)).toEqual(["--targets, --products, --regions, --account or --all"]);
    expect(await propose("--targets", "web-1", "--by", "nobody")).toMatchObject({ status: 2 });
    expect(places((await exclusion("approve", "x")).stderr)).toEqual(["ID", "--by"]);
    expect((await exclusion("show", "999")).stderr).toBe("ID: no exclusion 999\n");
    expect((await exclusion("list", "--state", "open")).stderr).toContain("--state");
    expect((await exclusion("aprove", "1")).stderr).toContain('did you mean "approve"?');
  });
});
