import { execFile } from "node:child_process";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { describe, expect, test } from "vitest";
import { checkBundle } from "../src/check-bundle.ts";
import { closeDueMonths, reviseMonths } from "../src/close-due.ts";
import { readReport } from "../src/core/read-report.ts";
import { exportMonth } from "../src/export-month.ts";
import { listReports } from "../src/store/reports.ts";
import { verifyReports } from "../src/verify-reports.ts";
import { cleanUpAfterEach } from "./helpers/clean-up.ts";
import {
  createHourlyMonth,
  EDGES_CONFIG,
  fillEdges,
  OCTOBER,
  type HourlyMonth,
} from "./helpers/hourly-month.ts";

const onEnd = cleanUpAfterEach();
const { month } = OCTOBER;
const run = promisify(execFile);

async function closedMonth(): Promise<HourlyMonth> {
  const october = await createHourlyMonth();
  onEnd(october.drop);
  await october.fill("web-1", (hour) => (hour >= 100 && hour < 104 ? "f" : "o"));
  await october.fill("web-2", (hour) => (hour < 700 ? "o" : null));
  await closeDueMonths(october);
  return october;
}

async function linesOf(october: HourlyMonth, account?: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of exportMonth(october, { month, account })) lines.push(line);
  return lines;
}

async function* give(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

describe("an evidence bundle", () => {
  test("proves a month of all accounts, and of one", async () => {
    const october = await closedMonth();
    expect(await checkBundle(give(await linesOf(october)))).toMatchObject({
      month,
      account: null,
      rounds: 744 + 700,
      revisions: [{ revision: 1 }],
    });
    expect(await checkBundle(give(await linesOf(october, "acme")))).toMatchObject({
      account: "acme",
      rounds: 744,
    });
  });

  test("proves every revision by the rounds that it rests on", async () => {
    const october = await closedMonth();
    await october.fill("web-2", (hour) => (hour === 720 ? "f" : null));
    await reviseMonths(october, OCTOBER);
    const { rounds, revisions } = await checkBundle(give(await linesOf(october, "globex")));
    expect(rounds).toBe(701);
    expect(revisions.map(({ revision }) => revision)).toEqual([1, 2]);
  });

  test("holds what crosses the month's edges, of a group's targets that live only beyond", async () => {
    const october = await createHourlyMonth(EDGES_CONFIG);
    onEnd(october.drop);
    await fillEdges(october);
    await closeDueMonths(october);
    expect(await verifyReports(october.db, month)).toMatchObject({ broken: null });
    // By now the configuration knows none of them.
    const lines = await linesOf({ ...october, config: { ...october.config, targets: [] } }, "acme");
    const bundle = await checkBundle(give(lines));
    expect(bundle).toMatchObject({ revisions: [{ revision: 1 }] });
    const [report] = await listReports(october.db, month);
    expect(readReport(report!.body).subjects).toMatchObject([{ bad: "2", targets: ["web-now"] }]);
  });

  test("of an account holds nothing of another", async () => {
    const text = (await linesOf(await closedMonth(), "acme")).join("\n");
    for (const other of ["web-2", "globex", "cn-shanghai"]) expect(text).not.toContain(other);
  });

  test("of an account is refused when a chain mixes accounts", async () => {
    const october = await closedMonth();
    await october.db.query(
      `update round set targets = (select array_agg(id) from target) where planned_at = $1`,
      [new Date(OCTOBER.fromMs).toISOString()],
    );
    await expect(linesOf(october, "acme")).rejects.toThrow("also holds targets of other accounts");
  });

  test("is there for closed months alone", async () => {
    const october = await createHourlyMonth();
    onEnd(october.drop);
    await expect(linesOf(october)).rejects.toThrow("2026-10 is not closed");
  });

  test("that was changed anywhere is refused", async () => {
    const lines = await linesOf(await closedMonth(), "acme");
    const refused = new Map<string, string>();
    for (const [at, line] of lines.entries()) {
      // Of the many rounds every 50th; of the rest every line.
      if (line.startsWith("[") && at % 50 !== 0) continue;
      const changed = lines.with(at, flip(line));
      const outcome = await checkBundle(give(changed)).then(
        () => "holds",
        (error: Error) => error.message,
      );
      if (outcome === "holds") refused.set(`${at} ${line.slice(0, 60)}`, outcome);
      const without = await checkBundle(give(lines.toSpliced(at, 1))).then(
        () => "holds",
        (error: Error) => error.message,
      );
      if (without === "holds") refused.set(`without ${at} ${line.slice(0, 60)}`, without);
    }
    // When it was exported is what the exporter says.
    expect([...refused.keys()].filter((key) => !key.startsWith("0 "))).toEqual([]);
  });

  test("that was made up with another key names that key", async () => {
    const october = await closedMonth();
    const { keyId } = await october.signer();
    const { revisions } = await checkBundle(give(await linesOf(october)));
    expect(revisions).toEqual([{ revision: 1, key: keyId }]);
  });
});

describe("the stand-alone verifier", () => {
  test("is one file that needs Node alone", { timeout: 60_000 }, async () => {
    const folder = await mkdtemp(join(tmpdir(), "nines-verify-"));
    onEnd(() => rm(folder, { recursive: true }));
    const built = join(folder, "built.mjs");
    await build({
      entryPoints: ["src/nines-verify.ts"],
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20",
      outfile: built,
      logLevel: "silent",
    });
    const verifier = join(folder, "nines-verify.mjs");
    await copyFile(built, verifier);
    const lines = await linesOf(await closedMonth(), "acme");
    const good = join(folder, "good.gz");
    await writeFile(good, gzipSync(`${lines.join("\n")}\n`));
    const { stdout } = await run("node", [verifier, good], { cwd: folder, env: {} });
    expect(stdout).toContain("2026-10, account acme: 744 rounds hold, and the figures follow");
    expect(stdout).toContain("chains of other accounts are not shown");
    expect(stdout).toContain("revision 1 is the newest here; ask the operator");
    const refusals: string[] = [];
    const refuse = async (bytes: Uint8Array | string) => {
      const file = join(folder, "bad.gz");
      await writeFile(file, bytes);
      const broken = run("node", [verifier, file], { cwd: folder, env: {} });
      await expect(broken).rejects.toMatchObject({ code: 1, stdout: "" });
      await broken.catch((error: { stderr: string }) => refusals.push(error.stderr));
    };
    const at = lines.findIndex((line) => line.includes('"f"'));
    const whole = gzipSync(lines.join("\n"));
    await refuse(gzipSync(lines.with(at, lines[at]!.replace('"f"', '"o"')).join("\n")));
    await refuse(whole.subarray(0, 3000));
    await refuse(Buffer.concat([whole.subarray(0, 3000), whole.subarray(2000)]));
    await refuse(lines.join("\n"));
    await refuse("");
    await refuse(gzipSync(Buffer.alloc(50_000_000, "[")));
    const steering = JSON.stringify({ part: ["2026-10-31", "\u001b[2K\nall holds \u202e"] });
    await refuse(gzipSync(lines.toSpliced(-1, 0, steering).join("\n")));
    // One line each, and no trace of where in the program it was found.
    for (const text of refusals) expect(text).toMatch(/^broken: [\x20-\x7e]+\n$/u);
    const none = run("node", [verifier, join(folder, "none.gz")], { env: {} });
    await expect(none).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^\S+none\.gz: ENOENT/u),
    });
  });
});

/** The last digit of a line another one, or its last letter. */
function flip(line: string): string {
  const at = line.search(/[0-9](?=[^0-9]*$)/u);
  const digit = line[at] ?? "0";
  return `${line.slice(0, at)}${digit === "9" ? "8" : Number(digit) + 1}${line.slice(at + 1)}`;
}
