import type { Level, Malfunction } from "./core/malfunction.ts";
import { malfunctionEvent, type ToldMalfunction } from "./malfunction-event.ts";
import { findAuditHead } from "./store/audit.ts";
import type { Queryable } from "./store/connect.ts";
import { appendEvent } from "./store/events.ts";
import { listMalfunctionOutages } from "./store/malfunctions.ts";

/** Writes the event of a step, after the step's audit entry and in the same transaction. */
export async function tellMalfunction(
  tx: Queryable,
  step: {
    readonly kind: ToldMalfunction;
    readonly malfunction: Malfunction;
    readonly atMs: number;
    /** Where the level has changed. */
    readonly change?: { readonly from: Level; readonly to: Level } | undefined;
  },
): Promise<void> {
  const { kind, malfunction } = step;
  const outages = await listMalfunctionOutages(tx, [malfunction.id]);
  // A level may be set back and forth: the entry of the audit log tells the events apart.
  const entry = (await findAuditHead(tx))?.entry ?? 0;
  const key = `${kind}/${malfunction.id}/${entry}`;
  await appendEvent(tx, malfunctionEvent(kind, { ...step, outages, key }));
}
