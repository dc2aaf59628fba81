import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { once } from "node:events";
import { types } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { InvalidInputError } from "../../src/errors.ts";
import { openDatabase, withTransaction } from "../../src/store/connect.ts";
import { createTestDatabase, silentLog, type TestDatabase } from "../helpers/database.ts";

const deps = { clock: systemClock, log: silentLog };

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase({ empty: true });
});
afterAll(async () => test?.drop());

async function read(sql: string, values: unknown[] = []): Promise<unknown> {
  const { rows } = await test.db.query<{ value: unknown }>(sql, values);
  return rows[0]?.value;
}

describe("what a query gives", () => {
  it("reads int8 as a number up to 2^53 - 1", async () => {
    expect(await read("select 9007199254740991::int8 as value")).toBe(9007199254740991);
    expect(await read("select array[1, null, -2]::int8[] as value")).toEqual([1, null, -2]);
  });

  it("refuses an int8 that a number cannot hold, rather than round it", async () => {
    await expect(read("select 9007199254740993::int8 as value")).rejects.toThrow(
      /9007199254740993 is beyond 2\^53/,
    );
    await expect(read("select array[9007199254740993]::int8[] as value")).rejects.toThrow(/beyond/);
  });

  it("goes on working after a value it refused", async () => {
    await expect(read("select 9007199254740993::int8 as value")).rejects.toThrow(/beyond/);
    expect(await read("select 1::int8 as value")).toBe(1);
  });

  it("reads an instant as epoch milliseconds and writes it back unchanged", async () => {
    const atMs = Date.UTC(2026, 9, 1, 0, 0, 15, 123);
    expect(await read("select '2026-10-01T08:00:15.123+08:00'::timestamptz as value")).toBe(atMs);
    expect(await read("select $1::timestamptz as value", [new Date(atMs)])).toBe(atMs);
    expect(await read("select array[$1, null]::timestamptz[] as value", [new Date(atMs)])).toEqual([
      atMs,
      null,
    ]);
    expect(await read("select null::timestamptz as value")).toBeNull();
  });

  it("leaves a day a day, whatever the time zone of the process", async () => {
    expect(await read("select date '2026-10-01' as value")).toBe("2026-10-01");
    expect(await read("select timestamp '2026-10-01 00:00' as value")).toBe("2026-10-01 00:00:00");
  });

  it("leaves exact decimals as text", async () => {
    expect(await read("select 0.1::numeric as value")).toBe("0.1");
  });

  it("counts in UTC and says who is connected", async () => {
    expect(await read("select current_setting('timezone') as value")).toBe("UTC");
    expect(await read("select current_setting('application_name') as value")).toBe("nines");
  });

  it("leaves the driver's own reading alone, which the queue relies on", () => {
    expect(types.getTypeParser(types.builtins.INT8)("1")).toBe("1");
    expect(
      types.getTypeParser(types.builtins.TIMESTAMPTZ)("2026-10-01 00:00:00+00"),
    ).toBeInstanceOf(Date);
  });
});

describe("a transaction", () => {
  beforeAll(async () => {
    await test.db.query("create table kept (id integer primary key)");
  });

  it("keeps what was done when it returns, and gives its result", async () => {
    const result = await withTransaction(test.db, async (tx) => {
      await tx.query("insert into kept values (1)");
      return "done";
    });
    expect(result).toBe("done");
    expect(await read("select count(*) as value from kept where id = 1")).toBe(1);
  });

  it("leaves nothing when it throws, and throws the same error", async () => {
    const failure = new Error("no");
    const work = withTransaction(test.db, async (tx) => {
      await tx.query("insert into kept values (2)");
      throw failure;
    });
    await expect(work).rejects.toBe(failure);
    expect(await read("select count(*) as value from kept where id = 2")).toBe(0);
  });

  it("gives back no connection that was lost on the way", async () => {
    const work = withTransaction(test.db, async (tx) =>
      tx.query("select pg_terminate_backend(pg_backend_pid())"),
    );
    await expect(work).rejects.toThrow(/terminat|not queryable/);
    expect(await read("select 1 as value")).toBe(1);
  });
});

describe("opening a database", () => {
  it("stops a statement that takes too long", async () => {
    const db = await openDatabase(test.url, { ...deps, statementTimeoutMs: 20 });
    await expect(db.query("select pg_sleep(60)")).rejects.toThrow(/statement timeout/);
    await db.end();
  });

  it("survives the loss of an idle connection, and says so", async () => {
    const said: string[] = [];
    const log = { ...silentLog, warn: (_: unknown, words?: string) => said.push(String(words)) };
    const db = await openDatabase(test.url, { ...deps, log, max: 1 });
    await test.db.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database() and application_name = 'nines'",
    );
    await expect.poll(() => said).toEqual(["lost an idle connection to the database"]);
    expect((await db.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
    await db.end();
  });

  it("waits for a server that is not up yet", async () => {
    const port = await unusedPort();
    const relay = createServer((socket) => relayTo(socket, new URL(test.url)));
    const url = new URL(test.url);
    url.port = String(port);
    const said: string[] = [];
    const log = { ...silentLog, warn: (words: unknown) => said.push(String(words)) };
    const opening = openDatabase(url.href, { ...deps, log });
    await expect.poll(() => said.length).toBe(1);
    relay.listen(port, "127.0.0.1");
    const db = await opening;
    expect((await db.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
    expect(said).toEqual([
      expect.stringContaining(
        `waiting for the database ${url.pathname.slice(1)} at 127.0.0.1:${port}`,
      ),
    ]);
    await db.end();
    relay.close();
  });

  it("gives up on a server that does not come up, and can be told to stop waiting", async () => {
    const url = `postgres://nines:hidden@127.0.0.1:${await unusedPort()}/nines`;
    const failure = await failureOf(openDatabase(url, { ...deps, waitMs: 0 }));
    expect(failure.message).toMatch(/cannot be reached: .*ECONNREFUSED/);
    const aborted = openDatabase(url, { ...deps, signal: AbortSignal.abort() });
    await expect(aborted).rejects.toMatchObject({ name: "AbortError" });
  });

  it("does not wait where waiting does not help, and never shows the password", async () => {
    const wrongPassword = new URL(test.url);
    wrongPassword.password = "hidden-one";
    const failure = await failureOf(openDatabase(wrongPassword.href, deps));
    expect(failure.message).toMatch(/refuses: password authentication failed for user "nines"/);
    expect(failure.message).not.toContain("hidden-one");
    const noDatabase = new URL(test.url);
    noDatabase.pathname = "/not_there";
    await expect(openDatabase(noDatabase.href, deps)).rejects.toThrow(/"not_there" does not exist/);
  });

  it.each(["", "nines", "mysql://u:hidden@h/d", "localhost:5432/nines"])(
    "refuses %j as an address",
    async (url) => {
      const failure = await failureOf(openDatabase(url, deps));
      expect(failure).toBeInstanceOf(InvalidInputError);
      expect(failure.message).toMatch(/^DATABASE_URL: .*postgres:\/\//);
      expect(failure.message).not.toContain("hidden");
    },
  );

  it("refuses a server that is too old", async () => {
    const url = new URL(test.url);
    const old = createServer((socket) => relayTo(socket, url, (bytes) => replaceVersion(bytes)));
    old.listen(0, "127.0.0.1");
    await once(old, "listening");
    const oldUrl = new URL(test.url);
    oldUrl.port = String((old.address() as AddressInfo).port);
    await expect(openDatabase(oldUrl.href, deps)).rejects.toThrow(
      /is PostgreSQL 14; nines needs 15 or newer/,
    );
    old.close();
  });
});

/** The real server through another port; `change` sees what it answers. */
function relayTo(socket: Socket, url: URL, change = (bytes: Buffer): Buffer => bytes): void {
  const upstream = connect(Number(url.port), url.hostname);
  socket.pipe(upstream);
  upstream.on("data", (bytes) => socket.write(change(bytes)));
  upstream.on("close", () => socket.destroy());
  upstream.on("error", () => socket.destroy());
  socket.on("error", () => upstream.destroy());
}

function replaceVersion(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString("latin1").replace(/1[5-9]00\d\d/, "140012"), "latin1");
}

async function unusedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function failureOf(work: Promise<unknown>): Promise<Error> {
  try {
    await work;
  } catch (error) {
    return error as Error;
  }
  throw new Error("it did not fail");
}
