import { get, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { addUser, revokeToken } from "../../src/manage-access.ts";
import { appendEvent } from "../../src/store/events.ts";
import type { Database } from "../../src/store/connect.ts";
import { markFiguresChanged } from "../../src/store/unsettled.ts";
import { bearer, giveToken, SETUP } from "../helpers/access.ts";
import { createTestApp, type TestApp } from "../helpers/app.ts";
import { testClock } from "../helpers/clock.ts";
import { DEMO_CONFIG, DEMO_NOW } from "../helpers/demo-month.ts";
import { someoneWaits } from "../helpers/pausing-db.ts";
import { waitFor } from "../helpers/wait.ts";

// Lines that stay open, on a real port.

const HOUR_MS = 3_600_000;
const clock = testClock(DEMO_NOW);
let served: TestApp;
let origin = "";

beforeEach(async () => {
  served = await createTestApp({ config: DEMO_CONFIG, clock });
  await served.app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = served.app.server.address() as AddressInfo;
  origin = `http://127.0.0.1:${port}`;
});
afterEach(() => served.close());

type Line = {
  readonly response: IncomingMessage;
  /** Resolves when the text has come. */
  readonly until: (part: string) => Promise<string>;
  readonly ended: Promise<void>;
  readonly close: () => void;
};

function listen(headers: Record<string, string>): Promise<Line> {
  return new Promise((resolve, reject) => {
    const request = get(`${origin}/live`, { headers }, (response) => {
      let text = "";
      const waiting = new Set<() => void>();
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
        for (const look of waiting) look();
      });
      const ended = new Promise<void>((done) => {
        response.on("close", () => done());
      });
      const until = (part: string) =>
        new Promise<string>((found) => {
          const look = () => {
            if (!text.includes(part)) return;
            waiting.delete(look);
            found(text);
          };
          waiting.add(look);
          look();
        });
      resolve({ response, until, ended, close: () => request.destroy() });
    });
    request.on("error", reject);
  });
}

const tellOf = (account: string, key: string) =>
  appendEvent(served.store.db, { atMs: DEMO_NOW, kind: "state", key, account, data: {} });

test("a change is told, and nothing of what it is", async () => {
  const token = await giveToken(served, { role: "viewer" }, clock);
  const line = await listen(bearer(token));
  expect(line.response.headers["content-type"]).toContain("text/event-stream");
  await line.until("event: hello");
  await tellOf("acme", "one");
  const told = await line.until("event: change");
  expect(told).not.toMatch(/acme|state/);
  line.close();
});

test("an account manager is not told that something is going on elsewhere", async () => {
  const wish = { role: "account-manager", accounts: ["acme"] } as const;
  const line = await listen(bearer(await giveToken(served, wish, clock)));
  const all = await listen(bearer(await giveToken(served, { role: "viewer" }, clock)));
  await Promise.all([line.until("event: hello"), all.until("event: hello")]);
  await tellOf("globex", "elsewhere");
  await all.until("event: change");
  // Both are told at one look.
  const heard = await line.until("event: hello");
  expect(heard).not.toContain("event: change");
  await tellOf("acme", "here");
  await line.until("event: change");
  line.close();
  all.close();
});

test("who was away while something changed is told at once", async () => {
  const headers = bearer(await giveToken(served, { role: "viewer" }, clock));
  const first = await listen(headers);
  const id = /id: (\w+)/.exec(await first.until("data: {}"))?.[1] ?? "";
  first.close();
  await first.ended;
  const same = await listen({ ...headers, "last-event-id": id });
  expect(await same.until("data: {}")).toContain("event: hello");
  same.close();
  await same.ended;
  await markFiguresChanged(served.store.db);
  const later = await listen({ ...headers, "last-event-id": id });
  expect(await later.until("data: {}")).toContain("event: change");
  later.close();
});

test(
  "a token that is taken back hears nothing more, and a login that listens is used by it",
  { timeout: 60_000 },
  async () => {
    const { app, store } = served;
    const person = { name: "li", role: "viewer", password: "correct horse battery" };
    await addUser({ db: store.db, clock, config: null }, person, SETUP);
    const { role: _, ...payload } = person;
    const login = await app.inject({ method: "POST", url: "/api/v1/login", payload });
    const wall = { cookie: `nines=${login.json<{ token: string }>().token}` };
    const token = await giveToken(served, { role: "viewer", name: "board" }, clock);
    const lines = await Promise.all([listen(bearer(token)), listen(wall)]);
    await Promise.all(lines.map((line) => line.until("event: hello")));
    await revokeToken({ db: store.db, clock }, "board", SETUP);
    clock.set(DEMO_NOW + HOUR_MS);
    const [board, screen] = lines;
    await board.ended;
    expect(board.response.complete).toBe(true);
    await screen.until(": still here");
    const isIn = async () => (await app.inject({ url: "/api/v1/me", headers: wall })).statusCode;
    clock.set(DEMO_NOW + 3 * HOUR_MS - 1);
    expect(await isIn()).toBe(200);
    clock.set(DEMO_NOW + 12 * HOUR_MS);
    expect(await isIn()).toBe(401);
    clock.set(DEMO_NOW);
    screen.close();
  },
);

test("one who opens too many is refused, others are not", async () => {
  const headers = bearer(await giveToken(served, { role: "viewer" }, clock));
  const lines = await Promise.all(Array.from({ length: 12 }, () => listen(headers)));
  await Promise.all(lines.map((line) => line.until("event: hello")));
  const refused = await listen(headers);
  expect(refused.response.statusCode).toBe(503);
  const other = await listen(bearer(await giveToken(served, { role: "sre" }, clock)));
  expect(other.response.statusCode).toBe(200);
  for (const line of [...lines, other]) line.close();
});

const countConnections = (server: Server) =>
  new Promise<number>((resolve, reject) => {
    server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
  });

test("who went away before the line was open does not count as one who listens", async () => {
  const { store } = served;
  const headers = bearer(await giveToken(served, { role: "viewer" }, clock));
  // Taken now: those who ask take all others.
  const [busy, looking] = [await store.db.connect(), await store.db.connect()];
  await busy.query("begin; lock table event in access exclusive mode");
  const asked = Array.from({ length: 12 }, () => get(`${origin}/live`, { headers }));
  for (const request of asked) request.on("error", () => {});
  await waitFor(() => someoneWaits(looking as unknown as Database));
  for (const request of asked) request.destroy();
  await waitFor(async () => (await countConnections(served.app.server)) === 0);
  await busy.query("rollback");
  for (const client of [busy, looking]) client.release();
  const line = await listen(headers);
  expect(line.response.statusCode).toBe(200);
  line.close();
});

test("lines that are open do not hold up the end of the service", async () => {
  const line = await listen(bearer(await giveToken(served, { role: "viewer" }, clock)));
  await line.until("event: hello");
  await served.app.close();
  await line.ended;
  expect(line.response.complete).toBe(true);
});
