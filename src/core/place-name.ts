import { productShort } from "./product-name.ts";
import { regionName } from "./region-name.ts";
import type { Lang } from "./views.ts";

type Place = { readonly product: string; readonly region: string };

/** "ECS · China (Hangzhou)" */
export function placeName({ product, region }: Place, lang: Lang): string {
  return `${productShort(product, lang)} · ${regionName(region)[lang]}`;
}
