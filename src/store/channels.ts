import type { Queryable } from "./connect.ts";
import { findMemo, saveMemo } from "./memo.ts";

/** Whether a channel works, as far as is known. */
export type ChannelState = {
  readonly isDead: boolean;
  /** How often it has died. */
  readonly deaths: number;
};

const PREFIX = "channel/";

/** A channel that was never dead works. */
export async function findChannelState(db: Queryable, channel: string): Promise<ChannelState> {
  return stateOf((await findMemo(db, PREFIX + channel)) ?? "");
}

export async function saveChannelState(
  db: Queryable,
  channel: string,
  { isDead, deaths }: ChannelState,
): Promise<void> {
  await saveMemo(db, PREFIX + channel, `${isDead ? "dead" : "alive"}/${deaths}`);
}

/** Ids of the channels that are dead. */
export async function listDeadChannels(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(
    `select name from memo where name like $1 and value like 'dead/%' order by name`,
    [`${PREFIX}%`],
  );
  return rows.map(({ name }) => name.slice(PREFIX.length));
}

function stateOf(value: string): ChannelState {
  const [state, deaths] = value.split("/");
  return { isDead: state === "dead", deaths: Number(deaths ?? 0) };
}
