import type { Tone } from "./cover-facts.ts";
import type { ComponentChildren } from "preact";
import type { MonthDocument } from "../core/month-document.ts";
import type { ReportSubject, Verdict } from "../core/report.ts";
import type { Lang } from "../core/views.ts";
import type { HtmlWords } from "./html-words.ts";
import { isMissed } from "./report-words-facts.ts";
import type { ReportWords } from "./report-words-type.ts";

/** Of a cover. */
export const TONE_CLASS: Readonly<Record<Tone, string>> = {
  missed: "missed",
  risk: "risk",
  unclear: "",
  met: "met",
};

/** What every section is made from. */
export type Making = {
  readonly document: MonthDocument;
  readonly words: ReportWords;
  readonly own: HtmlWords;
  readonly lang: Lang;
};

/** A section of the page; `id` is where the contents lead to. */
export function Section(props: {
  readonly id: string;
  readonly title: string;
  readonly note?: string;
  readonly children: ComponentChildren;
}) {
  const { id, title, note = "", children } = props;
  return (
    <section id={id}>
      <h2>{title}</h2>
      {note === "" ? null : <p class="note">{note}</p>}
      {children}
    </section>
  );
}

export type Head = {
  readonly name: string;
  readonly isNumber?: boolean;
  /** An instant, which stays on one line. */
  readonly isTime?: boolean;
};

/** Columns of numbers. */
export const numbers = (...names: readonly string[]): Head[] =>
  names.map((name) => ({ name, isNumber: true }));

/** A table of more columns is printed small. */
const MANY = 9;

/** A table that a narrow page scrolls; its heading stands over it, so the caption is for listeners. */
export function Table(props: {
  readonly caption: string;
  readonly heads: readonly Head[];
  readonly rows: readonly { readonly key: string; readonly cells: readonly ComponentChildren[] }[];
  readonly none: string;
  readonly more?: string;
}) {
  const { caption, heads, rows, none, more = "" } = props;
  if (rows.length === 0) return <p class="note">{none}</p>;
  const look = (place: number) => {
    const { isNumber = false, isTime = false } = heads[place] ?? {};
    return isNumber ? "number" : isTime ? "time" : undefined;
  };
  return (
    <>
      <div class="scroll" role="region" aria-label={caption} tabIndex={0}>
        <table class={heads.length > MANY ? "many" : undefined}>
          <caption class="hidden">{caption}</caption>
          <thead>
            <tr>
              {heads.map(({ name }, place) => (
                <th scope="col" class={look(place)}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ key, cells: [first, ...others] }) => (
              <tr key={key}>
                <th scope="row">{first}</th>
                {others.map((cell, place) => (
                  <td class={look(place + 1)}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {more === "" ? null : <p class="note">{more}</p>}
    </>
  );
}

/** A chart that a narrow page scrolls. */
export function Chart({ svg, label }: { readonly svg: string; readonly label: string }) {
  return (
    <div
      class="scroll chart"
      role="region"
      aria-label={label}
      tabIndex={0}
      dangerouslySetInnerHTML={{ __html: svg }}
    />
  );
}

export function verdictLook(verdict: Verdict): "missed" | "met" | "risk" | undefined {
  if (isMissed({ verdict })) return "missed";
  if (verdict === "at-risk") return "risk";
  return verdict === "insufficient-data" ? undefined : "met";
}

const MARKS = { missed: "✕", met: "✓", risk: "!" } as const;

/** A mark beside the words, so that neither colour nor shape speaks alone. */
export function VerdictText(props: { readonly verdict: Verdict; readonly words: ReportWords }) {
  const { verdict, words } = props;
  const look = verdictLook(verdict);
  return (
    <span class={look}>
      <span aria-hidden="true">{look === undefined ? "–" : MARKS[look]} </span>
      {words.verdicts[verdict]}
    </span>
  );
}

/** What a row is about, with what it belongs to below it. */
export function Named({ name, under }: { readonly name: string; readonly under: string }) {
  return (
    <>
      {name}
      <span>{under}</span>
    </>
  );
}

/** "acme · ecs": the account only where there are several. */
export function ownerOf({ document }: Making, subject: ReportSubject): string {
  return document.report.account === null
    ? `${subject.account} · ${subject.agreement}`
    : subject.agreement;
}

/** What is not listed, and where it is. */
export function moreText({ words, own }: Making, left: number, what: string): string {
  return left <= 0 ? "" : `${words.notes.more(left, what)}${own.between}${own.elsewhere}`;
}
