import type { Content, TableCell } from "pdfmake";
import { changeText } from "../core/change-text.ts";
import { PAINT } from "./chart-svg.ts";
import { closingReason } from "./closing-reason.ts";
import { methodParts } from "./method-parts.ts";
import { moreText, type Making } from "./pdf-figures.ts";
import { LIMITS } from "./pdf-limits.ts";
import { block, heading, tableSection } from "./pdf-parts.ts";
import { proofRows, verifySteps, type VerifySteps } from "./report-words-facts.ts";

/** How each agreement of the report is counted, and where its terms are written. */
export function methodSection({ document, words, lang }: Making): Content[] {
  const { common, parts } = methodParts(document, lang);
  const texts = [
    ...(common.length === 0 ? [] : [[title(words.method.allAgreements, ""), listOf(common)]]),
    ...parts.map(({ agreement, facts, lines }): Content[] => [
      title(agreement, facts.join(" · ")),
      listOf(lines),
    ]),
  ];
  return texts.map((text, index) =>
    block([...(index === 0 ? heading(words.sections.method) : []), ...text]),
  );
}

function listOf(lines: readonly string[]): Content {
  return { ul: [...lines], markerColor: PAINT.quiet, fontSize: 8 };
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

/** A word that its column would not hold at the size of the others. */
const LONG = /\S{80}/u;

/** What proves the report, and how anybody checks it. */
export function proofSection({ document, words }: Making, attachment: string): Content[] {
  const { report } = document;
  const rows = proofRows(document, words).map(([name, value]): TableCell[] => [
    { text: name, color: PAINT.quiet },
    // What is to be copied stays in one piece: a signature of 95 signs, too, must fit its column.
    { text: value, wordBreak: "normal", fontSize: LONG.test(value) ? 6.5 : 8 },
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
      ...verifyContent(verifySteps(report, words)),
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

function verifyContent({ intro, steps, end }: VerifySteps): Content[] {
  return [
    { text: intro, fontSize: 8 },
    ...steps.flatMap(({ what, command }): Content[] => [
      { text: what, fontSize: 8, margin: [0, 4, 0, 1] },
      // To be copied: in one piece.
      { text: command, fontSize: 8, bold: true, wordBreak: "normal", margin: [10, 0, 0, 0] },
    ]),
    ...(end === "" ? [] : [{ text: end, fontSize: 8, margin: [0, 4, 0, 0] } satisfies Content]),
  ];
}

/** What this revision changed against the one before. */
export function changesSection({ document, words, lang }: Making): Content[] {
  const { report, timeZone } = document;
  const { changes = [], reason = "" } = report.closing ?? {};
  if (changes.length === 0) return [];
  const listed = changes.slice(0, LIMITS.changes);
  const left = changes.length - listed.length;
  const c = words.columns;
  return tableSection({
    title: words.sections.changes,
    note: closingReason(reason, lang),
    columns: [
      { name: c.subject, width: "*" },
      { name: c.field, width: 110 },
      { name: c.before, width: 110 },
      { name: c.after, width: 110 },
    ],
    rows: listed.map((change): TableCell[] => {
      const { subject, what, before, after } = changeText(change, { lang, timeZone });
      const name = change.agreement === "" ? subject : `${subject} · ${change.agreement}`;
      return [name, what, before ?? words.nothing, after ?? words.nothing];
    }),
    none: "",
    after: left > 0 ? moreText(left, words.sections.changes, words) : "",
  });
}
