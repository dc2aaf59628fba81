import type { Lang } from "../core/views.ts";

/** Every link carries the language, so that a page that is passed on looks the same. */
export function overviewHref(
  lang: Lang,
  query: { readonly month?: string; readonly product?: string; readonly region?: string } = {},
): string {
  return `/?${new URLSearchParams({ ...query, lang })}`;
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
  const range = { from: new Date(fromMs).toISOString(), until: new Date(untilMs).toISOString() };
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

/** A page by its path. */
export function pageHref(
  path: string,
  lang: Lang,
  query: Readonly<Record<string, string>> = {},
): string {
  return `${path}?${new URLSearchParams({ ...query, lang })}`;
}
