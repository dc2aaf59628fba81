import { may } from "../core/access.ts";
import { malfunctionWords } from "../core/malfunction-text.ts";
import { placeName } from "../core/place-name.ts";
import type { Reader, TargetModel } from "../core/views.ts";
import type { Speech } from "./document.tsx";
import { Pairs } from "./form-parts.tsx";
import { evidenceHref, malfunctionHref, pageHref, productHref } from "./links.ts";
import { troubleText, type Meaning } from "./target-trouble-text.ts";

type Props = {
  readonly model: TargetModel;
  readonly speech: Speech;
  readonly reader: Reader | null;
};

/** An older last result says nothing of the present. */
const FRESH_INTERVALS = 3;
const FRESH_MS = 90_000;
/** Of all targets: when more are down at once, the fault is rather ours. */
const MOST_DOWN = 0.5;
/** Of so few nobody can tell whether it is everything. */
const FEWEST_ELSEWHERE = 3;

/** For who is woken: from where it is down, what else is, what that means, and where to go on. */
export function TroubleSection({ model, speech, reader }: Props) {
  const { lang } = speech;
  const words = troubleText[lang];
  const seen = vantagesNow(model);
  const { now, down } = model.state;
  if (model.frame.status !== "running") return null;
  if (now !== "down" && (seen.failing.length === 0 || seen.answering.length === 0)) return null;
  const place = placeName(model, lang);
  const list = (names: readonly string[], say: (text: string) => string) =>
    names.length === 0 ? [] : [say(names.join(lang === "zh" ? "、" : ", "))];
  const from = [
    ...list(seen.failing, words.noneAnswered),
    ...list(seen.answering, words.othersAnswered),
    ...list(seen.silent, words.silent),
  ];
  const beside = [words.besideCount(place, down.beside), words.elsewhereCount(down.elsewhere)];
  const mark = lang === "zh" ? "；" : "; ";
  return (
    <section
      class={`card pad trouble t-edge-${now === "down" ? "missed" : "minor"}`}
      aria-labelledby="trouble-title"
    >
      <h2 id="trouble-title">{now === "down" ? words.downTitle : words.partTitle}</h2>
      <Pairs
        rows={[
          [words.seenFrom, from.join(mark)],
          [words.beside, beside.join(mark)],
          [words.so, words.meanings[meaningOf(model, seen)]],
        ]}
      />
      <Ways {...{ model, speech, reader, place }} />
    </section>
  );
}

function Ways({ model, speech, reader, place }: Props & { readonly place: string }) {
  const { lang } = speech;
  const words = troubleText[lang];
  const { id, product, region, frame } = model;
  const { sinceMs } = model.state;
  const malfunction = model.agreements
    .flatMap(({ malfunctions }) => malfunctions.get(sinceMs ?? 0) ?? [])
    .at(0);
  const newestMs = model.results[0]?.plannedAtMs ?? 0;
  return (
    <p class="page-tools">
      {malfunction === undefined ? null : (
        <a class="button primary" href={malfunctionHref(lang, malfunction.id)}>
          {`${malfunction.level} · ${malfunctionWords[lang].name(malfunction.id)}`}
        </a>
      )}
      {sinceMs === null || newestMs < sinceMs ? null : (
        <a class="button" href={evidenceHref(lang, { id, fromMs: sinceMs, untilMs: newestMs + 1 })}>
          {words.results}
        </a>
      )}
      <a class="button" href={productHref(lang, product, { month: frame.month, region })}>
        {words.place(place)}
      </a>
      {reader !== null && may({ ...reader, origin: "" }, "read-all") ? (
        <a class="button" href={pageHref("/monitor", lang)}>
          {words.monitor}
        </a>
      ) : null}
    </p>
  );
}

type Seen = Readonly<Record<"failing" | "answering" | "silent", readonly string[]>>;

/** The vantages by what they saw last, as far as that says something of the present. */
function vantagesNow({ vantages, intervalMs }: TargetModel): Seen {
  const newestMs = Math.max(0, ...vantages.map(({ last }) => last?.plannedAtMs ?? 0));
  const sinceMs = newestMs - Math.max(FRESH_MS, FRESH_INTERVALS * intervalMs);
  const named = (isIt: (outcome: string) => boolean) =>
    vantages
      .filter(({ last }) => isIt(last !== null && last.plannedAtMs >= sinceMs ? last.outcome : ""))
      .map(({ vantage }) => vantage);
  return {
    failing: named((outcome) => outcome === "failed"),
    answering: named((outcome) => outcome === "ok"),
    silent: named((outcome) => outcome !== "failed" && outcome !== "ok"),
  };
}

function meaningOf({ state: { down } }: TargetModel, seen: Seen): Meaning {
  const { beside, elsewhere } = down;
  if (seen.answering.length > 0) return "way";
  if (elsewhere.all >= FEWEST_ELSEWHERE && elsewhere.down / elsewhere.all > MOST_DOWN) {
    return "everywhere";
  }
  if (beside.down > 0) return beside.down === beside.all ? "region" : "part";
  return seen.failing.length > 1 ? "alone" : "one-vantage";
}
