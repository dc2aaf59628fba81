import { afterAll, beforeAll, expect, test } from "vitest";
import { messageOf } from "../../src/core/message-text.ts";
import type { MessageFacts } from "../../src/core/message.ts";
import { messageFacts, toldFacts, webFacts } from "../helpers/message-facts.ts";
import { tellStory, type Story, type Who } from "../helpers/pages-story.ts";
import { getPage } from "../helpers/pages.ts";

// The link of each message leads to a page that its reader may read, and says what it is about.

let story: Story;
beforeAll(async () => {
  story = await tellStory();
}, 120_000);
afterAll(() => story.close());

const closed = (account: string | null) => toldFacts("month-closed", { month: "2026-10", account });
const vantage = toldFacts("vantage-blind", { data: { vantage: "here", why: "silent" } });

const MESSAGES: readonly (readonly [
  what: string,
  facts: () => Partial<MessageFacts>,
  readers: readonly Who[],
  says: string,
])[] = [
  [
    "a malfunction",
    () => {
      const data = { malfunction: story.malfunctions.measured, level: "P2" };
      return { topic: "outage", events: [toldFacts("malfunction", { data })] };
    },
    ["sre", "acme"],
    "A switch lost its power.",
  ],
  [
    "a budget that burns",
    () => ({ topic: "burn", events: [webFacts("burn")] }),
    ["viewer", "acme"],
    "web-1",
  ],
  [
    "a closed month of an account",
    () => ({ topic: "month-closed", events: [closed("acme")] }),
    ["approver", "acme"],
    "Report October 2026: Acme Retail",
  ],
  [
    "a closed month of all accounts",
    () => ({ topic: "month-closed", events: [closed(null)] }),
    ["admin", "globex"],
    "October 2026",
  ],
  [
    "a credit that is owed",
    () => ({ topic: "credit-owed", events: [webFacts("credit-owed", { claim: 1 })] }),
    ["approver", "acme"],
    'id="claim-1"',
  ],
  [
    "maintenance",
    () => {
      const data = { exclusion: story.exclusions.planned };
      const event = toldFacts("maintenance-planned", { account: "globex", data });
      return { topic: "maintenance", events: [event] };
    },
    ["sre", "globex"],
    "Weekly patches",
  ],
  [
    "maintenance of several kinds",
    () => ({
      topic: "maintenance",
      events: [1, 2].map((exclusion) =>
        toldFacts("maintenance-planned", { account: "globex", data: { exclusion } }),
      ),
    }),
    ["sre", "globex"],
    "Weekly patches",
  ],
  ["a blind vantage", () => ({ topic: "blind", events: [vantage] }), ["sre", "viewer"], "here"],
  [
    "a dead channel",
    () => ({
      topic: "channel",
      events: [toldFacts("channel-dead", { data: { channel: "ops" } })],
    }),
    ["admin"],
    "Channels",
  ],
];

test.each(MESSAGES)("the link of %s", async (_what, facts, readers, says) => {
  const origin = "https://nines.example.com";
  const { url } = messageOf(messageFacts({ publicUrl: origin, ...facts() }), "en");
  expect(url?.startsWith(`${origin}/`)).toBe(true);
  for (const who of readers) {
    const path = url!.slice(origin.length).split("#")[0]!;
    const answer = await getPage(story, who, path);
    expect(answer.statusCode, `${who} ${path} ${answer.body.slice(0, 200)}`).toBe(200);
    expect(answer.body, `${who} ${path}`).toContain(says);
  }
});

test("a malfunction of another account is not there for who is not told of it", async () => {
  const path = `/malfunctions/${story.malfunctions.measured}`;
  expect((await getPage(story, "globex", path)).statusCode).toBe(404);
});
