import type { Lang } from "../core/views.ts";

/** Every link carries the language, so that a page that is passed on looks the same. */
export function overviewHref(
  lang: Lang,
  query: {
    readonly month?: string;
    readonly account?: string;
    readonly product?: string;
    readonly region?: string;
  } = {},
): string {
  return `/?${new URLSearchParams({ ...query, lang })}`;
}

/** What narrows a page down, as its address has it: what is not narrowed is not in it. */
export function givenOf(
  filter: Readonly<Record<string, string | null>>,
): Readonly<Record<string, string>> {
  const given: Record<string, string> = {};
  for (const [name, value] of Object.entries(filter)) if (value !== null) given[name] = value;
  return given;
}

/** A product's page. */
export function productHref(
  lang: Lang,
  product: string,
  query: { readonly month?: string; readonly account?: string; readonly region?: string } = {},
): string {
  return `/products/${encodeURIComponent(product)}?${new URLSearchParams({ ...query, lang })}`;
}

/** A target's day, slot by slot; `day` is "2026-11-12". */
export function dayHref(
  lang: Lang,
  place: { readonly id: string; readonly day: string },
  query: { readonly agreement?: string; readonly hour?: string } = {},
): string {
  const { id, day } = place;
  return `/targets/${encodeURIComponent(id)}/days/${day}?${new URLSearchParams({ ...query, lang })}`;
}

type Span = { readonly fromMs: number; readonly untilMs: number };

const rangeOf = ({ fromMs, untilMs }: Span) => ({
  from: new Date(fromMs).toISOString(),
  until: new Date(untilMs).toISOString(),
});

/** The single results of a target, as a page. */
export function evidenceHref(
  lang: Lang,
  { id, show, ...span }: Span & { readonly id: string; readonly show?: string },
): string {
  const query = { ...rangeOf(span), ...(show === undefined ? {} : { show }), lang };
  return `/targets/${encodeURIComponent(id)}/results?${new URLSearchParams(query)}`;
}

/** The latency of a target as data for the chart. */
export function latencyHref(id: string): string {
  return `/targets/${encodeURIComponent(id)}/latency`;
}

/** The proof that a round is in the seal of its day. */
export function proofHref(round: {
  readonly vantage: string;
  readonly shard: string;
  readonly plannedAtMs: number;
}): string {
  const plannedAt = new Date(round.plannedAtMs).toISOString();
  const query = { vantage: round.vantage, shard: round.shard, plannedAt };
  return `/api/v1/proofs/${plannedAt.slice(0, 10)}/rounds?${new URLSearchParams(query)}`;
}

/** The form that proposes an exclusion, filled in for an outage of some targets. */
export function proposeHref(
  lang: Lang,
  { targets, ...span }: Span & { readonly targets: readonly string[] },
): string {
  const query = { ...rangeOf(span), targets: targets.join(" "), lang };
  return `/exclusions/new?${new URLSearchParams(query)}`;
}

export function targetHref(lang: Lang, id: string, month: string): string {
  return `/targets/${encodeURIComponent(id)}?${new URLSearchParams({ month, lang })}`;
}

export function reportHref(
  month: string,
  query: { readonly format: "json" | "csv"; readonly account?: string },
): string {
  return `/api/v1/reports/${encodeURIComponent(month)}?${new URLSearchParams(query)}`;
}

export function resultsHref(id: string, fromMs: number, untilMs: number): string {
  const range = rangeOf({ fromMs, untilMs });
  return `/api/v1/targets/${encodeURIComponent(id)}/results?${new URLSearchParams(range)}`;
}

const STATUS_PATHS = { page: "/status", atom: "/status.atom", json: "/status.json" } as const;

/** The public page, its feed or its data; of one account, or of all. */
export function statusHref(
  form: keyof typeof STATUS_PATHS,
  { account, lang }: { readonly account: string | null; readonly lang: Lang },
): string {
  const query = new URLSearchParams({ ...(account === null ? {} : { account }), lang });
  return `${STATUS_PATHS[form]}?${query}`;
}

export function malfunctionsHref(lang: Lang): string {
  return `/malfunctions?${new URLSearchParams({ lang })}`;
}

export function malfunctionHref(lang: Lang, id: number): string {
  return `/malfunctions/${id}?${new URLSearchParams({ lang })}`;
}

export function incidentHref(lang: Lang, id: number, format: "html" | "md" | "json"): string {
  return `/api/v1/malfunctions/${id}/report?${new URLSearchParams({ format, lang })}`;
}

/** The login, and where it leads; `ended`: there was one, which is over. */
export function loginHref(
  lang: Lang,
  { next = "/", ended = false }: { readonly next?: string; readonly ended?: boolean } = {},
): string {
  const query = { ...(next === "/" ? {} : { next }), ...(ended ? { ended: "yes" } : {}) };
  return pageHref("/login", lang, query);
}

/** A year of reports. */
export function yearHref(
  lang: Lang,
  year: string,
  query: { readonly account?: string } = {},
): string {
  return pageHref(`/years/${year}`, lang, query);
}

/** A path of ours with its query, in a language. */
export function inLang(path: string, lang: Lang): string {
  const { pathname, searchParams } = new URL(path, "http://nines.invalid");
  searchParams.set("lang", lang);
  return `${pathname}?${searchParams}`;
}

/** A page by its path. */
export function pageHref(
  path: string,
  lang: Lang,
  query: Readonly<Record<string, string>> = {},
): string {
  return `${path}?${new URLSearchParams({ ...query, lang })}`;
}

type ReportFilePlace = {
  readonly month: string;
  readonly format: string;
  readonly query: Readonly<Record<string, string>>;
};

/** A form of a month's report: the file, or else it leads to where one waits for it. */
export function reportFileHref(lang: Lang, { month, format, query }: ReportFilePlace): string {
  return pageHref(`/reports/${month}/files/${format}`, lang, query);
}

/** Where one waits for it. */
export function reportWaitHref(lang: Lang, { month, format, query }: ReportFilePlace): string {
  return pageHref(`/reports/${month}/files/${format}/progress`, lang, query);
}
