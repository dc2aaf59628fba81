import { describe, expect, test } from "vitest";
import type { ControlEndpoint } from "../src/config.ts";
import { answers, startControls } from "../src/controls.ts";
import { cleanUpAfterEach } from "./helpers/clean-up.ts";
import { testClock } from "./helpers/clock.ts";
import { freePort } from "./helpers/ports.ts";
import { startTcpServer } from "./helpers/tcp-server.ts";
import { waitFor } from "./helpers/wait.ts";

const cleanUp = cleanUpAfterEach();
const tcp = (address: string) => ({ kind: "tcp" as const, address });

/** Controls over endpoints "x:1" and "y:1" whose answers the test sets. */
async function startFake(well: { x: boolean; y: boolean }, everyMs = 60_000) {
  const clock = testClock(0);
  let asked = 0;
  const ask = async (endpoint: ControlEndpoint) => {
    asked += 1;
    return endpoint.kind === "tcp" && well[endpoint.address.startsWith("x") ? "x" : "y"];
  };
  const controls = startControls([tcp("x:1"), tcp("y:1")], clock, { everyMs, ask });
  cleanUp(() => controls.close());
  await waitFor(() => asked >= 2);
  return { controls, clock, asked: () => asked };
}

describe("control endpoints", () => {
  test("have failed when those that answered no longer do", async () => {
    const well = { x: true, y: true };
    const { controls } = await startFake(well);
    expect(await controls.haveFailed()).toBe(false);
    well.x = false;
    expect(await controls.haveFailed()).toBe(false);
    well.y = false;
    expect(await controls.haveFailed()).toBe(true);
  });

  test("are no witnesses when they never answered", async () => {
    const well = { x: false, y: false };
    const { controls } = await startFake(well);
    expect(await controls.haveFailed()).toBe(false);
  });

  test("leave out those that never answered", async () => {
    const well = { x: true, y: false };
    const { controls } = await startFake(well);
    expect(await controls.haveFailed()).toBe(false);
    well.x = false;
    expect(await controls.haveFailed()).toBe(true);
  });

  test("are well again as soon as one of them answers", async () => {
    const well = { x: true, y: true };
    const { controls } = await startFake(well, 10);
    Object.assign(well, { x: false, y: false });
    await waitFor(() => controls.haveFailed());
    well.y = true;
    await waitFor(async () => !(await controls.haveFailed()));
    expect(await controls.haveFailed()).toBe(false);
  });

  test("that have not answered for ten minutes say nothing any more", async () => {
    const well = { x: true, y: true };
    const { controls, clock } = await startFake(well);
    Object.assign(well, { x: false, y: false });
    clock.pass(600_000);
    expect(await controls.haveFailed()).toBe(true);
    clock.pass(1);
    expect(await controls.haveFailed()).toBe(false);
  });

  test("of which there are none have not failed", async () => {
    const controls = startControls([], testClock(0));
    cleanUp(() => controls.close());
    expect(await controls.haveFailed()).toBe(false);
  });

  test("are not asked any more when closed", async () => {
    const { controls, asked } = await startFake({ x: true, y: true }, 5);
    await waitFor(() => asked() > 4);
    controls.close();
    const before = asked();
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(asked()).toBeLessThanOrEqual(before + 2);
  });
});

describe("an endpoint", () => {
  test.each(["127.0.0.1", "::1"])("at %s that takes the connection answers", async (host) => {
    const server = await startTcpServer((socket) => socket.destroy(), { host });
    cleanUp(() => server.close());
    expect(await answers(tcp(server.address))).toBe(true);
  });

  test("that refuses answers too: the way there is well", async () => {
    expect(await answers(tcp(`127.0.0.1:${await freePort()}`))).toBe(true);
  });

  test.each(["no-such-name.invalid:80", "nothing", "127.0.0.1:99999"])(
    "%s does not",
    async (address) => {
      expect(await answers(tcp(address))).toBe(false);
    },
  );
});
