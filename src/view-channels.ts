import type { Config } from "./config.ts";
import type { ChannelKind } from "./core/channel-schema.ts";
import type { Lang } from "./core/message.ts";
import { listDeadChannels } from "./store/channels.ts";
import type { Queryable } from "./store/connect.ts";
import { listChannelTraffic, type StoredDelivery } from "./store/deliveries.ts";

/** `unknown`: nothing has arrived by it yet. */
export const CHANNEL_STATES = ["alive", "dead", "unknown"] as const;

/** A channel without its settings, which may hold secrets. */
export type ChannelView = {
  readonly id: string;
  readonly kind: ChannelKind;
  readonly lang: Lang;
  readonly fallback: string | null;
  readonly state: (typeof CHANNEL_STATES)[number];
  readonly lastSentAtMs: number | null;
  /** Messages that are not sent yet. */
  readonly waiting: number;
  /** The last attempt, whatever became of it. */
  readonly last: StoredDelivery | null;
};

/** The configured channels in their order, and how they are by what went through them. */
export async function viewChannels({
  db,
  config,
}: {
  readonly db: Queryable;
  readonly config: Config;
}): Promise<ChannelView[]> {
  const dead = new Set(await listDeadChannels(db));
  const traffic = await listChannelTraffic(
    db,
    config.channels.map(({ id }) => id),
  );
  const known = new Map(traffic.map((one) => [one.channel, one]));
  return config.channels.map(({ id, kind, lang, fallback }) => {
    const { lastSentAtMs = null, waiting = 0, last = null } = known.get(id) ?? {};
    const alive = lastSentAtMs === null ? "unknown" : "alive";
    return {
      id,
      kind,
      lang: lang ?? "en",
      fallback: fallback ?? null,
      state: dead.has(id) ? "dead" : alive,
      lastSentAtMs,
      waiting,
      last,
    };
  });
}
