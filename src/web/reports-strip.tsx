import type { ReportsMonth } from "../core/report-views.ts";
import type { Speech } from "./document.tsx";
import { monthName } from "./format.ts";
import { Icon } from "./icons.tsx";
import type { ReportsText } from "./reports-text-en.ts";

type Props = {
  readonly months: readonly ReportsMonth[];
  readonly speech: Speech;
  readonly words: ReportsText;
};

/** Which months missed something, at a glance, and the way to each of them further down. */
export function MonthsStrip({ months, speech, words }: Props) {
  if (months.length < 2) return null;
  return (
    <ul class="month-strip">
      {months.map((one) => {
        const { icon, tone, text } = lookOf(one, words);
        return (
          <li>
            <a href={`#m-${one.month}`} title={text}>
              <span class={`t-${tone}`}>
                <Icon name={icon} />
              </span>{" "}
              {monthName(one.month, speech.t)}
              <span class="hidden">{`${speech.t.colon}${text}`}</span>
              {one.missed > 0 ? <span class="t-missed strong"> {one.missed}</span> : null}
            </a>
          </li>
        );
      })}
    </ul>
  );
}

function lookOf({ missed, subjects, judged, isCounted }: ReportsMonth, words: ReportsText) {
  if (missed > 0) {
    return { icon: "missed", tone: "missed", text: words.monthMissed(missed, subjects) } as const;
  }
  const text = isCounted ? words.littleData(subjects - judged) : words.notCounted;
  if (judged === 0) return { icon: "dash", tone: "quiet", text } as const;
  return { icon: "check", tone: "good", text: words.monthFine(judged) } as const;
}
