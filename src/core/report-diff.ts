import type { Report, ReportChange, ReportSubject } from "./report.ts";

/** What a reader of two revisions looks for, as the report prints it. */
const FIELDS: Readonly<Record<string, (subject: ReportSubject) => string | number | null>> = {
  verdict: ({ verdict }) => verdict,
  availabilityPercent: ({ availabilityPercent }) => availabilityPercent,
  objectivePercent: ({ objectivePercent }) => objectivePercent,
  bad: ({ bad }) => bad,
  counted: ({ counted }) => counted,
  excluded: ({ excluded }) => excluded,
  noData: ({ noData }) => noData,
  coveragePercent: ({ coveragePercent }) => coveragePercent,
  reachabilityPercent: ({ reachabilityPercent }) => reachabilityPercent,
  creditPercent: ({ credit }) => credit?.percent ?? null,
  creditAmount: ({ credit }) => credit?.amount ?? null,
  outages: ({ outages }) => outages.length,
  exclusions: ({ exclusions }) => [...new Set(exclusions.map(({ id }) => id))].join(" "),
  targets: ({ targets }) => targets.join(" "),
};

/** What changed from one revision to another, subject by subject. */
export function diffReports(
  before: Pick<Report, "subjects">,
  after: Pick<Report, "subjects">,
): ReportChange[] {
  const old = new Map(before.subjects.map((subject) => [keyOf(subject), subject]));
  const fresh = new Map(after.subjects.map((subject) => [keyOf(subject), subject]));
  const gone = before.subjects.filter((subject) => !fresh.has(keyOf(subject)));
  return [
    ...gone.map((subject) => change(subject, { field: null, before: subject.id, after: null })),
    ...after.subjects.flatMap((subject) => {
      const known = old.get(keyOf(subject));
      return known === undefined
        ? [change(subject, { field: null, before: null, after: subject.id })]
        : diffSubjects(known, subject);
    }),
  ];
}

function diffSubjects(before: ReportSubject, after: ReportSubject): ReportChange[] {
  return Object.entries(FIELDS).flatMap(([field, read]) => {
    const values = { field, before: textOf(read(before)), after: textOf(read(after)) };
    return values.before === values.after ? [] : [change(after, values)];
  });
}

function change(
  { agreement, id }: ReportSubject,
  values: Pick<ReportChange, "field" | "before" | "after">,
): ReportChange {
  return { agreement, subject: id, ...values };
}

function keyOf({ agreement, id }: ReportSubject): string {
  return `${agreement}\n${id}`;
}

function textOf(value: string | number | null): string | null {
  return value === null ? null : String(value);
}
