import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decode, encode, encodeInteger } from "../../src/der.ts";
import { checkReceipt, writeAnchor } from "../../src/anchors/index.ts";
import { cleanUpAfterEach } from "../helpers/clean-up.ts";
import { startHttpServer } from "../helpers/http-server.ts";
import { has } from "../helpers/programs.ts";
import {
  createTimeStampAuthority,
  type TimeStampAuthority,
} from "../helpers/time-stamp-authority.ts";
import { SEAL } from "./anchored-seal.ts";

const cleanUp = cleanUpAfterEach();

/** Serves a reply made from each request. */
async function serve(reply: (request: Buffer) => Buffer) {
  const server = await startHttpServer(({ body }, response) => {
    response.writeHead(200, { "content-type": "application/timestamp-reply" }).end(reply(body));
  });
  cleanUp(server.close);
  return server;
}
const ask = (url: string, seal = SEAL) => writeAnchor({ id: "tsa", kind: "rfc3161", url }, seal);

describe.skipIf(!has("openssl"))("a time-stamp authority", () => {
  let authority: TimeStampAuthority;
  beforeAll(() => {
    authority = createTimeStampAuthority();
  });
  afterAll(() => authority.remove());

  test("signs the seal's hash, and openssl verifies the receipt", async () => {
    const server = await serve(authority.reply);
    const receipt = await ask(server.url);
    expect(authority.verify(receipt, SEAL.hash)).toContain("Verification: OK");
    expect(authority.show(receipt)).toMatch(/Status: Granted.[\s\S]*Time stamp:/);
    expect(server.seen[0]).toMatchObject({ method: "POST" });
    expect(server.seen[0]?.headers["content-type"]).toBe("application/timestamp-query");
    expect(checkReceipt("rfc3161", receipt, SEAL)).toBeNull();
    const other = { ...SEAL, hash: SEAL.previousHash };
    expect(checkReceipt("rfc3161", receipt, other)).toBe("the reply is about another hash");
    expect(() => authority.verify(receipt, SEAL.previousHash)).toThrow("mismatch");
  });

  test("is asked with another nonce each time", async () => {
    const server = await serve(authority.reply);
    for (let at = 0; at < 8; at += 1) await ask(server.url);
    expect(new Set(server.seen.map(({ body }) => body.toString("hex"))).size).toBe(8);
  });

  test("must answer this request, and no other one", async () => {
    const earlier: Buffer[] = [];
    const server = await serve((request) => {
      earlier.push(authority.reply(request));
      return earlier[0]!;
    });
    await ask(server.url);
    await expect(ask(server.url)).rejects.toThrow("the reply is to another request");
    const other = { ...SEAL, hash: SEAL.previousHash };
    await expect(ask(server.url, other)).rejects.toThrow("the reply is about another hash");
  });

  test("that refuses gives no receipt", async () => {
    // A digest that it does not take: the last byte of the algorithm is that of SHA-384.
    const server = await serve((request) => {
      const changed = Buffer.from(request);
      changed.writeUInt8(2, changed.indexOf(Buffer.from("608648016503040201", "hex")) + 8);
      return authority.reply(changed);
    });
    await expect(ask(server.url)).rejects.toThrow("the authority refuses: status 2");
  });

  test("whose reply is cut anywhere, or goes on, gives no receipt", async () => {
    const server = await serve(authority.reply);
    const receipt = await ask(server.url);
    for (let length = 0; length < receipt.length; length += 1) {
      expect(checkReceipt("rfc3161", receipt.subarray(0, length), SEAL)).not.toBeNull();
    }
    const longer = Buffer.concat([receipt, Buffer.of(0)]);
    expect(checkReceipt("rfc3161", longer, SEAL)).toContain("something follows it");
  });

  test("whose reply has any byte changed never ends us", async () => {
    const server = await serve(authority.reply);
    const receipt = await ask(server.url);
    let refused = 0;
    for (let at = 0; at < receipt.length; at += 1) {
      const bent = Buffer.from(receipt);
      bent.writeUInt8(bent.readUInt8(at) ^ 0xff, at);
      if (checkReceipt("rfc3161", bent, SEAL) !== null) refused += 1;
    }
    expect(refused).toBeGreaterThan(64);
  });
});

test.each(["", "<html>", "\u0030\u0080\u0000\u0000"])("%j is no time-stamp", async (text) => {
  const server = await serve(() => Buffer.from(text, "latin1"));
  await expect(ask(server.url)).rejects.toThrow("the reply is no time-stamp");
});

describe("DER", () => {
  test.each([
    [[0], "020100"],
    [[0x7f], "02017f"],
    [[0x80], "02020080"],
    [[0, 0, 0x80], "02020080"],
    [[0x01, 0x00], "02020100"],
    [[0xff, 0xff], "020300ffff"],
  ])("writes the integer %j", (bytes, hex) => {
    expect(encodeInteger(Buffer.from(bytes)).toString("hex")).toBe(hex);
  });

  test.each([
    [0, "0400"],
    [127, "047f"],
    [128, "048180"],
    [255, "0481ff"],
    [256, "04820100"],
    [65_536, "0483010000"],
  ])("writes and reads a length of %i", (length, head) => {
    const whole = encode(4, Buffer.alloc(length, 9));
    expect(whole.subarray(0, head.length / 2).toString("hex")).toBe(head);
    expect(decode(whole)).toEqual({
      tag: 4,
      content: Buffer.alloc(length, 9),
      end: length + head.length / 2,
    });
  });

  test.each(["", "30", "3001", "3080", "308501010101", "30820001", "3085"])("refuses %s", (hex) => {
    expect(() => decode(Buffer.from(hex, "hex"))).toThrow(RangeError);
  });
});
