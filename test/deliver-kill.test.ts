import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { announce } from "../src/announce.ts";
import { budgetEvent, createAlerting } from "./helpers/alerting.ts";
import { cleanUpAfterEach } from "./helpers/clean-up.ts";
import { buildDeliverChild, startDeliverChild } from "./helpers/deliver-child.ts";
import { startHttpServer } from "./helpers/http-server.ts";
import { waitFor } from "./helpers/wait.ts";

const onEnd = cleanUpAfterEach();
const KILLS = 100;
const LEASE_MS = 500;
/** About as long as a process takes to announce and deliver what a turn has. */
const LONGEST_TURN_MS = 120;

test("a process that is killed a hundred times loses no message, and sends none twice but the same", async () => {
  const folder = mkdtempSync(join(tmpdir(), "nines-deliver-"));
  onEnd(() => rmSync(folder, { recursive: true, force: true }));
  const file = buildDeliverChild(folder);
  const alerting = await createAlerting(onEnd, "");
  const { db } = alerting.database;
  await announce(alerting.deps());

  let onRequest = (): unknown => undefined;
  let onAnswer = (): unknown => undefined;
  const receiver = await startHttpServer((_request, response) => {
    onRequest();
    response.end(() => onAnswer());
  });
  onEnd(receiver.close);
  const input = { url: alerting.database.url, channel: receiver.url, leaseMs: LEASE_MS };
  const start = () => startDeliverChild(file, input);

  const begun: string[] = [];
  let next = start();
  for (let turn = 0; turn < KILLS; turn += 1) {
    const child = await next;
    next = start();
    const burns = [0, 1, 2].map((one) => `region-${turn}-${one}`);
    await alerting.tell(
      ...burns.map((region) => budgetEvent("burn", region, { region, atMs: Date.now() })),
      ...begun
        .splice(0, 1)
        .map((region) => budgetEvent("burn-over", region, { region, atMs: Date.now() })),
    );
    begun.push(...burns);
    // By turns when a message arrives, when it was answered, and at any moment.
    const moment = new Promise<void>((resolve) => {
      onRequest = () => turn % 3 === 0 && resolve();
      onAnswer = () => turn % 3 === 1 && resolve();
      if (turn % 3 === 2) void pause(Math.random() * LONGEST_TURN_MS).then(() => resolve());
    });
    child.go();
    await moment;
    await child.kill();
  }
  [onRequest, onAnswer] = [() => undefined, () => undefined];
  const last = await next;
  onEnd(last.kill);
  last.go();
  await waitFor(
    async () => {
      const { rows } = await db.query<{ open: number }>(
        `select (select count(*) from message where state <> 'sent')
           + (select max(id) from event) - (select value::bigint from memo where name = 'announced')
           as open`,
      );
      return rows[0]?.open === 0;
    },
    { what: "every message at the receiver", timeoutMs: 30_000 },
  );

  const arrived = new Map<string, Set<string>>();
  for (const { headers, body } of receiver.seen) {
    const id = String(headers["x-nines-message-id"]);
    arrived.set(id, (arrived.get(id) ?? new Set()).add(body.toString()));
  }
  const { rows: messages } = await db.query<{ id: number; events: number[] }>(
    "select id, events from message order by id",
  );
  expect(messages.map(({ id }) => `nines-message-${id}`).filter((id) => !arrived.has(id))).toEqual(
    [],
  );
  expect(arrived.size).toBe(messages.length);
  expect([...arrived.values()].filter((bodies) => bodies.size > 1)).toEqual([]);
  const { rows: events } = await db.query<{ id: number }>("select id from event order by id");
  expect(messages.flatMap((message) => message.events).toSorted((a, b) => a - b)).toEqual(
    events.map(({ id }) => id),
  );
  // The kills did hit in between: some had to be sent again.
  expect(receiver.seen.length).toBeGreaterThan(messages.length);
}, 300_000);
