import { canonicalJson, type Json } from "../core/canonical-json.ts";
import { EXCLUSION_STATES, type Exclusion, type ExclusionState } from "../core/exclusion.ts";
import { kindOf, type Proposal, readScope } from "../core/exclusion-proposal.ts";
import type { Interval } from "../core/month.ts";
import type { Recurrence } from "../core/recurrence.ts";
import type { Queryable } from "./connect.ts";

type Row = Omit<Exclusion, "kind" | "scope" | "recurrence" | "state"> & {
  readonly kind: string;
  readonly scope: string;
  readonly recurrence: string | null;
  readonly state: string;
};

const COLUMNS = `id, kind, scope, from_at as "fromMs", until_at as "untilMs", recurrence, reason,
  evidence, state, proposed_by as "proposedBy", proposed_at as "proposedAtMs",
  decided_by as "decidedBy", decided_at as "decidedAtMs", note`;

/** Stores a proposal. */
export async function insertExclusion(
  tx: Queryable,
  proposal: Proposal,
  proposed: { readonly by: string; readonly atMs: number },
): Promise<Exclusion> {
  const { recurrence } = proposal;
  const { rows } = await tx.query<Row>(
    `insert into exclusion (kind, scope, from_at, until_at, recurrence, reason, evidence, state,
       proposed_by, proposed_at)
     values ($1, $2, $3, $4, $5, $6, $7, 'proposed', $8, $9) returning ${COLUMNS}`,
    [
      proposal.kind,
      canonicalJson(proposal.scope),
      instant(proposal.fromMs),
      instant(proposal.untilMs),
      recurrence === null ? null : canonicalJson(recurrence),
      proposal.reason,
      proposal.evidence,
      proposed.by,
      instant(proposed.atMs),
    ],
  );
  const [row] = rows;
  if (row === undefined) throw new Error("an exclusion that was stored did not come back");
  return exclusionOf(row);
}

export async function findExclusion(db: Queryable, id: number): Promise<Exclusion | null> {
  const { rows } = await db.query<Row>(`select ${COLUMNS} from exclusion where id = $1`, [id]);
  return rows.map(exclusionOf)[0] ?? null;
}

/**
 * Those in a state, newest first. Within an interval: those whose own overlaps it, and those that
 * recur and began before its end; whether one of their occurrences overlaps is for the caller.
 */
export async function listExclusions(
  db: Queryable,
  query: { readonly state?: ExclusionState | undefined; readonly interval?: Interval | undefined },
): Promise<Exclusion[]> {
  const { state, interval } = query;
  const { rows } = await db.query<Row>(
    `select ${COLUMNS} from exclusion
     where ($1::text is null or state = $1)
       and ($2::timestamptz is null
            or from_at < $3 and (until_at > $2 or recurrence is not null))
     order by id desc`,
    [
      state ?? null,
      interval === undefined ? null : instant(interval.fromMs),
      interval === undefined ? null : instant(interval.untilMs),
    ],
  );
  return rows.map(exclusionOf);
}

/** Decides it, unless it left the expected state meanwhile: then null. */
export async function decideExclusion(
  tx: Queryable,
  of: { readonly id: number; readonly expected: ExclusionState },
  decision: Pick<Exclusion, "state" | "decidedBy" | "decidedAtMs" | "note">,
): Promise<Exclusion | null> {
  const { rows } = await tx.query<Row>(
    `update exclusion set state = $3, decided_by = $4, decided_at = $5, note = $6
     where id = $1 and state = $2 returning ${COLUMNS}`,
    [
      of.id,
      of.expected,
      decision.state,
      decision.decidedBy,
      instant(decision.decidedAtMs),
      decision.note,
    ],
  );
  return rows.map(exclusionOf)[0] ?? null;
}

/** Every column: as the API shows it, as the audit log keeps it, and for comparing the two. */
export function exclusionJson(exclusion: Exclusion) {
  const { recurrence } = exclusion;
  return {
    id: exclusion.id,
    kind: exclusion.kind,
    scope: exclusion.scope,
    from: instant(exclusion.fromMs),
    until: instant(exclusion.untilMs),
    recurrence,
    reason: exclusion.reason,
    evidence: exclusion.evidence,
    state: exclusion.state,
    proposedBy: exclusion.proposedBy,
    proposedAt: instant(exclusion.proposedAtMs),
    decidedBy: exclusion.decidedBy,
    decidedAt: instant(exclusion.decidedAtMs),
    note: exclusion.note,
  } satisfies Json;
}

/** Throws RangeError for a row that somebody changed by hand into what is none. */
function exclusionOf(row: Row): Exclusion {
  const broken = (what: string) =>
    new RangeError(`exclusion ${row.id} has no ${what} that is known`);
  const kind = kindOf(row.kind);
  const state = EXCLUSION_STATES.find((one) => one === row.state);
  const scope = readScope(parsed(row.scope), (place) => {
    throw broken(place);
  });
  if (kind === null || scope === null) throw broken("kind");
  if (state === undefined) throw broken("state");
  return { ...row, kind, scope, state, recurrence: recurrenceOf(row, broken) };
}

function recurrenceOf(
  { recurrence }: Pick<Row, "recurrence">,
  broken: (what: string) => RangeError,
): Recurrence | null {
  if (recurrence === null) return null;
  const value = parsed(recurrence);
  const isOne =
    typeof value === "object" && value !== null && "rrule" in value && "timeZone" in value;
  if (!isOne) throw broken("recurrence");
  const { rrule, timeZone } = value;
  if (typeof rrule !== "string" || typeof timeZone !== "string") throw broken("recurrence");
  return { rrule, timeZone };
}

/** Nothing for what is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function instant(ms: number): string;
function instant(ms: number | null): string | null;
function instant(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
