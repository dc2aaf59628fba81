/** What people can be told of, as routes name it. */
export const ROUTE_TOPICS = [
  "outage",
  "burn",
  "breach",
  "month-closed",
  "credit-owed",
  "maintenance",
  "blind",
  "channel",
] as const;
export type Topic = (typeof ROUTE_TOPICS)[number];

/** What an event does to what people were told of: begin it, go on with it, end it, or stand alone. */
export type Phase = "begin" | "update" | "over" | "notice";

/** Every kind of event that people are told of. Outages themselves are told as malfunctions. */
export const TOLD_EVENTS = {
  malfunction: { topic: "outage", phase: "begin" },
  /** Its level, or who is struck, has changed. */
  "malfunction-changed": { topic: "outage", phase: "update" },
  "malfunction-acknowledged": { topic: "outage", phase: "update" },
  /** Nobody has acknowledged it in time. */
  "malfunction-overdue": { topic: "outage", phase: "update" },
  "malfunction-over": { topic: "outage", phase: "over" },
  /** After it was over. */
  "malfunction-again": { topic: "outage", phase: "begin" },
  /** Its review is finished. */
  "malfunction-closed": { topic: "outage", phase: "over" },
  burn: { topic: "burn", phase: "begin" },
  "burn-over": { topic: "burn", phase: "over" },
  breach: { topic: "breach", phase: "begin" },
  "breach-over": { topic: "breach", phase: "over" },
  "month-closed": { topic: "month-closed", phase: "notice" },
  "credit-owed": { topic: "credit-owed", phase: "notice" },
  "maintenance-planned": { topic: "maintenance", phase: "notice" },
  "vantage-blind": { topic: "blind", phase: "begin" },
  "vantage-sees": { topic: "blind", phase: "over" },
  "channel-dead": { topic: "channel", phase: "begin" },
  "channel-alive": { topic: "channel", phase: "over" },
} as const satisfies Record<string, { readonly topic: Topic; readonly phase: Phase }>;
export type ToldEvent = keyof typeof TOLD_EVENTS;

/** Null for a kind of event that nobody is told of. */
export function toldEvent(kind: string): { readonly topic: Topic; readonly phase: Phase } | null {
  const told: Readonly<Record<string, { readonly topic: Topic; readonly phase: Phase }>> =
    TOLD_EVENTS;
  return told[kind] ?? null;
}
