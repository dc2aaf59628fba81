import type { Report, ReportChange, ReportMalfunction, ReportSubject } from "./report.ts";

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

/** The same of a malfunction. */
const MALFUNCTION_FIELDS: Readonly<Record<string, (one: ReportMalfunction) => string | null>> = {
  level: ({ level }) => level,
  title: ({ title }) => title,
  state: ({ state }) => state,
  from: ({ from }) => from,
  until: ({ until }) => until,
  cause: ({ cause }) => cause,
  resolution: ({ resolution }) => resolution,
  targets: ({ targets }) => targets.join(" "),
};

/** What changed from one revision to another, subject by subject, then malfunctions. */
export function diffReports(
  before: Pick<Report, "subjects" | "malfunctions">,
  after: Pick<Report, "subjects" | "malfunctions">,
): ReportChange[] {
  return [
    ...diffLists(before, after),
    ...diffMalfunctions(before.malfunctions ?? [], after.malfunctions ?? []),
  ];
}

function diffLists(
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

function diffMalfunctions(
  before: readonly ReportMalfunction[],
  after: readonly ReportMalfunction[],
): ReportChange[] {
  const old = new Map(before.map((one) => [one.id, one]));
  const gone = before.filter(({ id }) => !after.some((one) => one.id === id));
  const changes = after.flatMap((one) => {
    const known = old.get(one.id);
    const place = { agreement: "", id: itemOf(one) };
    if (known === undefined) {
      return [change(place, { field: null, before: null, after: place.id })];
    }
    return Object.entries(MALFUNCTION_FIELDS).flatMap(([field, read]) => {
      const values = { field, before: read(known), after: read(one) };
      return values.before === values.after ? [] : [change(place, values)];
    });
  });
  return [
    ...gone.map((one) => {
      const place = { agreement: "", id: itemOf(one) };
      return change(place, { field: null, before: place.id, after: null });
    }),
    ...changes,
  ];
}

function itemOf({ id }: ReportMalfunction): string {
  return `malfunction:${id}`;
}

function change(
  { agreement, id }: Pick<ReportSubject, "agreement" | "id">,
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
