import { describe, expect, test } from "vitest";
import { BrokenBundle } from "../src/bundle-lines.ts";
import { checkBundle } from "../src/check-bundle.ts";
import { closeDueMonths } from "../src/close-due.ts";
import { closeMonth } from "../src/close-month.ts";
import { SYSTEM } from "../src/core/access.ts";
import { checkSigned } from "../src/core/check-report.ts";
import { canonicalJson } from "../src/core/canonical-json.ts";
import { readInputs, writeInputs } from "../src/core/closed-inputs.ts";
import { contentOf, signedText } from "../src/core/closing.ts";
import { diffReports } from "../src/core/report-diff.ts";
import { readReport } from "../src/core/read-report.ts";
import { exportMonth } from "../src/export-month.ts";
import { handleMalfunction, openMalfunction } from "../src/handle-malfunction.ts";
import { reportMonth } from "../src/report-month.ts";
import { sha256Text } from "../src/store/sha256.ts";
import { listReports } from "../src/store/reports.ts";
import { verifyMonth } from "../src/verify-month.ts";
import { verifyReports } from "../src/verify-reports.ts";
import { cleanUpAfterEach } from "./helpers/clean-up.ts";
import { createHourlyMonth, OCTOBER, type HourlyMonth } from "./helpers/hourly-month.ts";
import { outageMalfunction } from "./helpers/malfunctions.ts";

const onEnd = cleanUpAfterEach();
const { month } = OCTOBER;
const HOUR_MS = 3_600_000;
const atHour = (hour: number) => OCTOBER.fromMs + hour * HOUR_MS;
const iso = (ms: number) => new Date(ms).toISOString();

const WEB_1 = { account: "acme", subject: "web-1", targets: ["web-1"] };
const WEB_2 = { account: "globex", subject: "web-2", targets: ["web-2"], region: "cn-shanghai" };

async function filledMonth(): Promise<HourlyMonth> {
  const october = await createHourlyMonth();
  onEnd(october.drop);
  await october.fill("web-1", (hour) => (hour >= 100 && hour < 104 ? "f" : "o"));
  await october.fill("web-2", (hour) => (hour >= 101 && hour < 103 ? "f" : "o"));
  return october;
}

/** Both accounts are struck, the second one later and for less long. */
const strikeBoth = (october: HourlyMonth) =>
  outageMalfunction(october, {
    fromMs: atHour(100),
    untilMs: atHour(104),
    outages: [WEB_1, { ...WEB_2, fromMs: atHour(101), untilMs: atHour(103) }],
  });
const review = async (october: HourlyMonth, id: number, cause = "A **switch**.") => {
  const written = { cause, impact: "Logins.", resolution: "Replaced it." };
  await handleMalfunction(october, { id, step: { verb: "review", ...written } }, SYSTEM);
  await handleMalfunction(october, { id, step: { verb: "close" } }, SYSTEM);
};
const reportOf = (october: HourlyMonth, account?: string, revision?: number) =>
  reportMonth(october, { month, account, revision });

async function bundleHolds(october: HourlyMonth, account?: string): Promise<string> {
  try {
    const { revisions } = await checkBundle(exportMonth(october, { month, account }));
    return `${revisions.length} hold`;
  } catch (error) {
    if (error instanceof BrokenBundle) return error.message;
    throw error;
  }
}

describe("a month's report", () => {
  test("names the malfunctions that struck its subjects, to each account its own part", async () => {
    const october = await filledMonth();
    const id = await strikeBoth(october);
    const whole = await reportOf(october);
    expect(whole.malfunctions).toEqual([
      {
        id,
        level: "P2",
        title: null,
        from: iso(atHour(100)),
        until: iso(atHour(104)),
        state: "restored",
        cause: null,
        resolution: null,
        targets: ["web-1", "web-2"],
        subjects: [
          { agreement: "hourly", subject: "web-1" },
          { agreement: "hourly", subject: "web-2" },
        ],
      },
    ]);
    const globex = await reportOf(october, "globex");
    expect(globex.malfunctions).toMatchObject([
      { id, from: iso(atHour(101)), until: iso(atHour(103)), targets: ["web-2"] },
    ]);
    expect(JSON.stringify(globex)).not.toMatch(/acme|web-1/u);
  });

  test("names those that a person told of, to the account that they are for", async () => {
    const october = await filledMonth();
    const open = async (more: object) => {
      const beganAt = iso(atHour(200));
      const opening = { title: "Console is slow", level: "P3", beganAt, ...more } as const;
      return (await openMalfunction(october, opening, SYSTEM)).malfunction.id;
    };
    const [ofAcme, ofAll] = [await open({ account: "acme" }), await open({})];
    await open({ account: "acme", beganAt: iso(OCTOBER.untilMs) });
    const idsOf = async (account?: string) =>
      (await reportOf(october, account)).malfunctions?.map(({ id }) => id);
    expect(await idsOf()).toEqual([ofAcme, ofAll]);
    expect(await idsOf("acme")).toEqual([ofAcme]);
    expect(await idsOf("globex")).toEqual([]);
    expect((await reportOf(october, "acme")).malfunctions).toMatchObject([
      { title: "Console is slow", until: null, state: "open", targets: [], subjects: [] },
    ]);
  });

  test("names none of which late results have left nothing", async () => {
    const october = await filledMonth();
    const hours = { fromMs: atHour(50), untilMs: atHour(52) };
    await outageMalfunction(october, { ...hours, outages: [WEB_1] });
    expect((await reportOf(october)).malfunctions).toEqual([]);
    const both = [
      { ...WEB_1, ...hours },
      { ...WEB_1, fromMs: atHour(101) },
    ];
    const id = await outageMalfunction(october, {
      fromMs: atHour(50),
      untilMs: atHour(104),
      outages: both.map((one) => ({ ...one, fromMs: one.fromMs + 1 })),
    });
    expect((await reportOf(october)).malfunctions).toMatchObject([
      { id, from: iso(atHour(101) + 1), until: iso(atHour(104)) },
    ]);
  });

  test("leaves out what lies in another month, or struck what it does not count", async () => {
    const october = await createHourlyMonth();
    onEnd(october.drop);
    await october.fill("web-1", (hour) => (hour < 1 || hour === 9 ? "f" : "o"));
    const before = { fromMs: atHour(-5), untilMs: atHour(0) };
    await outageMalfunction(october, { ...before, outages: [WEB_1] });
    await outageMalfunction(october, { fromMs: atHour(744), outages: [WEB_1] });
    const other = { ...WEB_1, agreement: "another" };
    await outageMalfunction(october, { fromMs: atHour(9), untilMs: atHour(10), outages: [other] });
    expect((await reportOf(october)).malfunctions).toEqual([]);
    const over = await outageMalfunction(october, {
      fromMs: atHour(-1),
      untilMs: atHour(1),
      outages: [{ ...WEB_1, subject: "web-1" }],
    });
    expect((await reportOf(october)).malfunctions).toMatchObject([
      { id: over, from: iso(atHour(-1)), until: iso(atHour(1)) },
    ]);
  });
});

describe("a closed month", () => {
  test("is signed with its malfunctions, and they are proved with it", async () => {
    const october = await filledMonth();
    const id = await strikeBoth(october);
    await closeDueMonths(october);
    const closed = await reportOf(october, "acme");
    expect(closed).toMatchObject({ revision: 1, malfunctions: [{ id, state: "restored" }] });
    for (const { inputs, body } of await listReports(october.db, month)) {
      expect(writeInputs(readInputs(inputs))).toBe(inputs);
      expect(readInputs(inputs).malfunctions).toEqual(readReport(body).malfunctions);
    }
    expect(await verifyMonth(october, month)).toMatchObject({ broken: null, isWaiting: false });
    for (const account of [undefined, "acme", "globex"]) {
      expect(await bundleHolds(october, account)).toBe("1 hold");
    }
    const changed = {
      ...closed,
      malfunctions: closed.malfunctions!.map((one) => ({ ...one, level: "P4" as const })),
    };
    expect(signedText(changed)).not.toBe(signedText(closed));
  });

  test("gets its next revision when a review is finished, and when it was wrong, again", async () => {
    const october = await filledMonth();
    const id = await strikeBoth(october);
    await closeDueMonths(october);
    await handleMalfunction(october, { id, step: { verb: "note", text: "at work" } }, SYSTEM);
    expect(await closeDueMonths(october)).toEqual([]);
    await review(october, id);
    const revised = await closeDueMonths(october);
    expect(revised.map(({ account, revision, reason }) => [account, revision, reason])).toEqual([
      ["", 2, `malfunction ${id} reviewed`],
      ["acme", 2, `malfunction ${id} reviewed`],
      ["globex", 2, `malfunction ${id} reviewed`],
    ]);
    const second = await reportOf(october, "acme");
    expect(second.malfunctions).toMatchObject([
      { state: "closed", cause: "A **switch**.", resolution: "Replaced it." },
    ]);
    const place = { agreement: "", subject: `malfunction:${id}` };
    expect(second.closing?.changes).toEqual([
      { ...place, field: "state", before: "restored", after: "closed" },
      { ...place, field: "cause", before: null, after: "A **switch**." },
      { ...place, field: "resolution", before: null, after: "Replaced it." },
    ]);
    expect(await closeDueMonths(october)).toEqual([]);

    await handleMalfunction(october, { id, step: { verb: "reopen", note: "wrong" } }, SYSTEM);
    october.clock.pass(60_000);
    await review(october, id, "The fan.");
    expect(await closeDueMonths(october)).toHaveLength(3);
    expect((await reportOf(october, "globex")).malfunctions).toMatchObject([{ cause: "The fan." }]);
    expect(await verifyMonth(october, month)).toMatchObject({ broken: null, isWaiting: false });
    expect(await bundleHolds(october)).toBe("3 hold");
    expect(await bundleHolds(october, "acme")).toBe("3 hold");
  });

  test("of another account only is not revised for it", async () => {
    const october = await filledMonth();
    const id = await outageMalfunction(october, {
      fromMs: atHour(100),
      untilMs: atHour(104),
      outages: [WEB_1],
    });
    await closeDueMonths(october);
    await review(october, id);
    expect((await closeDueMonths(october)).map(({ account }) => account)).toEqual(["", "acme"]);
  });

  test("that was closed before reports named malfunctions stays as it was signed", async () => {
    const october = await filledMonth();
    await closeDueMonths(october);
    const signer = await october.signer();
    const [stored] = await listReports(october.db, month);
    const { malfunctions: _, ...report } = readReport(stored!.body);
    const { malfunctions: none, ...inputs } = readInputs(stored!.inputs);
    expect(none).toEqual([]);
    const oldInputs = writeInputs(inputs);
    expect(oldInputs).not.toContain("malfunctions");
    expect(writeInputs(readInputs(oldInputs))).toBe(oldInputs);
    const proof = { ...report.proof, inputs: sha256Text(oldInputs), signature: null };
    const unsigned = { ...report, proof };
    const signature = signer.sign(signedText(unsigned));
    const old = { ...unsigned, proof: { ...proof, signature } };
    const signed = { body: canonicalJson(old), inputs: oldInputs };
    const tools = { digest: sha256Text, isSigned: () => true };
    expect(checkSigned(signed, null, tools)).toBe(null);
    // Nothing makes a new revision of it, and nothing has changed against one that names none.
    expect(contentOf(old)).toBe(contentOf(readReport(stored!.body)));
    expect(diffReports(old, readReport(stored!.body))).toEqual([]);
    await putInPlace(october, signed);
    expect(await verifyReportsOf(october)).toBe(null);
    expect(await closeMonth(october, { month, by: SYSTEM, afresh: true })).toEqual([]);

    const id = await strikeBoth(october);
    await review(october, id);
    expect(await closeDueMonths(october)).toHaveLength(3);
    const second = await reportOf(october);
    expect(second.closing).toMatchObject({
      reason: `malfunction ${id} reviewed`,
      changes: [{ subject: `malfunction:${id}`, field: null, before: null }],
    });
    expect(await verifyReportsOf(october)).toBe(null);
    expect(await bundleHolds(october)).toBe("2 hold");
  });
});

/** The report of all accounts as an older version would have stored it. */
async function putInPlace(
  { db }: HourlyMonth,
  { body, inputs }: { readonly body: string; readonly inputs: string },
): Promise<void> {
  await db.query("alter table report disable trigger user");
  await db.query("update report set body = $1, inputs = $2 where account = ''", [body, inputs]);
  await db.query("alter table report enable trigger user");
}

const verifyReportsOf = async ({ db }: HourlyMonth) => (await verifyReports(db, month)).broken;
