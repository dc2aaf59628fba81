import { announce } from "../../src/announce.ts";
import { deliver, type DeliverDeps } from "../../src/deliver.ts";
import { takeDueMessages } from "../../src/due-messages.ts";
import type { Json } from "../../src/core/canonical-json.ts";
import type { Malfunction } from "../../src/core/malfunction.ts";
import type { Message } from "../../src/core/message.ts";
import { limitOf, sendMessage } from "../../src/notify/index.ts";
import { withTransaction } from "../../src/store/connect.ts";
import { appendEvents, type NewEvent } from "../../src/store/events.ts";
import { insertMalfunction, saveMalfunctionOutages } from "../../src/store/malfunctions.ts";
import { configOf, MINUTE_MS } from "./app.ts";
import { testClock, type TestClock } from "./clock.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import { openMalfunctionRow, outageOf } from "./message-facts.ts";

export const START = Date.parse("2026-10-05T10:00:00+08:00");

const HEAD = `
version: 1
timeZone: Asia/Shanghai
vantages: [{ id: a, controls: [] }]
accounts: [{ id: acme, name: Acme Ltd }, { id: globex, name: Globex }]
defaults: { interval: 1m, timeout: 5s, vantages: [a] }
targets:
  - { id: web-1, product: ecs, region: cn-hangzhou, account: acme,
      probe: { kind: tcp, address: "192.0.2.1:22" } }
  - { id: web-2, product: ecs, region: cn-hangzhou, account: globex,
      probe: { kind: tcp, address: "192.0.2.1:22" } }
`;

/** What was sent by a channel. */
export type SentMessage = { readonly channel: string; readonly message: Message };

export type Alerting = {
  readonly database: TestDatabase;
  readonly clock: TestClock;
  readonly deps: () => Omit<DeliverDeps, "send">;
  readonly reconfigure: (text: string) => void;
  readonly tell: (
    ...events: readonly (Partial<NewEvent> & { readonly kind: string })[]
  ) => Promise<void>;
  /** Announces, and delivers what is due; gives the number of attempts. */
  readonly run: (send?: DeliverDeps["send"]) => Promise<number>;
  /** As `run`, after this time. */
  readonly after: (ms: number) => Promise<number>;
  readonly sent: SentMessage[];
  /** "ops opened: title" of each message sent since it was last asked. */
  readonly news: () => string[];
};

/** A line of the configuration: a webhook that nobody listens to. */
export const hook = (id: string, more = "") =>
  `  - { id: ${id}, kind: webhook, url: "http://127.0.0.1:1"${more} }\n`;

/** A database with channels and routes, and a clock that the test moves. */
export async function createAlerting(
  onEnd: (stop: () => unknown) => void,
  channelsAndRoutes: string,
): Promise<Alerting> {
  const database = await createTestDatabase();
  onEnd(database.drop);
  const clock = testClock(START);
  let config = configOf(HEAD + channelsAndRoutes);
  const sent: SentMessage[] = [];
  let [events, seen] = [0, 0];
  const deps = () => ({ db: database.db, clock, config: () => config });
  const take: DeliverDeps["send"] = async ({ id: channel }, { message }) => {
    sent.push({ channel, message });
    return { outcome: "sent", reference: null, detail: "" };
  };
  const alerting: Alerting = {
    database,
    clock,
    deps,
    sent,
    reconfigure: (text) => void (config = configOf(HEAD + text)),
    tell: (...given) =>
      withTransaction(database.db, async (tx) => {
        await appendEvents(
          tx,
          given.map((event) => {
            events += 1;
            return { atMs: clock.nowMs(), key: `test/${events}`, data: {}, ...event };
          }),
        );
      }),
    run: async (send = take) => {
      await announce(deps());
      let attempts = 0;
      for (;;) {
        const { due } = await takeDueMessages({ ...deps(), limitOf });
        if (due.length === 0) return attempts;
        for (const { id } of due) {
          attempts += (await deliver({ ...deps(), send }, id)) === null ? 0 : 1;
        }
      }
    },
    after: (ms) => {
      clock.pass(ms);
      return alerting.run();
    },
    news: () =>
      sent
        .slice(seen, (seen = sent.length))
        .map(({ channel, message }) => `${channel} ${message.status}`),
  };
  await announce(deps());
  return alerting;
}

/** Sends by the network, as the service does. */
export function sendReally(clock: TestClock): DeliverDeps["send"] {
  const saveLetter = () => Promise.reject(new Error("no inbox here"));
  return (settings, { message, reference }) =>
    sendMessage({ clock, saveLetter }, settings, { message, reference });
}

/** An open malfunction of outages of these accounts' servers in Hangzhou. */
export async function openMalfunction(
  { database, clock }: Pick<Alerting, "database" | "clock">,
  accounts: readonly string[],
  given: Partial<Malfunction> = {},
): Promise<Malfunction> {
  const nowMs = clock.nowMs();
  const malfunction = await insertMalfunction(
    database.db,
    openMalfunctionRow({
      beganAtMs: nowMs,
      openedAtMs: nowMs,
      respondByMs: nowMs + 30 * MINUTE_MS,
      ...given,
    }),
  );
  const { id, beganAtMs: fromMs } = malfunction;
  await saveMalfunctionOutages(
    database.db,
    accounts.map((account) =>
      outageOf(account === "acme" ? "web-1" : "web-2", {
        malfunction: id,
        agreement: "standard",
        account,
        fromMs,
      }),
    ),
  );
  return malfunction;
}

/** What an event of a malfunction says. */
export function malfunctionEvent(
  kind: string,
  { id, level }: Pick<Malfunction, "id" | "level">,
  more: { readonly state?: string; readonly [key: string]: Json | undefined } = {},
) {
  const state = kind === "malfunction-over" ? "restored" : "open";
  return { kind, data: { malfunction: id, level, state, ...more } };
}

/** What an event of a subject's budget says. */
export function budgetEvent(kind: string, subject: string, more: Partial<NewEvent> = {}) {
  return {
    kind,
    month: "2026-10",
    account: "acme",
    product: "ecs",
    region: "cn-hangzhou",
    agreement: "standard",
    subject,
    data: { from: "on-track", to: kind === "breach" ? "already-missed" : "at-risk" },
    ...more,
  };
}
