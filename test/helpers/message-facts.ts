import { UNTOUCHED } from "../../src/core/advance-malfunction.ts";
import type { Malfunction, MalfunctionOutage } from "../../src/core/malfunction.ts";
import type { MessageFacts, ToldFacts } from "../../src/core/message.ts";

/** 2026-10-05 10:03 in Shanghai. */
export const BEGAN = Date.parse("2026-10-05T10:03:00+08:00");
export const MINUTE_MS = 60_000;
export const BEGAN_TEXT = new Date(BEGAN).toISOString();

/** An event one minute after the begin, of nobody. */
export function toldFacts(kind: string, changes: Partial<ToldFacts> = {}): ToldFacts {
  return {
    kind,
    atMs: BEGAN + MINUTE_MS,
    month: null,
    account: null,
    product: null,
    region: null,
    agreement: null,
    subject: null,
    data: {},
    ...changes,
  };
}

/** An event of acme's web-1 in October. */
export function webFacts(
  kind: string,
  data: Readonly<Record<string, unknown>> = {},
  changes: Partial<ToldFacts> = {},
): ToldFacts {
  return toldFacts(kind, {
    month: "2026-10",
    account: "acme",
    product: "ecs",
    region: "cn-hangzhou",
    agreement: "ecs",
    subject: "web-1",
    data: data as ToldFacts["data"],
    ...changes,
  });
}

export function messageFacts(changes: Partial<MessageFacts> = {}): MessageFacts {
  return {
    id: 17,
    thread: 4,
    status: "opened",
    topic: "outage",
    events: [toldFacts("malfunction")],
    malfunction: null,
    openMembers: ["one"],
    openedAtMs: BEGAN + MINUTE_MS,
    publicUrl: "https://nines.example",
    timeZone: "Asia/Shanghai",
    ...changes,
  };
}

export function openMalfunctionRow(changes: Partial<Malfunction> = {}): Malfunction {
  return {
    id: 7,
    origin: "outage",
    reference: null,
    title: null,
    account: null,
    product: null,
    region: null,
    level: "P2",
    levelBy: "rules",
    state: "open",
    beganAtMs: BEGAN,
    openedAtMs: BEGAN + MINUTE_MS,
    openedBy: "system",
    respondByMs: BEGAN + 30 * MINUTE_MS,
    ...UNTOUCHED,
    ...changes,
  };
}

export function outageOf(
  subject: string,
  changes: Partial<MalfunctionOutage> = {},
): MalfunctionOutage {
  return {
    malfunction: 7,
    agreement: "ecs",
    subject,
    account: "acme",
    product: "ecs",
    region: "cn-hangzhou",
    targets: [subject],
    fromMs: BEGAN,
    untilMs: null,
    reason: "connect-refused",
    ...changes,
  };
}
