import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { buildSync } from "esbuild";
import { expect, test, vi } from "vitest";
import type { Sent } from "../../src/notify/channel.ts";
import { email } from "../../src/notify/email.ts";
import { makeCertificates } from "../helpers/certificates.ts";
import { cleanUpAfterEach } from "../helpers/clean-up.ts";
import { testClock } from "../helpers/clock.ts";
import { testMessage } from "../helpers/message.ts";
import { freePort } from "../helpers/ports.ts";
import { startSmtpReceiver } from "../helpers/smtp-receiver.ts";
import type { SmtpBehaviour, SmtpReceiver } from "../helpers/smtp-receiver.ts";
import { waitFor } from "../helpers/wait.ts";

const cleanUp = cleanUpAfterEach();
const certificates = makeCertificates();
const deps = {
  clock: testClock(Date.parse("2026-10-01T08:05:20Z")),
  saveLetter: () => Promise.resolve(),
};

type Settings = Parameters<typeof email.send>[1];

function settingsOf(port: number, changes: Partial<Settings> = {}): Settings {
  return {
    id: "mail",
    kind: "email",
    server: `localhost:${port}`,
    security: "none",
    from: "nines@example.com",
    to: ["ops@example.com"],
    ...changes,
  };
}

async function receiver(behaviour: SmtpBehaviour = {}): Promise<SmtpReceiver> {
  const started = await startSmtpReceiver(behaviour);
  cleanUp(started.close);
  return started;
}

function send(
  { port }: { port: number },
  changes: Partial<Settings> = {},
  input: Partial<Parameters<typeof email.send>[2]> = {},
): Promise<Sent> {
  const whole = { message: testMessage(), reference: null, ...input };
  return email.send(deps, settingsOf(port, changes), whole);
}

test("a mail says in text and HTML what the message says", async () => {
  const server = await receiver();
  const sent = await send(server, { to: ["ops@example.com", "boss@example.com"] });
  expect(sent).toMatchObject({ outcome: "sent", detail: "accepted for 2" });
  const [mail] = server.mails;
  expect(mail).toMatchObject({
    from: "nines@example.com",
    to: ["ops@example.com", "boss@example.com"],
    user: null,
    isEncrypted: false,
    subject: "[Open] ECS in cn-beijing does not answer",
    text: `Open: ECS in cn-beijing does not answer

3 instances of ECS in cn-beijing have not answered since 08:00.

Level: P1
Respond by: 08:20

Concerned:
- ecs/cn-beijing/i-1
- ecs/cn-beijing/i-2

https://nines.example.com/malfunctions/7

-- 
nines-message-17

`,
  });
  expect(mail?.html).toContain('<html lang="en">');
  expect(mail?.html).toMatch(/<th scope="row"[^>]*>Respond by<\/th><td[^>]*>08:20<\/td>/);
  expect(mail?.html).toContain("<li>ecs/cn-beijing/i-2</li>");
  expect(mail?.html).toContain('<a href="https://nines.example.com/malfunctions/7">');
  expect(Object.fromEntries(mail?.headers ?? [])).toMatchObject({
    from: "nines <nines@example.com>",
    to: "ops@example.com, boss@example.com",
    date: "Thu, 01 Oct 2026 08:05:20 +0000",
    "x-nines-message-id": "nines-message-17",
    "auto-submitted": "auto-generated",
  });
});

test("a Chinese mail is in Chinese, from its subject to its language", async () => {
  const server = await receiver();
  const message = testMessage({
    lang: "zh",
    status: "resolved",
    title: "华北2（北京）的云服务器 ECS 已恢复应答",
    summary: "故障持续 12 分钟。",
    more: 3,
  });
  await send(server, {}, { message });
  const [mail] = server.mails;
  expect(mail?.subject).toBe("[恢复] 华北2（北京）的云服务器 ECS 已恢复应答");
  expect(mail?.text).toContain("故障持续 12 分钟。\n\nLevel: P1");
  expect(mail?.text).toContain(
    "涉及:\n- ecs/cn-beijing/i-1\n- ecs/cn-beijing/i-2\n- … 另有 3 个\n",
  );
  expect(mail?.html).toContain('<html lang="zh-CN">');
  expect(mail?.html).toContain("<p>故障持续 12 分钟。</p>");
});

test("the HTML takes nothing from elsewhere, and sets neither ground nor colour of text", async () => {
  const server = await receiver();
  await send(server);
  const html = server.mails[0]?.html ?? "";
  expect(html).not.toMatch(/src=|url\(|@import|<link|<script|<img/i);
  expect(html).not.toMatch(/background|[";]color:/i);
  expect(html).toContain('<meta name="color-scheme" content="light dark">');
});

test("what looks like HTML is text", async () => {
  const server = await receiver();
  const evil = `<img src="x" onerror='alert(1)'>&amp;`;
  const message = testMessage({
    title: evil,
    summary: evil,
    facts: [{ label: evil, value: evil }],
    members: [evil],
    url: `https://nines.example.com/"onclick="alert(1)`,
  });
  await send(server, {}, { message });
  const html = server.mails[0]?.html ?? "";
  expect(html).not.toMatch(/<img|"onclick/);
  expect(
    html.split("&lt;img src=&quot;x&quot; onerror=&#39;alert(1)&#39;&gt;&amp;amp;"),
  ).toHaveLength(7);
});

test("no title or id can add a header", async () => {
  const server = await receiver();
  const evil = "over\r\nBcc: thief@example.com\r\n\r\nbody\u2028next\0";
  const message = testMessage({ title: evil, id: "nines-message-1\r\nX-Evil: 1" });
  const reference = "<a@b>\r\nX-Evil: 2";
  const sent = await send(server, {}, { message, reference });
  expect(sent.outcome).toBe("sent");
  const [mail] = server.mails;
  expect(mail?.to).toEqual(["ops@example.com"]);
  expect(mail?.subject).toBe("[Open] over Bcc: thief@example.com body next");
  expect([...(mail?.headers.keys() ?? [])]).not.toContain("bcc");
  expect([...(mail?.headers.keys() ?? [])]).not.toContain("x-evil");
  expect(server.asked).toEqual(["ops@example.com"]);
});

test("an address with a comma stays one address", async () => {
  const server = await receiver();
  await send(server, { to: ["a,b@example.com"] });
  expect(server.asked).toHaveLength(1);
});

test("a long message is cut where it shows, and stays below what readers cut off", async () => {
  const server = await receiver();
  const members = Array.from({ length: 20_000 }, (_, index) => `ecs/cn-beijing/i-${index}`);
  const message = testMessage({ title: "t".repeat(500), members, more: 5 });
  await send(server, {}, { message });
  const [mail] = server.mails;
  expect(Buffer.byteLength(mail?.html ?? "")).toBeLessThan(90_001);
  const shown = mail?.text.split("\n").filter((line) => line.startsWith("- ecs/")).length ?? 0;
  expect(shown).toBeGreaterThan(1_000);
  expect(mail?.text).toContain(`- … and ${20_005 - shown} more\n`);
  expect(mail?.subject).toMatch(/^\[Open\] t{152}…$/);
});

test("every attempt of a message has the same Message-ID", async () => {
  const server = await receiver();
  const first = await send(server);
  const second = await send(server);
  const ids = server.mails.map(({ headers }) => headers.get("message-id"));
  expect(ids[0]).toMatch(/^<nines-message-17\.[0-9a-f]{16}@example\.com>$/);
  expect(ids[1]).toBe(ids[0]);
  expect([first, second]).toEqual([
    { outcome: "sent", reference: ids[0], detail: "accepted for 1" },
    { outcome: "sent", reference: ids[0], detail: "accepted for 1" },
  ]);
});

test("another message has another Message-ID, and so has one of another installation", async () => {
  const server = await receiver();
  await send(server);
  await send(server, {}, { message: testMessage({ id: "nines-message-18" }) });
  await send(server, {}, { message: testMessage({ since: "2026-11-01T08:00:00.000Z" }) });
  const ids = new Set(server.mails.map(({ headers }) => headers.get("message-id")));
  expect(ids.size).toBe(3);
});

test("a later message of a thread answers the first one", async () => {
  const server = await receiver();
  const first = await send(server);
  const reference = first.outcome === "sent" ? first.reference : null;
  const message = testMessage({ id: "nines-message-18", status: "resolved" });
  const second = await send(server, {}, { message, reference });
  const [one, two] = server.mails;
  expect(one?.headers.has("in-reply-to")).toBe(false);
  expect(one?.headers.has("references")).toBe(false);
  expect(two?.headers.get("in-reply-to")).toBe(reference);
  expect(two?.headers.get("references")).toBe(reference);
  expect(second).toMatchObject({ outcome: "sent", reference });
});

test("a server that drops the line after taking the mail gets it again, with the same id", async () => {
  let drops = 1;
  const server = await receiver({ mail: () => (drops-- > 0 ? "drop" : 250) });
  const first = await send(server);
  expect(first).toEqual({
    outcome: "temporary",
    detail: "connection: ECONNECTION",
    retryAfterMs: null,
  });
  const second = await send(server);
  expect(second.outcome).toBe("sent");
  expect(server.mails).toHaveLength(2);
  const [one, two] = server.mails.map(({ headers }) => headers.get("message-id"));
  expect(two).toBe(one);
});

test.each([
  [451, "temporary"],
  [452, "temporary"],
  [550, "permanent"],
  [552, "permanent"],
])("%i to a recipient is %s", async (code, outcome) => {
  const server = await receiver({ recipient: () => code });
  const sent = await send(server);
  expect(sent.outcome).toBe(outcome);
  expect(sent.detail).toMatch(new RegExp(`^RCPT TO: ${code} .*ops@example.com is refused$`));
  expect(server.mails).toEqual([]);
});

test("when all recipients are refused, one for now only, it is tried again", async () => {
  const server = await receiver({
    recipient: (address) => (address.startsWith("ops") ? 451 : 550),
  });
  const sent = await send(server, { to: ["ops@example.com", "gone@example.com"] });
  expect(sent.outcome).toBe("temporary");
});

test("a mail that some recipients get is sent, and says how many do not", async () => {
  const server = await receiver({
    recipient: (address) => (address.startsWith("gone") ? 550 : 250),
  });
  const sent = await send(server, {
    to: ["ops@example.com", "gone@example.com", "gone2@example.com"],
  });
  expect(sent).toMatchObject({
    outcome: "sent",
    detail: "accepted for 1, refused for 2: RCPT TO: 550 gone@example.com is refused",
  });
  expect(server.mails.map(({ to }) => to)).toEqual([["ops@example.com"]]);
});

test.each([
  [451, "temporary"],
  [554, "permanent"],
])("%i to the mail itself is %s", async (code, outcome) => {
  const server = await receiver({ mail: () => code });
  expect(await send(server)).toMatchObject({ outcome, detail: `DATA: ${code} mail refused` });
});

test("a user logs in", async () => {
  const seen: string[] = [];
  const server = await receiver({
    login: (user, password) => {
      seen.push(`${user}:${password}`);
      return 235;
    },
  });
  const sent = await send(server, { user: "nines", password: "s3cret" });
  expect(sent.outcome).toBe("sent");
  expect(seen).toEqual(["nines:s3cret"]);
  expect(server.mails[0]?.user).toBe("nines");
});

test.each([
  [535, "permanent"],
  [454, "temporary"],
  [421, "temporary"],
])("%i to a login is %s, and the detail holds no password", async (code, outcome) => {
  const server = await receiver({ login: () => code });
  const sent = await send(server, { user: "nines", password: "s3cret" });
  expect(sent).toMatchObject({ outcome, detail: `AUTH PLAIN: status ${code}` });
});

test("a server that offers no login is not given the mail without one", async () => {
  const server = await receiver();
  const sent = await send(server, { user: "nines", password: "s3cret" });
  expect(sent.outcome).toBe("permanent");
  expect(sent.detail).toMatch(/^AUTH PLAIN: status 5\d\d$/);
  expect(server.mails).toEqual([]);
});

test("a user without a password is a fault of the configuration", async () => {
  const server = await receiver({ login: () => 235 });
  expect(await send(server, { user: "nines" })).toMatchObject({ outcome: "permanent" });
});

test("STARTTLS is the default, and without it nothing is sent", async () => {
  const server = await receiver();
  const { security: _none, ...settings } = settingsOf(server.port);
  const sent = await email.send(deps, settings, { message: testMessage(), reference: null });
  expect(sent.outcome).toBe("permanent");
  expect(sent.detail).toMatch(/^STARTTLS: 5\d\d/);
  expect(server.asked).toEqual([]);
});

test.each(["starttls", "tls"] as const)(
  "by %s, a certificate that nobody vouches for gets no mail",
  async (security) => {
    const server = await receiver({
      certificate: certificates.selfSigned,
      fromFirstByte: security === "tls",
    });
    const sent = await send(server, { security, user: "nines", password: "s3cret" });
    expect(sent).toEqual({
      outcome: "temporary",
      detail: "connection: DEPTH_ZERO_SELF_SIGNED_CERT",
      retryAfterMs: null,
    });
    expect(server.asked).toEqual([]);
  },
);

const script = `
  import { email } from ${JSON.stringify(join(import.meta.dirname, "../../src/notify/email.ts"))};
  const [settings, input] = process.argv.slice(2).map((text) => JSON.parse(text));
  const deps = { clock: { nowMs: () => 0 }, saveLetter: () => Promise.resolve() };
  console.log(JSON.stringify(await email.send(deps, settings, input)));
`;

/** In a process of its own: Node reads NODE_EXTRA_CA_CERTS but at its start. */
async function sendTrusting(ca: string, settings: Settings): Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), "nines-mail-"));
  cleanUp(() => rmSync(folder, { recursive: true, force: true }));
  const outfile = join(folder, "send.mjs");
  buildSync({
    stdin: { contents: script, resolveDir: import.meta.dirname, loader: "ts" },
    bundle: true,
    platform: "node",
    format: "esm",
    outfile,
    logLevel: "error",
  });
  writeFileSync(join(folder, "ca.pem"), ca);
  const input = { message: testMessage(), reference: null };
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [outfile, JSON.stringify(settings), JSON.stringify(input)],
    { env: { ...process.env, NODE_EXTRA_CA_CERTS: join(folder, "ca.pem") } },
  );
  return JSON.parse(stdout);
}

test.each(["starttls", "tls"] as const)(
  "by %s, a mail goes encrypted once NODE_EXTRA_CA_CERTS names the authority",
  async (security) => {
    const server = await receiver({
      certificate: certificates.good,
      fromFirstByte: security === "tls",
      login: () => 235,
    });
    const settings = settingsOf(server.port, { security, user: "nines", password: "s3cret" });
    expect(await sendTrusting(certificates.ca, settings)).toMatchObject({ outcome: "sent" });
    expect(server.mails[0]).toMatchObject({ isEncrypted: true, user: "nines" });
  },
);

test("a certificate for another name gets no mail", async () => {
  const server = await receiver({ certificate: certificates.wrongName });
  const settings = settingsOf(server.port, { security: "starttls" });
  expect(await sendTrusting(certificates.ca, settings)).toMatchObject({
    outcome: "temporary",
    detail: "connection: ERR_TLS_CERT_ALTNAME_INVALID",
  });
  expect(server.asked).toEqual([]);
});

test("no server there is temporary", async () => {
  const port = await freePort();
  expect(await send({ port })).toEqual({
    outcome: "temporary",
    detail: "connection: ECONNREFUSED",
    retryAfterMs: null,
  });
});

test("an IPv6 address stands in brackets", async () => {
  const sent = await send({ port: 0 }, { server: "[::1]:1" });
  expect(sent.detail).toMatch(/^connection: E(?:CONNREFUSED|ADDRNOTAVAIL|NETUNREACH)$/);
});

test("a server that never greets is given up, and the line closed", async () => {
  const server = await receiver({ isSilent: true });
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  cleanUp(() => vi.useRealTimers());
  const sending = send(server);
  while (server.connections() === 0) await new Promise((resolve) => setImmediate(resolve));
  // The client may not have heard yet that it is connected.
  while (vi.getTimerCount() > 0) {
    await vi.advanceTimersByTimeAsync(1_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await sending).toEqual({
    outcome: "temporary",
    detail: "connection: ETIMEDOUT",
    retryAfterMs: null,
  });
  vi.useRealTimers();
  await waitFor(() => server.connections() === 0);
});
