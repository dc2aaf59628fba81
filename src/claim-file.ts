import type { Config } from "./config.ts";
import { formatAmount } from "./core/money.ts";
import { intersectRanges, slotsStartingIn } from "./core/ranges.ts";
import { readReport } from "./core/read-report.ts";
import type { ReportOutage } from "./core/report.ts";
import type { ResultLine } from "./core/results-ndjson.ts";
import { compareText, type Subject } from "./core/subject.ts";
import { ConflictError } from "./errors.ts";
import { readClosed } from "./handle-claim.ts";
import { renderClaimFile, type OutageEvidence } from "./reports/claim-file.ts";
import type { StoredClaim } from "./store/claims.ts";
import type { Db } from "./store/connect.ts";
import { pageResults } from "./store/results.ts";

/** Failed results shown of one outage, and of all together. */
const SHOWN_OF_OUTAGE = 20;
const SHOWN_AT_ALL = 1_000;

/**
 * A claim as one Markdown text in English and Chinese, with what it rests on: the figure of the
 * closed report, the outages with their failed results, the proof. Throws ConflictError when
 * there is no credit any more.
 */
export async function readClaimFile(
  deps: { readonly db: Db; readonly config: Config },
  claim: StoredClaim,
): Promise<string> {
  const { db, config } = deps;
  if (claim.state === "withdrawn") {
    throw new ConflictError(`claim ${claim.id} is withdrawn: ${claim.note ?? "no credit"}`);
  }
  const { body, subject } = await readClosed(db, claim);
  const report = readReport(body);
  const line = report.subjects.find(
    (one) => one.agreement === claim.agreement && one.id === claim.subject,
  );
  const amount =
    claim.amountMinor === null ? null : formatAmount(claim.amountMinor, claim.currency);
  if (line === undefined || line.credit === null || line.credit.amount !== amount) {
    throw new ConflictError(`revision ${claim.revision} does not give what claim ${claim.id} says`);
  }
  const { targets } = line.credit;
  return renderClaimFile({
    report,
    subject: line,
    credit: line.credit,
    accountName: config.accounts.find(({ id }) => id === claim.account)?.name ?? claim.account,
    timeZone: subject.agreement.timeZone,
    fees: subject.targets
      .filter(({ id }) => targets.includes(id))
      .map(({ id, monthlyFee }) => ({ target: id, fee: monthlyFee })),
    outages: await readOutages(db, line.outages, subject),
  });
}

async function readOutages(
  db: Db,
  outages: readonly ReportOutage[],
  subject: Subject,
): Promise<OutageEvidence[]> {
  const evidence: OutageEvidence[] = [];
  let left = SHOWN_AT_ALL;
  for (const outage of outages) {
    const found = await readFailed(db, outage, subject);
    const results = found.results.slice(0, left);
    left -= results.length;
    evidence.push({ outage, results, failed: found.failed });
  }
  return evidence;
}

/** The first failed results of an outage, and how many there are: of each target in its lifetime. */
async function readFailed(
  db: Db,
  outage: ReportOutage,
  { agreement, targets, siblings }: Subject,
): Promise<{ readonly results: readonly ResultLine[]; readonly failed: number }> {
  const { slotMs } = agreement;
  const slots = slotsStartingIn(
    { fromMs: Date.parse(outage.from), untilMs: Date.parse(outage.until) },
    slotMs,
  );
  let results: ResultLine[] = [];
  let failed = 0;
  for (const target of [...targets, ...siblings]) {
    const { from, until } = intersectRanges(slots, slotsStartingIn(target, slotMs));
    const range = { fromMs: from * slotMs, untilMs: until * slotMs };
    for await (const page of pageResults(db, target.id, range)) {
      const bad = page.filter(({ outcome }) => outcome === "failed");
      failed += bad.length;
      results = [...results, ...bad].toSorted(byTime).slice(0, SHOWN_OF_OUTAGE);
    }
  }
  return { results, failed };
}

function byTime(a: ResultLine, b: ResultLine): number {
  return (
    a.plannedAtMs - b.plannedAtMs ||
    compareText(a.target, b.target) ||
    compareText(a.vantage, b.vantage)
  );
}
