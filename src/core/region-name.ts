import { REGION_ROWS } from "./regions.ts";

/** A text in the languages of the pages. */
export type Name = { readonly en: string; readonly zh: string };

const NAMES: ReadonlyMap<string, Name> = new Map(
  REGION_ROWS.map((row) => [row.id, { en: row.name, zh: row.nameZh }]),
);

/** The provider's own name of a region; a region that is not listed goes by its id. */
export function regionName(region: string): Name {
  return NAMES.get(region) ?? { en: region, zh: region };
}
