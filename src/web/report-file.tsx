import type { RenditionModel, RenditionProgress } from "../core/rendition-view.ts";
import type { Lang, Reader } from "../core/views.ts";
import { renderDocument, Time, type Speech } from "./document.tsx";
import { Pairs } from "./form-parts.tsx";
import { monthName, zoneLabel } from "./format.ts";
import { pageHref, reportFileHref, reportWaitHref } from "./links.ts";
import { LivePart } from "./live-part.tsx";
import { Csrf } from "./nav.tsx";
import { reportFileText, type ReportFileText } from "./report-file-text.ts";
import { reportPageHref } from "./reports.tsx";
import { reportsText } from "./reports-text.ts";
import { liveScript } from "./scripts.ts";
import { messages } from "./text.ts";

/** How often one looks whether it is ready: with scripts, and by the whole page without. */
const LOOK_SECONDS = 2;
const REFRESH_SECONDS = 5;

type Parts = {
  readonly model: RenditionModel;
  readonly speech: Speech;
  readonly words: ReportFileText;
  readonly reader: Reader;
  /** Its name for people: "PDF". */
  readonly format: string;
  readonly file: string;
};

/** The page on which one waits for a form of a closed month's report, and gets it. */
export function renderReportFile(model: RenditionModel, lang: Lang, reader: Reader): string {
  const { month, account, revision, progress } = model;
  const speech: Speech = { lang, t: messages[lang] };
  const words = reportFileText[lang];
  const reports = reportsText[lang];
  const names: Readonly<Record<string, string>> = reports.formatNames;
  const format = names[model.format] ?? model.format;
  const title = words.title(
    format,
    monthName(month, speech.t),
    model.accountName ?? reports.everyone,
  );
  const query = { ...(account === null ? {} : { account }), revision: String(revision) };
  const place = { month, format: model.format, query };
  const parts: Parts = {
    model,
    speech,
    words,
    reader,
    format,
    file: reportFileHref(lang, place),
  };
  const isRunning = progress.state === "waiting" || progress.state === "active";
  return renderDocument({
    reader,
    path: "/reports",
    speech,
    title,
    otherHref: reportWaitHref(lang === "en" ? "zh" : "en", place),
    month,
    timeZoneNote: speech.t.zoneNote(zoneLabel(model.timeZone, model.nowMs)),
    scripts: [liveScript.path],
    ...(isRunning ? { refreshSeconds: REFRESH_SECONDS } : {}),
    children: (
      <>
        <p class="crumbs">
          <a href={pageHref("/reports", lang)}>{reports.allReports}</a>
          <span class="fact">
            <a href={reportPageHref(lang, month, query)}>{words.back}</a>
          </span>
        </p>
        <div class="page-head">
          <h1>{title}</h1>
        </div>
        <section class="card pad file-wait" aria-label={title}>
          <div aria-live="polite">
            <LivePart name="file-state">
              <State {...parts} />
            </LivePart>
          </div>
          <LivePart name="file-progress">
            <Progress progress={progress} words={words} />
          </LivePart>
          <p class="quiet small">{words.lead}</p>
        </section>
      </>
    ),
  });
}

/** What is told aloud when it changes. */
function State(parts: Parts) {
  const { model, words } = parts;
  const { progress, timeZone } = model;
  switch (progress.state) {
    case "waiting":
      return (
        <>
          <p class="says">{words.waiting}</p>
          <p class="quiet">{words.waitingLong}</p>
        </>
      );
    case "active":
      return <p class="says">{words.active}</p>;
    case "failed":
      return <Failed {...parts} problem={progress.problem} />;
    case "made":
      return (
        <>
          <p class="says">{words.made}</p>
          <p>
            <a class="button primary" href={parts.file}>
              {words.get(parts.format)}
            </a>
          </p>
          <Pairs
            rows={[
              [words.madeAt, <Time ms={progress.madeAtMs} zone={timeZone} />],
              [words.digest, <span class="hash">{progress.digest.replace("sha256:", "")}</span>],
            ]}
          />
        </>
      );
  }
}

function Failed(props: Parts & { readonly problem: "too-large" | "other" }) {
  const { words, reader, file, problem } = props;
  return (
    <>
      <p class="says">{words.failed}</p>
      <p>{words.problems[problem]}</p>
      <form class="form" method="post" action={file}>
        <Csrf reader={reader} />
        <button type="submit" class="button primary">
          {words.again}
        </button>
      </form>
    </>
  );
}

/** As long as it stands there, the page asks again. */
function Progress(props: { readonly progress: RenditionProgress; readonly words: ReportFileText }) {
  const { progress, words } = props;
  if (progress.state !== "waiting" && progress.state !== "active") return null;
  const value = progress.state === "active" ? { value: progress.percent } : {};
  return (
    <div data-live-every={LOOK_SECONDS}>
      <progress max={100} aria-label={words.progress} {...value} />
    </div>
  );
}
