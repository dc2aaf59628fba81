import { stageOf } from "../core/month-stage.ts";
import type { Lang, OverviewModel, Reader } from "../core/views.ts";
import { MonthNav, MonthState, Notices, ReportLinks, renderDocument } from "./document.tsx";
import type { Speech } from "./document.tsx";
import { monthName, zoneLabel } from "./format.ts";
import { Icon } from "./icons.tsx";
import type { IconName, Tone } from "./icons.tsx";
import { Filters } from "./filters.tsx";
import { givenOf, overviewHref } from "./links.ts";
import { LivePart } from "./live-part.tsx";
import { Matrix } from "./matrix.tsx";
import { overviewText } from "./overview-text.ts";
import { liveScript } from "./scripts.ts";
import { Attention, SubjectList } from "./subjects.tsx";
import type { Messages } from "./messages.ts";
import { messages } from "./text.ts";
import { WrongNow } from "./troubles.tsx";

/** The page at `/`: a complete document. */
export function renderOverview(
  model: OverviewModel,
  lang: Lang,
  reader: Reader | null = null,
): string {
  const t = messages[lang];
  const speech: Speech = { lang, t };
  const { frame } = model;
  const other = lang === "en" ? "zh" : "en";
  const given = givenOf(model.filter);
  return renderDocument({
    reader,
    path: "/",
    speech,
    title: `${t.overviewTitle} · ${monthName(frame.month, t)}`,
    otherHref: overviewHref(other, { month: frame.month, ...given }),
    month: frame.month,
    timeZoneNote: t.zoneNote(zoneLabel(frame.timeZone, frame.settledUntilMs)),
    scripts: frame.status === "running" ? [liveScript.path] : [],
    children: (
      <>
        <LivePart name="notices">
          <Notices frame={frame} speech={speech} />
        </LivePart>
        <div class="page-head">
          <div>
            <h1>{t.overviewTitle}</h1>
            <LivePart name="state">
              <MonthState frame={frame} speech={speech} />
            </LivePart>
          </div>
          <div class="page-tools">
            <MonthNav
              {...{ frame, speech }}
              hrefOf={(month) => overviewHref(lang, { month, ...given })}
            />
            <ReportLinks
              speech={speech}
              month={frame.month}
              {...(model.filter.account === null ? {} : { account: model.filter.account })}
            />
          </div>
        </div>
        <Filters model={model} speech={speech} />
        <LivePart name="figures">
          <Figures model={model} speech={speech} />
        </LivePart>
      </>
    ),
  });
}

function Figures({ model, speech }: { readonly model: OverviewModel; readonly speech: Speech }) {
  const { lang, t } = speech;
  const isNarrow = Object.values(model.filter).some((value) => value !== null);
  if (model.cells.length === 0) {
    return (
      <>
        <WrongNow model={model} speech={speech} />
        <p class="card empty">{isNarrow ? overviewText[lang].nothingFits : t.emptyMonth}</p>
      </>
    );
  }
  const stage = stageOf(model.frame);
  if (model.counts.measured === 0) {
    return (
      <>
        <WrongNow model={model} speech={speech} />
        <p class="card empty" id="attention">
          {t.unmeasured(stage)}
        </p>
        <Matrix model={model} speech={speech} />
        <SubjectList model={model} speech={speech} />
      </>
    );
  }
  return (
    <>
      <WrongNow model={model} speech={speech} />
      <Tiles tiles={stage === "running" ? runningTiles(model, t) : tilesAfter(model, t)} t={t} />
      <Attention model={model} speech={speech} />
      <Matrix model={model} speech={speech} />
      <SubjectList model={model} speech={speech} mostOpen={isNarrow ? Infinity : MOST_OPEN} />
    </>
  );
}

/** On a telephone each row of the list is three lines high. */
const MOST_OPEN = 24;

function missedTile({ counts }: OverviewModel, t: Messages): TileProps {
  const of = t.ofSubjects(counts.subjects);
  const [icon, tone] = ["missed", "missed"] as const;
  return { n: counts.missed, label: t.countMissed, of, icon, tone, href: "#attention" };
}

/** Of a month that is over: nothing is at risk any more, and what is down now says nothing of it. */
function tilesAfter(model: OverviewModel, t: Messages): readonly TileProps[] {
  const { counts } = model;
  const of = t.ofSubjects(counts.subjects);
  const href = "#subjects";
  return [
    missedTile(model, t),
    { n: counts.met, label: t.countMet, of, icon: "check", tone: "good", href, isGood: true },
    { n: counts.littleData, label: t.countLittle, of, icon: "dash", tone: "quiet", href },
  ];
}

function runningTiles(model: OverviewModel, t: Messages): readonly TileProps[] {
  const { counts } = model;
  const subjects = t.ofSubjects(counts.subjects);
  const targets = t.ofTargets(counts.targets);
  return [
    missedTile(model, t),
    {
      n: counts.atRisk,
      label: t.countAtRisk,
      of: subjects,
      icon: "warn",
      tone: "minor",
      href: "#attention",
    },
    {
      n: counts.downNow,
      label: t.countDown,
      of: targets,
      icon: "down",
      tone: "missed",
      href: "#attention",
    },
    {
      n: counts.coverageLow,
      label: t.countCoverage,
      of: subjects,
      icon: "dash",
      tone: "quiet",
      href: "#subjects",
    },
  ];
}

function Tiles(props: { readonly tiles: readonly TileProps[]; readonly t: Messages }) {
  const { tiles, t } = props;
  return (
    <section aria-label={t.summary}>
      <ul class="tiles">
        {tiles.map((tile) => (
          <Tile {...tile} />
        ))}
      </ul>
    </section>
  );
}

type TileProps = {
  readonly n: number;
  readonly label: string;
  readonly of: string;
  readonly icon: IconName;
  readonly tone: Tone;
  readonly href: string;
  /** What is counted is good, and none of it is not. */
  readonly isGood?: boolean;
};

function Tile({ n, label, of, icon, tone, href, isGood = false }: TileProps) {
  const [look, name]: readonly [Tone, IconName] =
    n > 0 ? [tone, icon] : isGood ? ["quiet", "dash"] : ["good", "check"];
  return (
    <li>
      <a class={`tile t-${look}`} href={href}>
        <span class="tile-icon">
          <Icon name={name} />
        </span>
        <span class="tile-number">{n}</span>{" "}
        <span class="tile-text">
          <span class="tile-label">{label}</span> <span class="tile-of">{of}</span>
        </span>
      </a>
    </li>
  );
}
