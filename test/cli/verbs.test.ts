import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Report } from "../../src/core/report.ts";
import { makeHome, runNines, startNines, type Home } from "../helpers/nines.ts";
import { freePort } from "../helpers/ports.ts";
import { answerWith, startTcpServer, type TcpServer } from "../helpers/tcp-server.ts";

const VERBS = [
  "start",
  "check-config",
  "probe",
  "import",
  "report",
  "rebuild",
  "verify",
  "backup",
  "restore",
  "token",
  "user",
  "audit",
  "exclusion",
  "claim",
  "close",
  "revisions",
  "export",
  "key",
  "notify",
  "mail",
  "malfunction",
  "sandbox",
];

let at: Home;
let server: TcpServer;

beforeAll(async () => {
  at = makeHome();
  server = await startTcpServer(answerWith("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
  at.write(
    "nines.yaml",
    `
version: 1
vantages: [{ id: here, controls: [] }]
accounts:
  - { id: acme, name: Acme Ltd }
  - { id: globex, name: Globex }
defaults: { interval: 1m, timeout: 1s, vantages: [here] }
targets:
  - { id: web-1, product: ecs, region: cn-hangzhou, account: acme, probe: { kind: tcp, address: "${server.address}" } }
  - { id: shut, product: ecs, region: cn-hangzhou, account: globex, probe: { kind: tcp, address: "127.0.0.1:${await freePort()}" } }
`,
  );
});
afterAll(async () => {
  await server.close();
  at.remove();
});

const run = (...args: string[]) => runNines(args, { at });

const line = (minute: number, changes: Record<string, unknown> = {}) =>
  JSON.stringify({
    target: "web-1",
    vantage: "here",
    plannedAt: new Date(Date.parse("2026-10-01T00:00:00+08:00") + minute * 60_000).toISOString(),
    outcome: "ok",
    latencyMs: 12.4,
    ...changes,
  });

describe("usage", () => {
  test("without a verb, and with --help, the verbs are listed", async () => {
    for (const args of [[], ["--help"], ["help"], ["-h"]]) {
      const { status, stdout } = await run(...args);
      expect(status).toBe(0);
      for (const verb of VERBS) expect(stdout).toMatch(new RegExp(`^  ${verb} `, "mu"));
    }
  });

  test.each(VERBS)("nines %s --help says how it is used", async (verb) => {
    const { status, stdout } = await run(verb, "--help");
    expect(status).toBe(0);
    expect(stdout).toContain(`nines ${verb}`);
  });

  test("nines reprot is no verb", async () => {
    const { status, stderr } = await run("reprot", "--month", "2026-10");
    expect(status).toBe(2);
    expect(stderr).toContain('no verb "reprot"');
    expect(stderr).toContain('did you mean "report"?');
  });

  test.each([
    [
      ["report", "--month", "10/2026", "--format", "docx", "--lang", "fr", "--verbose", "x"],
      ["--verbose: ", 'argument "x": ', "--month: ", "--format: ", "--lang: "],
    ],
    [["report"], ["--month: "]],
    [["report", "--month", "--account"], ["--month: needs a value"]],
    [["rebuild", "--month", "2026-00"], ["--month: "]],
    [
      ["verify", "2026-10"],
      ['argument "2026-10": ', "--month: "],
    ],
    [["import"], ["FILE: is missing"]],
    [
      ["import", "a", "b", "--keep-going=yes"],
      ["--keep-going: ", 'argument "b": '],
    ],
    [["probe"], ["TARGET: is missing"]],
    [["check-config"], ["FILE: is missing"]],
    [["start", "--role", "boss"], ["--role: "]],
    [["start", "--role", "worker"], ["--vantage: "]],
    [["start", "--role", "worker", "--vantage", "there"], ["--vantage: "]],
    [["start", "--role", "api"], ["environment DATABASE_URL: "]],
    [["report", "--month", "2026-10", "--account", "initech"], ['--account: no account "initech"']],
    [["report", "--month", "2026-10", "--config", "none.yaml"], ["none.yaml: "]],
    [["probe", "web-9"], ['TARGET: "web-9" is not in the configuration']],
    [["import", "none.ndjson"], ["none.ndjson: "]],
  ])("nines %j lists what is wrong and where", async (args, places) => {
    const { status, stdout, stderr } = await run(...args);
    expect(status, stderr).toBe(2);
    for (const place of places) expect(stderr).toContain(place);
    expect(stderr).not.toMatch(/^\s+at /mu);
    expect(stdout).toBe("");
  });

  test("a bad environment is told variable by variable", async () => {
    const env = { PORT: "eighty", LOG_LEVEL: "loud", REDIS_URL: "localhost" };
    const { status, stderr } = await runNines(["start"], { at, env });
    expect(status).toBe(2);
    for (const name of Object.keys(env)) expect(stderr).toContain(`environment ${name}: `);
  });

  test("without a configuration a verb says so", async () => {
    const empty = makeHome();
    const { status, stderr } = await runNines(["report", "--month", "2026-10"], { at: empty });
    empty.remove();
    expect(status).toBe(2);
    expect(stderr).toContain("--config: no configuration");
  });

  test("a reader that goes away early, as head does, is no failure", async () => {
    const { status, stderr } = await runNines(["report", "--month", "2026-10"], {
      at,
      closeOutput: true,
    });
    expect(stderr).toBe("");
    expect(status).toBe(0);
  });
});

describe("check-config", () => {
  test("prints what a file holds", async () => {
    const { status, stdout } = await run("check-config", "nines.yaml");
    expect(status).toBe(0);
    expect(stdout).toContain("Targets (2)");
  });

  test("lists every problem with its line", async () => {
    const file = at.write(
      "bad.yaml",
      "version: 2\ntargets:\n  - { id: A b, product: sap }\nfoo: 1\n",
    );
    const { status, stderr } = await run("check-config", file);
    expect(status).toBe(2);
    expect(stderr.trim().split("\n").length).toBeGreaterThan(2);
    expect(stderr).toContain("bad.yaml:3");
  });
});

describe("probe", () => {
  test("prints outcome and phases of a target that answers", async () => {
    const { status, stdout } = await run("probe", "web-1");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^web-1 {2}ok$/mu);
    expect(stdout).toMatch(/^ {2}connect +\d+\.\d\d ms$/mu);
  });

  test("prints the reason of one that does not, as JSON when asked", async () => {
    const text = await run("probe", "shut");
    expect(text.status).toBe(0);
    expect(text.stdout).toMatch(/^shut {2}failed {2}connect-refused$/mu);
    const json = await run("probe", "shut", "--json");
    expect(json.status).toBe(0);
    expect(JSON.parse(json.stdout)).toMatchObject({
      target: "shut",
      outcome: "failed",
      reason: "connect-refused",
    });
  });
});

describe.each(["is not running", "runs"])("verbs on the database while the service %s", (state) => {
  /** Each time a day of its own. */
  const day = state === "runs" ? 10 : 0;
  const at0 = day * 1440;
  let stop: () => Promise<unknown> = async () => undefined;

  beforeAll(async () => {
    if (state !== "runs") return;
    const service = await startNines([], { at });
    stop = () => service.stop();
  });
  afterAll(async () => {
    await stop();
  });

  test("import from a file stores the lines and counts them", async () => {
    const file = at.write(
      "results.ndjson",
      `${line(at0)}\n${line(at0 + 1, { outcome: "failed", reason: "connect-timeout" })}\n${line(at0)}\n`,
    );
    const { status, stdout, stderr } = await run("import", file);
    expect(stderr).toBe("");
    expect(status).toBe(0);
    expect(stdout).toBe("3 lines, 2 results stored, 1 doubles, 0 bad\n");
  });

  test("import from stdin does too; a bad line stores nothing, unless --keep-going", async () => {
    const input = `${line(at0 + 2)}\nnonsense\n${line(at0 + 3, { target: "web-9" })}`;
    const refused = await runNines(["import", "-"], { at, input });
    expect(refused.status).toBe(2);
    expect(refused.stdout).toContain("0 results stored");
    expect(refused.stderr).toContain("line 2: ");
    expect(refused.stderr).toContain("line 3: ");
    const kept = await runNines(["import", "-", "--keep-going"], { at, input });
    expect(kept.status).toBe(0);
    expect(kept.stdout).toBe("3 lines, 1 results stored, 0 doubles, 2 bad\n");
  });

  test("report counts them, as JSON or CSV, to stdout or a file", async () => {
    const { status, stdout } = await run("report", "--month", "2026-10");
    expect(status).toBe(0);
    const report = JSON.parse(stdout) as Report;
    const web = report.subjects.find(({ id }) => id === "web-1");
    const days = state === "runs" ? 2 : 1;
    expect(web).toMatchObject({ counted: 3 * days, bad: String(days) });
    expect(web?.outages).toHaveLength(days);

    const one = await run("report", "--month=2026-10", "--account", "globex", "--format", "csv");
    expect(one.stdout).toContain(",shut,");
    expect(one.stdout).not.toContain("acme");
    expect(one.stdout.endsWith("\r\n")).toBe(true);

    const out = join(at.folder, "october.json");
    const filed = await run("report", "--month", "2026-10", "--out", out);
    expect(filed.stdout).toBe("");
    expect(JSON.parse(readFileSync(out, "utf8"))).toEqual(report);
    const nowhere = await run("report", "--month", "2026-10", "--out", "/nowhere/october.json");
    expect(nowhere.status).toBe(1);
    expect(nowhere.stderr).toContain("/nowhere/october.json");
  });

  test.each(["2031-01", "2019-02"])(
    "report of %s, which has no data, has no figure",
    async (month) => {
      const { status, stdout } = await run("report", "--month", month);
      expect(status).toBe(0);
      for (const { availabilityPercent, verdict } of (JSON.parse(stdout) as Report).subjects) {
        expect([availabilityPercent, verdict]).toEqual([null, "insufficient-data"]);
      }
    },
  );

  test("verify finds that all holds, and rebuild that nothing differs", async () => {
    const verified = await run("verify", "--month", "2026-10");
    expect(verified.stderr).toBe("");
    expect(verified.status).toBe(0);
    expect(verified.stdout).toMatch(/^\d+ rounds hold/u);
    const rebuilt = await run("rebuild", "--month", "2026-10");
    expect(rebuilt.status).toBe(0);
    expect(rebuilt.stdout).toContain(" 0 differences");
  });
});
