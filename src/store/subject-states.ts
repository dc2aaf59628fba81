import type { Queryable } from "./connect.ts";

/** The state of a subject of a month as it was last told. */
export type StoredState = {
  readonly agreement: string;
  readonly subject: string;
  readonly state: string;
  /** Slots before this instant were settled when the state began. */
  readonly sinceMs: number;
  /** How often it has changed; 0 for the first. */
  readonly changes: number;
};

type Row = {
  readonly agreement: string;
  readonly subject: string;
  readonly state: string;
  readonly since: number;
  readonly changes: number;
};

const AT_ONCE = 1_000;

/** What was last told of a month's subjects. */
export async function listSubjectStates(db: Queryable, month: string): Promise<StoredState[]> {
  const { rows } = await db.query<Row>(
    `select agreement, subject, state, since, changes from subject_state where month = $1`,
    [month],
  );
  return rows.map(({ since, ...row }) => ({ ...row, sinceMs: since }));
}

/**
 * Writes each state when it is the next after the one that stands, and gives back those that
 * were written: the others were written by somebody else meanwhile.
 */
export async function saveSubjectStates(
  tx: Queryable,
  month: string,
  states: readonly StoredState[],
): Promise<StoredState[]> {
  const written = new Set<string>();
  for (let at = 0; at < states.length; at += AT_ONCE) {
    const some = states.slice(at, at + AT_ONCE);
    const { rows } = await tx.query<Row>(
      `insert into subject_state (month, agreement, subject, state, since, changes)
       select $1, t.* from
         unnest($2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::int[]) as t
       on conflict (month, agreement, subject) do update
         set state = excluded.state, since = excluded.since, changes = excluded.changes
         where subject_state.changes = excluded.changes - 1
       returning agreement, subject`,
      [
        month,
        some.map(({ agreement }) => agreement),
        some.map(({ subject }) => subject),
        some.map(({ state }) => state),
        some.map(({ sinceMs }) => new Date(sinceMs).toISOString()),
        some.map(({ changes }) => changes),
      ],
    );
    for (const row of rows) written.add(stateKey(row));
  }
  return states.filter((state) => written.has(stateKey(state)));
}

/** Names a subject within its month. */
export function stateKey({
  agreement,
  subject,
}: Pick<StoredState, "agreement" | "subject">): string {
  return `${agreement}/${subject}`;
}

/** Of the months that are closed, the newest revision of the report of all accounts. */
export async function listClosedMonths(
  db: Queryable,
): Promise<{ readonly month: string; readonly revision: number }[]> {
  const { rows } = await db.query<{ month: string; revision: number }>(
    `select month, max(revision) as revision from report where account = ''
     group by month order by month`,
  );
  return rows;
}
