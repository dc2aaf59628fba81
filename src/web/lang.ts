import type { Lang } from "../core/views.ts";

const langOf = (tag: string): Lang | null => {
  const primary = tag.trim().toLowerCase().split("-")[0];
  if (primary === "zh") return "zh";
  return primary === "en" ? "en" : null;
};

/** The language asked for in the address, else the one that the browser likes best, else English. */
export function chooseLang(query: string | undefined, acceptLanguage: string | undefined): Lang {
  const asked = langOf(query ?? "");
  if (asked !== null) return asked;
  const [best] = (acceptLanguage ?? "")
    .split(",")
    .map((part) => {
      const [tag = "", ...parameters] = part.split(";");
      const weight = parameters.find((parameter) => parameter.trim().startsWith("q="));
      return {
        lang: langOf(tag),
        weight: weight === undefined ? 1 : Number(weight.trim().slice(2)),
      };
    })
    .filter(({ lang, weight }) => lang !== null && weight > 0)
    .toSorted((a, b) => b.weight - a.weight);
  return best?.lang ?? "en";
}
