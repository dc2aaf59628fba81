import { pino } from "pino";
import { expect, test } from "vitest";
import { storeJobs } from "../../jobs/index.ts";
import type { AddJob, StoreJobDeps } from "../../jobs/job.ts";
import { budgetEvent, createAlerting, START } from "../helpers/alerting.ts";
import { cleanUpAfterEach } from "../helpers/clean-up.ts";
import { startHttpServer } from "../helpers/http-server.ts";

const onEnd = cleanUpAfterEach();

/** The jobs over a receiver that answers so; what they add is kept. */
async function jobsWith(status: number, more = "") {
  const receiver = await startHttpServer((_request, response) => {
    response.statusCode = status;
    response.end();
  });
  onEnd(receiver.close);
  const alerting = await createAlerting(
    onEnd,
    `channels:
  - { id: ops, kind: webhook, url: "${receiver.url}" }
  - { id: desk, kind: inbox }
routes: [{ channels: [ops, desk], delay: 2s }]
${more}`,
  );
  const added: string[] = [];
  const attempts: unknown[] = [];
  const addJob: AddJob = async (queue, name, { id, data, delayMs } = {}) =>
    void added.push([queue, name, id, JSON.stringify(data), delayMs].join(" "));
  const deps = {
    ...alerting.deps(),
    log: pino({ level: "silent" }),
    addJob,
    onDelivered: (attempt: object) => attempts.push(attempt),
  } as unknown as StoreJobDeps;
  const run = async (name: "announce" | "deliver-message", data: unknown = {}) => {
    await storeJobs[name](deps, { name, data, plannedAtMs: 0, progress: async () => {} });
    return added.splice(0);
  };
  return { alerting, receiver, attempts, run };
}

test("a message is put on its queue when it is due, once for an attempt", async () => {
  const { alerting, run } = await jobsWith(200);
  await alerting.tell(budgetEvent("burn", "web-1"));
  expect(await run("announce")).toEqual([`upkeep announce announce-${START + 2_000}  2000`]);
  alerting.clock.pass(2_000);
  const both = [
    'messages deliver-message message-1-0 {"message":1} ',
    'messages deliver-message message-2-0 {"message":2} ',
  ];
  expect(await run("announce")).toEqual(both);
  expect(await run("announce")).toEqual(both);
});

test("a message that failed for now is looked for again when its next attempt is due", async () => {
  const { alerting, attempts, receiver, run } = await jobsWith(503);
  await alerting.tell(budgetEvent("burn", "web-1"));
  await run("announce");
  alerting.clock.pass(2_000);
  const looks = [`upkeep announce announce-${START + 2_050}  50`];
  expect(await run("deliver-message", { message: 1 })).toEqual(looks);
  expect(attempts).toMatchObject([{ channel: "ops", outcome: "temporary", detail: "status 503" }]);
  expect(await run("deliver-message", { message: 1 })).toEqual([]);
  expect(receiver.seen).toHaveLength(1);
  await run("deliver-message", { message: 2 });
  expect(await run("announce")).toEqual([`upkeep announce announce-${START + 7_000}  5000`]);
  alerting.clock.pass(5_000);
  expect((await run("announce"))[0]).toBe('messages deliver-message message-1-1 {"message":1} ');
});

test("after an attempt one looks at once what else there is to tell", async () => {
  const { alerting, run } = await jobsWith(404);
  await alerting.tell(budgetEvent("burn", "web-1"));
  await run("announce");
  alerting.clock.pass(2_000);
  expect(await run("deliver-message", { message: 1 })).toEqual([
    `upkeep announce announce-${START + 2_050}  50`,
  ]);
});

test("a letter is put into the inbox once", async () => {
  const { alerting, run } = await jobsWith(200);
  await alerting.tell(budgetEvent("burn", "web-1"));
  await run("announce");
  alerting.clock.pass(2_000);
  await run("deliver-message", { message: 2 });
  await run("deliver-message", { message: 2 });
  const { rows } = await alerting.database.db.query(
    "select message, channel, accounts from letter",
  );
  expect(rows).toEqual([{ message: 2, channel: "desk", accounts: null }]);
});
