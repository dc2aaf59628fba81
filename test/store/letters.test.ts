import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { inbox } from "../../src/notify/inbox.ts";
import { countUnread, listLetters, markRead, saveLetter } from "../../src/store/letters.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { testMessage } from "../helpers/message.ts";

const NOW = Date.parse("2026-10-05T02:03:00Z");

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.db.query(
    "truncate letter, letter_read, delivery, message, thread restart identity",
  );
});

const write = (title: string, accounts: readonly string[] | null, messageId: number | null) =>
  saveLetter(database.db, {
    channel: "desk",
    message: testMessage({ title }),
    messageId,
    accounts,
    atMs: NOW,
  });

const everybody = { name: "user:li", accounts: null };
const manager = (...accounts: string[]) => ({ name: "token:am", accounts });
const all = { unread: false, after: undefined, limit: 100 };

async function titles(reader: typeof everybody | ReturnType<typeof manager>, query = {}) {
  const letters = await listLetters(database.db, reader, { ...all, ...query });
  return letters.map(({ message }) => message.title);
}

test("a second letter of the same message changes nothing; tests have no message", async () => {
  await write("first", null, 17);
  await write("again", null, 17);
  await write("a test", null, null);
  await write("another test", null, null);
  expect(await titles(everybody)).toEqual(["first", "a test", "another test"]);
});

test("a letter comes back as the message that was sent", async () => {
  await write("one", null, 1);
  const [letter] = await listLetters(database.db, everybody, all);
  expect(letter).toEqual({
    id: 1,
    channel: "desk",
    atMs: NOW,
    readAtMs: null,
    message: testMessage({ title: "one" }),
  });
});

test("who sees some accounts sees the letters that tell of no others", async () => {
  await write("everybody's", null, 1);
  await write("acme's", ["acme"], 2);
  await write("zebra's", ["zebra"], 3);
  await write("of both", ["acme", "zebra"], 4);
  await write("nobody's", [], 5);
  expect(await titles(manager("acme"))).toEqual(["acme's"]);
  expect(await titles(manager("acme", "zebra"))).toEqual(["acme's", "zebra's", "of both"]);
  expect(await titles(manager())).toEqual([]);
  expect(await titles(everybody)).toHaveLength(5);
  expect(await countUnread(database.db, manager("acme"))).toBe(1);
});

test("the newest come without an id to ask on after, the next ones with it", async () => {
  for (const id of [1, 2, 3, 4, 5]) await write(`letter ${id}`, null, id);
  expect(await titles(everybody, { limit: 2 })).toEqual(["letter 4", "letter 5"]);
  expect(await titles(everybody, { after: 1, limit: 2 })).toEqual(["letter 2", "letter 3"]);
  expect(await titles(everybody, { after: 5 })).toEqual([]);
});

test("everybody reads for themselves, and the first time counts", async () => {
  await write("one", ["acme"], 1);
  await write("two", ["acme"], 2);
  const { db } = database;
  const reader = manager("acme");
  expect(await markRead(db, reader, { id: 1, atMs: NOW + 1 })).toMatchObject({ readAtMs: NOW + 1 });
  expect(await markRead(db, reader, { id: 1, atMs: NOW + 9 })).toMatchObject({ readAtMs: NOW + 1 });
  expect(await titles(reader, { unread: true })).toEqual(["two"]);
  expect(await titles(reader)).toEqual(["one", "two"]);
  expect(await countUnread(db, reader)).toBe(1);
  expect(await countUnread(db, everybody)).toBe(2);
});

test("a letter that somebody does not see is not marked by them", async () => {
  await write("zebra's", ["zebra"], 1);
  expect(await markRead(database.db, manager("acme"), { id: 1, atMs: NOW })).toBeNull();
  expect(await markRead(database.db, everybody, { id: 2, atMs: NOW })).toBeNull();
  const { rows } = await database.db.query("select * from letter_read");
  expect(rows).toEqual([]);
});

test("the channel gives its letters to be stored, and says when that failed", async () => {
  const message = testMessage();
  const clock = { nowMs: () => NOW };
  const saved: unknown[] = [];
  const saves = (channel: string, given: unknown) => {
    saved.push([channel, given]);
    return Promise.resolve();
  };
  const settings = { id: "desk", kind: "inbox" } as const;
  const input = { message, reference: null };
  expect(await inbox.send({ clock, saveLetter: saves }, settings, input)).toEqual({
    outcome: "sent",
    reference: null,
    detail: "in the inbox",
  });
  expect(saved).toEqual([["desk", message]]);
  const fails = () => Promise.reject(new Error("password of postgres"));
  const failed = await inbox.send({ clock, saveLetter: fails }, settings, input);
  expect(failed.outcome).toBe("temporary");
  expect(failed.detail).not.toContain("password");
});
