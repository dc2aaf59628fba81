import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { checkReceipt, writeAnchor } from "../../src/anchors/index.ts";
import { cleanUpAfterEach } from "../helpers/clean-up.ts";
import { freePort } from "../helpers/ports.ts";
import { startHttpServer } from "../helpers/http-server.ts";
import { LINE, SEAL } from "./anchored-seal.ts";

const cleanUp = cleanUpAfterEach();

async function hookThatAnswers(status: number, body = "", headers: Record<string, string> = {}) {
  const server = await startHttpServer((_request, response) => {
    response.writeHead(status, headers).end(body);
  });
  cleanUp(server.close);
  return server;
}

test("a webhook is sent the seal as JSON, with its signature", async () => {
  const hook = await hookThatAnswers(202);
  const anchor = { id: "hook", kind: "webhook", url: `${hook.url}/seals`, secret: "s3" } as const;
  const receipt = await writeAnchor(anchor, SEAL);
  expect(receipt.toString()).toBe(LINE);
  expect(checkReceipt("webhook", receipt, SEAL)).toBeNull();
  const [request, ...others] = hook.seen;
  expect(others).toEqual([]);
  expect(request).toMatchObject({ method: "POST", url: "/seals" });
  expect(request?.body.toString()).toBe(LINE);
  expect(request?.headers["content-type"]).toBe("application/json");
  const signature = createHmac("sha256", "s3").update(LINE).digest("hex");
  expect(request?.headers["x-nines-signature"]).toBe(`sha256=${signature}`);
});

test("without a secret nothing is signed", async () => {
  const hook = await hookThatAnswers(200, "thanks");
  await writeAnchor({ id: "hook", kind: "webhook", url: hook.url }, SEAL);
  expect(hook.seen[0]?.headers).not.toHaveProperty("x-nines-signature");
});

test.each([301, 404, 500])("status %i is no receipt", async (status) => {
  const hook = await hookThatAnswers(status, "no", { location: "/elsewhere" });
  const url = `${hook.url}/?token=secret`;
  const writing = writeAnchor({ id: "hook", kind: "webhook", url }, SEAL);
  await expect(writing).rejects.toThrow(`answered with status ${status}`);
  expect(hook.seen).toHaveLength(1);
});

test("nobody there is an error that does not tell the address", async () => {
  const url = `http://127.0.0.1:${await freePort()}/?token=secret`;
  const writing = writeAnchor({ id: "hook", kind: "webhook", url }, SEAL);
  await expect(writing).rejects.toThrow(/^no answer: ECONNREFUSED$/);
});

test("an answer without end is given up", async () => {
  const server = await startHttpServer((_request, response) => {
    const more = () => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536)));
    };
    response.on("drain", more);
    more();
  });
  cleanUp(server.close);
  const writing = writeAnchor({ id: "hook", kind: "webhook", url: server.url }, SEAL);
  await expect(writing).rejects.toThrow("answered with over 1048576 bytes");
});
