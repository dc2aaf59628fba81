import type { Agreement } from "./agreement.ts";
import type { MalfunctionOutage } from "./malfunction.ts";
import type { SeenMalfunction } from "./malfunction-view.ts";
import { monthBounds, type Interval } from "./month.ts";
import type { ReportMalfunction } from "./report.ts";
import { compareText, type Subject } from "./subject.ts";

type NamedSubject = Pick<Subject, "id" | "account"> & {
  readonly agreement: Pick<Agreement, "id" | "timeZone">;
};

/**
 * The malfunctions of a month that a report names, in the order of ids: those with an outage that
 * its figures have too, and those that a person or a ticket system told of its accounts, or, in the
 * report of all accounts, of none. Nothing in it is of other subjects.
 */
export function nameMalfunctions(
  malfunctions: readonly SeenMalfunction[],
  report: {
    readonly month: string;
    /** Of the report; the outages of a subject lie in its agreement's month. */
    readonly bounds: Interval;
    /** Null: the report of all accounts. */
    readonly account: string | null;
    readonly evaluated: readonly {
      readonly subject: NamedSubject;
      readonly figure: { readonly outages: readonly Interval[] };
    }[];
  },
): ReportMalfunction[] {
  const bySubject = new Map(
    report.evaluated.map(({ subject, figure }) => [
      `${subject.agreement.id} ${subject.id}`,
      { timeZone: subject.agreement.timeZone, outages: figure.outages },
    ]),
  );
  const zones = [...new Set([...bySubject.values()].map(({ timeZone }) => timeZone))];
  const months = new Map(zones.map((zone) => [zone, monthBounds(report.month, zone)]));
  const figureOf = ({ agreement, subject }: MalfunctionOutage) =>
    bySubject.get(`${agreement} ${subject}`);
  const isInMonth = (outage: MalfunctionOutage) =>
    overlaps(outage, months.get(figureOf(outage)?.timeZone ?? "") ?? report.bounds);
  // Late results may have taken back what was an outage when it was told.
  const isCounted = (outage: MalfunctionOutage) =>
    figureOf(outage)?.outages.some((counted) => overlaps(outage, counted)) === true;
  const accounts = new Set(report.evaluated.map(({ subject }) => subject.account));
  const isTold = (account: string | null) =>
    account === null ? report.account === null : accounts.has(account);
  return malfunctions
    .map(({ malfunction, outages }): ReportMalfunction | null => {
      const own = outages.filter(
        (one) => figureOf(one) !== undefined && (!isInMonth(one) || isCounted(one)),
      );
      const inMonth = own.filter(isInMonth);
      const { id, level, title, state, beganAtMs, restoredAtMs, cause, resolution } = malfunction;
      const told = { fromMs: beganAtMs, untilMs: restoredAtMs };
      const isByHand = outages.length === 0 && malfunction.origin !== "outage";
      const isNamed = isByHand && isTold(malfunction.account) && overlaps(told, report.bounds);
      if (inMonth.length === 0 && !isNamed) return null;
      const { fromMs, untilMs } = inMonth.length === 0 ? told : extentOf(own);
      const isReviewed = state === "closed";
      return {
        id,
        level,
        title,
        from: instant(fromMs),
        until: untilMs === null ? null : instant(untilMs),
        state,
        cause: isReviewed ? cause : null,
        resolution: isReviewed ? resolution : null,
        targets: sorted(inMonth.flatMap(({ targets }) => targets)),
        subjects: subjectsOf(inMonth),
      };
    })
    .filter((named) => named !== null)
    .toSorted((a, b) => a.id - b.id);
}

type Span = { readonly fromMs: number; readonly untilMs: number | null };

function overlaps({ fromMs, untilMs }: Span, bounds: Interval): boolean {
  return fromMs < bounds.untilMs && (untilMs === null || untilMs > bounds.fromMs);
}

/** From the first begin to the last end; endless while one lasts. */
function extentOf(outages: readonly Span[]): Span {
  let [fromMs, lastMs, lasts] = [Infinity, -Infinity, false];
  for (const outage of outages) {
    fromMs = Math.min(fromMs, outage.fromMs);
    if (outage.untilMs === null) lasts = true;
    else lastMs = Math.max(lastMs, outage.untilMs);
  }
  return { fromMs, untilMs: lasts ? null : lastMs };
}

function subjectsOf(outages: SeenMalfunction["outages"]): ReportMalfunction["subjects"] {
  const known = new Map(
    outages.map(({ agreement, subject }) => [`${agreement} ${subject}`, { agreement, subject }]),
  );
  return [...known].toSorted(([a], [b]) => compareText(a, b)).map(([, one]) => one);
}

function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].toSorted(compareText);
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
