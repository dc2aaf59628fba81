import { afterAll, beforeAll, expect, test } from "vitest";
import { listLetters, saveLetter } from "../../src/store/letters.ts";
import { testMessage } from "../helpers/message.ts";
import { getPage, postForm } from "../helpers/pages.ts";
import { EVIL, tellStory, type Story, type Who } from "../helpers/pages-story.ts";

let story: Story;
beforeAll(async () => {
  story = await tellStory();
  for (const [title, topic] of [
    ["Budget of web-1 burns", "burn"],
    ["October is closed", "month-closed"],
  ] as const) {
    await saveLetter(story.month.db, {
      channel: "inbox",
      message: testMessage({ title, topic, url: null, labels: { malfunction: "7" } }),
      messageId: null,
      accounts: ["acme"],
      atMs: story.month.clock.nowMs(),
    });
  }
}, 60_000);
afterAll(() => story.close());

const body = async (who: Who, query = "") => (await getPage(story, who, `/inbox${query}`)).body;
const post = (who: Who, url: string, fields: Readonly<Record<string, string>> = {}) =>
  postForm(story, who, { url, fields });
const ids = async () => {
  const reader = { name: "nobody", accounts: null };
  const query = { unread: false, after: 0, limit: 100 };
  return (await listLetters(story.month.db, reader, query)).map(({ id }) => id);
};

test("letters are for those who see their accounts, and are shown as text", async () => {
  const page = await body("acme", "?lang=en");
  expect(page).toContain("3 letters are new to you.");
  expect(page).not.toContain(EVIL);
  expect(page).toContain("&lt;script");
  expect(page).toContain('href="https://nines.example.com/malfunctions/7"');
  expect(page).toContain('href="/malfunctions/7?lang=en"');
  expect(page).toContain("Respond by");
  expect(page).toContain("ecs/cn-beijing/i-1");
  expect(await body("globex", "?lang=en")).toContain("No letter yet.");
  expect(await body("admin", "?lang=zh")).toContain("3 封未读");
});

test("what was read goes below what is new, for the one who read it", async () => {
  const [, , newest = 0] = await ids();
  const answer = await post("acme", `/inbox/${newest}/read?lang=zh`, { topic: "", unread: "" });
  expect(answer.statusCode).toBe(303);
  expect(answer.headers["location"]).toBe("/inbox?lang=zh");
  const page = await body("acme", "?lang=en");
  expect(page.indexOf("Budget of web-1")).toBeLessThan(page.indexOf("October is closed"));
  expect(await body("acme", "?unread=true")).not.toContain("October is closed");
  expect(await body("admin", "?unread=true")).toContain("October is closed");
  expect((await post("globex", `/inbox/${newest}/read`)).statusCode).toBe(404);
});

test("the list is narrowed down by topic, and stays so", async () => {
  const page = await body("acme", "?topic=burn&lang=en");
  expect(page).toContain("Budget of web-1");
  expect(page).not.toContain("October is closed");
  const [, burn = 0] = await ids();
  const answer = await post("acme", `/inbox/${burn}/read?lang=en`, {
    topic: "burn",
    unread: "true",
  });
  expect(answer.headers["location"]).toBe("/inbox?topic=burn&unread=true&lang=en");
});

test("all are read up to the newest that was shown", async () => {
  const [first = 0, burn = 0, newest = 0] = await ids();
  expect(await body("admin")).toContain(`name="last" value="${newest}"`);
  await post("admin", "/inbox/read", { last: String(burn) });
  expect(await body("admin", "?lang=en")).toContain("1 letter is new to you.");
  expect(await body("admin", "?unread=true")).not.toContain(`id="letter-${first}"`);
  await post("admin", "/inbox/read", { last: "all" });
  expect(await body("admin", "?lang=en")).toContain("1 letter is new to you.");
  await post("admin", "/inbox/read", { last: String(newest) });
  expect(await body("admin", "?lang=en")).toContain("Nothing new.");
  expect(await body("admin", "?lang=en")).not.toContain("Mark all as read");
});
