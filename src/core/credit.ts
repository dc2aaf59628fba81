import type { CreditTier } from "./agreement.ts";
import { parsePercent } from "./decimal.ts";
import type { Figure } from "./figure.ts";
import { compareFractions, type Fraction } from "./fraction.ts";
import { formatAmount, parseAmount, shareOf } from "./money.ts";
import type { Interval } from "./month.ts";
import type {
  CreditNote,
  ReportCredit,
  ReportCreditTotal,
  ReportSubject,
  Verdict,
} from "./report.ts";
import { compareText, type Subject } from "./subject.ts";
import type { Target } from "./target.ts";
import { claimWindow, type WorkCalendar } from "./working-days.ts";

/** What credits rest on beside the figures. */
export type CreditTerms = WorkCalendar & {
  /** Currency by account. */
  readonly currencies: ReadonlyMap<string, string>;
};

/** What of a subject with its figure decides on its credit. */
export type Creditable = {
  readonly subject: Pick<Subject, "agreement" | "account" | "product" | "targets">;
  readonly figure: Pick<Figure, "verdict" | "availability">;
};

/** What a subject is given for the month, and why not all. */
export type SubjectCredit = {
  readonly credit: ReportCredit | null;
  readonly note: CreditNote | null;
  /** Of `credit.amount`, in minor units. */
  readonly amountMinor: bigint | null;
};

export const NO_CREDIT: SubjectCredit = { credit: null, note: null, amountMinor: null };

/** Not where all fees are credited under other agreements, or there is none to pay. */
export function isOwed({
  amount,
  currency,
}: {
  readonly amount: string | null;
  readonly currency: string;
}): boolean {
  return amount === null || parseAmount(amount, currency) !== 0n;
}

/** Whether more is owed than the sums say, as fees are not known. */
export function isOwedInPart(subjects: readonly Pick<ReportSubject, "creditNote">[]): boolean {
  return subjects.some(({ creditNote }) => creditNote === "no-fee" || creditNote === "part-fee");
}

type Tier = Pick<CreditTier, "belowPercent" | "creditPercent"> & { readonly share: Fraction };
type Claimant = { readonly subject: Creditable["subject"]; readonly tier: Tier };

/** Of a configuration. */
export function creditTermsOf(config: {
  readonly accounts: readonly { readonly id: string; readonly currency: string }[];
  readonly holidays: readonly string[];
  readonly workingDays: readonly string[];
}): CreditTerms {
  return {
    currencies: new Map(config.accounts.map(({ id, currency }) => [id, currency])),
    holidays: new Set(config.holidays),
    workingDays: new Set(config.workingDays),
  };
}

/**
 * The credits of a month, one for each subject in the order given (sla-semantics, section 7).
 * A target's fee is credited once, at the largest percent of the subjects that hold it (the ECS
 * agreement: "if both are missed, the larger credit applies"); the first of equals takes it. So the
 * amounts add up to what is owed.
 */
export function creditsOf(
  month: string,
  counted: readonly Creditable[],
  terms: CreditTerms,
): SubjectCredit[] {
  const claimants = counted.map(({ subject, figure }): Claimant | null => {
    const tier = figure.verdict === "missed" ? tierOf(subject.agreement.credits, figure) : null;
    return tier === null ? null : { subject, tier };
  });
  const winners = winnersOf(claimants);
  const windows = new Map<string, Interval>();
  const windowIn = (timeZone: string): Interval => {
    const window = windows.get(timeZone) ?? claimWindow(month, timeZone, terms);
    windows.set(timeZone, window);
    return window;
  };
  return counted.map(({ subject, figure }, index) => {
    const claimant = claimants[index] ?? null;
    if (claimant === null) return NOTHING[figure.verdict];
    const currency = terms.currencies.get(subject.account);
    if (currency === undefined) throw new RangeError(`no currency of account ${subject.account}`);
    const window = windowIn(subject.agreement.timeZone);
    return creditFor(claimant, winners, { currency, window });
  });
}

/** The largest credit of a tier with A < below; null when there is none. */
export function tierOf(
  tiers: readonly CreditTier[],
  { availability }: Pick<Figure, "availability">,
): Tier | null {
  let best: Tier | null = null;
  for (const { below, belowPercent, creditPercent } of tiers) {
    if (availability === null || compareFractions(availability, below) >= 0) continue;
    const share = parsePercent(String(creditPercent));
    if (share === null) throw new RangeError(`a credit of ${creditPercent} % is no decimal`);
    if (best === null || compareFractions(share, best.share) > 0) {
      best = { belowPercent, creditPercent, share };
    }
  }
  return best;
}

/** By target, who takes its fee. */
function winnersOf(claimants: readonly (Claimant | null)[]): Map<string, Claimant> {
  const winners = new Map<string, Claimant>();
  for (const claimant of claimants) {
    if (claimant === null) continue;
    for (const { id } of claimant.subject.targets) {
      const winner = winners.get(id);
      const isLarger =
        winner === undefined || compareFractions(claimant.tier.share, winner.tier.share) > 0;
      if (isLarger) winners.set(id, claimant);
    }
  }
  return winners;
}

function creditFor(
  claimant: Claimant,
  winners: ReadonlyMap<string, Claimant>,
  { currency, window }: { readonly currency: string; readonly window: Interval },
): SubjectCredit {
  const { subject, tier } = claimant;
  const won = subject.targets.filter(({ id }) => winners.get(id) === claimant);
  const others = subject.targets.flatMap(({ id }) => {
    const winner = winners.get(id);
    return winner === undefined || winner === claimant ? [] : [winner.subject.agreement.id];
  });
  const fees = feesOf(won, currency);
  const feeMinor = won.length > 0 && fees.length === 0 ? null : fees.reduce((a, b) => a + b, 0n);
  const amountMinor = feeMinor === null ? null : shareOf(feeMinor, tier.share);
  const isPart = fees.length < won.length;
  return {
    credit: {
      percent: tier.creditPercent,
      belowPercent: tier.belowPercent,
      targets: won.map(({ id }) => id),
      fee: feeMinor === null ? null : formatAmount(feeMinor, currency),
      amount: amountMinor === null ? null : formatAmount(amountMinor, currency),
      currency,
      claimFrom: new Date(window.fromMs).toISOString(),
      claimUntil: new Date(window.untilMs).toISOString(),
      yieldsTo: [...new Set(others)].toSorted(compareText),
    },
    note: amountMinor === null ? "no-fee" : isPart ? "part-fee" : null,
    amountMinor,
  };
}

/** Those that are known. The configuration's check holds them to the currency's places. */
function feesOf(targets: readonly Target[], currency: string): bigint[] {
  return targets.flatMap(({ id, monthlyFee }) => {
    if (monthlyFee === null) return [];
    const fee = parseAmount(monthlyFee, currency);
    if (fee === null) throw new RangeError(`the fee of ${id} is no amount in ${currency}`);
    return [fee];
  });
}

/** Without a credit, by verdict; one object each, as a report of ten thousand targets has most of them. */
const NOTHING: Readonly<Record<Verdict, SubjectCredit>> = {
  met: nothing("met"),
  missed: nothing("no-tier"),
  "insufficient-data": nothing("insufficient-data"),
  "on-track": nothing("running"),
  "at-risk": nothing("running"),
  "already-missed": nothing("running"),
};

function nothing(note: CreditNote): SubjectCredit {
  return { credit: null, note, amountMinor: null };
}

/**
 * What is owed to each account, and for each of its products: exact sums of the subjects'
 * amounts. Where no amount is known there is no line.
 */
export function totalCredits(
  counted: readonly Creditable[],
  credits: readonly SubjectCredit[],
): ReportCreditTotal[] {
  const sums = new Map<string, { total: Omit<ReportCreditTotal, "amount">; minor: bigint }>();
  const add = (total: Omit<ReportCreditTotal, "amount">, minor: bigint): void => {
    const key = JSON.stringify([total.by, total.account, total.product ?? ""]);
    sums.set(key, { total, minor: (sums.get(key)?.minor ?? 0n) + minor });
  };
  for (const [index, { subject }] of counted.entries()) {
    const { credit, amountMinor } = credits[index] ?? {};
    if (credit === undefined || credit === null || amountMinor === undefined) continue;
    if (amountMinor === null) continue;
    const { account, product } = subject;
    const { currency } = credit;
    add({ by: "account", account, currency }, amountMinor);
    add({ by: "account-product", account, product, currency }, amountMinor);
  }
  return [...sums.values()]
    .map(({ total, minor }) => ({ ...total, amount: formatAmount(minor, total.currency) }))
    .toSorted(
      (a, b) =>
        compareText(a.by, b.by) ||
        compareText(a.account, b.account) ||
        compareText(a.product ?? "", b.product ?? ""),
    );
}
