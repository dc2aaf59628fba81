import { vantageWatch } from "./core/blind-vantages.ts";
import { may, type Actor } from "./core/access.ts";
import { LEVELS } from "./core/malfunction.ts";
import type { Troubles } from "./core/views.ts";
import type { Config } from "./config.ts";
import { listDeadChannels } from "./store/channels.ts";
import type { Db } from "./store/connect.ts";
import { findMemo } from "./store/memo.ts";
import { readMalfunctions } from "./view-malfunction.ts";

/** What is wrong at present, as far as the actor may see it; of one account, or of all (null). */
export async function viewTroubles(
  { db, config }: { readonly db: Db; readonly config: Config },
  account: string | null,
  actor: Actor,
): Promise<Troubles> {
  const query = { state: "open", account: account ?? undefined } as const;
  const open = await readMalfunctions({ db, config }, query, actor);
  const seesMonitor = may(actor, "read-all");
  const configured = new Set(config.channels.map(({ id }) => id));
  return {
    malfunctions: open.toSorted(
      (a, b) =>
        LEVELS.indexOf(a.malfunction.level) - LEVELS.indexOf(b.malfunction.level) ||
        a.malfunction.beganAtMs - b.malfunction.beganAtMs,
    ),
    blind: seesMonitor ? await listBlindVantages(db) : [],
    deadChannels: seesMonitor
      ? (await listDeadChannels(db)).filter((id) => configured.has(id))
      : [],
  };
}

/** Where `src/watch-vantages.ts` keeps what it last saw. */
const MEMO = "vantages-watched";

/** The vantages that are blind, as people were told. */
export async function listBlindVantages(db: Db): Promise<Troubles["blind"]> {
  const memo = await findMemo(db, MEMO);
  if (memo === null) return [];
  const watch = vantageWatch.safeParse(JSON.parse(memo));
  return (watch.data?.vantages ?? []).flatMap(({ vantage, blindSinceMs }) =>
    blindSinceMs === null ? [] : { vantage, sinceMs: blindSinceMs },
  );
}
