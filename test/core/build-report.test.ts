import { MISSED_SUBJECT } from "../helpers/missed-subject.ts";
import { describe, expect, test } from "vitest";
import type { Agreement } from "../../src/core/agreement.ts";
import { buildReport, buildRollups, buildSubject } from "../../src/core/build-report.ts";
import { NO_CREDIT } from "../../src/core/credit.ts";
import { evaluate, type SubjectInput } from "../../src/core/evaluate.ts";
import type { Subject } from "../../src/core/subject.ts";
import { MINUTE_MS, OCTOBER, octoberInput, testEvidence, testTarget } from "../helpers/sla.ts";

const TERMS = {
  currencies: new Map([["acme", "CNY"]]),
  holidays: new Set<string>(),
  workingDays: new Set<string>(),
};

const PROOF = {
  rounds: 178_560,
  digest: "sha256:0",
  inputs: null,
  signature: null,
  key: null,
  audit: null,
  seals: [],
};

const down = (from: number, until: number) => ({ from, until, failed: 4 });

function evaluated(
  id: string,
  exceptions: Parameters<typeof octoberInput>[0],
  changes: Partial<Agreement & Pick<Subject, "product" | "region" | "account">> = {},
) {
  const { product = "ecs", region = "cn-hangzhou", account = "acme", ...terms } = changes;
  const input = octoberInput(exceptions, terms);
  return {
    subject: subject(input, { id, product, region, account }),
    figure: evaluate(input),
    exclusions: [],
  };
}

function subject(
  { agreement }: SubjectInput,
  place: Pick<Subject, "id" | "product" | "region" | "account">,
): Subject {
  return {
    ...place,
    agreement,
    targets: [testTarget({ id: place.id })],
    neighbours: [],
    siblings: [],
  };
}

describe("buildSubject", () => {
  test("prints a missed month as the interface promises", () => {
    expect(buildSubject(evaluated("web-1", [down(100, 123)]), NO_CREDIT)).toEqual({
      ...MISSED_SUBJECT,
      credit: null,
      outages: [
        {
          from: "2026-09-30T17:40:00.000Z",
          until: "2026-09-30T18:03:00.000Z",
          slots: 23,
          reason: "connect-timeout",
        },
      ],
      exclusions: [],
    });
  });

  test("prints fractions of slots as fractions, in B and in the books", () => {
    const partly = [
      { from: 0, until: 1, valid: 20, failed: 7 },
      { from: 1, until: 5, valid: 0 },
      { from: 5, until: 6, valid: 3, failed: 1 },
      { from: 6, until: 10, valid: 0 },
    ];
    const slots = { method: "error-rate", slotMs: 5 * MINUTE_MS } as const;
    expect(buildSubject(evaluated("bucket", partly, slots), NO_CREDIT)).toMatchObject({
      bad: "41/60",
      books: { good: "535639/60", bad: "41/60", excluded: "0", noData: "0" },
      allowedBad: "4.464",
      budgetLeft: "3.780666",
      slotSeconds: 300,
    });
  });

  test("prints what was not counted as null", () => {
    const input = { ...octoberInput(), members: [testEvidence({ a: [] })] };
    const place = { id: "web-1", product: "ecs", region: "cn-hangzhou", account: "acme" };
    const figure = evaluate(input);
    expect(
      buildSubject({ subject: subject(input, place), figure, exclusions: [] }, NO_CREDIT),
    ).toMatchObject({
      availabilityPercent: null,
      reachabilityPercent: null,
      coveragePercent: "0.000",
      lowPercent: "0.000",
      highPercent: "100.000",
      noData: 44_640,
      verdict: "insufficient-data",
    });
  });
});

describe("buildRollups", () => {
  test("pools bad and counted slots, and names the worst subject", () => {
    const parts = [
      evaluated("web-1", [down(0, 10)]),
      evaluated("web-2", [down(0, 1000), { from: 1000, until: 31_640, valid: 0 }]),
    ];
    // 1 - 1,010 / (44,640 + 14,000); a mean of percentages would say 96.417.
    expect(buildRollups(parts)).toEqual([
      {
        by: "product-region",
        product: "ecs",
        region: "cn-hangzhou",
        availabilityPercent: "98.277",
        slotSeconds: 60,
        worst: "web-2",
      },
      {
        by: "product",
        product: "ecs",
        availabilityPercent: "98.277",
        slotSeconds: 60,
        worst: "web-2",
      },
      {
        by: "account",
        account: "acme",
        availabilityPercent: "98.277",
        slotSeconds: 60,
        worst: "web-2",
      },
    ]);
  });

  test("keeps products, regions and accounts apart where they are asked for", () => {
    const parts = [
      evaluated("a", [down(0, 100)], { region: "cn-beijing" }),
      evaluated("b", [], { account: "other" }),
      evaluated("c", [], { product: "rds" }),
    ];
    expect(
      buildRollups(parts).map(({ by, product, region, account, worst }) =>
        [by, product, region, account, worst].filter((part) => part !== undefined),
      ),
    ).toEqual([
      ["product-region", "ecs", "cn-beijing", "a"],
      ["product-region", "ecs", "cn-hangzhou", "b"],
      ["product-region", "rds", "cn-hangzhou", "c"],
      ["product", "ecs", "a"],
      ["product", "rds", "c"],
      ["account", "acme", "a"],
      ["account", "other", "b"],
    ]);
  });

  test("never adds slots of different length", () => {
    const parts = [
      evaluated("a", [down(0, 446)]),
      evaluated("b", [], { slotMs: 5 * MINUTE_MS, method: "error-rate" }),
    ];
    const accounts = buildRollups(parts).filter(({ by }) => by === "account");
    expect(accounts).toMatchObject([
      { slotSeconds: 60, availabilityPercent: "99.000", worst: "a" },
      { slotSeconds: 300, availabilityPercent: "100.000", worst: "b" },
    ]);
  });

  test("does not depend on the order of subjects, also where two are equally bad", () => {
    const parts = [evaluated("b", [down(0, 9)]), evaluated("a", [down(5, 14)]), evaluated("c", [])];
    expect(buildRollups(parts.toReversed())).toEqual(buildRollups(parts));
    expect(buildRollups(parts)[0]!.worst).toBe("a");
  });

  test("a subject without a figure is neither pooled nor the worst", () => {
    const nothing = evaluated("a", [{ from: 0, until: 44_640, valid: 0 }]);
    expect(buildRollups([nothing])[0]).toMatchObject({ availabilityPercent: null, worst: null });
    const parts = [nothing, evaluated("b", [])];
    expect(buildRollups(parts)[0]).toMatchObject({ availabilityPercent: "100.000", worst: "b" });
  });
});

test("a report carries its month, its bounds and what it rests on", () => {
  const proof = PROOF;
  const report = buildReport({
    month: "2026-10",
    bounds: OCTOBER,
    status: "closed",
    revision: 1,
    settledUntilMs: OCTOBER.untilMs,
    evaluated: [evaluated("web-1", [])],
    terms: TERMS,
    account: null,
    closing: null,
    proof,
  });
  expect(report).toMatchObject({
    month: "2026-10",
    from: "2026-09-30T16:00:00.000Z",
    until: "2026-10-31T16:00:00.000Z",
    status: "closed",
    revision: 1,
    settledUntil: "2026-10-31T16:00:00.000Z",
    subjects: [{ id: "web-1", verdict: "met" }],
    proof,
  });
  expect(report.rollups).toHaveLength(3);
});

describe("credits in the report", () => {
  const tiers = { belowPercent: "99.95", below: { num: 9995n, den: 10_000n }, creditPercent: 10 };
  const missed = (id: string, account = "acme") => {
    const one = evaluated(id, [down(100, 123)], { account, credits: [tiers] });
    const targets = [testTarget({ id, monthlyFee: "1200.00" })];
    return { ...one, subject: { ...one.subject, targets } };
  };
  const build = (...parts: Parameters<typeof buildReport>[0]["evaluated"]) =>
    buildReport({
      month: "2026-10",
      bounds: OCTOBER,
      status: "closed",
      revision: 1,
      settledUntilMs: OCTOBER.untilMs,
      evaluated: parts,
      terms: { ...TERMS, currencies: new Map([...TERMS.currencies, ["globex", "USD"]]) },
      account: null,
      closing: null,
      proof: PROOF,
    });

  test("the credit of a missed month, as the interface promises", () => {
    const report = build(missed("web-1"), evaluated("web-2", []));
    expect(report.subjects.map(({ credit, creditNote }) => [credit, creditNote])).toEqual([
      [
        {
          percent: 10,
          belowPercent: "99.95",
          targets: ["web-1"],
          fee: "1200.00",
          amount: "120.00",
          currency: "CNY",
          claimFrom: "2026-11-05T16:00:00.000Z",
          claimUntil: "2026-12-31T16:00:00.000Z",
          yieldsTo: [],
        },
        null,
      ],
      [null, "met"],
    ]);
  });

  test("are added up for each account, in its currency", () => {
    const report = build(missed("web-1"), missed("web-2"), missed("web-3", "globex"));
    expect(report.credits).toEqual([
      { by: "account", account: "acme", currency: "CNY", amount: "240.00" },
      { by: "account", account: "globex", currency: "USD", amount: "120.00" },
      {
        by: "account-product",
        account: "acme",
        product: "ecs",
        currency: "CNY",
        amount: "240.00",
      },
      {
        by: "account-product",
        account: "globex",
        product: "ecs",
        currency: "USD",
        amount: "120.00",
      },
    ]);
  });
});
