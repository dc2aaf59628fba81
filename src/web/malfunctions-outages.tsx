import { may } from "../core/access.ts";
import type { MalfunctionOutage } from "../core/malfunction.ts";
import { lengthText, type MalfunctionWords } from "../core/malfunction-text.ts";
import { monthAt } from "../core/month.ts";
import { reasonText } from "../core/reason-text.ts";
import type { Reader } from "../core/views.ts";
import { Time, type Speech } from "./document.tsx";
import { ListHead } from "./form-parts.tsx";
import { dayAndHour } from "./format.ts";
import { dayHref, proposeHref, targetHref } from "./links.ts";
import { reportsText } from "./reports-text.ts";

type Props = {
  readonly words: MalfunctionWords;
  readonly speech: Speech;
  readonly nowMs: number;
  readonly timeZone: string;
  readonly reader: Reader | null;
};

const MOST_ROWS = 500;
const MOST_LINKS = 5;
/** More would not fit into an address. */
const MOST_PROPOSED = 40;

/** The outages of a malfunction: the ways to their targets, days, and to what takes them out of the count. */
export function MalfunctionOutages(
  props: Props & { readonly outages: readonly MalfunctionOutage[] },
) {
  const { outages, words, speech, reader } = props;
  const mayPropose = reader !== null && may({ ...reader, origin: "" }, "propose-exclusion");
  const lastingFirst = outages.toSorted(
    (a, b) => Number(b.untilMs === null) - Number(a.untilMs === null),
  );
  const head = [words.subject, words.from, words.until, words.length, words.reason];
  const texts = mayPropose ? [...head, reportsText[speech.lang].exclusion] : head;
  return (
    <section aria-labelledby="outages-title">
      <div class="section-head">
        <h2 id="outages-title">{words.outages}</h2>
      </div>
      {outages.length === 0 ? (
        <p class="card empty">{words.noOutage}</p>
      ) : (
        <div class="card">
          <table class={mayPropose ? "list tight proposes" : "list tight"} role="table">
            <ListHead texts={texts} />
            <tbody role="rowgroup">
              {lastingFirst.slice(0, MOST_ROWS).map((outage) => (
                <OutageRow {...props} outage={outage} mayPropose={mayPropose} />
              ))}
            </tbody>
          </table>
          {outages.length > MOST_ROWS ? (
            <p class="more quiet">{words.more(outages.length - MOST_ROWS)}</p>
          ) : null}
        </div>
      )}
    </section>
  );
}

function OutageRow(
  props: Props & { readonly outage: MalfunctionOutage; readonly mayPropose: boolean },
) {
  const { outage, words, speech, nowMs, timeZone, mayPropose } = props;
  const { fromMs, untilMs, targets, agreement } = outage;
  const month = monthAt(fromMs, timeZone);
  const more = targets.length - MOST_LINKS;
  const [first] = targets;
  const { day, hour } = dayAndHour(fromMs, timeZone);
  const from = <Time ms={fromMs} zone={timeZone} />;
  return (
    <tr role="row">
      <td role="cell">
        {targets.slice(0, MOST_LINKS).map((id, index) => (
          <>
            {index === 0 ? "" : ", "}
            <a href={targetHref(speech.lang, id, month)}>{id}</a>
          </>
        ))}
        {more > 0 ? ` ${words.more(more)}` : ""}
        <span class="members quiet">
          {outage.subject === first && targets.length === 1
            ? agreement
            : `${agreement} · ${outage.subject}`}
        </span>
      </td>
      <td role="cell">
        {first === undefined ? (
          from
        ) : (
          <a href={dayHref(speech.lang, { id: first, day }, { agreement, hour })}>{from}</a>
        )}
      </td>
      <td role="cell">{untilMs === null ? words.lasts : <Time ms={untilMs} zone={timeZone} />}</td>
      <td role="cell" data-label={words.length}>
        {lengthText((untilMs ?? nowMs) - fromMs, words)}
      </td>
      <td role="cell" class="wrap">
        {reasonText(outage.reason, speech.lang)}
      </td>
      {mayPropose ? <td role="cell">{proposal(props)}</td> : null}
    </tr>
  );
}

/** The form that proposes to exclude it, filled in; nothing while it lasts. */
function proposal({ outage, speech }: Props & { readonly outage: MalfunctionOutage }) {
  const { fromMs, untilMs, targets, subject } = outage;
  if (untilMs === null || targets.length === 0 || targets.length > MOST_PROPOSED) return null;
  const { proposeFor } = reportsText[speech.lang];
  const href = proposeHref(speech.lang, { targets, fromMs, untilMs });
  return (
    <a href={href} aria-label={`${proposeFor}: ${subject}`}>
      {proposeFor}
    </a>
  );
}
