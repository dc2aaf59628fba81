import type { AuditRow, FieldChange } from "../core/audit-view.ts";
import type { Lang, Reader } from "../core/views.ts";
import { auditText, type AuditText } from "./audit-text.ts";
import { renderDocument, Time, type Speech } from "./document.tsx";
import { ListHead } from "./form-parts.tsx";
import { zoneLabel } from "./format.ts";
import { pageHref } from "./links.ts";
import { Alert } from "./login-fields.tsx";
import { messages } from "./text.ts";

/** As they stand in the address; empty for all. */
export type AuditFilterTexts = Readonly<
  Record<"actor" | "action" | "item" | "from" | "until", string>
>;

export type AuditModel = {
  readonly rows: readonly AuditRow[];
  readonly filter: AuditFilterTexts;
  /** The times of the filter are none. */
  readonly isWrong: boolean;
  /** The number that the next page's entries are older than; null on the last. */
  readonly next: number | null;
  readonly isFirst: boolean;
  readonly timeZone: string;
  readonly nowMs: number;
};

/** Beyond it an entry's fields are counted: a report has thousands. */
const MOST_FIELDS = 30;
const MOST_CHARACTERS = 300;
/** More are folded, so that entries stay a list. */
const FEW_FIELDS = 4;

type Shown = { readonly model: AuditModel; readonly lang: Lang; readonly t: AuditText };

/** The page at `/audit`. */
export function renderAudit(model: AuditModel, lang: Lang, reader: Reader): string {
  const t = auditText[lang];
  const speech: Speech = { lang, t: messages[lang] };
  const given = givenOf(model.filter);
  return renderDocument({
    reader,
    path: "/audit",
    speech,
    title: t.title,
    otherHref: pageHref("/audit", lang === "en" ? "zh" : "en", given),
    month: null,
    timeZoneNote: speech.t.zoneNote(zoneLabel(model.timeZone, model.nowMs)),
    children: (
      <>
        <div class="page-head">
          <div>
            <h1>{t.title}</h1>
            <p class="quiet narrow">{t.lead}</p>
          </div>
        </div>
        <Filter {...{ model, lang, t }} />
        <Alert text={model.isWrong ? t.badTime : null} />
        <section aria-label={t.title}>
          {model.rows.length === 0 ? (
            <p class="card empty">{t.none}</p>
          ) : (
            <div class="card">
              <Rows {...{ model, lang, t }} />
              <Pages {...{ model, lang, t }} />
            </div>
          )}
        </section>
      </>
    ),
  });
}

function givenOf(filter: AuditFilterTexts): Record<string, string> {
  return Object.fromEntries(Object.entries(filter).filter(([, text]) => text !== ""));
}

function Filter({ model: { filter }, lang, t }: Shown) {
  const isFiltered = Object.keys(givenOf(filter)).length > 0;
  const fields = [
    { name: "actor", label: t.actor, type: "text" },
    { name: "action", label: t.actionFilter, type: "text" },
    { name: "item", label: t.itemFilter, type: "text" },
    { name: "from", label: t.from, type: "datetime-local" },
    { name: "until", label: t.until, type: "datetime-local" },
  ] as const;
  return (
    <form class="filters" method="get" action="/audit" aria-label={t.filter}>
      <input type="hidden" name="lang" value={lang} />
      {fields.map(({ name, label, type }) => (
        <label>
          <span>{label}</span>
          {type === "text" ? (
            <input type="text" name={name} value={filter[name]} autocomplete="off" />
          ) : (
            <input type="datetime-local" name={name} value={filter[name]} />
          )}
        </label>
      ))}
      <button type="submit" class="button">
        {t.show}
      </button>
      {isFiltered ? <a href={pageHref("/audit", lang)}>{t.clear}</a> : null}
    </form>
  );
}

function Rows({ model, lang, t }: Shown) {
  const link = (filter: Partial<AuditFilterTexts>) => pageHref("/audit", lang, filter);
  return (
    <table class="list tight audit" role="table">
      <ListHead texts={[t.no, t.time, t.who, t.action, t.item, t.changes]} />
      <tbody role="rowgroup">
        {model.rows.map(({ seq, atMs, actor, origin, action, item, changes }) => (
          <tr role="row" id={`entry-${seq}`}>
            <td role="cell" class="quiet">
              {seq}
            </td>
            <td role="cell">
              <Time ms={atMs} zone={model.timeZone} seconds />
            </td>
            <td role="cell" class="wrap">
              <a href={link({ actor })}>{actor}</a>
              <span class="members quiet">{origin}</span>
            </td>
            <td role="cell">
              <a href={link({ action })}>{action}</a>
            </td>
            <td role="cell" class="wrap">
              <a href={link({ item })}>{item}</a>
            </td>
            <td role="cell">
              <Changes changes={changes} t={t} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Changes({
  changes,
  t,
}: {
  readonly changes: readonly FieldChange[];
  readonly t: AuditText;
}) {
  if (changes.length === 0) return <span class="quiet small">{t.noChange}</span>;
  if (changes.length <= FEW_FIELDS) return <Fields changes={changes} t={t} />;
  return (
    <details class="row-acts">
      <summary>{t.fields(changes.length)}</summary>
      <Fields changes={changes} t={t} />
    </details>
  );
}

function Fields({
  changes,
  t,
}: {
  readonly changes: readonly FieldChange[];
  readonly t: AuditText;
}) {
  const more = changes.length - MOST_FIELDS;
  return (
    <dl class="changes">
      {changes.slice(0, MOST_FIELDS).map(({ field, before, after }) => (
        <div>
          <dt>{field}</dt>
          <dd>
            {before === null ? null : (
              <del>
                <span class="hidden">{t.before}: </span>
                {cut(before)}
              </del>
            )}{" "}
            {after === null ? null : (
              <ins>
                <span class="hidden">{t.after}: </span>
                {cut(after)}
              </ins>
            )}
          </dd>
        </div>
      ))}
      {more > 0 ? (
        <div>
          <dt>…</dt>
          <dd class="quiet">{t.more(more)}</dd>
        </div>
      ) : null}
    </dl>
  );
}

function cut(text: string): string {
  return text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS)}…`;
}

function Pages({ model, lang, t }: Shown) {
  const { next, isFirst, filter } = model;
  if (next === null && isFirst) return null;
  const given = givenOf(filter);
  return (
    <nav class="pages-row" aria-label={t.title}>
      {isFirst ? null : (
        <a class="button" href={pageHref("/audit", lang, given)}>
          {t.newest}
        </a>
      )}
      {next === null ? null : (
        <a class="button" href={pageHref("/audit", lang, { ...given, before: String(next) })}>
          {t.older}
        </a>
      )}
    </nav>
  );
}
