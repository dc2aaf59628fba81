import type { AgreementLine, AgreementsModel, AgreementVersion } from "../core/agreement-views.ts";
import { durationText } from "../core/duration-text.ts";
import { productShort } from "../core/product-name.ts";
import type { Lang, Reader } from "../core/views.ts";
import { agreementsText, type AgreementsText } from "./agreements-text.ts";
import { renderDocument, type Speech } from "./document.tsx";
import { Pairs } from "./form-parts.tsx";
import { instant, zoneLabel } from "./format.ts";
import { Badge, type IconName, type Tone } from "./icons.tsx";
import { pageHref, targetHref } from "./links.ts";
import { termRows } from "./terms.tsx";
import { messages } from "./text.ts";

type Parts = {
  readonly model: AgreementsModel;
  readonly speech: Speech;
  readonly words: AgreementsText;
};

/** The page at `/agreements`: each with the version in force, those before and those to come. */
export function renderAgreements(model: AgreementsModel, lang: Lang, reader: Reader): string {
  const { nowMs, timeZone, agreements } = model;
  const speech: Speech = { lang, t: messages[lang] };
  const words = agreementsText[lang];
  const parts: Parts = { model, speech, words };
  const used = agreements.filter(({ targets }) => targets > 0);
  const others = agreements.filter(({ targets }) => targets === 0);
  return renderDocument({
    reader,
    path: "/agreements",
    speech,
    title: words.agreements,
    otherHref: pageHref("/agreements", lang === "en" ? "zh" : "en"),
    month: null,
    timeZoneNote: speech.t.zoneNote(zoneLabel(timeZone, nowMs)),
    children: (
      <>
        <div class="page-head">
          <div>
            <h1>{words.agreements}</h1>
            <p class="quiet">{words.lead}</p>
          </div>
        </div>
        {agreements.length === 0 ? <p class="card empty">{words.none}</p> : null}
        {used.length === 0 ? null : (
          <section aria-labelledby="used-title">
            <div class="section-head">
              <h2 id="used-title">{words.inUse}</h2>
            </div>
            <div class="stack">
              {used.map((line) => (
                <AgreementCard {...{ ...parts, line }} />
              ))}
            </div>
          </section>
        )}
        {others.length === 0 ? null : (
          <details class="fold others" open={used.length === 0}>
            <summary>
              <h2>{`${words.notInUse} (${others.length})`}</h2>
            </summary>
            <div class="stack">
              {others.map((line) => (
                <AgreementCard {...{ ...parts, line }} />
              ))}
            </div>
          </details>
        )}
      </>
    ),
  });
}

function AgreementCard(props: Parts & { readonly line: AgreementLine }) {
  const { line, model, speech, words } = props;
  const { id, versions, targets, some } = line;
  const present = versions.findIndex(({ standing }) => standing === "present");
  const shown = versions.slice(0, present + 1 === 0 ? versions.length : present + 1);
  const earlier = versions.slice(shown.length);
  return (
    <article class="card" id={id}>
      <div class="agreement-head">
        <h3>{id}</h3>
        {targets === 0 ? null : (
          <span class="quiet">
            {words.usedBy(targets)}
            {": "}
            {some.map((target, index) => (
              <>
                {index === 0 ? "" : ", "}
                <a href={targetHref(speech.lang, target, model.month)}>{target}</a>
              </>
            ))}
            {targets > some.length ? ` ${words.more(targets - some.length)}` : ""}
          </span>
        )}
      </div>
      {shown.map((version) => (
        <Version {...{ ...props, version }} />
      ))}
      {earlier.length === 0 ? null : (
        <details class="version fold">
          <summary>{words.earlier(earlier.length)}</summary>
          {earlier.map((version) => (
            <Version {...{ ...props, version }} />
          ))}
        </details>
      )}
    </article>
  );
}

type Look = { readonly icon: IconName; readonly tone: Tone };
const LOOK: Readonly<Record<AgreementVersion["standing"], Look>> = {
  present: { icon: "check", tone: "good" },
  past: { icon: "dash", tone: "quiet" },
  "to-come": { icon: "warn", tone: "minor" },
};

function Version(props: Parts & { readonly version: AgreementVersion }) {
  const { version, speech, words } = props;
  const { terms, source, standing, untilMs } = version;
  const { t, lang } = speech;
  const day = (ms: number) => instant(ms, terms.timeZone).slice(0, 10);
  const from = terms.fromMs === 0 ? words.always : words.from(day(terms.fromMs));
  // In the line above.
  const told = new Set([t.termNames.holdsFrom, t.objectiveLabel]);
  const isInherited = terms.inherits.length > 0;
  const inherits = terms.inherits.map((product) => productShort(product, lang)).join(", ");
  const needed = terms.minVantages === null ? words.half : String(terms.minVantages);
  const rows = isInherited
    ? [[t.termNames.method, words.inherits(inherits)] as const]
    : [
        ...termRows(terms, t).filter(([name]) => !told.has(name)),
        [words.vantages, needed] as const,
        [words.partMonth, words.partMonths[terms.partMonth]] as const,
        [words.timeZone, terms.timeZone] as const,
        [words.closes, durationText(terms.closeAfterMs / 1000, t)] as const,
      ];
  return (
    <div class={standing === "past" ? "version past" : "version"}>
      <p class="version-head">
        <span class="objective">
          {isInherited ? words.inherited : words.objective(terms.objectivePercent)}
        </span>
        <Badge {...LOOK[standing]} text={words.standings[standing]} />
        <span class="quiet">
          {untilMs === null || terms.fromMs === 0
            ? from
            : words.fromUntil(day(terms.fromMs), day(untilMs))}
        </span>
      </p>
      <Pairs
        class="pairs across"
        rows={[...rows, [words.source, <Source text={source[lang]} />] as const]}
      />
    </div>
  );
}

/** A text in which an address is a link. */
function Source({ text }: { readonly text: string }) {
  const parts = text.split(/(https:\/\/[^\s;；,，]+)/u);
  return (
    <span class="wrap">
      {parts.map((part) =>
        part.startsWith("https://") ? (
          <a href={part} rel="noopener noreferrer nofollow">
            {part}
          </a>
        ) : (
          part
        ),
      )}
    </span>
  );
}
