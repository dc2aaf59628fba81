import type { Content, TableCell } from "pdfmake";
import { durationText } from "../core/duration-text.ts";
import { reasonText } from "../core/reason-text.ts";
import type {
  ReportExclusion,
  ReportMalfunction,
  ReportOutage,
  ReportSubject,
} from "../core/report.ts";
import { PAINT } from "./chart-svg.ts";
import { panel } from "./pdf-credits.ts";
import { moreText, type Making } from "./pdf-figures.ts";
import { LIMITS } from "./pdf-limits.ts";
import { block, heading, tableSection, type TableColumn } from "./pdf-parts.ts";
import { proseContent } from "./pdf-prose.ts";
import { kindText } from "./report-words.ts";
import { instantText, isMissed, malfunctionFinder, whoText } from "./report-words-facts.ts";
import type { ReportWords } from "./report-words-type.ts";

type Struck = { readonly subject: ReportSubject; readonly outage: ReportOutage };

const lengthOf = (span: { readonly from: string; readonly until: string }) =>
  Date.parse(span.until) - Date.parse(span.from);

/** Every outage, in the order of time; of very many, those of missed subjects and the longest. */
export function outagesSection({ document, words, lang }: Making): Content[] {
  const { report, timeZone } = document;
  const all = report.subjects.flatMap((subject) =>
    subject.outages.map((outage): Struck => ({ subject, outage })),
  );
  const listed = chooseOutages(all).toSorted(
    (a, b) => Date.parse(a.outage.from) - Date.parse(b.outage.from),
  );
  const malfunctionOf = malfunctionFinder(report);
  const rows = listed.map(({ subject, outage }): TableCell[] => {
    const malfunction = malfunctionOf(subject, outage);
    const owner = report.account === null ? `${subject.account} · ` : "";
    const length = durationText(lengthOf(outage) / 1000, words);
    return [
      {
        text: [
          subject.id,
          { text: `  ${owner}${subject.agreement}`, color: PAINT.quiet, fontSize: 7 },
        ],
      },
      { text: instantText(outage.from, timeZone), noWrap: true },
      { text: instantText(outage.until, timeZone), noWrap: true },
      { text: length, alignment: "right", noWrap: true },
      {
        text: [
          reasonText(outage.reason, lang),
          ...(malfunction === null ? [] : ["  ", malfunctionNote(malfunction, words)]),
        ],
      },
    ];
  });
  const c = words.columns;
  const columns: TableColumn[] = [
    { name: c.subject, width: "*" },
    { name: c.from, width: "auto" },
    { name: c.until, width: "auto" },
    { name: c.length, width: "auto", align: "right" },
    { name: `${c.reason} / ${c.malfunction}`, width: "*" },
  ];
  const left = all.length - listed.length;
  return tableSection({
    title: words.sections.outages,
    note: words.timesIn(timeZone),
    columns,
    rows,
    none: words.none.outages,
    after: left > 0 ? moreText(left, words.sections.outages, words) : "",
  });
}

function chooseOutages(all: readonly Struck[]): readonly Struck[] {
  if (all.length <= LIMITS.outages) return all;
  const rank = ({ subject }: Struck) => Number(!isMissed(subject));
  return all
    .toSorted((a, b) => rank(a) - rank(b) || lengthOf(b.outage) - lengthOf(a.outage))
    .slice(0, LIMITS.outages);
}

function malfunctionNote({ id, level }: ReportMalfunction, words: ReportWords): Content {
  return {
    text: words.notes.malfunctionOf(id, level),
    fontSize: 7,
    color: PAINT.accent,
    linkToDestination: `malfunction-${id}`,
  };
}

/** Each malfunction with its cause and its resolution. */
export function malfunctionsSection({ document, words }: Making): Content[] {
  const { report, timeZone } = document;
  const all = report.malfunctions ?? [];
  if (all.length === 0) return [];
  const shown = all.slice(0, LIMITS.malfunctions);
  const cards = shown.flatMap((one, index): Content[] => {
    const { id, level, title, from, until, state, cause, resolution } = one;
    const span = { from, until: until ?? report.settledUntil };
    const length = until === null ? words.notes.lasts : durationText(lengthOf(span) / 1000, words);
    const when =
      until === null
        ? instantText(from, timeZone)
        : `${instantText(from, timeZone)} – ${instantText(until, timeZone)}`;
    const struck = one.subjects.map(({ subject }) => subject);
    const top: Content[] = [
      {
        columns: [
          {
            id: `malfunction-${id}`,
            text: words.notes.malfunctionOf(id, level),
            width: "auto",
            noWrap: true,
          },
          { text: title ?? "", width: "*" },
          {
            text: words.malfunctionStates[state],
            width: "auto",
            noWrap: true,
            color: PAINT.quiet,
            bold: false,
            fontSize: 8,
          },
        ],
        columnGap: 8,
        bold: true,
        fontSize: 9.5,
      },
      { text: `${when}  ·  ${length}`, style: "note" },
      ...(struck.length === 0
        ? []
        : [{ text: namesText(struck, words), style: "note" } satisfies Content]),
    ];
    const texts =
      cause === null && resolution === null
        ? [
            {
              text: words.notes.reviewToCome,
              color: PAINT.quiet,
              margin: [0, 4, 0, 0],
            } satisfies Content,
          ]
        : [...review(words.columns.cause, cause), ...review(words.columns.resolution, resolution)];
    const head = index === 0 ? heading(words.sections.malfunctions) : [];
    // A long review must be free to go over the end of a page.
    const isLong = (cause?.length ?? 0) + (resolution?.length ?? 0) > 1200;
    const parts = [...head, panel([...top, ...texts])];
    return isLong ? parts : [block(parts)];
  });
  const left = all.length - shown.length;
  if (left === 0) return cards;
  return [...cards, { text: moreText(left, words.sections.malfunctions, words), style: "note" }];
}

const NAMES = 12;

function namesText(names: readonly string[], words: ReportWords): string {
  const shown = [...new Set(names)];
  const more = shown.length > NAMES ? ` +${shown.length - NAMES}` : "";
  return words.listOf(shown.slice(0, NAMES)) + more;
}

function review(name: string, text: string | null): Content[] {
  if (text === null) return [];
  return [
    { text: name, bold: true, color: PAINT.quiet, fontSize: 7.5, margin: [0, 5, 0, 1] },
    ...proseContent(text, LIMITS.prose),
  ];
}

type Applied = { readonly exclusion: ReportExclusion; readonly subjects: string[] };

/** Each occurrence once, with those it applies to. */
function exclusionsOf(subjects: readonly ReportSubject[]): Applied[] {
  const known = new Map<string, Applied>();
  for (const { id, exclusions } of subjects) {
    for (const exclusion of exclusions) {
      const key = `${exclusion.from} ${exclusion.id} ${exclusion.until}`;
      const applied = known.get(key);
      if (applied === undefined) known.set(key, { exclusion, subjects: [id] });
      else applied.subjects.push(id);
    }
  }
  return [...known].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, applied]) => applied);
}

function isMaintenance({ exclusion }: Applied): boolean {
  return exclusion.kind === "maintenance";
}

/** Maintenance performed, and the other exclusions, each with who approved it. */
export function exclusionSections({ document, words }: Making): Content[] {
  const all = exclusionsOf(document.report.subjects);
  const section = (part: "maintenance" | "exclusions", applied: readonly Applied[]) => {
    const listed = applied.slice(0, LIMITS.exclusions);
    const left = applied.length - listed.length;
    const c = words.columns;
    return tableSection({
      title: words.sections[part],
      note: words.timesIn(document.timeZone),
      columns: [
        { name: c.no, width: 24 },
        { name: part === "exclusions" ? `${c.kind} / ${c.reason}` : c.reason, width: "*" },
        { name: c.from, width: "auto" },
        { name: c.until, width: "auto" },
        { name: c.subjects, width: 84 },
        { name: c.approvedBy, width: 78 },
      ],
      rows: listed.map((one) => exclusionRow(one, document.timeZone, words)),
      none: words.none[part],
      after: left > 0 ? moreText(left, words.sections[part], words) : "",
    });
  };
  return [
    ...section(
      "exclusions",
      all.filter((one) => !isMaintenance(one)),
    ),
    ...section("maintenance", all.filter(isMaintenance)),
  ];
}

function exclusionRow(
  { exclusion, subjects }: Applied,
  timeZone: string,
  words: ReportWords,
): TableCell[] {
  const kind =
    exclusion.kind === "maintenance" ? [] : [{ text: kindText(exclusion.kind, words), bold: true }];
  return [
    String(exclusion.id),
    {
      stack: [
        ...kind,
        exclusion.reason,
        ...(exclusion.evidence === ""
          ? []
          : [{ text: exclusion.evidence, style: "note", fontSize: 7 }]),
      ],
    },
    { text: instantText(exclusion.from, timeZone), noWrap: true },
    { text: instantText(exclusion.until, timeZone), noWrap: true },
    { text: namesText(subjects, words), style: "small" },
    {
      stack: [
        whoText(exclusion.approvedBy, words),
        {
          text: `${words.columns.proposedBy}${words.colon}${whoText(exclusion.proposedBy, words)}`,
          style: "note",
          fontSize: 7,
        },
      ],
    },
  ];
}
