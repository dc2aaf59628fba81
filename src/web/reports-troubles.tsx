import { Time } from "./document.tsx";
import { exclusionsText } from "./exclusions-text.ts";
import { ListHead } from "./form-parts.tsx";
import { malfunctionHref, pageHref } from "./links.ts";
import { Evidence, Part, type ReportParts } from "./reports-parts.tsx";

const MOST_ROWS = 100;

/** The malfunctions that struck what the report is about. */
export function Malfunctions({ model, speech, words }: ReportParts) {
  const { malfunctions = [] } = model.report;
  const { lang } = speech;
  return (
    <Part id="malfunctions" title={words.malfunctions}>
      {malfunctions.length === 0 ? (
        <p class="quiet">{words.malfunctionsNone}</p>
      ) : (
        <div class="card pad">
          <ul class="upcoming">
            {malfunctions.map(({ id, level, title, from, cause, targets }) => (
              <li>
                <span class="strong">{level}</span>
                <a href={malfunctionHref(lang, id)}>{title ?? words.malfunction(id)}</a>
                <Time ms={Date.parse(from)} zone={model.timeZone} />
                <span class="quiet">
                  {targets.slice(0, 5).join(", ")}
                  {targets.length > 5 ? " …" : ""}
                </span>
                <span class={cause === null ? "quiet" : "wrap"}>
                  {cause === null ? words.notReviewed : words.cause(cause.slice(0, 300))}
                </span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </Part>
  );
}

/** What was not held against the provider, and who approved it. */
export function Exclusions({ model, speech, words }: ReportParts) {
  const kinds: Readonly<Record<string, string>> = exclusionsText[speech.lang].kinds;
  const rows = new Map(
    model.report.subjects
      .flatMap(({ exclusions }) => exclusions)
      .map((one) => [`${one.id} ${one.from}`, one]),
  );
  const shown = [...rows.values()].slice(0, MOST_ROWS);
  const head = [
    words.exclusion,
    speech.t.from,
    speech.t.until,
    words.reason,
    words.approvedBy,
    words.evidence,
  ];
  return (
    <Part id="exclusions" title={words.exclusions}>
      {shown.length === 0 ? (
        <p class="quiet">{words.exclusionsNone}</p>
      ) : (
        <div class="card">
          <table class="list tight" role="table">
            <ListHead texts={head} />
            <tbody role="rowgroup">
              {shown.map((one) => (
                <tr role="row">
                  <td role="cell">
                    <a href={pageHref(`/exclusions/${one.id}`, speech.lang)}>{one.id}</a>{" "}
                    {kinds[one.kind] ?? one.kind}
                  </td>
                  <td role="cell">
                    <Time ms={Date.parse(one.from)} zone={model.timeZone} />
                  </td>
                  <td role="cell">
                    <Time ms={Date.parse(one.until)} zone={model.timeZone} />
                  </td>
                  <td role="cell" class="wrap">
                    {one.reason}
                  </td>
                  <td role="cell" data-label={words.approvedBy}>
                    {one.approvedBy}
                  </td>
                  <td role="cell" class="wrap">
                    <Evidence text={one.evidence} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {rows.size > shown.length ? (
            <p class="more quiet">{words.moreOutages(rows.size - shown.length)}</p>
          ) : null}
        </div>
      )}
    </Part>
  );
}
