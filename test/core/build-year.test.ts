import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { buildYear, yearPart } from "../../src/core/build-year.ts";
import {
  formatFraction,
  percentCut,
  sumFractions,
  type Fraction,
} from "../../src/core/fraction.ts";
import { formatAmount, parseAmount } from "../../src/core/money.ts";
import type { PartSubject, YearPart, YearReport } from "../../src/core/year-report.ts";
import { demoYear, outageIn, partSubject, yearPartOf } from "../helpers/year-parts.ts";
import { acmeDocument } from "../reports/pdf-document.ts";

const MONTHS = Array.from({ length: 12 }, (_, at) => `2026-${String(at + 1).padStart(2, "0")}`);
const IDS = ["a", "b", "c"];
const CURRENCIES = ["CNY", "JPY", "KWD"];
const VERDICTS = ["met", "missed", "insufficient-data"] as const;

/** Of a subject's month: slots of 1 or 5 minutes, a part of them bad by thirds, sevenths and such. */
const subjectOf = (id: string): fc.Arbitrary<PartSubject | null> =>
  fc.option(
    fc
      .record({
        slotSeconds: fc.constantFrom(60, 300, 3600),
        good: fc.integer({ min: 0, max: 9000 }),
        num: fc.integer({ min: 0, max: 500 }),
        den: fc.constantFrom(1, 3, 7, 60, 9973),
        excluded: fc.integer({ min: 0, max: 50 }),
        noData: fc.integer({ min: 0, max: 50 }),
        verdict: fc.constantFrom(...VERDICTS),
        cents: fc.option(fc.integer({ min: 0, max: 1_000_000 })),
        currency: fc.constantFrom(...CURRENCIES),
      })
      .map((one) => {
        const counted = one.good + 500;
        return partSubject({
          id,
          slotSeconds: one.slotSeconds,
          bad: formatFraction({ num: BigInt(one.num), den: BigInt(one.den) }),
          counted,
          excluded: one.excluded,
          noData: one.noData,
          total: counted + one.noData,
          verdict: one.verdict,
          credit:
            one.verdict !== "missed"
              ? null
              : {
                  percent: 10,
                  currency: one.currency,
                  amount: one.cents === null ? null : formatAmount(BigInt(one.cents), one.currency),
                },
        });
      }),
    { nil: null },
  );

const reportsOf: fc.Arbitrary<YearPart[]> = fc
  .tuple(
    ...MONTHS.map((month) =>
      fc
        .tuple(fc.boolean(), fc.boolean(), fc.tuple(...IDS.map(subjectOf)))
        .map(([isThere, isClosed, subjects]): YearPart[] => {
          if (!isThere) return [];
          const own = subjects.filter((one) => one !== null);
          return [
            isClosed
              ? yearPartOf(month, own)
              : yearPartOf(month, own, { revision: 0, closing: null, status: "running" }),
          ];
        }),
    ),
  )
  .map((parts) => parts.flat());

const yearOf = (reports: readonly YearPart[], changes = {}): YearReport =>
  buildYear({
    year: "2026",
    account: null,
    reports,
    claims: [],
    presentMonth: "2026-12",
    ...changes,
  });

const fractionOf = (text: string): Fraction => {
  const [num = "0", den = "1"] = text.split("/");
  return { num: BigInt(num), den: BigInt(den) };
};

/** What a subject's report says, as minutes. */
const badMinutes = ({ bad, slotSeconds }: PartSubject): Fraction => {
  const { num, den } = fractionOf(bad);
  return { num: num * BigInt(slotSeconds), den: den * 60n };
};

describe("whatever the months hold", () => {
  test("the sums of the year are those of the months' books, exactly", () => {
    fc.assert(
      fc.property(reportsOf, (reports) => {
        const year = yearOf(reports);
        for (const { id, time, availabilityPercent } of year.subjects) {
          const own = reports.flatMap(({ subjects }) => subjects.filter((one) => one.id === id));
          const bad = sumFractions(own.map(badMinutes));
          const minutes = (read: (one: PartSubject) => number) =>
            own.reduce((sum, one) => sum + (read(one) * one.slotSeconds) / 60, 0);
          const counted = minutes((one) => one.counted);
          expect(time.badMinutes).toBe(formatFraction(bad));
          expect(time.countedMinutes).toBe(counted);
          expect(time.totalMinutes).toBe(minutes(({ total }) => total));
          expect(time.excludedMinutes).toBe(minutes(({ excluded }) => excluded));
          expect(time.noDataMinutes).toBe(minutes(({ noData }) => noData));
          const all = BigInt(counted) * bad.den;
          expect(availabilityPercent).toBe(percentCut({ num: all - bad.num, den: all }, 3));
        }
        const sums = [year.months, year.subjects, year.places, year.accounts].map((list) =>
          formatFraction(sumFractions(list.map(({ time }) => fractionOf(time.badMinutes)))),
        );
        expect(sums).toEqual(sums.map(() => year.time.badMinutes));
      }),
    );
  });

  test("each month of each subject is one thing, and a gap is never good", () => {
    fc.assert(
      fc.property(reportsOf, (reports) => {
        const year = yearOf(reports);
        for (const { counts, months } of year.subjects) {
          const { kept, missed, undecided, notClosed, without } = counts;
          expect(kept + missed + undecided + notClosed + without).toBe(12);
          expect(without).toBe(months.filter((figure) => figure === null).length);
        }
        const there = new Set(reports.map(({ month }) => month));
        for (const { month, state, counts } of year.months) {
          if (there.has(month)) continue;
          expect(state).toBe("none");
          expect(counts).toMatchObject({ kept: 0, missed: 0, undecided: 0, notClosed: 0 });
        }
        const met = reports
          .filter(({ closing }) => closing !== null)
          .flatMap(({ subjects }) => subjects.filter(({ verdict }) => verdict === "met"));
        expect(year.counts.kept).toBe(met.length);
      }),
    );
  });

  test("a month that is taken away takes nothing but its own with it", () => {
    fc.assert(
      fc.property(reportsOf, fc.nat(11), (reports, at) => {
        const month = MONTHS[at]!;
        const less = yearOf(reports.filter((one) => one.month !== month));
        const year = yearOf(reports);
        const others = ({ months }: YearReport) =>
          months
            .filter((one) => one.month !== month)
            .map(({ time, credits }) => ({ time, credits }));
        expect(others(less)).toEqual(others(year));
        expect(less.counts.kept).toBe(year.counts.kept - (year.months[at]?.counts.kept ?? 0));
      }),
    );
  });

  test("the order in which the months come does not matter", () => {
    fc.assert(
      fc.property(
        reportsOf.chain((reports) =>
          fc.tuple(
            fc.constant(reports),
            fc.shuffledSubarray(reports, { minLength: reports.length }),
          ),
        ),
        ([reports, shuffled]) => {
          expect(yearOf(shuffled)).toEqual(yearOf(reports));
        },
      ),
    );
  });

  test("credits are summed by currency, and currencies are never added", () => {
    fc.assert(
      fc.property(reportsOf, (reports) => {
        const year = yearOf(reports);
        const owed = reports.flatMap(({ subjects }) =>
          subjects.flatMap(({ credit }) => credit ?? []),
        );
        for (const currency of CURRENCIES) {
          const minor = owed
            .filter((credit) => credit.currency === currency)
            .reduce((sum, { amount }) => sum + (parseAmount(amount ?? "0", currency) ?? 0n), 0n);
          const found = year.credits.find((one) => one.currency === currency);
          expect(found?.owed ?? formatAmount(0n, currency)).toBe(formatAmount(minor, currency));
          const byMonth = year.months
            .flatMap(({ credits }) => credits.filter((one) => one.currency === currency))
            .reduce((sum, one) => sum + (parseAmount(one.owed, currency) ?? 0n), 0n);
          expect(byMonth).toBe(minor);
        }
      }),
    );
  });

  test("by product and region only slots of one length are added", () => {
    fc.assert(
      fc.property(reportsOf, (reports) => {
        for (const place of yearOf(reports).places) {
          const own = reports.flatMap(({ subjects }) =>
            subjects.filter(({ slotSeconds }) => slotSeconds === place.slotSeconds),
          );
          expect(place.time.badMinutes).toBe(formatFraction(sumFractions(own.map(badMinutes))));
        }
      }),
    );
  });
});

describe("the demo year", () => {
  const { report } = demoYear();

  test("tells gaps, the running month and what is still to come apart", () => {
    expect(report.months.map(({ state }) => state).join(" ")).toBe(
      "none none none closed closed closed running ahead ahead ahead ahead ahead",
    );
    expect(report.months[5]).toMatchObject({ revision: 2, digest: "sha256:00d1", subjects: 2 });
    expect(report.asOf).toBe("2026-07-10T16:00:00.000Z");
    expect(report.counts).toEqual({ kept: 3, missed: 3, undecided: 1, notClosed: 2, without: 27 });
  });

  test("adds slots of different length as time, and shows each month's own objective", () => {
    const web = report.subjects.find(({ id }) => id === "web-1");
    expect(web?.months.map((figure) => figure?.objectivePercent ?? null).slice(3, 7)).toEqual([
      "99.95",
      "99.95",
      "99.99",
      "99.99",
    ]);
    expect(web?.time).toMatchObject({
      badMinutes: "73",
      countedMinutes: 43_200 + 44_640 + 43_200 + 14_400,
    });
    // Never the mean of the four: (99.900 + 99.955 + 99.976 + 100) / 4 would be 99.957.
    expect(web?.availabilityPercent).toBe("99.949");
    const bucket = report.subjects.find(({ agreement }) => agreement === "oss");
    expect(bucket?.time).toMatchObject({ badMinutes: "41/12", coveragePercent: "74.590" });
    expect(bucket?.lowestCoveragePercent).toBe("50.000");
  });

  test("keeps what is owed, claimed and credited apart", () => {
    expect(report.credits).toEqual([
      {
        currency: "CNY",
        owed: "120.00",
        claimed: "120.00",
        credited: "100.00",
        count: 2,
        withoutAmount: 1,
      },
      { currency: "JPY", owed: "700", claimed: "0", credited: "0", count: 1, withoutAmount: 0 },
    ]);
    expect(report.creditLines.map(({ month, claim }) => [month, claim?.state ?? null])).toEqual([
      ["2026-04", "credited"],
      ["2026-04", null],
      ["2026-06", null],
    ]);
  });

  test("joins an outage across the end of a month, and counts an exclusion once", () => {
    expect(report.outages.map(({ id, minutes }) => [id, minutes])).toEqual([
      ["web-1", 50],
      ["web-1", 13],
    ]);
    expect(report.outages[0]).toMatchObject({
      from: "2026-04-30T15:30:00.000Z",
      until: "2026-04-30T16:20:00.000Z",
    });
    expect(report.exclusions).toBe(2);
    expect(report.time.excludedMinutes).toBe(90);
  });

  test("places stand where the months have them, with the lowest subject", () => {
    expect(
      report.places.map(({ product, slotSeconds, subjects, worst }) => [
        product,
        slotSeconds,
        subjects,
        worst?.id,
      ]),
    ).toEqual([
      ["ecs", 60, 2, "web-1"],
      ["ecs", 300, 1, "web-1"],
      ["oss", 300, 1, "globex/oss/cn-shanghai/"],
    ]);
  });
});

test("at most ten outages are told of, the longest first", () => {
  const outages = Array.from({ length: 15 }, (_, at) => outageIn("2026-04", at * 100, at + 1));
  const { outages: told } = yearOf([yearPartOf("2026-04", [partSubject({ id: "a", outages })])]);
  expect(told.map(({ minutes }) => minutes)).toEqual([15, 14, 13, 12, 11, 10, 9, 8, 7, 6]);
});

const CLAIM = {
  id: 1,
  month: "2026-04",
  agreement: "ecs",
  subject: "a",
  percent: 10,
  state: "credited",
  currency: "CNY",
  amount: "5.00",
  credited: "4.00",
} as const;

test("a claim in another currency than its credit is shown and added to nothing", () => {
  const subject = partSubject({
    id: "a",
    verdict: "missed",
    credit: { percent: 10, amount: "5.00", currency: "CNY" },
  });
  const claim = {
    ...CLAIM,
    currency: "USD",
    credited: "5.00",
  };
  const { credits, creditLines } = yearOf([yearPartOf("2026-04", [subject])], { claims: [claim] });
  expect(credits).toMatchObject([{ currency: "CNY", owed: "5.00", claimed: "0.00" }]);
  expect(creditLines[0]?.claim).toEqual({ id: 1, state: "credited" });
});

test("what was submitted before a revision took the credit back is still told of", () => {
  const reports = [yearPartOf("2026-04", [partSubject({ id: "a" })])];
  expect(yearOf(reports, { claims: [CLAIM] }).credits).toEqual([
    {
      currency: "CNY",
      owed: "0.00",
      claimed: "5.00",
      credited: "4.00",
      count: 1,
      withoutAmount: 0,
    },
  ]);
  expect(yearOf(reports, { claims: [{ ...CLAIM, state: "withdrawn" }] }).credits).toEqual([]);
});

test("an empty year is empty, and one of two Januaries is refused", () => {
  const empty = yearOf([], { presentMonth: "2026-02" });
  expect(empty.months.map(({ state }) => state).slice(0, 4)).toEqual([
    "none",
    "none",
    "ahead",
    "ahead",
  ]);
  expect(empty).toMatchObject({ asOf: null, subjects: [], credits: [], outages: [], places: [] });
  expect(empty.time).toMatchObject({ badMinutes: "0", coveragePercent: null });
  const january = yearPartOf("2026-01", []);
  expect(() => yearOf([january, january])).toThrow(/two reports of 2026-01/u);
  expect(() => yearOf([yearPartOf("2025-12", [])])).toThrow(/2025-12 is not of the year/u);
  expect(() => yearOf([], { year: "26" })).toThrow(/is not a year/u);
});

test("a report gives the same year whether or not it was thinned before", () => {
  const { report } = acmeDocument();
  expect(yearOf([yearPart(report)])).toEqual(yearOf([report]));
  const year = yearOf([report]);
  const account = report.credits.find(({ by }) => by === "account");
  expect(year.credits[0]).toMatchObject({ owed: account?.amount, currency: account?.currency });
  expect(year.subjects).toHaveLength(report.subjects.length);
  for (const { id, availabilityPercent } of year.subjects) {
    const told = report.subjects.find((one) => one.id === id);
    expect(availabilityPercent).toBe(told?.availabilityPercent);
  }
});
