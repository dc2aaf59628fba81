import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CreditTier } from "../../src/core/agreement.ts";
import {
  creditsOf,
  creditTermsOf,
  tierOf,
  totalCredits,
  type Creditable,
} from "../../src/core/credit.ts";
import { parsePercent } from "../../src/core/decimal.ts";
import { formatAmount, parseAmount } from "../../src/core/money.ts";
import type { Verdict } from "../../src/core/report.ts";
import { testAgreement, testTarget } from "../helpers/sla.ts";

const TIERS = tiers(["99.95", 10], ["99", 25], ["95", 100]);

function tiers(...list: [string, number][]): CreditTier[] {
  return list.map(([belowPercent, creditPercent]) => ({
    below: parsePercent(belowPercent)!,
    belowPercent,
    creditPercent,
  }));
}

const TERMS = creditTermsOf({
  accounts: [
    { id: "acme", currency: "CNY" },
    { id: "tokyo", currency: "JPY" },
    { id: "kuwait", currency: "KWD" },
  ],
  holidays: [],
  workingDays: [],
});

type Changes = {
  agreement?: string;
  credits?: CreditTier[];
  account?: string;
  product?: "ecs" | "oss";
  /** Fees by target. */
  fees?: Record<string, string | null>;
  availability?: string;
  verdict?: Verdict;
  timeZone?: string;
};

function subject(changes: Changes = {}): Creditable {
  const { agreement = "ecs", credits = TIERS, account = "acme", product = "ecs" } = changes;
  const { fees = { "web-1": "1200.00" }, availability = "99.94", verdict = "missed" } = changes;
  const { timeZone = "Asia/Shanghai" } = changes;
  const targets = Object.entries(fees).map(([id, monthlyFee]) => testTarget({ id, monthlyFee }));
  return {
    subject: {
      agreement: testAgreement({ id: agreement, credits, timeZone }),
      account,
      product,
      targets,
    },
    figure: { verdict, availability: parsePercent(availability) },
  };
}

const credits = (...counted: Creditable[]) => creditsOf("2026-10", counted, TERMS);
const amounts = (...counted: Creditable[]) =>
  credits(...counted).map(({ credit }) => credit?.amount);

test("10 % of 1,200 yuan", () => {
  expect(credits(subject())).toEqual([
    {
      credit: {
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
      note: null,
      amountMinor: 12_000n,
    },
  ]);
});

describe("tiers", () => {
  test.each([
    ["99.949999999999", 10],
    ["99", 10],
    ["98.999999999999", 25],
    ["95", 25],
    ["94.999999999999", 100],
    ["0", 100],
  ])("%s %% gives %i %%", (availability, percent) => {
    expect(tierOf(TIERS, { availability: parsePercent(availability) })?.creditPercent).toBe(
      percent,
    );
  });

  test("equality with a bound is not below it, also where a float would say so", () => {
    expect(tierOf(TIERS, { availability: parsePercent("99.95") })).toBeNull();
    // 1 - 22.32 / 44640, and one slot in 10^18 more.
    const equal = { num: 44_640n * 100n - 2232n, den: 44_640n * 100n };
    expect(tierOf(TIERS, { availability: equal })).toBeNull();
    const less = { num: equal.num * 10n ** 18n - 1n, den: equal.den * 10n ** 18n };
    expect(tierOf(TIERS, { availability: less })?.creditPercent).toBe(10);
  });

  test("the largest credit holds, in whatever order the tiers stand", () => {
    for (const list of [TIERS, TIERS.toReversed(), tiers(["95", 9], ["99.95", 30], ["99", 25])]) {
      const found = tierOf(list, { availability: parsePercent("90") });
      expect(found?.creditPercent).toBe(Math.max(...list.map((tier) => tier.creditPercent)));
    }
  });

  test("a share of a percent is exact", () => {
    const list = tiers(["99.95", 12.5]);
    expect(amounts(subject({ credits: list, fees: { a: "0.04" } }))).toEqual(["0.01"]);
    expect(amounts(subject({ credits: list, fees: { a: "0.03" } }))).toEqual(["0.00"]);
  });
});

describe("why there is no credit, or not all of it", () => {
  test.each<[Verdict, string]>([
    ["met", "met"],
    ["insufficient-data", "insufficient-data"],
    ["on-track", "running"],
    ["at-risk", "running"],
    ["already-missed", "running"],
  ])("the verdict %s gives none", (verdict, note) => {
    const none = { credit: null, note, amountMinor: null };
    expect(credits(subject({ verdict, availability: "50" }))).toEqual([none]);
  });

  test("no tier: an agreement without tiers, or with lower ones", () => {
    const none = { credit: null, note: "no-tier", amountMinor: null };
    expect(credits(subject({ credits: [] }))).toEqual([none]);
    expect(credits(subject({ credits: tiers(["99", 25]) }))).toEqual([none]);
  });

  test("no fee: the percent is given, without an amount", () => {
    const [only] = credits(subject({ fees: { a: null, b: null } }));
    expect(only).toMatchObject({
      credit: { percent: 10, fee: null, amount: null, targets: ["a", "b"] },
      note: "no-fee",
      amountMinor: null,
    });
  });

  test("some fees: the amount is of those that are known", () => {
    const [only] = credits(subject({ fees: { a: "10.00", b: null } }));
    expect(only).toMatchObject({ credit: { fee: "10.00", amount: "1.00" }, note: "part-fee" });
  });
});

describe("currencies", () => {
  test("a yen has no places, and a half yen is one", () => {
    const inYen = (fee: string) => amounts(subject({ account: "tokyo", fees: { a: fee } }))[0];
    expect(inYen("1200")).toBe("120");
    expect(inYen("125")).toBe("13");
    expect(inYen("124")).toBe("12");
  });

  test("a dinar has three", () => {
    const inDinar = (fee: string) => amounts(subject({ account: "kuwait", fees: { a: fee } }))[0];
    expect(inDinar("1200.005")).toBe("120.001");
    expect(inDinar("1200.004")).toBe("120.000");
  });
});

describe("a group", () => {
  test("is credited on the sum of its fees, rounded once", () => {
    const fees = { a: "0.04", b: "0.04", c: "0.04" };
    // Each by itself would give nothing.
    expect(amounts(subject({ fees }))).toEqual(["0.01"]);
  });
});

describe("two agreements on one target", () => {
  const single = (changes: Changes = {}) => subject({ agreement: "ecs-single", ...changes });
  const multiZone = (changes: Changes = {}) => subject({ agreement: "ecs-multi-zone", ...changes });

  test("the larger credit holds, and the other yields to it", () => {
    const [a, b] = credits(multiZone({ availability: "98" }), single());
    expect(a?.credit).toMatchObject({ percent: 25, amount: "300.00", yieldsTo: [] });
    expect(b?.credit).toMatchObject({
      percent: 10,
      targets: [],
      fee: "0.00",
      amount: "0.00",
      yieldsTo: ["ecs-multi-zone"],
    });
    expect(amounts(single(), multiZone({ availability: "98" }))).toEqual(["0.00", "300.00"]);
  });

  test("of equal credits the first takes it", () => {
    expect(amounts(multiZone(), single())).toEqual(["120.00", "0.00"]);
  });

  test("one that is met, or has no data, takes nothing", () => {
    expect(amounts(multiZone({ verdict: "met" }), single())).toEqual([undefined, "120.00"]);
    const unsure = multiZone({ verdict: "insufficient-data", availability: "10" });
    expect(amounts(unsure, single())).toEqual([undefined, "120.00"]);
  });

  test("a group keeps the targets that no other agreement gives more for", () => {
    const group = subject({
      agreement: "oss",
      fees: { a: "100.00", b: "200.00", c: "300.00" },
    });
    const one = subject({ agreement: "special", fees: { b: "200.00" }, availability: "90" });
    const [first, second] = credits(group, one);
    expect(first?.credit).toMatchObject({
      targets: ["a", "c"],
      fee: "400.00",
      amount: "40.00",
      yieldsTo: ["special"],
    });
    expect(second?.credit).toMatchObject({ amount: "200.00", yieldsTo: [] });
  });
});

describe("totals", () => {
  const totals = (...counted: Creditable[]) => totalCredits(counted, credits(...counted));

  test("by account, and by account and product", () => {
    const counted = [
      subject(),
      subject({ product: "oss", fees: { b: "0.05" } }),
      subject({ account: "tokyo", fees: { y: "1200" }, availability: "10" }),
      subject({ account: "kuwait", fees: { k: null } }),
      subject({ account: "kuwait", fees: { m: "5" }, verdict: "met" }),
    ];
    const yuan = { account: "acme", currency: "CNY" };
    const yen = { account: "tokyo", currency: "JPY", amount: "1200" };
    expect(totals(...counted)).toEqual([
      { by: "account", ...yuan, amount: "120.01" },
      { by: "account", ...yen },
      { by: "account-product", ...yuan, product: "ecs", amount: "120.00" },
      { by: "account-product", ...yuan, product: "oss", amount: "0.01" },
      { by: "account-product", ...yen, product: "ecs" },
    ]);
    expect(totals(subject({ verdict: "met" }))).toEqual([]);
  });

  test("are the exact sums of the subjects, and no fee is credited twice", () => {
    const fee = fc.option(fc.bigInt({ min: 0n, max: 10n ** 12n }));
    const world = fc.record({
      fees: fc.array(fee, { minLength: 1, maxLength: 8 }),
      subjects: fc.array(
        fc.record({
          targets: fc.uniqueArray(fc.nat(7), { minLength: 1, maxLength: 8 }),
          percent: fc.constantFrom(5, 10, 12.5, 25, 100),
          missed: fc.boolean(),
        }),
        { minLength: 1, maxLength: 6 },
      ),
    });
    fc.assert(
      fc.property(world, ({ fees, subjects }) => {
        const feeOf = (index: number) => fees[index % fees.length] ?? null;
        const counted = subjects.map(({ targets, percent, missed }, at) =>
          subject({
            agreement: `a${at}`,
            credits: tiers(["99.95", percent]),
            verdict: missed ? "missed" : "met",
            fees: Object.fromEntries(
              targets.map((index) => {
                const value = feeOf(index);
                return [`t${index}`, value === null ? null : formatAmount(value, "CNY")];
              }),
            ),
          }),
        );
        const found = creditsOf("2026-10", counted, TERMS);
        const owed = found.reduce((sum, { amountMinor }) => sum + (amountMinor ?? 0n), 0n);
        const [account] = totalCredits(counted, found);
        expect(account === undefined ? 0n : parseAmount(account.amount, "CNY")).toBe(owed);

        const taken = found.flatMap(({ credit }) => credit?.targets ?? []);
        expect(new Set(taken).size).toBe(taken.length);
        // By hand, per target the largest percent; each subject's rounding moves it by half at most.
        let exactEighths = 0n;
        for (let index = 0; index < 8; index += 1) {
          const percents = subjects
            .filter(({ targets, missed }) => missed && targets.includes(index))
            .map(({ percent }) => percent);
          const best = BigInt(Math.max(0, ...percents) * 2);
          exactEighths += (feeOf(index) ?? 0n) * best;
        }
        const gap = owed * 200n - exactEighths;
        expect((gap < 0n ? -gap : gap) <= 100n * BigInt(subjects.length)).toBe(true);
      }),
    );
  });
});
