import type { MalfunctionOutage } from "../core/malfunction.ts";
import type { Queryable } from "./connect.ts";

export const OUTAGE_COLUMNS = `malfunction, agreement, subject, account, product, region, targets,
  from_at as "fromMs", until_at as "untilMs", reason`;

/** What malfunctions struck of an account at a place, from the first begin to the last end. */
export type MalfunctionPlace = Pick<
  MalfunctionOutage,
  "malfunction" | "account" | "product" | "region" | "fromMs" | "untilMs"
>;

/** Where each of some malfunctions struck; the earliest first. */
export async function listMalfunctionPlaces(
  db: Queryable,
  malfunctions: readonly number[],
): Promise<MalfunctionPlace[]> {
  const { rows } = await db.query<MalfunctionPlace>(
    `select malfunction, account, product, region, min(from_at) as "fromMs",
       case when bool_and(until_at is not null) then max(until_at) end as "untilMs"
     from malfunction_outage where malfunction = any($1)
     group by malfunction, account, product, region order by min(from_at), product, region`,
    [malfunctions],
  );
  return rows;
}

/** Those that last, the earliest first. */
export async function listOpenMalfunctionOutages(db: Queryable): Promise<MalfunctionOutage[]> {
  const { rows } = await db.query<MalfunctionOutage>(
    `select ${OUTAGE_COLUMNS} from malfunction_outage
     where until_at is null and malfunction in (select id from malfunction where state <> 'closed')
     order by from_at, agreement, subject`,
  );
  return rows;
}

/** Names an outage among all. */
export type OutageName = Pick<MalfunctionOutage, "agreement" | "subject" | "fromMs">;

/**
 * Of the outages of some malfunctions those that last or ended at an instant or after it, and those
 * that are named; the earliest first.
 */
export async function listRecentMalfunctionOutages(
  db: Queryable,
  malfunctions: readonly number[],
  { sinceMs, named }: { readonly sinceMs: number; readonly named: readonly OutageName[] },
): Promise<MalfunctionOutage[]> {
  if (malfunctions.length === 0) return [];
  const { rows } = await db.query<MalfunctionOutage>(
    `select ${OUTAGE_COLUMNS} from malfunction_outage
     where malfunction = any($1) and (until_at is null or until_at >= $2
       or (agreement, subject, from_at) in (
         select * from unnest($3::text[], $4::text[], $5::timestamptz[])))
     order by from_at, agreement, subject`,
    [malfunctions, new Date(sinceMs).toISOString(), ...nameColumns(named)],
  );
  return rows;
}

/** For unnest. */
export function nameColumns(outages: readonly OutageName[]): string[][] {
  return [
    outages.map(({ agreement }) => agreement),
    outages.map(({ subject }) => subject),
    outages.map(({ fromMs }) => new Date(fromMs).toISOString()),
  ];
}
