import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { webhook } from "../../src/notify/webhook.ts";
import { cleanUpAfterEach } from "../helpers/clean-up.ts";
import { chatMessage, NOW_MS, sendBy, startReceiver } from "./chat-message.ts";

const cleanUp = cleanUpAfterEach();

async function start() {
  const receiver = await startReceiver((_request, response) => response.end());
  cleanUp(receiver.close);
  return receiver;
}

test("a webhook is sent the whole message as JSON", async () => {
  const receiver = await start();
  const message = chatMessage({ title: "“€” 杭州 <b>", members: ["a\nb"] });
  await sendBy(webhook, { url: receiver.url }, { message });
  expect(receiver.body()).toEqual(message);
});

test("its headers name the message, and when it was sent", async () => {
  const receiver = await start();
  await sendBy(webhook, { url: receiver.url });
  expect(receiver.headers()).toMatchObject({
    "x-nines-message-id": "nines-message-17",
    "idempotency-key": "nines-message-17",
    "x-nines-timestamp": "1772417071",
  });
});

test("with a secret, body and time are signed together", async () => {
  const receiver = await start();
  await sendBy(webhook, { url: receiver.url, secret: "s3" });
  const signature = createHmac("sha256", "s3")
    .update("1772417071.")
    .update(receiver.seen[0]?.body ?? "")
    .digest("hex");
  expect(receiver.headers()["x-nines-signature"]).toBe(`sha256=${signature}`);
});

test("a later attempt has the same body and id, and a signature of its own", async () => {
  const receiver = await start();
  const settings = { url: receiver.url, secret: "s3" };
  await sendBy(webhook, settings);
  await sendBy(webhook, settings, { nowMs: NOW_MS + 60_000 });
  const [first, second] = receiver.seen;
  expect(second?.body).toEqual(first?.body);
  expect(second?.headers["idempotency-key"]).toBe(first?.headers["idempotency-key"]);
  expect(second?.headers["x-nines-timestamp"]).toBe("1772417131");
  expect(second?.headers["x-nines-signature"]).not.toBe(first?.headers["x-nines-signature"]);
});

test("without a secret nothing is signed", async () => {
  const receiver = await start();
  await sendBy(webhook, { url: receiver.url });
  expect(receiver.headers()).not.toHaveProperty("x-nines-signature");
});
