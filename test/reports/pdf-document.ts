import { subjectKey, type MonthDocument } from "../../src/core/month-document.ts";
import type { Report, ReportExclusion, ReportMalfunction } from "../../src/core/report.ts";
import { OCTOBER, octoberInterval } from "../helpers/sla.ts";
import { octoberDocument, type TestSubject } from "./tables-document.ts";

const iso = (ms: number) => new Date(ms).toISOString();

function exclusion(from: number, until: number, more: Partial<ReportExclusion>): ReportExclusion {
  const span = octoberInterval(from, until);
  return {
    id: 4,
    kind: "maintenance",
    from: iso(span.fromMs),
    until: iso(span.untilMs),
    reason: "Network cut-over announced on 2026-09-20",
    evidence: "CHG-2210",
    proposedBy: "user:li",
    approvedBy: "user:chen",
    ...more,
  };
}

const MAINTENANCE = exclusion(20_000, 20_120, {});
const ATTACK = exclusion(30_100, 30_160, {
  id: 7,
  kind: "attack",
  reason: "Flood of 300 Gbit/s on the customer's application",
  evidence: "https://tickets.example.com/991",
  approvedBy: "user:wang",
});

const failed = (from: number, until: number) => ({ from, until, valid: 4, failed: 4 });
const partly = (from: number, until: number) => ({ from, until, valid: 4, failed: 1 });
const silent = (from: number, until: number) => ({ from, until, valid: 0 });

const rds = { product: "rds" as const, region: "cn-shanghai" };
const oss = { product: "oss" as const, region: "cn-hangzhou" };

/** What of October the demo account has: two missed objectives, one without enough data. */
export const ACME_SUBJECTS: readonly TestSubject[] = [
  {
    minutes: [failed(1000, 1023), failed(12_000, 12_016)],
    target: { id: "web-1", monthlyFee: "1200.00" },
    exclusions: [MAINTENANCE],
  },
  {
    minutes: [failed(5000, 5007)],
    target: { id: "web-2", monthlyFee: "1200.00" },
    exclusions: [MAINTENANCE],
  },
  { target: { id: "web-3", monthlyFee: "800.00" } },
  {
    minutes: [failed(33_000, 33_807), partly(40_000, 40_040)],
    target: { id: "orders-db", ...rds, agreements: ["rds"], monthlyFee: "8800.00" },
    terms: { id: "rds", quorum: "majority" },
  },
  {
    minutes: [failed(30_100, 30_160), silent(31_000, 31_100)],
    target: { id: "billing-db", ...rds, agreements: ["rds"] },
    terms: { id: "rds", quorum: "majority" },
    exclusions: [ATTACK],
  },
  {
    minutes: [partly(700, 730), partly(22_000, 22_010)],
    target: { id: "assets", ...oss, agreements: ["oss"], monthlyFee: "300.00" },
    terms: { id: "oss", method: "error-rate", slotMs: 300_000, objectivePercent: "99.90" },
  },
  {
    minutes: [silent(2000, 9000)],
    target: { id: "edge", product: "slb", region: "ap-southeast-1", agreements: ["slb"] },
    terms: { id: "slb" },
  },
];

function malfunction(changes: Partial<ReportMalfunction>): ReportMalfunction {
  const span = octoberInterval(33_000, 33_807);
  return {
    id: 12,
    level: "P1",
    title: null,
    from: iso(span.fromMs),
    until: iso(span.untilMs),
    state: "closed",
    cause:
      "The leak in **cooling unit 3** heated the room; machines were shut down one by one.\n\n- the spare pump was in repair\n- the alarm went to a closed mailbox",
    resolution: "The pump was replaced and the alarm goes to the on-call phone.",
    targets: ["orders-db"],
    subjects: [{ agreement: "rds", subject: "orders-db" }],
    ...changes,
  };
}

/** A closed month of one account. */
export function acmeDocument(
  changes: Partial<MonthDocument> & { readonly settledUntilMs?: number } = {},
  report: Partial<Report> = {},
): MonthDocument {
  const first = octoberInterval(1000, 1023);
  const { settledUntilMs, ...others } = changes;
  const document = octoberDocument(
    ACME_SUBJECTS,
    settledUntilMs === undefined ? {} : { settledUntilMs },
  );
  const second = malfunction({
    id: 9,
    level: "P3",
    title: "Switch replaced",
    from: iso(first.fromMs),
    until: iso(first.untilMs),
    state: "restored",
    cause: null,
    resolution: null,
    subjects: [{ agreement: "ecs", subject: "web-1" }],
  });
  const isClosed = document.report.status === "closed";
  const named: Report = {
    ...document.report,
    account: "acme",
    malfunctions: [second, malfunction({})],
    proof: isClosed ? signed(document.report.proof) : document.report.proof,
    ...report,
  };
  return {
    ...document,
    accountName: "云启科技（上海）有限公司",
    accountNames: { acme: "云启科技（上海）有限公司" },
    report: named,
    trend: twelveMonths(named),
    ...others,
  };
}

function signed(proof: Report["proof"]): Report["proof"] {
  return {
    ...proof,
    digest: "sha256:5a17cbb1c0f9f2a4b5ef70c1e2d3a4958697a0b1c2d3e4f5061728394a5b6c7d",
    inputs: "sha256:9b1c2d3e4f5061728394a5b6c7d5a17cbb1c0f9f2a4b5ef70c1e2d3a4958697a",
    signature: // As long as a real one, and wider than most.
      "ed25519:fFFxG8G1xhZJaaDUZGhHfdjefESwB5_O9RLI4gDKD4EQAWetQm26Trb6er2xLkfqnkyr068TyKg1oAXUYL5xAQ",
    key: "a1b2c3d4e5f60718",
    audit: { entry: 812, hash: "sha256:77aa" },
    seals: Array.from({ length: 32 }, (_, day) => ({
      day: iso(OCTOBER.fromMs + day * 86_400_000).slice(0, 10),
      revision: 1,
      root: `sha256:${String(day).padStart(2, "0")}17cbb1c0f9f2a4b5ef70c1e2d3a4958697a0b1c2d3e4f5061728394a5b6c`,
      hash: `sha256:${day}`,
    })),
  };
}

function twelveMonths(report: Report): MonthDocument["trend"] {
  const months = Array.from({ length: 11 }, (_, index) => {
    const month = index < 2 ? `2025-${11 + index}` : `2026-${String(index - 1).padStart(2, "0")}`;
    if (index === 1) return { month, subjects: null };
    const subjects = report.subjects.map(({ agreement, id }, order) => {
      const isMissed = (index * 7 + order * 3) % 11 === 0;
      return {
        agreement,
        id,
        availabilityPercent: isMissed ? "99.912" : `99.9${90 + ((index + order) % 10)}`,
        verdict: isMissed ? ("missed" as const) : ("met" as const),
      };
    });
    return { month, subjects };
  });
  return [...months, { month: report.month, subjects: report.subjects }];
}

/** A report of so many accounts and subjects, each n-th of which missed. */
export function largeDocument(size: {
  readonly subjects: number;
  readonly accounts: number;
  readonly missedEach: number;
}): MonthDocument {
  const small = acmeDocument();
  const [missed, , met] = small.report.subjects;
  if (missed === undefined || met === undefined) throw new Error("the demo has changed");
  const timeline = (id: string) => small.timelines?.get(subjectKey({ agreement: "ecs", id })) ?? [];
  const accounts = Array.from({ length: size.accounts }, (_, index) => `account-${index}`);
  const subjects = Array.from({ length: size.subjects }, (_, index) => {
    const account = accounts[index % accounts.length] ?? "";
    const id = `target-${String(index).padStart(5, "0")}`;
    return { ...(index % size.missedEach === 0 ? missed : met), id, targets: [id], account };
  });
  return {
    ...small,
    report: { ...small.report, account: null, subjects, malfunctions: [] },
    terms: new Map(
      subjects.flatMap((subject) => {
        const terms = small.terms.get("ecs web-1");
        return terms === undefined ? [] : [[subjectKey(subject), terms] as const];
      }),
    ),
    vantages: [
      { vantage: "cn-hangzhou", targets: 3, planned: 133_920, measured: 133_900, failed: 60 },
      { vantage: "eu-central-1", targets: 1, planned: 0, measured: 0, failed: 0 },
    ],
    accountName: null,
    accountNames: Object.fromEntries(accounts.map((id) => [id, `Customer ${id}`])),
    timelines: new Map(
      subjects.map(({ agreement, id, verdict }) => [
        subjectKey({ agreement, id }),
        timeline(verdict === "missed" ? "web-1" : "web-3"),
      ]),
    ),
    trend: small.trend.map(({ month }) => ({ month, subjects })),
  };
}
