import { expect, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { withTransaction } from "../../src/store/connect.ts";
import { appendEvent } from "../../src/store/events.ts";
import { findMemo } from "../../src/store/memo.ts";
import { budgetEvent } from "../helpers/alerting.ts";
import { cleanUpAfterEach } from "../helpers/clean-up.ts";
import { createTestDatabase } from "../helpers/database.ts";
import { startHttpServer } from "../helpers/http-server.ts";
import { makeHome, startNines } from "../helpers/nines.ts";
import { waitFor } from "../helpers/wait.ts";

const onEnd = cleanUpAfterEach();
const KILLS = 2;
/** A lease, the lock of a lost job, and a plan that comes round every ten seconds. */
const LONGEST_MS = 75_000;

test("a service that is killed as its messages arrive delivers every one of them", async () => {
  const home = makeHome();
  onEnd(home.remove);
  const database = await createTestDatabase();
  onEnd(database.drop);
  let onRequest = (): unknown => undefined;
  const receiver = await startHttpServer((_request, response) => {
    onRequest();
    response.end();
  });
  onEnd(receiver.close);
  home.write(
    "nines.yaml",
    `version: 1
vantages: [{ id: a, controls: [] }]
accounts: [{ id: acme, name: Acme }]
channels: [{ id: ops, kind: webhook, url: "${receiver.url}" }]
routes: [{ channels: [ops], delay: 0s, interval: 0s }]
targets:
  - { id: web-1, product: ecs, region: cn-hangzhou, account: acme, interval: 1m,
      probe: { kind: tcp, address: "127.0.0.1:1" } }
`,
  );
  const env = { DATABASE_URL: database.url };
  const start = () => startNines([], { at: home, env });
  const tell = (number: number) =>
    withTransaction(database.db, (tx) =>
      appendEvent(tx, {
        ...budgetEvent("burn", "web-1", { region: `region-${number}` }),
        atMs: systemClock.nowMs(),
        key: `test/${number}`,
      }),
    );
  let service = await start();
  await waitFor(() => findMemo(database.db, "announced"), { timeoutMs: 30_000 });
  for (let turn = 0; turn < KILLS; turn += 1) {
    const arrived = new Promise<void>((resolve) => {
      onRequest = resolve;
    });
    await tell(turn);
    await arrived;
    // Before it is written down that the message has arrived, most times.
    await service.stop("SIGKILL");
    service = await start();
  }
  onRequest = () => undefined;
  onEnd(() => service.stop());
  const ids = () => receiver.seen.map(({ headers }) => String(headers["x-nines-message-id"]));
  await waitFor(
    async () => {
      const { rows } = await database.db.query<{ left: number }>(
        "select count(*) as left from message where state <> 'sent'",
      );
      return rows[0]?.left === 0;
    },
    { what: "the last message", timeoutMs: LONGEST_MS },
  );
  expect(new Set(ids())).toEqual(
    new Set(Array.from({ length: KILLS }, (_, at) => `nines-message-${at + 1}`)),
  );
  const bodies = new Set(receiver.seen.map(({ body }) => body.toString()));
  expect(bodies.size).toBe(KILLS);
}, 240_000);
