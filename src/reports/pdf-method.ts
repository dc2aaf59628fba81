import type { Content, TableCell } from "pdfmake";
import type { Agreement } from "../core/agreement.ts";
import { PAINT } from "./chart-svg.ts";
import { moreText, type Making } from "./pdf-figures.ts";
import { LIMITS } from "./pdf-limits.ts";
import { block, heading, tableSection } from "./pdf-parts.ts";
import { instantText, methodText, proofRows, verifyText } from "./report-words-facts.ts";
import type { ReportWords } from "./report-words-type.ts";

/** How each agreement of the report is counted, and where its terms are written. */
export function methodSection({ document, words, lang }: Making): Content[] {
  const { report, terms } = document;
  const used = new Set(report.subjects.map(({ agreement }) => agreement));
  if (used.size === 0) return [];
  const known = terms.filter(({ id }) => used.has(id));
  const unknown = [...used].filter((id) => !known.some((agreement) => agreement.id === id));
  const texts = known.map((agreement) => methodText(agreement, lang));
  const isCommon = (line: string) =>
    texts.length > 1 && texts.every((lines) => lines.includes(line));
  const common = (texts[0] ?? []).filter(isCommon);
  const parts = [
    ...(common.length === 0 ? [] : [[title(words.method.allAgreements, ""), listOf(common)]]),
    ...known.map((agreement, index): Content[] => [
      title(agreement.id, `${agreement.objectivePercent} %${inForce(agreement, words)}`),
      listOf((texts[index] ?? []).filter((line) => !isCommon(line))),
    ]),
    ...unknown.map((id): Content[] => [title(id, ""), { text: words.method.unknown, fontSize: 8 }]),
  ];
  return parts.map((part, index) =>
    block([...(index === 0 ? heading(words.sections.method) : []), ...part]),
  );
}

function listOf(lines: string[]): Content {
  return { ul: lines, markerColor: PAINT.quiet, fontSize: 8 };
}

/** Nothing for terms that have always held. */
function inForce({ fromMs, timeZone }: Agreement, { method }: ReportWords): string {
  if (fromMs <= 0) return "";
  const from = instantText(new Date(fromMs).toISOString(), timeZone);
  return ` · ${method.inForce(from.slice(0, 10))}`;
}

function title(id: string, more: string): Content {
  return {
    text: [
      { text: id, style: "subheading" },
      { text: `   ${more}`, style: "note" },
    ],
    margin: [0, 6, 0, 3],
  };
}

/** What proves the report, and how anybody checks it. */
export function proofSection({ document, words }: Making, attachment: string): Content[] {
  const { report } = document;
  const rows = proofRows(document, words).map(([name, value]): TableCell[] => [
    { text: name, color: PAINT.quiet },
    // Their column is wide enough: what is to be copied stays in one piece.
    { text: value, wordBreak: "normal" },
  ]);
  const { seals } = report.proof;
  return [
    block([
      ...heading(words.sections.proof),
      {
        table: { widths: [110, "*"], body: rows },
        layout: {
          vLineWidth: () => 0,
          hLineWidth: () => 0.4,
          hLineColor: () => PAINT.line,
          paddingLeft: () => 0,
          paddingTop: () => 2.5,
          paddingBottom: () => 2.5,
        },
        fontSize: 8,
      },
      { text: words.proof.how, style: "subheading", margin: [0, 10, 0, 3] },
      { text: verifyText(document, words), fontSize: 8 },
      { text: words.notes.attached(attachment), fontSize: 8, margin: [0, 4, 0, 0] },
      { text: words.notes.replaced, style: "note", margin: [0, 4, 0, 0] },
    ]),
    ...(seals.length === 0
      ? []
      : tableSection({
          title: words.sections.seals,
          columns: [
            { name: words.columns.day, width: "auto" },
            { name: words.columns.revision, width: "auto", align: "right" },
            { name: words.columns.root, width: "*" },
          ],
          rows: seals.map(({ day, revision, root }): TableCell[] => [
            { text: day, style: "small", noWrap: true },
            { text: String(revision), style: "small", alignment: "right" },
            { text: root, fontSize: 6.5, wordBreak: "normal" },
          ]),
          none: "",
          isDense: true,
        })),
  ];
}

/** What this revision changed against the one before. */
export function changesSection({ document, words }: Making): Content[] {
  const changes = document.report.closing?.changes ?? [];
  if (changes.length === 0) return [];
  const listed = changes.slice(0, LIMITS.changes);
  const left = changes.length - listed.length;
  const c = words.columns;
  return tableSection({
    title: words.sections.changes,
    note: document.report.closing?.reason ?? "",
    columns: [
      { name: c.subject, width: "*" },
      { name: c.field, width: 110 },
      { name: c.before, width: 110 },
      { name: c.after, width: 110 },
    ],
    rows: listed.map(({ agreement, subject, field, before, after }): TableCell[] => [
      agreement === "" ? subject : `${subject} · ${agreement}`,
      field ?? words.nothing,
      before ?? words.nothing,
      after ?? words.nothing,
    ]),
    none: "",
    after: left > 0 ? moreText(left, words.sections.changes, words) : "",
  });
}
