import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import type { Actor } from "./core/access.ts";
import type { Incident } from "./core/incident.ts";
import type { Queryable } from "./store/connect.ts";
import { readMalfunction } from "./view-malfunction.ts";

/**
 * A malfunction as it is reported to others, as the actor may see it; for an account what its
 * manager would see, so that it can be handed on. Throws NotFoundError.
 */
export async function readIncident(
  deps: {
    readonly db: Queryable;
    readonly clock: Pick<Clock, "nowMs">;
    readonly config: Pick<Config, "timeZone">;
  },
  { id, account }: { readonly id: number; readonly account?: string | undefined },
  actor: Actor,
): Promise<Incident> {
  const reader = account === undefined ? actor : { ...actor, accounts: [account] };
  const { related: _, ...seen } = await readMalfunction(deps, id, reader);
  return { ...seen, writtenAtMs: deps.clock.nowMs(), timeZone: deps.config.timeZone };
}
