import { describe, expect, test } from "vitest";
import { closeDueMonths, reviseMonths } from "../src/close-due.ts";
import { closeMonth } from "../src/close-month.ts";
import { SYSTEM } from "../src/core/access.ts";
import { settle } from "../src/settle.ts";
import { sealDays } from "../src/seal.ts";
import { storeRounds } from "../src/store/rounds.ts";
import { verifyMonth } from "../src/verify-month.ts";
import { viewOverview } from "../src/view-overview.ts";
import { viewTarget } from "../src/view-target.ts";
import type { Round } from "../src/core/round.ts";
import { pauseAfter } from "./helpers/pausing-db.ts";
import { canonicalJson, type Json } from "../src/core/canonical-json.ts";
import { readInputs, writeInputs } from "../src/core/closed-inputs.ts";
import { signedText } from "../src/core/closing.ts";
import { readReport } from "../src/core/read-report.ts";
import { reportMonth } from "../src/report-month.ts";
import { isSignedBy, keyIdOf } from "../src/signature.ts";
import { sha256Text } from "../src/store/sha256.ts";
import { rotateKey } from "../src/signing.ts";
import { listKeys } from "../src/store/signing-keys.ts";
import { findReport, listReports } from "../src/store/reports.ts";
import { cleanUpAfterEach } from "./helpers/clean-up.ts";
import {
  createHourlyMonth,
  HOURLY_CONFIG,
  OCTOBER,
  type HourlyMonth,
} from "./helpers/hourly-month.ts";
import { configOf } from "./helpers/app.ts";

const onEnd = cleanUpAfterEach();
const { month } = OCTOBER;

const NOTES = { sandbox: false, openAccess: true, filling: null };

/** Of web-2 in another shard, since the hour has a result of its own. */
function lateRound(hour: number): Round {
  return {
    vantage: "here",
    shard: "late",
    plannedAtMs: OCTOBER.fromMs + hour * 3_600_000 + 60_000,
    targets: ["web-2"],
    outcomes: "f",
    offsetsMs: [3],
    latenciesUs: [9_000],
    details: [{ index: 0, reason: "connect-timeout" }],
  };
}

async function filledMonth(bad = 4): Promise<HourlyMonth> {
  const october = await createHourlyMonth();
  onEnd(october.drop);
  await october.fill("web-1", (hour) => (hour >= 100 && hour < 100 + bad ? "f" : "o"));
  await october.fill("web-2", (hour) => (hour < 743 ? "o" : null));
  return october;
}

const byHand = (deps: HourlyMonth, reason?: string) =>
  closeMonth(deps, { month, by: SYSTEM, afresh: true, reason });
const reportOf = (deps: HourlyMonth, query: object = {}) => reportMonth(deps, { month, ...query });

describe("closing a month", () => {
  test("stores the report of all and of each account, signed, with the credit owed", async () => {
    const october = await filledMonth();
    const stored = await closeDueMonths(october);
    expect(stored.map(({ account, revision }) => `${account} ${revision}`)).toEqual([
      " 1",
      "acme 1",
      "globex 1",
    ]);
    const report = await reportOf(october, { account: "acme" });
    expect(report).toMatchObject({ status: "closed", revision: 1 });
    expect(report.subjects).toMatchObject([
      { id: "web-1", verdict: "missed", bad: "4", credit: { percent: 10, amount: "120.00" } },
    ]);
    expect(JSON.stringify(report)).not.toContain("web-2");
    const [key] = await listKeys(october.db);
    expect(report.proof.key).toBe(keyIdOf(key!.publicKey));
    const signed = { text: signedText(report), signature: report.proof.signature! };
    expect(isSignedBy(signed, key!.publicKey)).toBe(true);
    expect(isSignedBy({ ...signed, text: `${signed.text} ` }, key!.publicKey)).toBe(false);
  });

  test("stores canonical JSON, and the digests of what it was counted with", async () => {
    const october = await filledMonth();
    await byHand(october);
    const stored = (await findReport(october.db, { month, account: "" }))!;
    const report = readReport(stored.body);
    expect(canonicalJson(JSON.parse(stored.body) as Json)).toBe(stored.body);
    expect(report.proof.inputs).toBe(sha256Text(stored.inputs));
    expect(report.proof.digest).toBe(sha256Text(canonicalJson(report.proof.seals)));
    expect(report.proof.seals.map(({ day }) => day)).toHaveLength(32);
    expect(report.proof.rounds).toBe(2 * 744 - 1);
    const { proof } = await reportOf(october, { account: "acme" });
    expect(proof.rounds).toBe(744);
    expect(writeInputs(readInputs(stored.inputs))).toBe(stored.inputs);
  });

  test("twice, or by two at once, is closing once", async () => {
    const october = await filledMonth();
    const both = await Promise.all([closeDueMonths(october), closeDueMonths(october)]);
    expect(both.flat()).toHaveLength(3);
    expect(await closeDueMonths(october)).toEqual([]);
    expect(await byHand(october)).toEqual([]);
    expect(await listReports(october.db, month)).toHaveLength(3);
  });

  test("that was cut short leaves nothing, and the next one does it all", async () => {
    const october = await filledMonth();
    const dying = { ...october, clock: { ...october.clock, nowMs: failAfter(october, 12) } };
    await expect(closeDueMonths(dying)).rejects.toThrow("killed");
    expect(await listReports(october.db, month)).toEqual([]);
    expect(await closeDueMonths(october)).toHaveLength(3);
  });

  test("waits until the month and its closeAfter are settled", async () => {
    const october = await createHourlyMonth();
    onEnd(october.drop);
    october.clock.set(OCTOBER.untilMs + 23 * 3_600_000);
    await october.fill("web-1", () => "o");
    expect(await closeDueMonths(october)).toEqual([]);
    await expect(byHand(october)).rejects.toThrow("2026-10 is not over: it can be closed when");
    expect(await reportOf(october)).toMatchObject({ status: "running", revision: 0 });
  });
});

describe("a closed month", () => {
  test("does not change when the configuration does, until it is closed by hand", async () => {
    const october = await filledMonth();
    await closeDueMonths(october);
    const before = await reportOf(october);
    const config = configOf(HOURLY_CONFIG.replace('objective: "99.5"', 'objective: "99"'));
    const changed = { ...october, config };
    expect(await closeDueMonths(changed)).toEqual([]);
    expect(await reportOf(changed)).toEqual(before);
    const revisions = await byHand(changed, "the objective was wrong");
    expect(revisions.map(({ account, revision }) => `${account} ${revision}`)).toEqual([
      " 2",
      "acme 2",
      "globex 2",
    ]);
    const after = await reportOf(changed, { account: "acme" });
    expect(after.subjects).toMatchObject([{ verdict: "met", credit: null }]);
    expect(after.closing).toMatchObject({
      by: "system",
      reason: "the objective was wrong",
      changes: expect.arrayContaining([
        { agreement: "hourly", subject: "web-1", field: "verdict", before: "missed", after: "met" },
      ]),
    });
    expect(await reportOf(changed, { revision: 1 })).toEqual(before);
  });

  test("gets the next revision for late results, of the account they are for alone", async () => {
    const october = await createHourlyMonth();
    onEnd(october.drop);
    await october.fill("web-1", (hour) => (hour < 4 ? "f" : "o"));
    await october.fill("web-2", (hour) => (hour < 700 ? "o" : null));
    await closeDueMonths(october);
    await october.fill("web-2", (hour) => (hour === 700 ? "f" : null));
    const revisions = await reviseMonths(october, OCTOBER);
    expect(revisions).toEqual([
      { month, account: "", revision: 2, reason: "late results of 2026-10-29" },
      { month, account: "globex", revision: 2, reason: "late results of 2026-10-29" },
    ]);
    const { closing } = await reportOf(october, { account: "globex" });
    expect(closing?.changes.map(({ field }) => field)).toContain("bad");
    expect(closing?.previous).toBe(
      sha256Text((await findReport(october.db, { month, account: "globex", revision: 1 }))!.body),
    );
    expect(await closeDueMonths(october)).toEqual([]);
  });

  test("has all that was stored before it, settled or not", async () => {
    const october = await filledMonth(3);
    await storeRounds(october.store, [lateRound(743)], october.clock.nowMs());
    await closeDueMonths(october);
    const report = await reportOf(october, { account: "globex" });
    expect(report.subjects).toMatchObject([{ bad: "1" }]);
    expect(await closeDueMonths(october)).toEqual([]);
  });

  test("has what comes, is settled and is sealed while it is being closed", async () => {
    const october = await filledMonth(3);
    const paused = pauseAfter(october.db, "max(revision)");
    const closing = closeDueMonths({ ...october, db: paused.db });
    await paused.reached;
    await storeRounds(october.store, [lateRound(743)], october.clock.nowMs());
    await settle(october);
    await sealDays(october);
    paused.go();
    await closing;
    const report = await reportOf(october, { account: "globex" });
    expect(report.subjects).toMatchObject([{ bad: "1" }]);
    expect(report.proof.seals.at(-1)).toMatchObject({ day: "2026-10-31", revision: 2 });
    expect(await closeDueMonths(october)).toEqual([]);
    expect(await verifyMonth(october, month)).toMatchObject({ broken: null, isWaiting: false });
  });

  test("is shown by its own terms, also when an account and its currency are gone", async () => {
    const october = await filledMonth();
    await closeDueMonths(october);
    const config = configOf(
      HOURLY_CONFIG.replace("currency: CNY", "currency: JPY").replace(/\n.*web-2[^]*$/u, "\n"),
    );
    const deps = { ...october, config, accounts: null, notes: NOTES };
    const overview = await viewOverview(deps, { month, filter: { product: null, region: null } });
    expect(JSON.stringify(overview)).toContain("missed");
    const page = await viewTarget(deps, { month, id: "web-1" });
    expect(page.agreements).toMatchObject([{ subject: { credit: { amount: "120.00" } } }]);
  });

  test("is told to each account and written into the audit log once a revision", async () => {
    const october = await filledMonth();
    await closeDueMonths(october);
    const events = await october.db.query(
      `select key from event where kind = 'month-closed' order by key`,
    );
    expect(events.rows.map(({ key }) => String(key))).toEqual([
      "month-closed/2026-10/acme/1",
      "month-closed/2026-10/globex/1",
    ]);
    const log = await october.db.query(`select item from audit where action = 'report.close'`);
    expect(log.rows).toHaveLength(3);
  });

  test("has no revision but those that were stored, and 0 for the month as it stands", async () => {
    const october = await filledMonth();
    await closeDueMonths(october);
    await expect(reportOf(october, { revision: 2 })).rejects.toThrow(
      "no revision 2 of 2026-10: the newest is 1",
    );
    expect(await reportOf(october, { revision: 0 })).toMatchObject({
      revision: 0,
      closing: null,
      proof: { signature: null },
    });
  });

  test("cannot be changed or removed in the database", async () => {
    const october = await filledMonth();
    await closeDueMonths(october);
    const truncate = "truncate report cascade";
    for (const sql of [`update report set body = '{}'`, `delete from report`, truncate]) {
      await expect(october.db.query(sql)).rejects.toThrow("report is append-only");
    }
  });
});

describe("the signing key", () => {
  test("can be rotated: what the old one signed can still be checked", async () => {
    const october = await filledMonth();
    await closeDueMonths(october);
    const before = await october.signer();
    const fresh = await rotateKey({ ...october, keyFile: null }, SYSTEM);
    expect(fresh.keyId).not.toBe(before.keyId);
    expect((await october.signer()).keyId).toBe(fresh.keyId);
    const keys = new Map((await listKeys(october.db)).map(({ id, publicKey }) => [id, publicKey]));
    const report = await reportOf(october);
    const signed = { text: signedText(report), signature: report.proof.signature! };
    expect(isSignedBy(signed, keys.get(report.proof.key!)!)).toBe(true);
    expect(isSignedBy(signed, fresh.publicKey)).toBe(false);
  });

  test("is the same for two that ask for it at once", async () => {
    const october = await createHourlyMonth();
    onEnd(october.drop);
    const [one, other] = await Promise.all([october.signer(), october.signer()]);
    expect(one.keyId).toBe(other.keyId);
    expect(await listKeys(october.db)).toHaveLength(1);
  });
});

/** A clock that ends the world at its nth reading. */
function failAfter({ clock }: HourlyMonth, readings: number): () => number {
  let left = readings;
  return () => {
    left -= 1;
    if (left < 0) throw new Error("killed");
    return clock.nowMs();
  };
}
