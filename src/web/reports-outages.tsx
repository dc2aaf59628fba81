import { may } from "../core/access.ts";
import { durationText } from "../core/duration-text.ts";
import { reasonText } from "../core/reason-text.ts";
import type { ReportOutage, ReportSubject } from "../core/report.ts";
import { Time } from "./document.tsx";
import { ListHead } from "./form-parts.tsx";
import { dayAndHour } from "./format.ts";
import { dayHref, proposeHref, targetHref } from "./links.ts";
import { Part, type ReportParts } from "./reports-parts.tsx";

const FIRST_OUTAGES = 10;
const MOST_OUTAGES = 120;

type PlacedOutage = ReportOutage & { readonly subject: ReportSubject };

/** A subject's outages, each with its subject. */
export const placed = (subject: ReportSubject) =>
  subject.outages.map((outage): PlacedOutage => ({ ...outage, subject }));
export const lengthOf = ({ from, until }: PlacedOutage) => Date.parse(until) - Date.parse(from);
export const longestFirst = (a: PlacedOutage, b: PlacedOutage) =>
  lengthOf(b) - lengthOf(a) || Date.parse(b.from) - Date.parse(a.from);

/** The report's outages, the longest first. */
export function Outages(props: ReportParts) {
  const { model, words } = props;
  const all = model.report.subjects.flatMap(placed).toSorted(longestFirst);
  const first = all.slice(0, FIRST_OUTAGES);
  const others = all.slice(FIRST_OUTAGES, MOST_OUTAGES);
  const left = all.length - first.length - others.length;
  return (
    <Part id="outages" title={words.outages}>
      {first.length === 0 ? (
        <p class="quiet">{words.outagesNone}</p>
      ) : (
        <div class="card">
          <OutageTable {...{ ...props, outages: first }} />
          {others.length === 0 ? null : (
            <details class="more fold">
              <summary>{words.shorterOutages(others.length)}</summary>
              <OutageTable {...{ ...props, outages: others }} />
            </details>
          )}
          {left === 0 ? null : <p class="more quiet">{words.moreOutages(left)}</p>}
        </div>
      )}
    </Part>
  );
}

function OutageTable(props: ReportParts & { readonly outages: readonly PlacedOutage[] }) {
  const { outages, model, speech, words, reader } = props;
  const { t } = speech;
  const head = [words.subject, t.from, t.until, words.length, words.reason];
  const mayPropose = may({ ...reader, origin: "" }, "propose-exclusion");
  return (
    <table class={mayPropose ? "list tight proposes" : "list tight"} role="table">
      <ListHead texts={mayPropose ? [...head, words.exclusion] : head} />
      <tbody role="rowgroup">
        {outages.map((outage) => (
          <OutageLine {...{ ...props, outage, month: model.report.month, mayPropose }} />
        ))}
      </tbody>
    </table>
  );
}

function OutageLine(
  props: ReportParts & {
    readonly outage: PlacedOutage;
    readonly month: string;
    readonly mayPropose: boolean;
  },
) {
  const { outage, month, model, speech, words, mayPropose } = props;
  const { subject, from, until } = outage;
  const [fromMs, untilMs] = [Date.parse(from), Date.parse(until)];
  const [only, ...others] = subject.targets;
  // The day on which it began, slot by slot: of a group each target has its own.
  const { day: date, hour } = dayAndHour(fromMs, model.timeZone);
  const day =
    only === undefined || others.length > 0
      ? null
      : dayHref(speech.lang, { id: only, day: date }, { agreement: subject.agreement, hour });
  const propose = proposeHref(speech.lang, { targets: subject.targets, fromMs, untilMs });
  return (
    <tr role="row">
      <td role="cell">
        {only !== undefined && others.length === 0 ? (
          <a href={targetHref(speech.lang, only, month)}>{subject.id}</a>
        ) : (
          subject.id
        )}
      </td>
      <td role="cell">
        {day === null ? (
          <Time ms={fromMs} zone={model.timeZone} />
        ) : (
          <a href={day}>
            <Time ms={fromMs} zone={model.timeZone} />
          </a>
        )}
      </td>
      <td role="cell" class="aside">
        <Time ms={untilMs} zone={model.timeZone} />
      </td>
      <td role="cell" data-label={words.length}>
        {durationText((untilMs - fromMs) / 1000, speech.t)}
      </td>
      <td role="cell" class="wrap">
        {reasonText(outage.reason, speech.lang)}
      </td>
      {mayPropose ? (
        <td role="cell">
          {subject.targets.length > MOST_PROPOSED ? null : (
            <a href={propose} aria-label={`${words.proposeFor}: ${subject.id}`}>
              {words.proposeFor}
            </a>
          )}
        </td>
      ) : null}
    </tr>
  );
}

/** More would not fit into an address. */
const MOST_PROPOSED = 40;
