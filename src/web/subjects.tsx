import { placeName } from "../core/place-name.ts";
import { productShort } from "../core/product-name.ts";
import type { Frame, OverviewModel, SubjectGroup, SubjectRow } from "../core/views.ts";
import { stageOf } from "../core/month-stage.ts";
import { regionName } from "../core/region-name.ts";
import { Good, Time } from "./document.tsx";
import type { Speech } from "./document.tsx";
import { budgetText, figure } from "./format.ts";
import { Badge, VERDICT_LOOK } from "./icons.tsx";
import { givenOf, overviewHref, productHref, targetHref } from "./links.ts";
import { cellId } from "./matrix.tsx";
import type { Messages } from "./messages.ts";
import { overviewText } from "./overview-text.ts";
import { reasonText } from "../core/reason-text.ts";

type Props = { readonly model: OverviewModel; readonly speech: Speech };

/** Rows shown at once; the others on demand. */
const FIRST_ROWS = 8;

/** What is missed, at risk or down, the worst first. */
export function Attention({ model, speech }: Props) {
  const { t, lang } = speech;
  const words = overviewText[lang];
  const { attention, frame } = model;
  const rest = attention.slice(FIRST_ROWS);
  const isOver = frame.status === "closed";
  return (
    <section id="attention" aria-labelledby="attention-title">
      <div class="section-head">
        <h2 id="attention-title">{isOver ? words.missedTitle : t.attention}</h2>
      </div>
      {attention.length === 0 ? (
        <NoneMissed {...{ model, speech }} text={isOver ? words.missedNone : t.attentionNone} />
      ) : (
        <div class="card">
          <AttentionTable rows={attention.slice(0, FIRST_ROWS)} {...{ frame, speech }} />
          {rest.length === 0 ? null : (
            <details class="rest">
              <summary>{words.restOf(rest.length)}</summary>
              <AttentionTable rows={rest} {...{ frame, speech }} />
            </details>
          )}
        </div>
      )}
    </section>
  );
}

/** Of what there is too little data of, nobody can say that it was met. */
function NoneMissed({ model, speech, text }: Props & { readonly text: string }) {
  const { measured, littleData, subjects } = model.counts;
  if (measured === 0) return <p class="quiet">{speech.t.unmeasured(stageOf(model.frame))}</p>;
  if (littleData === 0) return <Good text={text} />;
  return <p class="quiet">{`${text} ${speech.t.littleOf(littleData, subjects)}`}</p>;
}

function AttentionTable(props: {
  readonly rows: readonly SubjectRow[];
  readonly frame: Frame;
  readonly speech: Speech;
}) {
  const { rows, frame, speech } = props;
  const { t } = speech;
  return (
    <table class="list attention" role="table" aria-labelledby="attention-title">
      <thead role="rowgroup">
        <tr role="row">
          <Head text={t.verdict} />
          <Head text={t.subject} />
          <Head text={t.place} />
          <Head text={t.availability} number />
          <Head text={t.budget} />
          <Head text={t.lastOutage} />
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <AttentionRow row={row} frame={frame} speech={speech} />
        ))}
      </tbody>
    </table>
  );
}

function AttentionRow(props: {
  readonly row: SubjectRow;
  readonly frame: Frame;
  readonly speech: Speech;
}) {
  const { row, frame, speech } = props;
  const { lang, t } = speech;
  return (
    <tr role="row">
      <td role="cell" class="badges">
        <Standing row={row} t={t} />
      </td>
      <td role="cell">
        <SubjectName {...{ row, frame, speech }} />
      </td>
      <td role="cell">{placeName(row, lang)}</td>
      <td role="cell" class="number">
        <span class="strong">{figure(row.availabilityPercent)}</span>{" "}
        <span class="quiet">{t.objective(row.objectivePercent)}</span>
      </td>
      <td role="cell" class="nowrap">
        {row.availabilityPercent === null ? "–" : budgetText(row.budget, t)}
      </td>
      <td role="cell" data-label={row.down === null ? t.lastOutage : undefined}>
        {row.down === null ? (
          <LastOutage row={row} frame={frame} />
        ) : (
          <>
            {t.sinceUntil} <Time ms={row.down.sinceMs} zone={frame.timeZone} />{" "}
            <span class="quiet">{reasonText(row.down.reason, lang)}</span>
          </>
        )}
      </td>
    </tr>
  );
}

function LastOutage({ row, frame }: { readonly row: SubjectRow; readonly frame: Frame }) {
  return row.lastOutageMs === null ? <>–</> : <Time ms={row.lastOutageMs} zone={frame.timeZone} />;
}

/** Every subject of the month, by product: the way to each target's page. */
export function SubjectList({
  model,
  speech,
  listHref = overviewHref(speech.lang, { month: model.frame.month }),
  mostOpen = Infinity,
}: Props & {
  /** With more rows than this the groups begin closed: what comes before them stays in reach. */
  readonly mostOpen?: number;
  /** Of the page with nothing left out. */
  readonly listHref?: string;
}) {
  const { t } = speech;
  const { filter } = model;
  const what = [
    filter.account ?? "",
    filter.product === null ? "" : productShort(filter.product, speech.lang),
    filter.region === null ? "" : regionName(filter.region)[speech.lang],
  ].filter((part) => part !== "");
  const rows = model.groups.reduce((sum, group) => sum + group.subjects.length, 0);
  const isOpen = rows <= mostOpen;
  return (
    <section id="subjects" aria-labelledby="subjects-title">
      <div class="section-head">
        <h2 id="subjects-title">{t.allSubjects}</h2>
        {what.length === 0 ? null : (
          <p class="quiet">
            {t.showingOnly(what.join(" · "))} <a href={`${listHref}#subjects`}>{t.showAll}</a>
          </p>
        )}
      </div>
      {model.groups.map((group) => (
        <Group {...{ group, model, speech, isOpen }} />
      ))}
    </section>
  );
}

function Group(props: Props & { readonly group: SubjectGroup; readonly isOpen: boolean }) {
  const { group, model, speech, isOpen } = props;
  const { lang, t } = speech;
  const { frame } = model;
  const seen = new Set<string>();
  return (
    <details class="card group" open={isOpen}>
      <summary>
        <h3>{productShort(group.product, lang)}</h3>{" "}
        <span class="quiet">{t.targetCount(group.subjects.length + group.more)}</span>{" "}
        <GroupStanding group={group} t={t} />
      </summary>
      <table class="list" role="table" aria-label={productShort(group.product, lang)}>
        <thead role="rowgroup">
          <tr role="row">
            <Head text={t.subject} />
            <Head text={t.region} />
            <Head text={t.account} />
            <Head text={t.availability} number />
            <Head text={t.budget} />
            <Head text={t.coverage} number />
            <Head text={t.verdict} />
          </tr>
        </thead>
        <tbody role="rowgroup">
          {group.subjects.map((row) => {
            const place = cellId(row.product, row.region);
            const first = !seen.has(place);
            seen.add(place);
            return (
              <tr role="row" id={first ? place : undefined}>
                <td role="cell">
                  <SubjectName {...{ row, frame, speech }} />
                </td>
                <td role="cell">{regionName(row.region)[lang]}</td>
                <td role="cell">{row.account}</td>
                <td role="cell" class="number">
                  {row.availabilityPercent === null ? (
                    <span class="quiet">{t.noData}</span>
                  ) : (
                    <span class="strong">{figure(row.availabilityPercent)}</span>
                  )}
                </td>
                <td role="cell" class="nowrap">
                  {row.availabilityPercent === null ? "–" : budgetText(row.budget, t)}
                </td>
                <td role="cell" class="number" data-label={t.coverage}>
                  {figure(row.coveragePercent)}
                </td>
                <td role="cell" class="badges">
                  <Standing row={row} t={t} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {group.more === 0 ? null : (
        <p class="more">
          <a
            href={`${productHref(lang, group.product, { month: frame.month, ...givenOf({ account: model.filter.account }) })}#subjects`}
          >
            {t.moreSubjects(group.more)}
          </a>
        </p>
      )}
    </details>
  );
}

/** What is not well in a group that may be closed. */
function GroupStanding({ group, t }: { readonly group: SubjectGroup; readonly t: Messages }) {
  // The rows that are not listed could be missed as well.
  if (group.more > 0) return null;
  const of = (test: (row: SubjectRow) => boolean) => group.subjects.filter(test).length;
  const down = of((row) => row.down !== null);
  const missed = of(({ verdict }) => verdict === "missed" || verdict === "already-missed");
  const risk = of(({ verdict }) => verdict === "at-risk");
  return (
    <>
      {down === 0 ? null : <Badge icon="down" tone="missed" text={t.downCount(down)} />}{" "}
      {missed === 0 ? null : (
        <Badge icon="missed" tone="missed" text={`${t.verdicts.missed} ${missed}`} />
      )}{" "}
      {risk === 0 ? null : (
        <Badge icon="warn" tone="minor" text={`${t.verdicts["at-risk"]} ${risk}`} />
      )}
    </>
  );
}

function Standing({ row, t }: { readonly row: SubjectRow; readonly t: Messages }) {
  const look = VERDICT_LOOK[row.verdict];
  return (
    <>
      {row.down === null ? null : <Badge icon="down" tone="missed" text={t.countDown} />}{" "}
      <Badge icon={look.icon} tone={look.tone} text={t.verdicts[row.verdict]} />
    </>
  );
}

function SubjectName(props: {
  readonly row: SubjectRow;
  readonly frame: Frame;
  readonly speech: Speech;
}) {
  const { row, frame, speech } = props;
  const link = (target: string) => (
    <a href={targetHref(speech.lang, target, frame.month)}>{target}</a>
  );
  if (row.scope !== "group") return <span class="name">{link(row.id)}</span>;
  return (
    <span class="name">
      {`${row.id.replace(/\/$/, "")} `}
      <span class="members">
        {row.targets.map((target, index) => (
          <>
            {index === 0 ? "" : ", "}
            {link(target)}
          </>
        ))}
      </span>
    </span>
  );
}

function Head({ text, number }: { readonly text: string; readonly number?: boolean }) {
  return (
    <th scope="col" role="columnheader" class={number === true ? "number" : undefined}>
      {text}
    </th>
  );
}
