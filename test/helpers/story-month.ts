import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { announce } from "../../src/announce.ts";
import { closeMonth } from "../../src/close-month.ts";
import type { Role } from "../../src/core/access.ts";
import { SYSTEM } from "../../src/core/access.ts";
import type { Message } from "../../src/core/message.ts";
import type { Round } from "../../src/core/round.ts";
import { deliver } from "../../src/deliver.ts";
import { takeDueMessages } from "../../src/due-messages.ts";
import { addUser } from "../../src/manage-access.ts";
import { limitOf } from "../../src/notify/index.ts";
import type { Renderer } from "../../src/render-apart.ts";
import { makeRendition, type RenditionKey } from "../../src/renditions.ts";
import { reportFormats } from "../../src/reports/index.ts";
import { settle } from "../../src/settle.ts";
import { openSigner } from "../../src/signing.ts";
import { storeRounds } from "../../src/store/rounds.ts";
import { watchOutages } from "../../src/watch-outages.ts";
import { SETUP } from "./access.ts";
import { sendReally } from "./alerting.ts";
import { configOf, createTestApp } from "./app.ts";
import { testClock } from "./clock.ts";
import { OCTOBER } from "./hourly-month.ts";
import { startHttpServer } from "./http-server.ts";
import { PASSWORD } from "./people.ts";
import { freePort } from "./ports.ts";

const HOUR_MS = 3_600_000;

const configText = (publicUrl: string, receiver: string) => `
version: 1
timeZone: Asia/Shanghai
publicUrl: ${publicUrl}
vantages: [{ id: here, controls: [] }, { id: far, controls: [] }]
accounts:
  - { id: acme, name: Acme Retail, currency: CNY }
  - { id: globex, name: Globex Travel, currency: USD }
  - { id: initech, name: Initech, currency: CNY }
agreements:
  - id: hourly
    from: 2026-01-01
    objective: "99.5"
    method: all-failed
    slot: 1h
    credits: [{ below: "99.5", credit: 10 }, { below: "99", credit: 25 }]
channels: [{ id: ops, kind: webhook, url: "${receiver}" }]
routes: [{ channels: [ops], events: [outage], delay: 0s, interval: 0s }]
defaults: { interval: 1h, vantages: [here, far] }
targets:
  - { id: shop-1, product: ecs, region: cn-hangzhou, account: acme, agreements: [hourly],
      monthlyFee: "1200.00", probe: { kind: tcp, address: "127.0.0.1:1" } }
  - { id: booking-1, product: rds, region: cn-shanghai, account: globex, agreements: [hourly],
      monthlyFee: "900.00", probe: { kind: tcp, address: "127.0.0.1:2" } }
  - { id: paper-1, product: ecs, region: cn-beijing, account: initech, agreements: [hourly],
      monthlyFee: "400.00", probe: { kind: tcp, address: "127.0.0.1:3" } }
`;

/** The hours of October in which both vantages failed; in the one after, one of them. */
const BAD = {
  "shop-1": { from: 200, until: 206 },
  "booking-1": { from: 300, until: 308 },
  "paper-1": { from: 100, until: 106 },
} as const;
type Target = keyof typeof BAD;
const TARGETS = ["shop-1", "booking-1", "paper-1"] as const;

/** Who may log in, each with the same password. */
const PEOPLE: readonly (readonly [name: string, role: Role, accounts: readonly string[]])[] = [
  ["li.na", "account-manager", ["acme"]],
  ["dana", "account-manager", ["globex"]],
  ["sam", "sre", []],
  ["ada", "approver", []],
];

function roundAt(target: Target, vantage: "here" | "far", hour: number): Round {
  const { from, until } = BAD[target];
  const isBad = hour >= from && (hour < until || (hour === until && vantage === "here"));
  return {
    vantage,
    shard: `3600s-${target}`,
    plannedAtMs: OCTOBER.fromMs + hour * HOUR_MS,
    targets: [target],
    outcomes: isBad ? "f" : "o",
    offsetsMs: [3],
    latenciesUs: [12_400],
    details: isBad ? [{ index: 0, reason: "connect-timeout" }] : [],
  };
}

export type StoryMonth = {
  readonly origin: string;
  /** What the receiver was sent, in order. */
  readonly messages: () => readonly Message[];
  readonly close: () => Promise<void>;
};

const render: Renderer["render"] = async (document, { format, lang }) =>
  Buffer.from(await reportFormats[format].render(document, lang));

/**
 * The service as people meet it on 9 November, when claims can be made: October is closed, each of three
 * accounts missed something, and the outage of `paper-1` was told to a receiver while it lasted.
 */
export async function tellStoryMonth(): Promise<StoryMonth> {
  const dataDir = mkdtempSync(join(tmpdir(), "nines-story-"));
  const receiver = await startHttpServer((_request, response) => response.end());
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const text = configText(origin, receiver.url);
  const config = configOf(text);
  const clock = testClock(OCTOBER.fromMs);
  const served = await createTestApp({
    config: text,
    clock,
    deps: {
      signer: () => signer(),
      render,
      // Each order is worked on at once.
      reportQueue: () => ({
        add: async (_name, key) => void (await makeRendition(making(), key as RenditionKey)),
        find: async () => null,
        remove: async () => undefined,
      }),
    },
  });
  const { store } = served;
  const { db } = store;
  const signer = () => openSigner({ db, clock, dataDir, keyFile: null });
  const making = () => ({ db, config, clock, render });
  const deps = { db, clock, config: () => config };
  const until = async (hour: number, from: number) => {
    clock.set(OCTOBER.fromMs + hour * HOUR_MS);
    const hours = Array.from({ length: hour - from }, (_, at) => from + at);
    const rounds = TARGETS.flatMap((target) =>
      hours.flatMap((at) => [roundAt(target, "here", at), roundAt(target, "far", at)]),
    );
    await storeRounds(store, rounds, clock.nowMs());
    await settle({ db, clock });
    await watchOutages(deps);
    await announce(deps);
  };
  await until(99, 0);
  await until(103, 99);
  const { due } = await takeDueMessages({ ...deps, limitOf });
  for (const { id } of due) await deliver({ ...deps, send: sendReally(clock) }, id);
  await until(108, 103);
  await until(780, 108);
  const closing = { month: OCTOBER.month, by: SYSTEM, afresh: false };
  await closeMonth({ db, clock, config, signer }, closing);
  clock.set(Date.parse("2026-11-09T12:00:00+08:00"));
  for (const [name, role, accounts] of PEOPLE) {
    await addUser({ db, clock, config }, { name, role, accounts, password: PASSWORD }, SETUP);
  }
  await served.app.listen({ host: "127.0.0.1", port });
  return {
    origin,
    messages: () => receiver.seen.map(({ body }) => JSON.parse(body.toString()) as Message),
    close: async () => {
      await served.close();
      await receiver.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
