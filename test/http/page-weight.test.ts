import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { assets } from "../../src/web/scripts.ts";
import { bearer, giveToken } from "../helpers/access.ts";
import { createTestApp, type TestApp } from "../helpers/app.ts";
import { testClock } from "../helpers/clock.ts";
import {
  fillManyTargets,
  manyTargetsYaml,
  NOW_MS,
  TARGET_COUNT,
  targetId,
} from "../helpers/many-targets.ts";

// What pages weigh with 500 targets; how long they take is printed by the bench "pages".

const clock = testClock(NOW_MS);
let served: TestApp;
let token = "";

beforeAll(async () => {
  served = await createTestApp({ config: manyTargetsYaml, clock });
  await fillManyTargets(served, clock);
  token = await giveToken(served, { role: "admin" }, clock);
}, 120_000);
afterAll(() => served.close());

async function ask(url: string): Promise<string> {
  const answer = await served.app.inject({ url, headers: bearer(token) });
  expect(answer.statusCode, `${url} ${answer.body.slice(0, 300)}`).toBe(200);
  return answer.body;
}

const loadedBy = (html: string) =>
  [...html.matchAll(/<(?:link rel="stylesheet" href|script type="module" src)="([^"]+)"/g)].map(
    ([, path = ""]) => path,
  );

/** Bytes on the wire: the page and everything that it loads. */
function weigh(html: string) {
  const files = loadedBy(html).map((path) => assets.find((asset) => asset.path === path)!.text);
  return [html, ...files].reduce((sum, text) => sum + gzipSync(text).length, 0);
}

test.each(["en", "zh"])(
  "the overview in %s and all that it loads weigh less than 60 kB, and nothing comes from elsewhere",
  async (lang) => {
    const body = await ask(`/?lang=${lang}`);
    expect(body).toContain(`${TARGET_COUNT}`);
    expect(weigh(body)).toBeLessThan(60_000);
    const sources = [...body.matchAll(/\s(?:src|href|action)="([^"]*)"/g)].map(([, url]) => url);
    expect(sources.filter((url) => !/^(?:\/(?!\/)|#|data:image\/svg)/.test(url!))).toEqual([]);
    expect(loadedBy(body).every((path) => assets.some((asset) => asset.path === path))).toBe(true);
  },
);

test("a target's page with its chart weighs less than 60 kB too", async () => {
  expect(weigh(await ask(`/targets/${targetId(1)}?lang=en`))).toBeLessThan(60_000);
});
