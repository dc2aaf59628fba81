import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createCommandLine, type CommandLine } from "../helpers/command-line.ts";
import { startHttpServer, type HttpServer } from "../helpers/http-server.ts";
import { runNines } from "../helpers/nines.ts";
import { freePort } from "../helpers/ports.ts";

let line: CommandLine;
let receiver: HttpServer;

beforeAll(async () => {
  receiver = await startHttpServer((request, response) => {
    response.statusCode = request.url === "/refuses" ? 403 : 200;
    response.end("{}");
  });
  line = await createCommandLine(`
version: 1
timeZone: Asia/Shanghai
vantages: [{ id: here, controls: [] }]
accounts: [{ id: acme, name: Acme Ltd }]
defaults: { interval: 1m, timeout: 1s, vantages: [here] }
targets:
  - { id: web-1, product: ecs, region: cn-hangzhou, account: acme, probe: { kind: tcp, address: "127.0.0.1:1" } }
channels:
  - { id: hook, kind: webhook, url: "${receiver.url}/takes", secret: hunter2 }
  - { id: refuses, kind: webhook, url: "${receiver.url}/refuses" }
  - { id: away, kind: webhook, url: "http://127.0.0.1:${await freePort()}/T0PSECRET" }
  - { id: desk, kind: inbox, lang: zh }
routes: [{ channels: [hook, refuses, away, desk] }]
`);
});
afterAll(async () => {
  await line.close();
  await receiver.close();
});

const run = (...args: string[]) => line.run("notify", ...args);
const count = async (table: string) => {
  const { rows } = await line.database.db.query<{ n: number }>(
    `select count(*) as n from ${table}`,
  );
  return rows[0]?.n;
};

describe("nines notify test", () => {
  test("sends at once, without a database, and says how long it took", async () => {
    const args = ["notify", "test", "hook"];
    const nowhere = { DATABASE_URL: "postgres://nobody@127.0.0.1:1/none" };
    const { status, stdout, stderr } = await runNines(args, { at: line.at, env: nowhere });
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/^hook {2}sent\n {2}took {4}\d+ ms\n {2}detail {2}\S/u);
    const sent = receiver.seen.filter(({ url }) => url === "/takes");
    expect(sent).toHaveLength(1);
    expect(sent[0]?.body.toString()).toContain("Test message to the channel hook");
  });

  test("exits with 1 when it was not taken, and shows no address", async () => {
    const refused = await run("test", "refuses");
    expect(refused.status).toBe(1);
    expect(refused.stdout).toContain("refuses  refused: another try is of no use");
    expect(refused.stdout).toContain("403");
    const away = await run("test", "away");
    expect(away.status).toBe(1);
    expect(away.stdout).toContain("away  not sent: try again later");
    expect(away.stdout + away.stderr).not.toContain("T0PSECRET");
    expect(await count("delivery")).toBe(0);
  });

  test("puts a letter into an inbox, again and again", async () => {
    for (const _ of [1, 2]) expect((await run("test", "desk")).status).toBe(0);
    const { rows } = await line.database.db.query<{ body: string; message: number | null }>(
      "select message, body from letter order by id",
    );
    expect(rows.map(({ message }) => message)).toEqual([null, null]);
    expect(rows[0]?.body).toContain("发往通知通道 desk 的测试消息");
  });

  test("of a channel that there is not names those there are", async () => {
    const { status, stderr } = await run("test", "pager");
    expect(status).toBe(2);
    expect(stderr).toContain(
      'CHANNEL: "pager" is no channel; the configuration has hook, refuses, away, desk',
    );
    expect((await run("test")).stderr).toContain("CHANNEL: is missing");
    expect((await run("tset", "hook")).stderr).toContain('did you mean "test"?');
  });
});

test("nines notify list shows the channels and what was last tried", async () => {
  await line.database.db.query(
    `insert into message (channel, state, status, events, created_at, due_at, body)
     values ('hook', 'sent', 'opened', '{}', $1, $1, '{"title":"web-1 fails"}')`,
    ["2026-10-05T02:03:00Z"],
  );
  await line.database.db.query(
    `insert into delivery (message, attempt, at, channel, outcome, took_ms, detail)
     values (1, 1, $1, 'hook', 'sent', 12, 'status 200')`,
    ["2026-10-05T02:03:00Z"],
  );
  const { status, stdout, stderr } = await run("list");
  expect(status, stderr).toBe(0);
  expect(stdout.trimEnd().split("\n")).toEqual([
    expect.stringMatching(/^CHANNEL +KIND +STATE +WAITING +LAST ATTEMPT +OUTCOME +MESSAGE$/u),
    expect.stringMatching(
      /^hook +webhook +alive +0 +2026-10-05T02:03:00.000Z +sent +web-1 fails$/u,
    ),
    expect.stringMatching(/^refuses +webhook +unknown +0$/u),
    expect.stringMatching(/^away +webhook +unknown +0$/u),
    expect.stringMatching(/^desk +inbox +unknown +0$/u),
  ]);
  expect(stdout).not.toMatch(/hunter2|T0PSECRET/u);
});
