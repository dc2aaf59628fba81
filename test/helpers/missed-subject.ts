import type { ReportCredit, ReportSubject } from "../../src/core/report.ts";

/** Ten percent of 1,200 yuan. */
export const MISSED_CREDIT: ReportCredit = {
  percent: 10,
  belowPercent: "99.95",
  targets: ["web-1"],
  fee: "1200.00",
  amount: "120.00",
  currency: "CNY",
  claimFrom: "2026-11-05T16:00:00.000Z",
  claimUntil: "2026-12-31T16:00:00.000Z",
  yieldsTo: [],
};

/** A report's line for October of 2026, 23 minutes bad; its outages are left to the test. */
export const MISSED_SUBJECT: ReportSubject = {
  agreement: "ecs",
  scope: "target",
  id: "web-1",
  targets: ["web-1"],
  product: "ecs",
  region: "cn-hangzhou",
  account: "acme",
  objectivePercent: "99.95",
  availabilityPercent: "99.948",
  bad: "23",
  counted: 44_640,
  total: 44_640,
  excluded: 0,
  noData: 0,
  books: { good: "44617", bad: "23", excluded: "0", noData: "0" },
  lowPercent: "99.948",
  highPercent: "99.948",
  reachabilityPercent: "99.948",
  coveragePercent: "100.000",
  slotSeconds: 60,
  allowedBad: "22.32",
  budgetLeft: "-0.68",
  verdict: "missed",
  credit: MISSED_CREDIT,
  creditNote: null,
  outages: [],
  exclusions: [],
};
