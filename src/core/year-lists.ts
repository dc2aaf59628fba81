import type { ClaimState } from "./claim.ts";
import { formatAmount, parseAmount } from "./money.ts";
import { subjectKey } from "./month-document.ts";
import { compareText } from "./subject.ts";
import type {
  PartSubject,
  YearClaim,
  YearCreditLine,
  YearFigure,
  YearOutage,
} from "./year-report.ts";

/** One subject's month with what its report says of it. */
export type Entry = {
  /** Its `subjectKey`, made once: there are many, and much goes by it. */
  readonly key: string;
  readonly subject: PartSubject;
  readonly figure: YearFigure;
};

/** States in which a claim has been submitted to the provider. */
const CLAIMED: ReadonlySet<ClaimState> = new Set(["submitted", "credited", "refused"]);

const monthKey = (month: string, key: string) => `${month} ${key}`;

/** By month and subject, what is owed and what became of it, in the order of the entries. */
export function creditLines(
  entries: readonly Entry[],
  claims: readonly YearClaim[],
): YearCreditLine[] {
  const byKey = new Map(
    claims.map((claim) => [
      monthKey(claim.month, subjectKey({ ...claim, id: claim.subject })),
      claim,
    ]),
  );
  return entries.flatMap(({ key, subject, figure }): YearCreditLine[] => {
    const { agreement, id, account, product, region, slotSeconds } = subject;
    const { month } = figure;
    const claim = byKey.get(monthKey(month, key)) ?? null;
    const owed = owedOf(subject, claim);
    if (owed === null) return [];
    // Noted in another currency it is shown with its state, and added to nothing.
    const added = claim !== null && claim.currency === owed.currency ? claim : null;
    return [
      {
        month,
        agreement,
        id,
        account,
        product,
        region,
        slotSeconds,
        percent: owed.percent,
        amount: owed.amount,
        currency: owed.currency,
        claim: claim === null ? null : { id: claim.id, state: claim.state },
        claimed: added !== null && CLAIMED.has(added.state) ? added.amount : null,
        credited: added?.credited ?? null,
      },
    ];
  });
}

/**
 * What the report gives, unless it comes to nothing since other agreements credit the fee; what was
 * submitted before a later revision gave nothing is still told of.
 */
function owedOf({ credit }: PartSubject, claim: YearClaim | null): PartSubject["credit"] {
  const isNothing =
    credit === null ||
    (credit.amount !== null && parseAmount(credit.amount, credit.currency) === 0n);
  if (!isNothing) return credit;
  if (claim === null || !CLAIMED.has(claim.state)) return null;
  const { percent, currency } = claim;
  return { percent, currency, amount: formatAmount(0n, currency) };
}

/** A month's end ends its outages: one that goes on in the next month is one of both. */
export function outagesOf(entries: readonly Entry[]): YearOutage[] {
  const joined: YearOutage[] = [];
  let longest = 0;
  const inOrder = entries
    .flatMap(({ subject }) => subject.outages.map((outage) => ({ subject, outage })))
    .toSorted((a, b) => compareText(a.outage.from, b.outage.from));
  for (const { subject, outage } of inOrder) {
    const { agreement, id, account, product, region } = subject;
    const { from, until, reason } = outage;
    const minutes = minutesBetween(from, until);
    const last = joined.at(-1);
    if (last !== undefined && last.until === from) {
      // The reason of its longest part.
      const told = minutes > longest ? reason : last.reason;
      longest = Math.max(longest, minutes);
      joined[joined.length - 1] = {
        ...last,
        until,
        minutes: minutesBetween(last.from, until),
        reason: told,
      };
      continue;
    }
    longest = minutes;
    joined.push({ agreement, id, account, product, region, from, until, minutes, reason });
  }
  return joined;
}

const minutesBetween = (from: string, until: string) =>
  (Date.parse(until) - Date.parse(from)) / 60_000;

export function longestFirst(a: YearOutage, b: YearOutage): number {
  return (
    b.minutes - a.minutes ||
    compareText(a.from, b.from) ||
    compareText(a.id, b.id) ||
    compareText(a.agreement, b.agreement)
  );
}
