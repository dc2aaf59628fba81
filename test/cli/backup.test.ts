import { execFile } from "node:child_process";
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SMALL_CONFIG } from "../helpers/command-line.ts";
import { ninesCommand, makeHome, runNines, startNines, type Home } from "../helpers/nines.ts";

let at: Home;
beforeAll(async () => {
  at = makeHome();
  at.write("nines.yaml", SMALL_CONFIG);
  const start = Date.parse("2026-10-01T00:00:00+08:00");
  const lines = [0, 1, 2, 3].map((minute) =>
    JSON.stringify({
      target: "web-1",
      vantage: "here",
      plannedAt: new Date(start + minute * 60_000).toISOString(),
      outcome: minute === 2 ? "failed" : "ok",
      ...(minute === 2 ? { reason: "connect-timeout" } : { latencyMs: 1.5 }),
    }),
  );
  await runNines(["import", at.write("results.ndjson", lines.join("\n"))], { at });
});
afterAll(() => at.remove());

/** Runs a verb on a data directory of this name. */
const on = (data: string, ...args: string[]) =>
  runNines(args, { at, env: { NINES_DATA_DIR: join(at.folder, data) } });
const file = (name: string) => join(at.folder, name);

/** The month's report; how far it is settled moves on with the clock. */
async function reportOf(data: string): Promise<string> {
  const { stdout } = await on(data, "report", "--month", "2026-10");
  expect(stdout).toContain('"bad":"1"');
  return stdout.replace(/"settledUntil":"[^"]*"/u, "");
}

describe("backup and restore", () => {
  test("bring the whole state into an empty data directory", async () => {
    const before = await reportOf("data");
    const made = await on("data", "backup", "--out", file("a.gz"));
    expect(made.status, made.stderr).toBe(0);
    expect(made.stdout).toMatch(/^\d+ rows of \d+ tables and \d+ signing keys? in .*a\.gz\n$/u);
    expect(statSync(file("a.gz")).mode & 0o777).toBe(0o600);

    const restored = await on("fresh", "restore", file("a.gz"));
    expect(restored.status, restored.stderr).toBe(0);
    expect(restored.stdout).toMatch(/^restored \d+ rows .* as of 20\d\d-/u);
    expect(await reportOf("fresh")).toBe(before);
    expect(await on("fresh", "verify", "--month", "2026-10")).toMatchObject({ status: 0 });
  });

  test("speak through a pipe too", async () => {
    const from = `NINES_DATA_DIR=${file("data")} node ${ninesCommand()} backup --out -`;
    const into = `NINES_DATA_DIR=${file("piped")} node ${ninesCommand()} restore -`;
    const { stdout, stderr } = await promisify(execFile)("sh", ["-c", `${from} | ${into}`]);
    expect(stdout).toMatch(/^restored \d+ rows/u);
    expect(stderr).toMatch(/^\d+ rows of \d+ tables/mu);
    expect(await reportOf("piped")).toBe(await reportOf("data"));
    const gone = `${from} | true; echo "\${PIPESTATUS[0]}"`;
    const { stdout: status } = await promisify(execFile)("bash", ["-c", gone]);
    expect(status).toBe("1\n");
  });

  test("go on beside the service, which only the backup may", async () => {
    const service = await startNines([], { at });
    try {
      const made = await on("data", "backup", "--out", file("b.gz"));
      expect(made.status, made.stderr).toBe(0);
      const refused = await on("data", "restore", file("b.gz"));
      expect(refused.status).toBe(1);
      expect(refused.stderr).toContain("in use by another nines");
    } finally {
      await service.stop();
    }
    const filled = await on("data", "restore", file("b.gz"));
    expect(filled.status).toBe(1);
    expect(filled.stderr).toContain("the database is not empty: ");
  });

  test.each([
    [["backup"], "--out: name the file to write"],
    [["restore", "none.gz"], "none.gz: cannot be read (ENOENT)"],
    [["restore", "nines.yaml"], "nines.yaml: is no backup of nines"],
  ])("nines %j says what is wrong, and starts no database", async (args, message) => {
    const { status, stderr } = await on("untouched", ...args);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
    expect(existsSync(file("untouched"))).toBe(false);
  });

  test("leave a file alone that is there already, unless --force is given", async () => {
    writeFileSync(file("c.gz"), "mine");
    const refused = await on("data", "backup", "--out", file("c.gz"));
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain("--out: ");
    expect(readFileSync(file("c.gz"), "utf8")).toBe("mine");
    const forced = await on("data", "backup", "--out", file("c.gz"), "--force");
    expect(forced.status).toBe(0);
    rmSync(file("c.gz"));
  });
});
