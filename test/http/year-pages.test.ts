import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { approveExclusion } from "../../src/exclude.ts";
import { SYSTEM } from "../../src/core/access.ts";
import type { YearReport } from "../../src/core/year-report.ts";
import { closeMonth } from "../../src/close-month.ts";
import { yearAnswer } from "../../src/http/year-answer.ts";
import { openDatabase } from "../../src/store/connect.ts";
import { systemClock } from "../../src/clock.ts";
import { readYear } from "../../src/year-report.ts";
import { bearer, giveToken } from "../helpers/access.ts";
import { silentLog } from "../helpers/database.ts";
import { getPage } from "../helpers/pages.ts";
import { EVIL, tellStory, type Story, type Who } from "../helpers/pages-story.ts";

let story: Story;
beforeAll(async () => {
  story = await tellStory();
}, 60_000);
afterAll(() => story.close());

const get = (who: Who, url: string) => getPage(story, who, url);
const body = async (who: Who, url: string) => (await get(who, url)).body;
const year = async (who: Who, query = "") =>
  (await get(who, `/api/v1/years/2026${query}`)).json<YearReport>();

describe("the API", () => {
  test("answers as its schema says, with the closed month as it was signed and the running one as it stands", async () => {
    const found = await year("admin");
    expect(yearAnswer.parse(found)).toEqual(found);
    const states = found.months.map(({ state }) => state);
    expect(states.slice(0, 8).every((state) => state === "none")).toBe(true);
    expect(states.slice(8)).toEqual(["none", "closed", "running", "ahead"]);
    expect(found.counts).toMatchObject({ missed: 1, kept: 3 });
    const web = found.subjects.find(({ id }) => id === "web-1");
    expect(web?.months[9]).toMatchObject({
      state: "closed",
      verdict: "missed",
      objectivePercent: "99.5",
      availabilityPercent: "99.193",
      badMinutes: "360",
      countedMinutes: 44_640,
    });
    expect(web?.months[10]).toMatchObject({ state: "running" });
    expect(found.credits).toEqual([
      {
        currency: "CNY",
        owed: "120.00",
        claimed: "0.00",
        credited: "0.00",
        count: 1,
        withoutAmount: 0,
      },
    ]);
    expect(found.outages[0]).toMatchObject({ id: "web-1", minutes: 360 });
  });

  test("adds what the monthly report has, and nothing else", async () => {
    const { rollups, credits } = (await get("admin", "/api/v1/reports/2026-10")).json<{
      rollups: { by: string; product: string; region: string; availabilityPercent: string }[];
      credits: { by: string; amount: string }[];
    }>();
    const found = await year("admin");
    expect(found.months[9]?.credits[0]?.owed).toBe(
      credits.find(({ by }) => by === "account")?.amount,
    );
    // A place that was measured in October alone stands as the month's roll-up has it.
    const place = found.places.find(({ product }) => product === "oss");
    const rollup = rollups.find(({ by, product }) => by === "product-region" && product === "oss");
    expect(place?.availabilityPercent).toBe(rollup?.availabilityPercent);
  });

  test("gives an account manager their account alone, in every form", async () => {
    const { subjects, accounts } = await year("acme");
    expect(subjects.map(({ id }) => id)).toEqual(["web-1", "web-2"]);
    expect(accounts.map(({ account }) => account)).toEqual(["acme"]);
    for (const format of ["csv", "html"]) {
      const answer = await get("acme", `/api/v1/years/2026?format=${format}`);
      expect(answer.headers["content-disposition"]).toBe(
        `attachment; filename="sla-2026-acme.${format}"`,
      );
      expect(answer.body).not.toMatch(/globex|db-1|mallory/iu);
    }
    for (const [format, mark] of [
      ["pdf", "%PDF-1.7"],
      ["xlsx", "PK"],
    ] as const) {
      const answer = await get("acme", `/api/v1/years/2026?format=${format}&lang=zh`);
      expect(answer.rawPayload.subarray(0, mark.length).toString("latin1")).toBe(mark);
    }
    expect((await get("acme", "/api/v1/years/2026?account=globex")).statusCode).toBe(404);
  });

  test("refuses what is no year and no form", async () => {
    for (const url of ["/api/v1/years/26", "/api/v1/years/2026-10", "/api/v1/years/0999"]) {
      const answer = await get("viewer", url);
      expect(answer.statusCode).toBe(400);
      expect(answer.body).toContain("must be a year such as 2026");
    }
    expect((await get("viewer", "/api/v1/years/2026?format=zip")).statusCode).toBe(400);
    expect((await get("viewer", "/api/v1/years/2026?month=2026-10")).statusCode).toBe(400);
    expect((await get("viewer", "/api/v1/years/2026?account=nobody")).statusCode).toBe(404);
  });

  test("of a year before anything was measured is twelve gaps", async () => {
    const answer = await get("viewer", "/api/v1/years/2020");
    const found = answer.json<YearReport>();
    expect(found.months.every(({ state }) => state === "none")).toBe(true);
    expect(found).toMatchObject({ subjects: [], asOf: null });
    expect(found.counts).toMatchObject({ kept: 0, missed: 0 });
  });
});

describe("the page", () => {
  test("says what the year came to, what is missing, and leads to the months", async () => {
    const page = await body("acme", "/years/2026?lang=en");
    expect(page).toContain("Acme Retail: 1 of 2 monthly objectives was missed, 1 kept.");
    expect(page).toContain("Credits of 120.00 CNY are owed.");
    expect(page).toContain("November 2026 may still change.");
    expect(page).toContain("There is no report of January 2026 to September 2026");
    expect(page).toContain("Informative: the agreements promise months.");
    expect(page).toMatch(
      /class="year-cell missed"[^>]*><a href="\/reports\/2026-10\?account=acme&amp;lang=en">.*?99\.193/su,
    );
    expect(page).toMatch(/class="year-cell gap" data-label="Jan">.*?no report/su);
    // What follows each other without a report is one line.
    expect(page).toContain(">January 2026 to September 2026</td>");
    expect(page).toMatch(/href="\/reports\/2026-1[01]\?account=acme&amp;lang=en#outages"/u);
    expect(page.indexOf("format=pdf")).toBeLessThan(page.indexOf("format=json"));
    for (const format of ["json", "csv", "html", "pdf", "xlsx"]) {
      expect(page).toContain(`/api/v1/years/2026?account=acme&amp;format=${format}&amp;lang=en`);
    }
    expect(page).not.toMatch(/Globex|db-1|mallory/u);
  });

  test("says the same in Chinese", async () => {
    const page = await body("acme", "/years/2026?lang=zh");
    expect(page).toContain("Acme Retail：2 项月度承诺中 1 项未达标，1 项达标。");
    expect(page).toContain("2026年1月至2026年9月没有报告，不计入任何数据。");
    expect(page).toContain("仅供参考：协议按月承诺。");
  });

  test("of all accounts shows each, and names as text alone", async () => {
    const page = await body("admin", "/years/2026?lang=en");
    expect(page).toContain("The year 2026: All accounts");
    expect(page).toContain('href="/years/2026?account=globex&amp;lang=en"');
    expect(page).toContain('<option value="globex"');
    expect(page).not.toContain(EVIL);
    expect(await body("viewer", "/years/2026?account=globex&lang=en")).toContain(
      '<option value="globex" selected',
    );
  });

  test("leads to the years before and after that have data", async () => {
    const old = await body("viewer", "/years/2020?lang=en");
    expect(old).toContain('href="/years/2026?lang=en" aria-label="Next year: 2026"');
    expect(old).toContain("there is no report of any month of 2020.");
    const page = await body("viewer", "/years/2026?lang=en");
    expect(page).not.toContain("Previous year");
    expect((await get("viewer", "/years/next")).statusCode).toBe(400);
    expect((await get("globex", "/years/2026?account=acme")).statusCode).toBe(404);
  });

  test("is reached from the list of reports, with its account", async () => {
    expect(await body("viewer", "/reports?lang=en")).toContain(
      '<a class="button" href="/years/2026?lang=en">The year 2026</a>',
    );
    expect(await body("viewer", "/reports?account=acme&lang=zh")).toContain(
      '<a class="button" href="/years/2026?account=acme&amp;lang=zh">2026年全年</a>',
    );
  });

  test("begins with the first account for who sees several", async () => {
    const { store, config, clock } = story.month;
    const wish = { role: "account-manager", accounts: ["acme", "globex"] } as const;
    const token = await giveToken({ store, config }, wish, clock);
    const answer = await story.served.app.inject({
      url: "/years/2026?lang=zh",
      headers: bearer(token),
    });
    expect(answer.statusCode).toBe(303);
    expect(answer.headers["location"]).toBe("/years/2026?account=acme&lang=zh");
    const page = await story.served.app.inject({
      url: "/years/2026?account=acme&lang=en",
      headers: bearer(token),
    });
    expect(page.body).toContain('<option value="globex"');
    expect(page.body).not.toMatch(/mallory/u);
  });
});

/** By a connection of its own, for which nothing is kept. */
async function readAnew(account?: string): Promise<YearReport> {
  const { url, clock, config } = story.month;
  const db = await openDatabase(url, { clock: systemClock, log: silentLog });
  try {
    return await readYear({ db, clock, config }, { year: "2026", account });
  } finally {
    await db.end();
  }
}

test("what is kept of closed months gives the same bytes as reading them anew", async () => {
  for (const account of ["acme", undefined]) {
    const query = account === undefined ? "" : `?account=${account}`;
    const [first, second] = [
      await body("admin", `/api/v1/years/2026${query}`),
      await body("admin", `/api/v1/years/2026${query}`),
    ];
    expect(second).toBe(first);
    expect(second).toBe(JSON.stringify(await readAnew(account)));
  }
});

test("the newest revision of a month counts", async () => {
  const { db, clock, config } = story.month;
  const approver = {
    name: "token:approver",
    role: "approver",
    accounts: null,
    origin: "",
  } as const;
  await approveExclusion({ db, clock, config }, { id: story.exclusions.proposed }, approver);
  await closeMonth(story.month, { month: "2026-10", by: SYSTEM, afresh: false });
  const found = await year("acme");
  expect(found.months[9]).toMatchObject({ revision: 2 });
  expect(found.counts).toMatchObject({ kept: 2, missed: 0 });
  expect(found.exclusions).toBe(1);
  expect(found.time).toMatchObject({ badMinutes: "0", excludedMinutes: 360 });
  expect(found.credits).toEqual([]);
  expect(found).toEqual(await readAnew("acme"));
});

test("the year begins with its first month in the zone, not with an instant", async () => {
  const { db, clock, config } = story.month;
  // New Year's Eve by UTC; the first hour of 2027 in Shanghai.
  clock.set(Date.parse("2026-12-31T16:30:00Z"));
  const next = await readYear({ db, clock, config }, { year: "2027" });
  expect(next.months.map(({ state }) => state).slice(0, 3)).toEqual(["running", "ahead", "ahead"]);
  const past = await readYear({ db, clock, config }, { year: "2026" });
  expect(past.months[11]?.state).toBe("none");
  clock.set(Date.parse("2026-12-31T15:30:00Z"));
  const before = await readYear({ db, clock, config }, { year: "2026" });
  expect(before.months[11]?.state).toBe("running");
});
