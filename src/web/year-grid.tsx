import { placeName } from "../core/place-name.ts";
import { cellKind, CELL_KINDS, CELL_MARKS } from "../core/year-cells.ts";
import type { YearFigure, YearMonth, YearSubject } from "../core/year-report.ts";
import { rankedSubjects } from "../core/year-sums.ts";
import { badTimeText } from "../core/year-time-text.ts";
import { figure } from "./format.ts";
import { Part } from "./reports-parts.tsx";
import { reportPageHref } from "./reports.tsx";
import { termsText, type YearParts } from "./year-parts.ts";

const MOST_SUBJECTS = 100;
/** The others are folded: the worst come first. */
const FIRST_SUBJECTS = 8;

/** Every subject by every month, with the mark of its verdict. */
export function YearGrid(parts: YearParts) {
  const { model, words } = parts;
  const { report } = model;
  if (report.subjects.length === 0) return null;
  const shown = rankedSubjects(report.subjects).slice(0, MOST_SUBJECTS);
  const left = report.subjects.length - shown.length;
  const first = shown.slice(0, FIRST_SUBJECTS);
  const rest = shown.slice(FIRST_SUBJECTS);
  return (
    <Part id="grid" title={words.grid}>
      <p class="quiet small">{words.gridNote}</p>
      <Legend {...parts} shown={shown} />
      <div class="card">
        <Grid {...parts} shown={first} />
        {rest.length === 0 ? null : (
          <details class="rest">
            <summary>{words.restOfSubjects(rest.length)}</summary>
            <Grid {...parts} shown={rest} isRest />
          </details>
        )}
      </div>
      {left > 0 ? <p class="more quiet">{words.moreSubjects(left)}</p> : null}
    </Part>
  );
}

type Shown = YearParts & { readonly shown: readonly YearSubject[] };

function Grid({ isRest = false, ...props }: Shown & { readonly isRest?: boolean }) {
  const { model, words, shown } = props;
  const { months, year } = model.report;
  const label = `${words.grid}, ${year}`;
  return (
    <div
      class="scroll"
      role="region"
      aria-label={isRest ? `${label}: ${words.restOfSubjects(shown.length)}` : label}
      tabIndex={0}
    >
      <table class="year-grid" role="table">
        <thead role="rowgroup">
          <tr role="row">
            <th scope="col" role="columnheader">
              {words.subject}
            </th>
            {months.map((month) => (
              <MonthHead {...props} month={month} />
            ))}
            <th scope="col" role="columnheader" class="number">
              {words.year}
            </th>
            <th scope="col" role="columnheader" class="number">
              {words.badTime}
            </th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {shown.map((subject) => (
            <SubjectRow {...props} subject={subject} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function MonthHead({ words, month }: YearParts & { readonly month: YearMonth }) {
  const { state } = month;
  return (
    <th scope="col" role="columnheader">
      {words.monthShort(Number(month.month.slice(5)))}
      {state === "open" || state === "running" ? (
        <span class="head-note t-minor">{words.marks[state]}</span>
      ) : null}
    </th>
  );
}

function Legend(props: Shown) {
  const { model, words, shown } = props;
  const { months } = model.report;
  const used = new Set(
    shown.flatMap((subject) =>
      months.map(({ state }, index) => cellKind(subject.months[index] ?? null, state)),
    ),
  );
  return (
    <ul class="legend">
      {CELL_KINDS.filter((kind) => used.has(kind) && CELL_MARKS[kind] !== "").map((kind) => (
        <li>
          <span class={`year-mark ${kind}`} aria-hidden="true">
            {CELL_MARKS[kind]}
          </span>
          {words.kinds[kind]}
        </li>
      ))}
    </ul>
  );
}

function SubjectRow(props: YearParts & { readonly subject: YearSubject }) {
  const { model, speech, words, subject } = props;
  const { months, account } = model.report;
  const { id, agreement, time } = subject;
  const owner =
    account === null ? `${model.accountNames[subject.account] ?? subject.account} · ` : "";
  return (
    <tr role="row">
      <th scope="row" role="rowheader">
        <span class="name">{id}</span>
        <span class="members quiet">{`${owner}${agreement} · ${termsText(subject, props)}`}</span>
        <span class="members quiet">{placeName(subject, props.speech.lang)}</span>
      </th>
      {months.map((month, index) => (
        <Cell {...props} month={month} cell={subject.months[index] ?? null} />
      ))}
      <td role="cell" class="sum strong" data-label={words.year}>
        {figure(subject.availabilityPercent)}
      </td>
      <td role="cell" class="sum" data-label={words.badTime}>
        {badTimeText(time, speech.t)}
      </td>
    </tr>
  );
}

function Cell(
  props: YearParts & {
    readonly subject: YearSubject;
    readonly month: YearMonth;
    readonly cell: YearFigure | null;
  },
) {
  const { speech, words, subject, month, cell } = props;
  const kind = cellKind(cell, month.state);
  const name = words.monthShort(Number(month.month.slice(5)));
  if (cell === null) {
    return (
      <td role="cell" class={`year-cell ${kind}`} data-label={name}>
        <span aria-hidden="true">{CELL_MARKS[kind]}</span>
        <span class="hidden">{words.kinds[kind]}</span>
      </td>
    );
  }
  return (
    <td role="cell" class={`year-cell ${kind}`} data-label={name}>
      <a href={reportPageHref(speech.lang, month.month, { account: subject.account })}>
        <span class="year-sign" aria-hidden="true">
          {CELL_MARKS[kind]}
        </span>
        <span class="year-figure">{cell.availabilityPercent ?? "–"}</span>
        <span class="hidden">{` ${name}: ${words.kinds[kind]}`}</span>
      </a>
    </td>
  );
}
