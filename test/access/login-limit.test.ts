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

test("nobody shuts a name to its owner with a handful of tries from elsewhere", () => {
  const { tryOnce } = start();
  for (let n = 0; n < 9; n += 1) tryOnce({ ...li, address: "192.0.2.66" });
  expect(tryOnce({ ...li, address: "192.0.2.66" })).toBeGreaterThan(1);
  expect(tryOnce(li)).toBeNull();
});

test("fifty failures from anywhere shut a name, and leave others open", () => {
  const { tryOnce } = start();
  for (let n = 0; n < 50; n += 1) expect(tryOnce({ ...li, address: `192.0.2.${n}` })).toBeNull();
  expect(tryOnce({ ...li, address: "192.0.2.99" })).toBe(15 * 60);
  expect(tryOnce({ name: "wu", address: "192.0.2.99" })).toBeNull();
});

test("a hundred failures for any name shut an address, and leave others open", () => {
  const { tryOnce } = start();
  for (let n = 0; n < 100; n += 1) expect(tryOnce({ ...li, name: `name-${n}` })).toBeNull();
  expect(tryOnce(li)).toBe(15 * 60);
  expect(tryOnce({ ...li, address: "192.0.2.2" })).toBeNull();
});

test.each([
  ["of one network are one", "2001:db8:0:1::1", "2001:DB8::1:ffff:0:0:7", 600],
  ["of one network written in full are one", "2001:db8:0:1::1", "2001:0db8:0000:0001:0:0:0:2", 600],
  ["of one link are one", "fe80::1%eth0", "fe80::2", 600],
  ["of two networks are two", "2001:db8:0:1::1", "2001:db8:0:2::1", null],
  ["of IPv4 written as IPv6 are each their own", "::ffff:192.0.2.1", "::ffff:192.0.2.2", null],
])("addresses of IPv6 %s", (_, address, other, wait) => {
  const { clock, tryOnce } = start();
  for (let n = 0; n < 5; n += 1) tryOnce({ ...li, address });
  clock.pass(5 * MINUTE_MS);
  expect(tryOnce({ ...li, address: other })).toBe(wait);
});

test("the right password forgives the name at its address, and nothing else", () => {
  const { tryOnce } = start();
  for (let n = 0; n < 120; n += 1) {
    const wait = tryOnce(li, n % 5 === 4);
    // Four of five are failures; the fiftieth for the name is the 62nd try.
    if (n < 62) expect(wait, String(n)).toBeNull();
    else expect(wait, String(n)).toBe(15 * 60);
  }
});

test("a clock that is set back or forward changes nothing", () => {
  const { clock, tryOnce } = start();
  for (let n = 0; n < 5; n += 1) tryOnce(li);
  clock.turn(86_400_000);
  expect(tryOnce(li)).toBe(15 * 60);
});

test("what is remembered has a bound", () => {
  const { tryOnce } = start();
  for (let n = 0; n < 5; n += 1) tryOnce(li);
  for (let n = 0; n < 10_001; n += 1) tryOnce({ name: `name-${n}`, address: `address-${n}` });
  // Forgotten: the oldest make room.
  expect(tryOnce(li)).toBeNull();
});
