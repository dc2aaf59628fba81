import { afterAll, beforeAll, expect, test } from "vitest";
import { sealDays } from "../../src/seal.ts";
import { storeRounds } from "../../src/store/rounds.ts";
import { bearer, giveToken } from "../helpers/access.ts";
import { createTestApp, MINUTE_MS, type TestApp } from "../helpers/app.ts";
import { testClock } from "../helpers/clock.ts";
import { DEMO_CONFIG, DEMO_FROM, DEMO_NOW, fillDemoMonth } from "../helpers/demo-month.ts";
import { outageMalfunction } from "../helpers/malfunctions.ts";
import { testRound } from "../helpers/rounds.ts";

// From a figure to the single results behind it, as a reader without scripts goes: by links alone.

const clock = testClock(DEMO_NOW);
let served: TestApp;
let sre = "";

beforeAll(async () => {
  served = await createTestApp({ config: DEMO_CONFIG, clock });
  await fillDemoMonth({ store: served.store, clock });
  const { db } = served.store;
  await sealDays({ db, clock });
  // The first outage of web-1 is minutes 100 to 122 of the month.
  const span = { fromMs: DEMO_FROM + 100 * MINUTE_MS, untilMs: DEMO_FROM + 123 * MINUTE_MS };
  const outage = { agreement: "ecs", account: "acme", subject: "web-1", targets: ["web-1"] };
  await outageMalfunction({ db }, { ...span, outages: [outage] });
  sre = await giveToken(served, { role: "sre" }, clock);
});
afterAll(() => served.close());

async function open(url: string) {
  const { statusCode, body } = await served.app.inject({
    url,
    headers: { ...bearer(sre), accept: "text/html" },
  });
  expect(statusCode, `${url}: ${body.slice(0, 300)}`).toBe(200);
  return body;
}

const hrefs = (html: string) =>
  [...html.matchAll(/href="([^"]+)"/g)].map(([, href = ""]) => href.replaceAll("&amp;", "&"));
function follow(html: string, part: RegExp): string {
  const found = hrefs(html).find((href) => part.test(href));
  if (found === undefined) throw new Error(`no link like ${part}`);
  return found;
}

test("three clicks lead from a target's figure to the proof of a round", async () => {
  const target = await open("/targets/web-1?month=2026-10&lang=en");
  expect(target).toContain("23 min");
  const day = await open(follow(target, /\/days\/2026-10-01\?agreement=ecs&hour=1/));
  expect(day).toContain("Slots from 01:00 to 02:00");
  const results = await open(follow(day, /\/results\?from=2026-09-30T17%3A40%3A00.000Z/));
  expect(results).toContain("46 on this page: 46 failed");
  const proof = await served.app.inject({
    url: follow(results, /^\/api\/v1\/proofs\/2026-09-30\/rounds/),
    headers: bearer(sre),
  });
  expect(proof.statusCode).toBe(200);
  expect(proof.json<{ text: string }>().text).toContain("web-1");
});

test("an outage names its malfunction, its results and the exclusion that may be proposed", async () => {
  const target = await open("/targets/web-1?month=2026-10&lang=en");
  expect(target).toContain("Malfunction 1");
  const propose = follow(target, /^\/exclusions\/new/);
  const form = await open(propose);
  expect(form).toContain("web-1");
  expect(form).toContain("2026-10-01T01:40");
});

test("one who may not propose is not led to the form", async () => {
  const token = await giveToken(served, { role: "viewer" }, clock);
  const { body } = await served.app.inject({
    url: "/targets/web-1?month=2026-10&lang=en",
    headers: bearer(token),
  });
  expect(body).not.toContain("/exclusions/new");
});

test("the day tells each vantage's votes, also where the others outvote it", async () => {
  // Minutes 400 to 409: vantage b alone fails, and nothing is bad.
  const day = await open("/targets/web-1/days/2026-10-01?hour=6&lang=en");
  const row = /<tr role="row"><td role="cell" class="strong">06:40<\/td>.*?<\/tr>/.exec(day)?.[0];
  expect(row).toContain("06:50");
  // Every slot stands there; a phone shows a run of equal ones as its first, with all of its results.
  expect(day.match(/class="narrow-only"> – 0[67]:\d\d</g)).toEqual(
    ["06:40", "06:50", "07:00"].map((until) => `class="narrow-only"> – ${until}<`),
  );
  expect(day.match(/<tr role="row" class="alike">/g)).toHaveLength(57);
  expect(hrefs(day).some((href) => /until=2026-09-30T22%3A40%3A00.000Z/.test(href))).toBe(true);
  expect(row).toContain("1 of 1 ok");
  expect(row).toContain("0 of 1 ok");
  expect(row).toContain("Good");
  expect(day).toContain("a: all failed 23 min");
  expect(day).toContain("b: all failed 33 min");
  expect(day).toContain("As counted: 23 min lost");
});

test("what is not known is told as such, and never as bad", async () => {
  // Minutes 2000 to 2099 of web-2: its one vantage could not tell.
  const day = await open("/targets/web-2/days/2026-10-02?lang=en&hour=10");
  expect(day).toContain("no valid result, worker's network down");
  expect(day).toContain("No data");
  expect(day).toContain("As counted: 7 min lost");
});

test("a target of a group shows its own votes and what the group counts", async () => {
  const day = await open("/targets/bucket-1/days/2026-10-01?lang=en&hour=11");
  expect(day).toContain("the agreement counts 2 targets together: acme/oss/cn-hangzhou");
  // Minutes 700 and 701 fail: 2 of its 5 results in the slot of 11:40, and of 10 with the other's.
  expect(day).toContain("3 of 5 ok");
  expect(day).toContain("1/5");
});

test("a day without a figure, and a day that is none", async () => {
  expect(await open("/targets/web-1/days/2026-10-03?lang=en")).toContain("To come");
  const late = await open("/targets/web-old/days/2026-11-05?lang=en");
  expect(late).toContain("No agreement gives this target a figure in this month.");
  for (const [url, status] of [
    ["/targets/web-1/days/2026-02-30", 400],
    ["/targets/web-1/days/2026-10-01?agreement=none", 404],
    ["/targets/none/days/2026-10-01", 404],
    ["/targets/web-1/results?from=2026-10-01T00:00:00Z&until=2026-09-01T00:00:00Z", 400],
    ["/targets/web-1/results", 400],
  ] as const) {
    const answer = await served.app.inject({ url, headers: bearer(sre) });
    expect(answer.statusCode, url).toBe(status);
  }
});

test("pages of results follow each other without a gap or a repetition", async () => {
  const from = new Date(DEMO_FROM).toISOString();
  const until = new Date(DEMO_FROM + 600 * MINUTE_MS).toISOString();
  let url = `/targets/web-1/results?${new URLSearchParams({ from, until, lang: "en" })}`;
  const seen: string[] = [];
  for (let page = 0; page < 20; page += 1) {
    const html = await open(url);
    const rows = [...html.matchAll(/datetime="([^"]+)"[^]*?<td role="cell">(a|b)<\/td>/g)];
    seen.push(...rows.map(([, at, vantage]) => `${at} ${vantage}`));
    const next = /<a class="button" href="([^"]+)">Later results/.exec(html)?.[1];
    if (next === undefined) break;
    url = next.replaceAll("&amp;", "&");
  }
  expect(seen).toHaveLength(1200);
  expect(new Set(seen).size).toBe(1200);
});

test("only what was not ok is shown on demand", async () => {
  const from = new Date(DEMO_FROM).toISOString();
  const until = new Date(DEMO_FROM + 600 * MINUTE_MS).toISOString();
  const query = new URLSearchParams({ from, until, show: "not-ok", lang: "en" });
  expect(await open(`/targets/web-1/results?${query}`)).toContain("56 on this page: 56 failed");
});

test("latency comes by vantage, the finer the shorter the time", async () => {
  const ask = async (hours: number) => {
    const from = new Date(DEMO_FROM + 200 * MINUTE_MS).toISOString();
    const until = new Date(DEMO_FROM + 200 * MINUTE_MS + hours * 3_600_000).toISOString();
    const url = `/targets/web-1/latency?${new URLSearchParams({ from, until })}`;
    const { body } = await served.app.inject({ url, headers: bearer(sre) });
    return JSON.parse(body) as {
      stepMs: number;
      atMs: number[];
      series: { vantage: string; p50Ms: (number | null)[] }[];
    };
  };
  const [hour, day] = [await ask(1), await ask(24)];
  expect(hour.stepMs).toBe(60_000);
  expect(hour.atMs).toHaveLength(60);
  expect(hour.series.map(({ vantage }) => vantage)).toEqual(["a", "b"]);
  expect(hour.series[0]!.p50Ms).toEqual(Array.from({ length: 60 }, () => 12.4));
  expect(day.stepMs).toBe(180_000);
  expect(day.series[1]!.p50Ms).toContain(null);
});

test("the phases of the last day stand in a table, and over any time beside the latency", async () => {
  const [ok, failed] = [
    {
      vantage: "a",
      letters: "oo",
      phasesUs: [null, 2_000, null, 9_500, null, null, 1, null, 1, null],
    },
    {
      vantage: "b",
      letters: "fo",
      phasesUs: [null, null, null, null, null, null, 1, null, 1, null],
    },
  ].map(({ vantage, letters, phasesUs }) =>
    testRound({
      vantage,
      shard: "phases",
      plannedAtMs: clock.nowMs() - 30 * MINUTE_MS + 1,
      targets: ["web-1", "web-2"],
      outcomes: letters,
      phasesUs,
    }),
  );
  await storeRounds(served.store, [ok!, failed!], clock.nowMs());
  const html = await open("/targets/web-1?lang=en");
  const table = html.slice(html.indexOf("Where the time goes"));
  expect(table.slice(0, table.indexOf("</table>"))).toMatch(
    /connection.*answer.*a<.*2\.0.ms.*9\.5.ms/su,
  );
  const until = clock.nowMs();
  const query = new URLSearchParams({
    from: new Date(until - 3_600_000).toISOString(),
    until: new Date(until).toISOString(),
  });
  const url = `/targets/web-1/latency?${query}`;
  const { body } = await served.app.inject({ url, headers: bearer(sre) });
  const { phases } = JSON.parse(body) as { phases: { vantage: string; p50Ms: object }[] };
  expect(phases[0]).toMatchObject({
    vantage: "a",
    p50Ms: { processing: expect.arrayContaining([9.5]) },
  });
  expect(phases[1]).toMatchObject({ vantage: "b", p50Ms: {} });
});
