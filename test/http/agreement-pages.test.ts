import { afterAll, beforeAll, expect, test } from "vitest";
import { getPage } from "../helpers/pages.ts";
import { tellStory, type Story, type Who } from "../helpers/pages-story.ts";

let story: Story;
beforeAll(async () => {
  story = await tellStory();
}, 60_000);
afterAll(() => story.close());

const body = async (who: Who, query = "") =>
  (await getPage(story, who, `/agreements${query}`)).body;

test("every version stands with its dates, terms and source, and what it is counted for", async () => {
  const page = await body("viewer", "?lang=en");
  const hourly = page.slice(page.indexOf('id="hourly"'), page.indexOf('id="cdn"'));
  expect(hourly).toContain("4 targets");
  expect(hourly).toMatch(/Objective 99\.9 %.*to come.*from 2027-01-01/su);
  expect(hourly).toMatch(/Objective 99\.5 %.*in force.*from 2026-01-01 until 2027-01-01/su);
  expect(hourly).toContain("below 99 %: 25 % of the month");
  expect(hourly).toContain("the configuration");
  expect(page).toContain("SOC 3 report");
  expect(page).toContain('href="https://developer.aliyun.com/article/765215"');
  expect(page).toContain("one of ECS, OSS, RDS");
});

test("an account manager is shown the agreements of their own targets", async () => {
  const page = await body("globex", "?lang=zh");
  expect(page).toContain("1 个监测目标");
  expect(page).not.toMatch(/web-1|id="ecs"/u);
});

test("once the later version is in force, the earlier one is in the past", async () => {
  story.month.clock.set(Date.parse("2027-02-01T00:00:00+08:00"));
  const page = await body("viewer", "?lang=en");
  expect(page).toContain("1 earlier version");
  expect(page).toMatch(/Objective 99\.9 %.*in force.*Objective 99\.5 %.*in the past/su);
});
