import { monthBounds } from "../../src/core/month.ts";
import type { PartSubject, YearClaim, YearDocument, YearPart } from "../../src/core/year-report.ts";
import { buildYear } from "../../src/core/build-year.ts";

const ZONE = "Asia/Shanghai";
const iso = (ms: number) => new Date(ms).toISOString();

/** A subject of 1-minute slots that lost nothing; what differs is given. */
export function partSubject(changes: Partial<PartSubject> & { readonly id: string }): PartSubject {
  return {
    agreement: "ecs",
    scope: "target",
    product: "ecs",
    region: "cn-hangzhou",
    account: "acme",
    objectivePercent: "99.95",
    availabilityPercent: "100.000",
    bad: "0",
    counted: 44_640,
    total: 44_640,
    excluded: 0,
    noData: 0,
    coveragePercent: "100.000",
    slotSeconds: 60,
    verdict: "met",
    credit: null,
    outages: [],
    exclusions: [],
    ...changes,
  };
}

/** A month's report, closed unless told otherwise. */
export function yearPartOf(
  month: string,
  subjects: readonly PartSubject[],
  changes: Partial<YearPart> = {},
): YearPart {
  const { untilMs } = monthBounds(month, ZONE);
  return {
    month,
    status: "closed",
    revision: 1,
    settledUntil: iso(untilMs),
    closing: { at: iso(untilMs + 86_400_000) },
    proof: { digest: "sha256:00d1" },
    subjects,
    ...changes,
  };
}

/** An outage of so many minutes from a minute of the month on. */
export function outageIn(month: string, fromMinute: number, minutes: number) {
  const { fromMs } = monthBounds(month, ZONE);
  const from = fromMs + fromMinute * 60_000;
  return {
    from: iso(from),
    until: iso(from + minutes * 60_000),
    slots: minutes,
    reason: "connect-timeout",
  };
}

const credit = (amount: string | null, currency = "CNY") => ({ percent: 10, amount, currency });

/**
 * Two accounts: January to March are gaps; April and May closed; in June an agreement changed its
 * objective and its slots; July runs. web-2 comes in May, and one outage spans the end of April.
 */
export function demoYear(account: string | null = null): YearDocument {
  const missed = { verdict: "missed", availabilityPercent: "99.900" } as const;
  const parts = [
    yearPartOf("2026-04", [
      partSubject({
        id: "web-1",
        ...missed,
        bad: "43",
        counted: 43_200,
        total: 43_200,
        credit: credit("120.00"),
        outages: [outageIn("2026-04", 100, 13), outageIn("2026-04", 43_170, 30)],
      }),
      partSubject({
        id: "globex/oss/cn-shanghai/",
        agreement: "oss",
        scope: "group",
        product: "oss",
        region: "cn-shanghai",
        account: "globex",
        objectivePercent: "99.90",
        slotSeconds: 300,
        ...missed,
        bad: "41/60",
        counted: 8640,
        total: 8640,
        credit: credit("700", "JPY"),
      }),
    ]),
    yearPartOf("2026-05", [
      partSubject({
        id: "web-1",
        bad: "20",
        availabilityPercent: "99.955",
        excluded: 60,
        exclusions: [{ id: 4 }],
        outages: [outageIn("2026-05", 0, 20)],
      }),
      partSubject({ id: "web-2", exclusions: [{ id: 4 }, { id: 5 }], excluded: 30 }),
      partSubject({
        id: "globex/oss/cn-shanghai/",
        agreement: "oss",
        scope: "group",
        product: "oss",
        region: "cn-shanghai",
        account: "globex",
        objectivePercent: "99.90",
        slotSeconds: 300,
        verdict: "insufficient-data",
        counted: 4464,
        total: 8928,
        noData: 4464,
        coveragePercent: "50.000",
      }),
    ]),
    yearPartOf(
      "2026-06",
      [
        partSubject({
          id: "web-1",
          objectivePercent: "99.99",
          slotSeconds: 300,
          bad: "2",
          counted: 8640,
          total: 8640,
          availabilityPercent: "99.976",
          verdict: "missed",
          credit: credit(null),
        }),
        partSubject({ id: "web-2", counted: 43_200, total: 43_200 }),
      ],
      { revision: 2 },
    ),
    yearPartOf(
      "2026-07",
      [
        partSubject({
          id: "web-1",
          objectivePercent: "99.99",
          slotSeconds: 300,
          counted: 2880,
          total: 2880,
          verdict: "on-track",
        }),
        partSubject({ id: "web-2", counted: 14_400, total: 14_400, verdict: "at-risk" }),
      ],
      { status: "running", revision: 0, closing: null, settledUntil: "2026-07-10T16:00:00.000Z" },
    ),
  ];
  const claims: YearClaim[] = [
    {
      id: 7,
      month: "2026-04",
      agreement: "ecs",
      subject: "web-1",
      state: "credited",
      percent: 10,
      currency: "CNY",
      amount: "120.00",
      credited: "100.00",
    },
  ];
  const of = (part: YearPart): YearPart => ({
    ...part,
    subjects: part.subjects.filter((one) => account === null || one.account === account),
  });
  const names: Readonly<Record<string, string>> = {
    acme: "云启科技（上海）有限公司",
    globex: "Globex Travel",
  };
  return {
    report: buildYear({
      year: "2026",
      account,
      reports: parts.map(of),
      claims,
      presentMonth: "2026-07",
    }),
    accountName: account === null ? null : (names[account] ?? account),
    accountNames: names,
    timeZone: ZONE,
  };
}
