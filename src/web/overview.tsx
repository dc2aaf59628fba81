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
  if (model.cells.length === 0) {
    const isNarrow = Object.values(model.filter).some((value) => value !== null);
    return (
      <>
        <WrongNow model={model} speech={speech} />
        <p class="card empty">{isNarrow ? overviewText[lang].nothingFits : t.emptyMonth}</p>
      </>
    );
  }
  return (
    <>
      <WrongNow model={model} speech={speech} />
      <Tiles model={model} speech={speech} />
      <Attention model={model} speech={speech} />
      <Matrix model={model} speech={speech} />
      <SubjectList model={model} speech={speech} />
    </>
  );
}

function Tiles({ model, speech }: { readonly model: OverviewModel; readonly speech: Speech }) {
  const { t } = speech;
  const { counts } = model;
  const subjects = t.ofSubjects(counts.subjects);
  const targets = t.ofTargets(counts.targets);
  const tiles: readonly TileProps[] = [
    {
      n: counts.missed,
      label: t.countMissed,
      of: subjects,
      icon: "missed",
      tone: "missed",
      href: "#attention",
    },
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
};

function Tile({ n, label, of, icon, tone, href }: TileProps) {
  return (
    <li>
      <a class={n === 0 ? "tile t-good" : `tile t-${tone}`} href={href}>
        <span class="tile-icon">
          <Icon name={n === 0 ? "check" : icon} />
        </span>
        <span class="tile-number">{n}</span>{" "}
        <span class="tile-text">
          <span class="tile-label">{label}</span> <span class="tile-of">{of}</span>
        </span>
      </a>
    </li>
  );
}
