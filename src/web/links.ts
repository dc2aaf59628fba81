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
