import { expect, test } from "vitest";
import { createLoginLimit } from "../../src/login-limit.ts";
import { testClock } from "../helpers/clock.ts";

const MINUTE_MS = 60_000;
const li = { name: "li", address: "192.0.2.1" };

function start() {
  const clock = testClock(0);
  const limit = createLoginLimit(clock);
  const tryOnce = (login: typeof li, wasRight = false) => {
    const wait = limit.begin(login);
    if (wait === null) limit.end(login, wasRight);
    return wait;
  };
  return { clock, limit, tryOnce };
}

test("the sixth failure within a quarter of an hour must wait until the first is that old", () => {
  const { clock, tryOnce } = start();
  for (let n = 0; n < 5; n += 1) {
    expect(tryOnce(li)).toBeNull();
    clock.pass(MINUTE_MS);
  }
  expect(tryOnce(li)).toBe(10 * 60);
  clock.pass(10 * MINUTE_MS - 1);
  expect(tryOnce(li)).toBe(1);
  clock.pass(1);
  expect(tryOnce(li)).toBeNull();
  expect(tryOnce(li)).toBe(60);
});

test("tries that are still being looked at count, and free their place when they were right", () => {
  const { limit } = start();
  for (let n = 0; n < 5; n += 1) expect(limit.begin(li)).toBeNull();
  expect(limit.begin(li)).toBe(1);
  limit.end(li, true);
  expect(limit.begin(li)).toBeNull();
});

test("a try that could not be looked at is none", () => {
  const { limit } = start();
  for (let n = 0; n < 9; n += 1) {
    expect(limit.begin(li)).toBeNull();
    limit.end(li, null);
  }
});

test("the right password forgives the name and not the address", () => {
  const { tryOnce } = start();
  for (let n = 0; n < 4; n += 1) tryOnce(li);
  expect(tryOnce(li, true)).toBeNull();
  expect(tryOnce({ ...li, name: "wu" })).toBeNull();
  expect(tryOnce({ ...li, name: "an" })).toBeGreaterThan(1);
  expect(tryOnce({ ...li, address: "192.0.2.2" })).toBeNull();
});

test("a clock that is set back or forward changes nothing", () => {
  const { clock, tryOnce } = start();
  for (let n = 0; n < 5; n += 1) tryOnce(li);
  clock.set(86_400_000);
  expect(tryOnce(li)).toBe(15 * 60);
});

test("what is remembered has a bound", () => {
  const { tryOnce } = start();
  for (let n = 0; n < 5; n += 1) tryOnce(li);
  for (let n = 0; n < 6_000; n += 1) tryOnce({ name: `name-${n}`, address: `address-${n}` });
  // Forgotten: the oldest make room.
  expect(tryOnce(li)).toBeNull();
});
