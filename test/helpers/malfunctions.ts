import type { Level, MalfunctionOutage } from "../../src/core/malfunction.ts";
import { appendAudit } from "../../src/store/audit.ts";
import { withTransaction, type Db } from "../../src/store/connect.ts";
import {
  insertMalfunction,
  malfunctionJson,
  saveMalfunctionOutages,
} from "../../src/store/malfunctions.ts";
import { SETUP } from "./access.ts";

const WITHIN_MS = 30 * 60_000;
let outages = 0;

/** A malfunction as the measurement opens it, with outages that last unless `untilMs` is given. */
export async function outageMalfunction(
  { db }: { readonly db: Db },
  wish: {
    readonly fromMs: number;
    readonly untilMs?: number;
    readonly level?: Level;
    readonly outages: readonly (Partial<MalfunctionOutage> & { readonly account: string })[];
  },
): Promise<number> {
  const { fromMs, untilMs = null, level = "P2" } = wish;
  return withTransaction(db, async (tx) => {
    const malfunction = await insertMalfunction(tx, {
      origin: "outage",
      reference: null,
      title: null,
      account: null,
      product: null,
      region: null,
      level,
      levelBy: "rules",
      state: untilMs === null ? "open" : "restored",
      beganAtMs: fromMs,
      openedAtMs: fromMs,
      openedBy: "system",
      respondByMs: fromMs + WITHIN_MS,
      acknowledgedAtMs: null,
      acknowledgedBy: null,
      owner: null,
      restoredAtMs: untilMs,
      closedAtMs: null,
      closedBy: null,
      cause: null,
      impact: null,
      resolution: null,
      followUps: null,
    });
    await saveMalfunctionOutages(
      tx,
      wish.outages.map((one) => {
        outages += 1;
        return {
          malfunction: malfunction.id,
          agreement: "hourly",
          subject: `subject-${outages}`,
          product: "ecs",
          region: "cn-hangzhou",
          targets: [`target-${outages}`],
          fromMs,
          untilMs,
          reason: "connect-timeout",
          ...one,
        };
      }),
    );
    await appendAudit(tx, {
      atMs: fromMs,
      actor: { name: "system", origin: SETUP.origin },
      action: "malfunction.open",
      item: `malfunction:${malfunction.id}`,
      before: null,
      after: malfunctionJson(malfunction),
    });
    return malfunction.id;
  });
}
