import type { PlaceChoices } from "../core/exclusion-views.ts";
import { productShort } from "../core/product-name.ts";
import { regionName } from "../core/region-name.ts";
import type { Lang } from "../core/views.ts";
import type { Choice } from "./form-parts.tsx";
import { formText } from "./form-text.ts";

/** What can be chosen, by its names. */
export function namedChoices(
  { accounts, products, regions }: PlaceChoices,
  lang: Lang,
): Readonly<Record<"accounts" | "products" | "regions", readonly Choice[]>> {
  return {
    accounts: accounts.map(({ id, name }) => ({ value: id, text: name })),
    products: products.map((value) => ({ value, text: productShort(value, lang) })),
    regions: regions.map((value) => ({ value, text: regionName(value)[lang] })),
  };
}

type PlaceFilter = Readonly<Record<"account" | "product" | "region", string | null>>;

/** For a FilterForm. */
export function placeFilters(choices: PlaceChoices, filter: PlaceFilter, lang: Lang) {
  const t = formText[lang];
  const { accounts, products, regions } = namedChoices(choices, lang);
  return [
    { name: "account", label: t.account, value: filter.account, choices: accounts },
    { name: "product", label: t.product, value: filter.product, choices: products },
    { name: "region", label: t.region, value: filter.region, choices: regions },
  ];
}
