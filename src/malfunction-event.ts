import type { Level, Malfunction, MalfunctionOutage } from "./core/malfunction.ts";
import { malfunctionScope } from "./core/malfunction-view.ts";
import type { ToldEvent } from "./core/topic.ts";
import type { NewEvent } from "./store/events.ts";

export type ToldMalfunction = ToldEvent & `malfunction${string}`;

/**
 * What is told of a malfunction. Account, product and region stand in it where there is just one:
 * another account's people must not read it.
 */
export function malfunctionEvent(
  kind: ToldMalfunction,
  told: {
    readonly malfunction: Malfunction;
    readonly outages: readonly MalfunctionOutage[];
    readonly atMs: number;
    readonly key: string;
    /** Where the level has changed. */
    readonly change?: { readonly from: Level; readonly to: Level } | undefined;
  },
): NewEvent {
  const { malfunction, outages, atMs, key } = told;
  const { id, level, state, origin, title, beganAtMs } = malfunction;
  const { accounts, products, regions, targets } = malfunctionScope({ malfunction, outages });
  return {
    atMs,
    kind,
    key,
    account: onlyOf(accounts),
    product: onlyOf(products),
    region: onlyOf(regions),
    data: {
      malfunction: id,
      level,
      state,
      origin,
      title,
      began: new Date(beganAtMs).toISOString(),
      accounts,
      products,
      regions,
      targets: targets.length,
      outages: outages.length,
      ...told.change,
    },
  };
}

function onlyOf(names: readonly string[]): string | undefined {
  return names.length === 1 ? names[0] : undefined;
}
