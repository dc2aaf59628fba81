import { DateTime } from "luxon";
import type { Agreement } from "../core/agreement.ts";
import { sourceOf } from "../core/built-in-agreements.ts";
import { claimDays, claimWindowText, commonWindow } from "../core/claim-words.ts";
import { isOwed, isOwedInPart } from "../core/credit.ts";
import { cutDecimal, durationText } from "../core/duration-text.ts";
import { percentCut, type Fraction } from "../core/fraction.ts";
import { formatAmount, parseAmount } from "../core/money.ts";
import { subjectKey, type MonthDocument, type VantageCoverage } from "../core/month-document.ts";
import type {
  Report,
  ReportCredit,
  ReportMalfunction,
  ReportOutage,
  ReportSubject,
} from "../core/report.ts";
import type { Lang } from "../core/views.ts";
import { grouped } from "../core/grouped.ts";
import { closingReason } from "./closing-reason.ts";
import { reportWords } from "./report-words.ts";
import type { ReportWords, VerdictCounts } from "./report-words-type.ts";

/** "2026-10-02 10:00:15" of an ISO instant, in a zone; the seconds only where there are any. */
export function instantText(iso: string, timeZone: string): string {
  const at = DateTime.fromISO(iso, { zone: timeZone });
  return at.toFormat(at.second === 0 ? "yyyy-MM-dd HH:mm" : "yyyy-MM-dd HH:mm:ss");
}

/** "Asia/Shanghai (UTC+08:00)", as of the instant. */
export function zoneText(timeZone: string, iso: string): string {
  return `${timeZone} (UTC${DateTime.fromISO(iso, { zone: timeZone }).toFormat("ZZ")})`;
}

/** "October 2026", "2026年10月". */
export function monthText(month: string, words: ReportWords): string {
  const [year, number] = month.split("-");
  return words.monthName(Number(year), Number(number));
}

/** B as time, for looking at. By whole numbers: the fraction's parts may be too long for a float. */
export function badSecondsOf({ bad, slotSeconds }: ReportSubject): number {
  const [num = "0", den = "1"] = bad.split("/");
  return Number((BigInt(num) * BigInt(slotSeconds) * 1000n) / BigInt(den)) / 1000;
}

export function allowedSecondsOf({ allowedBad, slotSeconds }: ReportSubject): number {
  return Number(allowedBad) * slotSeconds;
}

/** A length of time of a subject; a dash where nothing counted. */
export function countedText(
  { counted }: Pick<ReportSubject, "counted">,
  seconds: number,
  words: ReportWords,
): string {
  return counted === 0 ? words.nothing : durationText(seconds, words);
}

/** What missed its objective, whether the month is over or not. */
export function isMissed({ verdict }: Pick<ReportSubject, "verdict">): boolean {
  return verdict === "missed" || verdict === "already-missed";
}

export function countVerdicts(subjects: readonly Pick<ReportSubject, "verdict">[]): VerdictCounts {
  const counts = {
    all: subjects.length,
    met: 0,
    missed: 0,
    "insufficient-data": 0,
    "on-track": 0,
    "at-risk": 0,
    "already-missed": 0,
  };
  for (const { verdict } of subjects) counts[verdict] += 1;
  return counts;
}

/** The report in a sentence or two, for its cover. */
export function verdictText({ report }: MonthDocument, words: ReportWords): string {
  const { verdictSentence } = words;
  const counts = countVerdicts(report.subjects);
  if (counts.all === 0) return verdictSentence.empty;
  if (report.status === "running") return verdictSentence.running(counts);
  const sentence = verdictSentence.closed(counts);
  if (!owedOf(report).some(isClaimable)) return sentence;
  const credit = creditSentence(report, owedText(report, words), words);
  return words.htmlLang === "en" ? `${sentence} ${credit}` : `${sentence}${credit}`;
}

function creditSentence(report: Report, owed: string, { verdictSentence }: ReportWords): string {
  if (owed === "") return verdictSentence.owedUnknown;
  return isOwedInPart(report.subjects)
    ? verdictSentence.owedAtLeast(owed)
    : verdictSentence.owed(owed);
}

/** Measured of what was to be, cut to three decimals; null where nothing was. */
export function vantagePercent({
  planned,
  measured,
}: Pick<VantageCoverage, "planned" | "measured">): string | null {
  if (planned === 0) return null;
  return percentCut({ num: BigInt(measured), den: BigInt(planned) }, 3);
}

/** What is owed for a tile: "CNY 120.00", "≥ CNY 120.00", "?" without any fee, a dash for nothing. */
export function owedTile(report: Report, words: ReportWords): string {
  const owed = owedText(report, words);
  if (owed !== "") return isOwedInPart(report.subjects) ? `≥ ${owed}` : owed;
  return owedOf(report).some(isClaimable) ? "?" : words.nothing;
}

/** "CNY 120.00", of several currencies "CNY 120.00 and USD 7.00"; empty when no amount is known. */
export function owedText({ credits }: Pick<Report, "credits">, words: ReportWords): string {
  const sums = new Map<string, bigint>();
  for (const { by, currency, amount } of credits) {
    if (by !== "account") continue;
    sums.set(currency, (sums.get(currency) ?? 0n) + (parseAmount(amount, currency) ?? 0n));
  }
  return words.listOf(
    [...sums]
      .filter(([, minor]) => minor > 0n)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([currency, minor]) => moneyText(formatAmount(minor, currency), currency)),
  );
}

/** "CNY 1,234.00": groups of three, so that a large sum can be read. */
export function moneyText(amount: string, currency: string): string {
  return `${currency} ${grouped(amount)}`;
}

/** Percent, of which nothing may be known. */
export function percentText(text: string | null, { nothing }: ReportWords): string {
  return text === null ? nothing : `${text} %`;
}

function shareText({ num, den }: Fraction): string {
  return `${cutDecimal((Number(num) / Number(den)) * 100, 3)} %`;
}

/** How an agreement is counted, a sentence or two each. */
export function methodText(terms: Agreement, lang: Lang): string[] {
  const words = reportWords[lang];
  const { method } = words;
  const threshold = terms.threshold === null ? "" : shareText(terms.threshold);
  const tiers = terms.credits.map((tier) => method.tier(tier.belowPercent, tier.creditPercent));
  return [
    method.slot(durationText(terms.slotMs / 1000, words)),
    `${method.bad(terms, threshold)}${lang === "en" ? " " : ""}${method.data(terms)}`,
    ...(terms.minStretch > 1 ? [method.stretch(terms.minStretch)] : []),
    method.scope[terms.scope],
    method.partMonth[terms.partMonth],
    method.exclusion[terms.exclusion],
    method.noData[terms.noData],
    `${method.figure}${lang === "en" ? " " : ""}${method.rounding}`,
    method.verdict(`${terms.objectivePercent} %`, shareText(terms.minCoverage)),
    tiers.length === 0 ? method.noTiers : method.tiers(words.listOf(tiers)),
    method.claim(terms.timeZone),
    `${method.source}${lang === "en" ? ": " : "："}${sourceOf(terms)[lang]}${lang === "en" ? "." : "。"}`,
  ];
}

/** The time zone of a subject's agreement, which its months and claim windows are in. */
export function zoneOf(
  { terms, timeZone }: Pick<MonthDocument, "terms" | "timeZone">,
  subject: Pick<ReportSubject, "agreement" | "id">,
): string {
  return terms.get(subjectKey(subject))?.timeZone ?? timeZone;
}

/** The first and the last day to claim, with the zone's name where it is not the report's. */
export function claimDaysText(
  document: MonthDocument,
  { subject, credit }: Owed,
): { readonly from: string; readonly until: string } {
  const zone = zoneOf(document, subject);
  const { from, until } = claimDays(credit, zone);
  const note = zone === document.timeZone ? "" : ` (${zone})`;
  return { from: from + note, until: until + note };
}

/** On the cover, below the sum: when all of it can be claimed; "" where nothing is. */
export function claimLine(document: MonthDocument, words: ReportWords): string {
  const { report } = document;
  const owed = owedOf(report).filter(isClaimable);
  const window = commonWindow(owed.map(({ credit }) => credit));
  const [first] = owed;
  if (window === null || first === undefined || report.status === "running") return "";
  return claimWindowText(window, {
    lang: langOf(words),
    closedAt: report.closing?.at ?? null,
    timeZone: zoneOf(document, first.subject),
  });
}

export type Owed = { readonly subject: ReportSubject; readonly credit: ReportCredit };

/** Every credit of the report. */
export function owedOf({ subjects }: Pick<Report, "subjects">): Owed[] {
  return subjects.flatMap((subject) =>
    subject.credit === null ? [] : [{ subject, credit: subject.credit }],
  );
}

/** Not where all fees are credited under other agreements, or there is none to pay. */
export function isClaimable({ credit }: Pick<Owed, "credit">): boolean {
  return isOwed(credit);
}

/** A claim to hand to the provider as it stands, and when it can be made. */
export function claimText(
  document: MonthDocument,
  { subject, credit }: Owed,
  words: ReportWords,
): { readonly text: string; readonly window: string } {
  const { claim } = words;
  const { percent, amount, currency } = credit;
  const window = claimWindowText(credit, {
    lang: langOf(words),
    closedAt: document.report.closing?.at ?? null,
    timeZone: zoneOf(document, subject),
    isZoneSaid: true,
  });
  return {
    text: claim.text({
      accountName: document.accountNames[subject.account] ?? subject.account,
      account: subject.account,
      subject: subject.id,
      product: subject.product,
      region: subject.region,
      agreement: subject.agreement,
      month: monthText(document.report.month, words),
      availability: subject.availabilityPercent ?? words.nothing,
      objective: subject.objectivePercent,
      below: credit.belowPercent,
      percent,
      claimed: claim.claimed({
        amount: amount === null ? null : moneyText(amount, currency),
        isLeast: subject.creditNote === "part-fee",
        percent,
        // The fees of the others are credited under other agreements, and claimed there.
        targets: credit.yieldsTo.length === 0 ? "" : words.listOf(credit.targets),
      }),
    }),
    window,
  };
}

/** What the report's proof consists of, by name. */
export function proofRows(
  { report, timeZone }: MonthDocument,
  words: ReportWords,
): (readonly [name: string, value: string])[] {
  const { proof, closing } = report;
  const names = words.proof;
  const rows: (readonly [string, string | null])[] = [
    [names.rounds, String(proof.rounds)],
    [names.digest, proof.digest],
    [names.inputs, proof.inputs],
    [names.signature, proof.signature],
    [names.key, proof.key],
    [names.audit, proof.audit && names.auditEntry(proof.audit.entry, proof.audit.hash)],
    [names.closedAt, closing && instantText(closing.at, timeZone)],
    [names.closedBy, closing && whoText(closing.by, words)],
    [names.closedFor, closing && closingReason(closing.reason, langOf(words))],
    [names.previous, closing?.previous ?? null],
  ];
  return rows.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]));
}

/** How anybody checks the report: a text, the commands each with what it does, and a last text. */
export type VerifySteps = {
  readonly intro: string;
  readonly steps: readonly { readonly what: string; readonly command: string }[];
  readonly end: string;
};

export function verifySteps(
  report: Pick<Report, "closing" | "month" | "account">,
  { proof }: ReportWords,
): VerifySteps {
  if (report.closing === null) return { intro: proof.unsigned, steps: [], end: "" };
  const { month, account } = report;
  const of = account === null ? "" : ` --account ${account}`;
  const file = `evidence-${month}.ndjson.gz`;
  const steps = [
    { what: proof.verify, command: `npx nines verify --month ${month}` },
    { what: proof.bundle, command: `npx nines export --month ${month}${of} --out ${file}` },
    { what: proof.check, command: `node nines-verify.mjs ${file}` },
  ];
  return { intro: proof.chained, steps, end: proof.compare };
}

/** "user:li" is li to people, and a token stays one. */
export function whoText(name: string, { proof }: ReportWords): string {
  return name === "system" ? proof.bySystem : name.replace(/^user:/u, "");
}

function langOf({ htmlLang }: ReportWords): Lang {
  return htmlLang === "en" ? "en" : "zh";
}

/** Finds the malfunction that an outage of a subject belongs to; null for one without. */
export function malfunctionFinder({
  malfunctions = [],
}: Pick<Report, "malfunctions">): (
  subject: Pick<ReportSubject, "agreement" | "id">,
  outage: ReportOutage,
) => ReportMalfunction | null {
  const bySubject = new Map<string, ReportMalfunction[]>();
  for (const malfunction of malfunctions) {
    for (const { agreement, subject } of malfunction.subjects) {
      const key = subjectKey({ agreement, id: subject });
      const known = bySubject.get(key);
      if (known === undefined) bySubject.set(key, [malfunction]);
      else known.push(malfunction);
    }
  }
  return (subject, outage) =>
    bySubject
      .get(subjectKey(subject))
      ?.find(({ from, until }) => from < outage.until && (until === null || until > outage.from)) ??
    null;
}
