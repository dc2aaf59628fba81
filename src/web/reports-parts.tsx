import type { ComponentChildren } from "preact";
import type { ReportModel } from "../core/report-views.ts";
import type { Reader } from "../core/views.ts";
import type { Speech } from "./document.tsx";
import { NOTHING_TYPED, type Typed } from "./form-parts.tsx";
import type { ReportsText } from "./reports-text-en.ts";

/** What each part of a report's page needs. */
export type ReportParts = {
  readonly model: ReportModel;
  readonly speech: Speech;
  readonly words: ReportsText;
  readonly reader: Reader;
};

/** A form that was sent back: of a claim, or, without one, that by which the report is mailed. */
export type TypedStep = Typed & { readonly claim: number; readonly verb: string };
export const NO_STEP: TypedStep = { ...NOTHING_TYPED, claim: 0, verb: "" };

/** A part of the page with its heading. */
export function Part(props: {
  readonly id: string;
  readonly title: string;
  readonly children: ComponentChildren;
}) {
  return (
    <section aria-labelledby={`${props.id}-title`} id={props.id}>
      <div class="section-head">
        <h2 id={`${props.id}-title`}>{props.title}</h2>
      </div>
      {props.children}
    </section>
  );
}

/** What people read comes first. */
const FORMAT_ORDER = ["json", "csv", "zip", "html", "xlsx", "pdf"];
export const forPeopleFirst = (formats: readonly string[]) =>
  formats.toSorted((a, b) => FORMAT_ORDER.indexOf(b) - FORMAT_ORDER.indexOf(a));

/** A link, or the number of a ticket. */
export function Evidence({ text }: { readonly text: string }) {
  if (!/^https?:\/\//iu.test(text)) return <>{text}</>;
  return (
    <a href={text} rel="noopener noreferrer nofollow">
      {text}
    </a>
  );
}
