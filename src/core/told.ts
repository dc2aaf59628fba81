import { z } from "zod";
import { coversTarget } from "./exclusion.ts";
import { LEVELS, type Level, type Malfunction, type MalfunctionOutage } from "./malfunction.ts";
import { parseJson } from "./parse-json.ts";
import type { Place } from "./route.ts";
import type { Target } from "./target.ts";
import { toldEvent, type Phase, type Topic } from "./topic.ts";

/** An event as it is stored. */
type Event = Place & {
  readonly atMs: number;
  readonly kind: string;
  readonly month: string | null;
  readonly agreement: string | null;
  readonly subject: string | null;
  /** JSON. */
  readonly data: string;
};

/** An event that people are told of: what it is about, and what it does to that. */
export type Told = {
  readonly topic: Topic;
  readonly phase: Phase;
  /** The thing that its messages have in common. */
  readonly about: string;
  /** For whom it begins, goes on or ends; null for a notice. */
  readonly member: string | null;
  readonly malfunction: number | null;
  readonly level: Level | null;
  /** Whether a channel that was not told of it yet hears of it now. */
  readonly opens: boolean;
  /** The channel that has just stopped working, or works again. */
  readonly deadChannel: string | null;
};

const said = z.object({
  malfunction: z.int().optional().catch(undefined),
  level: z.enum(LEVELS).optional().catch(undefined),
  state: z.string().optional().catch(undefined),
  to: z.string().optional().catch(undefined),
  vantage: z.string().optional().catch(undefined),
  channel: z.string().optional().catch(undefined),
  exclusion: z.int().optional().catch(undefined),
});

/** What an event does, to one thing or two; nothing for an event that nobody is told of. */
export function readTold(event: Event): Told[] {
  const told = toldEvent(event.kind);
  if (told === null || isHistory(event)) return [];
  const { topic, phase } = told;
  const data = said.safeParse(parseJson(event.data)).data ?? {};
  const { month, account } = event;
  const { malfunction = null, level = null } = data;
  const base = {
    topic,
    phase,
    // A step on what is restored must not open a thread that nothing ends.
    opens: phase !== "over" && (phase !== "update" || data.state === "open"),
    malfunction: null,
    level: null,
    deadChannel: null,
  };
  switch (topic) {
    case "outage": {
      const about = `malfunction/${malfunction}`;
      return [{ ...base, about, member: about, malfunction, level }];
    }
    case "burn":
      return [{ ...base, ...budgetOf("burn", event) }];
    case "breach": {
      const breach = { ...base, ...budgetOf("breach", event) };
      const burn = { ...base, ...budgetOf("burn", event), topic: "burn" as const };
      // What is missed is at risk no more; what is missed no more may be at risk again.
      if (phase === "begin") return [{ ...burn, phase: "over", opens: false }, breach];
      return data.to === "at-risk" ? [breach, { ...burn, phase: "begin", opens: true }] : [breach];
    }
    case "month-closed":
      return [{ ...base, about: `month/${month}`, member: null }];
    case "credit-owed":
      return [{ ...base, about: `credit/${month}/${account}`, member: null }];
    case "maintenance":
      return [{ ...base, about: `maintenance/${data.exclusion}`, member: null }];
    case "blind":
      return [{ ...base, about: "vantages", member: data.vantage ?? "" }];
    case "channel": {
      const channel = data.channel ?? "";
      return [{ ...base, about: `channel/${channel}`, member: channel, deadChannel: channel }];
    }
  }
}

/** The place may change before the end: it finds its begin by the member. */
function budgetOf(topic: "burn" | "breach", event: Event) {
  const { month, agreement, account, product, region, subject } = event;
  return {
    about: [topic, month, agreement, account, product, region].join("/"),
    member: [month, agreement, subject].join("/"),
  };
}

const DAY_MS = 86_400_000;
/** A credit can be claimed until the end of the second month after its own. */
const NEWS_MS = 62 * DAY_MS;

/** A month that was closed long after its end, as imported history is, is no news. */
export function isHistory({ kind, month, atMs }: Pick<Event, "kind" | "month" | "atMs">): boolean {
  if (kind !== "month-closed" && kind !== "credit-owed") return false;
  const [year = 0, number = 0] = (month ?? "").split("-").map(Number);
  return atMs - Date.UTC(year, number) > NEWS_MS;
}

/** Where an event happened. */
export function placesOf(
  event: Event,
  known: {
    readonly targets: readonly Target[];
    readonly malfunction: {
      readonly malfunction: Malfunction;
      readonly outages: readonly MalfunctionOutage[];
    } | null;
  },
): Place[] {
  const { account, product, region } = event;
  if (known.malfunction !== null) {
    const { malfunction, outages } = known.malfunction;
    return [malfunction, ...outages].map((one) => ({
      account: one.account,
      product: one.product,
      region: one.region,
    }));
  }
  if (event.kind !== "maintenance-planned") return [{ account, product, region }];
  const { data } = planned.safeParse(parseJson(event.data));
  return [
    { account, product, region },
    ...known.targets.filter(
      (target) =>
        target.account === account && data !== undefined && coversTarget(data.scope, target),
    ),
  ];
}

const names = z.array(z.string());
const planned = z.object({
  scope: z.union([
    z.object({ targets: names }),
    z.object({ account: z.string() }),
    z.object({ all: z.literal(true) }),
    z.object({ products: names.optional(), regions: names.optional() }),
  ]),
});
