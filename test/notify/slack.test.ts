import { expect, test } from "vitest";
import type { Message } from "../../src/core/message.ts";
import { slack } from "../../src/notify/slack.ts";
import { cleanUpAfterEach } from "../helpers/clean-up.ts";
import { chatMessage, FORGERIES, messageSaying, sendBy, startReceiver } from "./chat-message.ts";

const cleanUp = cleanUpAfterEach();

async function start(status = 200, body = "ok") {
  const receiver = await startReceiver((_request, response) => {
    response.writeHead(status).end(body);
  });
  cleanUp(receiver.close);
  return receiver;
}

type Attachment = { text: string; color: string; title: string; [key: string]: unknown };

async function attachmentOf(message: Message): Promise<Attachment> {
  const receiver = await start();
  expect(await sendBy(slack, { url: receiver.url }, { message })).toMatchObject({
    outcome: "sent",
  });
  expect(receiver.seen[0]?.body.length).toBeLessThanOrEqual(7500);
  const { attachments } = receiver.body() as { attachments: Attachment[] };
  expect(attachments).toHaveLength(1);
  return attachments[0] as Attachment;
}

test("a message is an attachment with a colour, the facts, the members and a link", async () => {
  expect(await attachmentOf(chatMessage({ more: 6 }))).toEqual({
    fallback:
      "OSS in cn-hangzhou: 3 targets fail since 10:04: 3 of 9 targets without an answer. Most often: timeout.",
    color: "#d50200",
    title: "OSS in cn-hangzhou: 3 targets fail since 10:04",
    title_link: "https://nines.example/malfunctions/7",
    text: "3 of 9 targets without an answer. Most often: timeout.\n• shop-oss\n• shop_oss_2\n• logs\n… and 6 more",
    fields: [
      { title: "Level", value: "P1", short: true },
      { title: "Acknowledge by", value: "10:19", short: true },
    ],
    footer: "nines-message-17",
    mrkdwn_in: [],
  });
});

test("the colour tells what is over from what is critical, a warning or to be known", async () => {
  const colours = [];
  for (const severity of ["critical", "warning", "info"] as const) {
    colours.push((await attachmentOf(chatMessage({ severity }))).color);
  }
  colours.push((await attachmentOf(chatMessage({ status: "resolved" }))).color);
  expect(new Set(colours).size).toBe(4);
});

test.each(FORGERIES)("%j is shown as it is, and makes neither link nor mention", async (forged) => {
  const attachment = await attachmentOf(messageSaying(forged));
  // The address of the page is ours.
  const text = JSON.stringify({ ...attachment, title_link: "" }).replaceAll('"mrkdwn_in":[]', "");
  expect(text.replaceAll(/&(amp|lt|gt);/g, "")).not.toMatch(/[<>&@*`]|\]\(|__/);
});

test("what Slack escapes is escaped once", async () => {
  expect((await attachmentOf(chatMessage({ title: "a < b & c > d &amp;" }))).title).toBe(
    "a &lt; b &amp; c &gt; d &amp;amp;",
  );
});

test.each(["a", "杭州"])(
  "of too many members the message says how many it leaves out",
  async (a) => {
    const members = Array.from({ length: 400 }, (_, index) => `${a.repeat(10)} ${index}`);
    const { text } = await attachmentOf(chatMessage({ members, more: 5 }));
    expect(text.length).toBeLessThanOrEqual(2000);
    const shown = text.split("\n").filter((line) => line.startsWith("• ")).length;
    expect(shown).toBeGreaterThan(50);
    expect(text.split("\n").at(-1)).toBe(`… and ${405 - shown} more`);
  },
);

test.each([
  [400, "invalid_payload"],
  [403, "action_prohibited"],
  [403, "invalid_token"],
  [404, "channel_not_found"],
  [404, "no_service"],
  [404, "no_active_hooks"],
  [410, "channel_is_archived"],
  [500, "no_team"],
])("status %i with %s is a refusal", async (status, error) => {
  const receiver = await start(status, error);
  expect(await sendBy(slack, { url: receiver.url })).toEqual({
    outcome: "permanent",
    detail: `refused: ${error}`,
  });
});

test("an error that may pass is tried again", async () => {
  const receiver = await start(500, "rollup_error");
  expect(await sendBy(slack, { url: receiver.url })).toMatchObject({ outcome: "temporary" });
});

test("one message a second is taken", () => {
  expect(slack.perMinute).toBe(60);
});
