import type { Level, Malfunction } from "./core/malfunction.ts";
import { malfunctionScope } from "./core/malfunction-view.ts";
import type { ToldEvent } from "./core/topic.ts";
import { findAuditHead } from "./store/audit.ts";
import type { Queryable } from "./store/connect.ts";
import { appendEvent } from "./store/events.ts";
import { listMalfunctionOutages } from "./store/malfunctions.ts";

/**
 * Writes the event of a step, after the step's audit entry and in the same transaction. Account,
 * product and region stand in it where there is just one: another account's people must not read it.
 */
export async function tellMalfunction(
  tx: Queryable,
  step: {
    readonly kind: ToldEvent & `malfunction${string}`;
    readonly malfunction: Malfunction;
    readonly atMs: number;
    /** Where the level has changed. */
    readonly change?: { readonly from: Level; readonly to: Level } | undefined;
  },
): Promise<void> {
  const { kind, malfunction, atMs } = step;
  const { id, level, state, origin, title, beganAtMs } = malfunction;
  const outages = await listMalfunctionOutages(tx, [id]);
  const scope = malfunctionScope({ malfunction, outages });
  const { accounts, products, regions, targets } = scope;
  // A level may be set back and forth: the entry of the audit log tells the events apart.
  const entry = (await findAuditHead(tx))?.entry ?? 0;
  await appendEvent(tx, {
    atMs,
    kind,
    key: `${kind}/${id}/${entry}`,
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
      ...step.change,
    },
  });
}

function onlyOf(names: readonly string[]): string | undefined {
  return names.length === 1 ? names[0] : undefined;
}
