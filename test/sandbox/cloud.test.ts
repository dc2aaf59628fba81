import { createServer } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { startCloud } from "../../src/sandbox/cloud.ts";
import type { SandboxCloud } from "../../src/sandbox/cloud.ts";
import { FAULTS_OF } from "../../src/sandbox/faults.ts";
import type { Fault } from "../../src/sandbox/faults.ts";
import {
  ACCESS_KEY_ID,
  ACCESS_KEY_SECRET,
  CANARY_TEXT,
  CDN_DOMAIN,
} from "../../src/sandbox/places.ts";
import { acs3Headers, ask, ossHeaders, talk } from "./wire.ts";

const log = { info: () => {} };
let cloud: SandboxCloud;

beforeAll(async () => {
  cloud = await startCloud({ clock: systemClock, log });
});
afterEach(async () => {
  await Promise.all(cloud.servers.map(({ name }) => cloud.setFault(name, null)));
});
afterAll(() => cloud.close());

function at(name: string): string {
  const server = cloud.servers.find((one) => one.name === name);
  if (server === undefined) throw new Error(`no server ${name}`);
  return server.address;
}

const region = "cn-hangzhou";
const key = { id: ACCESS_KEY_ID, secret: ACCESS_KEY_SECRET, region };

function oss(
  method: string,
  path: string,
  extra: { as?: object; body?: string; atMs?: number } = {},
) {
  const atMs = extra.atMs ?? systemClock.nowMs();
  const headers = ossHeaders({ ...key, ...extra.as, atMs }, { method, path });
  const body = extra.body === undefined ? {} : { body: extra.body };
  return ask(at("oss-hangzhou"), { method, path, headers, ...body });
}

function openapi(as: object = {}) {
  const address = at("openapi-hangzhou");
  const headers = acs3Headers(address, { ...key, ...as, atMs: systemClock.nowMs() });
  return ask(address, { headers });
}

test("every server has a name and a port of its own on loopback", () => {
  const names = new Set(cloud.servers.map(({ name }) => name));
  const addresses = new Set(cloud.servers.map(({ address }) => address));
  expect(names.size).toBe(40);
  expect(addresses.size).toBe(40);
  expect([...addresses].every((address) => /^127\.0\.0\.1:\d+$/.test(address))).toBe(true);
});

test("an ECS instance shows an SSH banner", async () => {
  const banner = await talk(at("ecs-hongkong-c1"), { enough: 9 });
  expect(banner.toString()).toMatch(/^SSH-2\.0-OpenSSH_[\d.]+\r\n$/);
});

describe("the balancer", () => {
  test("takes its backends in turn", async () => {
    const seen = [await ask(at("slb-hangzhou")), await ask(at("slb-hangzhou"))];
    expect(seen.map(({ status }) => status)).toEqual([200, 200]);
    expect(new Set(seen.map(({ headers }) => headers["x-backend"]))).toEqual(
      new Set(["slb-hangzhou-backend-1", "slb-hangzhou-backend-2"]),
    );
  });

  test("answers 502 when it finds a backend dead, then leaves it alone", async () => {
    await cloud.setFault("slb-shanghai-backend-1", "refuse");
    const statuses: number[] = [];
    for (let i = 0; i < 5; i += 1) statuses.push((await ask(at("slb-shanghai"))).status);
    expect(statuses.filter((status) => status === 502)).toHaveLength(1);
    expect(statuses.filter((status) => status === 200)).toHaveLength(4);
  });

  test("answers 503 when no backend is left", async () => {
    await cloud.setFault("slb-hongkong-backend-1", "refuse");
    await cloud.setFault("slb-hongkong-backend-2", "reset");
    const statuses: number[] = [];
    for (let i = 0; i < 4; i += 1) statuses.push((await ask(at("slb-hongkong"))).status);
    expect(statuses).toEqual([502, 502, 503, 503]);
  });

  test("passes on what a broken backend says", async () => {
    await cloud.setFault("slb-singapore-backend-1", "error-5xx");
    await cloud.setFault("slb-singapore-backend-2", "error-5xx");
    expect((await ask(at("slb-singapore"))).status).toBe(500);
  });
});

describe("the object storage", () => {
  test("gives the canary object to a rightly signed request", async () => {
    const answer = await oss("GET", "/canary/nines/canary.txt");
    expect(answer.status).toBe(200);
    expect(answer.body).toBe(CANARY_TEXT);
    expect(answer.headers["server"]).toBe("AliyunOSS");
    expect(answer.headers["x-oss-request-id"]).toMatch(/^[0-9A-F]{24}$/);
  });

  test("keeps an object from PUT to DELETE", async () => {
    const path = "/canary/nines/probe%20one.txt";
    expect((await oss("PUT", path, { body: "written" })).status).toBe(200);
    expect((await oss("GET", path)).body).toBe("written");
    const head = await oss("HEAD", path);
    expect(head).toMatchObject({ status: 200, body: "" });
    expect(head.headers["content-length"]).toBe("7");
    expect((await oss("DELETE", path)).status).toBe(204);
    const gone = await oss("GET", path);
    expect(gone.status).toBe(404);
    expect(gone.body).toContain("<Code>NoSuchKey</Code>");
  });

  test.each([
    ["a wrong secret", { as: { secret: "wrong" } }, 403, "SignatureDoesNotMatch"],
    ["an unknown key", { as: { id: "nobody" } }, 403, "InvalidAccessKeyId"],
    ["another region", { as: { region: "cn-beijing" } }, 400, "InvalidArgument"],
    ["an old request", { atMs: Date.UTC(2024, 0, 1) }, 403, "RequestTimeTooSkewed"],
  ])("refuses %s with an XML error", async (_, extra, status, code) => {
    const answer = await oss("GET", "/canary/nines/canary.txt", extra);
    expect(answer.status).toBe(status);
    expect(answer.headers["content-type"]).toBe("application/xml");
    expect(answer.body).toContain(`<Code>${code}</Code>`);
    expect(answer.body).toContain(
      `<RequestId>${String(answer.headers["x-oss-request-id"])}</RequestId>`,
    );
    expect(answer.body).not.toContain(ACCESS_KEY_SECRET);
  });

  test("lets strangers read the public bucket only", async () => {
    const address = at("oss-hangzhou");
    const open = await ask(address, { path: "/canary-public/nines/canary.txt" });
    const closed = await ask(address, { path: "/canary/nines/canary.txt" });
    const written = await ask(address, { method: "PUT", path: "/canary-public/x", body: "x" });
    expect([open.status, closed.status, written.status]).toEqual([200, 403, 403]);
    expect(closed.body).toContain("<Code>AccessDenied</Code>");
  });

  test("knows the faults of a storage", async () => {
    const path = "/canary/nines/canary.txt";
    await cloud.setFault("oss-hangzhou", "error-5xx");
    expect((await oss("GET", path)).body).toContain("<Code>InternalError</Code>");
    await cloud.setFault("oss-hangzhou", "throttled");
    const throttled = await oss("GET", path);
    expect(throttled.status).toBe(503);
    expect(throttled.body).toContain("<Code>QpsLimitExceeded</Code>");
    await cloud.setFault("oss-hangzhou", "key-refused");
    expect((await oss("GET", path)).body).toContain("<Code>InvalidAccessKeyId</Code>");
    const anonymous = await ask(at("oss-hangzhou"), { path: "/canary-public/nines/canary.txt" });
    expect(anonymous.status).toBe(200);
  });
});

describe("the control plane", () => {
  const call = "/?Action=DescribeRegions&Version=2014-05-26&Format=JSON";

  test("asks an unsigned call for a key", async () => {
    const answer = await ask(at("openapi-hangzhou"), { path: call });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({
      Code: "MissingAccessKeyId",
      HostId: at("openapi-hangzhou"),
      RequestId: expect.stringMatching(/^[0-9A-F-]{36}$/),
    });
  });

  test("lists its regions to a rightly signed call", async () => {
    const answer = await openapi();
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body).Regions.Region).toHaveLength(4);
  });

  test.each([
    ["a wrong secret", { secret: "wrong" }, 400, "SignatureDoesNotMatch"],
    ["an unknown key", { id: "nobody" }, 404, "InvalidAccessKeyId.NotFound"],
  ])("refuses %s", async (_, as, status, code) => {
    const answer = await openapi(as);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body).Code).toBe(code);
  });

  test("refuses valid keys and answers strangers as ever, as on 2023-11-12", async () => {
    await cloud.setFault("openapi-hangzhou", "key-refused");
    expect(JSON.parse((await openapi()).body).Code).toBe("InvalidAccessKeyId.NotFound");
    const anonymous = await ask(at("openapi-hangzhou"), { path: call });
    expect(JSON.parse(anonymous.body).Code).toBe("MissingAccessKeyId");
  });

  test("throttles, and fails as a gateway fails", async () => {
    await cloud.setFault("openapi-hangzhou", "throttled");
    expect(JSON.parse((await openapi()).body).Code).toBe("Throttling.User");
    await cloud.setFault("openapi-hangzhou", "error-5xx");
    expect((await openapi()).status).toBe(503);
  });
});

describe("the databases", () => {
  test("MySQL greets with protocol 10 and admits nobody", async () => {
    const greeting = await talk(at("mysql-hongkong"), { enough: 60 });
    expect(greeting.readUIntLE(0, 3)).toBe(greeting.length - 4);
    expect([greeting[3], greeting[4]]).toEqual([0, 10]);
    expect(greeting.toString("latin1")).toMatch(/8\.0\.36\0.*caching_sha2_password\0$/s);
    const refusal = await talk(at("mysql-hongkong"), { send: Buffer.from([1, 0, 0, 1, 0]) });
    expect(refusal.toString("latin1")).toContain("#28000Access denied");
  });

  test("MySQL under an error says that there are too many connections", async () => {
    await cloud.setFault("mysql-hongkong", "error-5xx");
    const answer = await talk(at("mysql-hongkong"));
    expect([answer[4], answer.readUInt16LE(5)]).toEqual([0xff, 1040]);
  });

  const sslRequest = Buffer.from("0000000804d2162f", "hex");
  const text = "user\0probe\0\0";
  const startup = Buffer.concat([
    Buffer.from([0, 0, 0, 8 + text.length, 0, 3, 0, 0]),
    Buffer.from(text),
  ]);

  test("PostgreSQL declines TLS and asks for a password", async () => {
    const answer = await talk(at("postgres-hangzhou"), {
      send: Buffer.concat([sslRequest, startup]),
      enough: 25,
    });
    expect(answer.toString("latin1")).toBe("NR\0\0\0\x17\0\0\0\nSCRAM-SHA-256\0\0");
  });

  test("PostgreSQL under an error says that it is starting up", async () => {
    await cloud.setFault("postgres-hangzhou", "error-5xx");
    const answer = await talk(at("postgres-hangzhou"), { send: startup });
    expect(answer.toString("latin1")).toMatch(/^E.*C57P03\0/s);
  });
});

describe("the CDN edge", () => {
  const headers = { host: CDN_DOMAIN };

  test("serves the file from its cache, with the marks of a live edge", async () => {
    const before = systemClock.nowMs();
    const answer = await ask(at("cdn-shanghai"), { path: "/canary.txt", headers });
    expect(answer).toMatchObject({ status: 200, body: CANARY_TEXT });
    expect(answer.headers["server"]).toBe("Tengine");
    expect(answer.headers["x-cache"]).toMatch(/^HIT /);
    const eagleId = String(answer.headers["eagleid"]);
    expect(eagleId).toMatch(/^7f000001\d{13}[0-9a-f]{5}$/);
    expect(Number(eagleId.slice(8, 21))).toBeGreaterThanOrEqual(Math.floor(before));
  });

  test("refuses a domain that it does not serve", async () => {
    expect((await ask(at("cdn-shanghai"), { path: "/canary.txt" })).status).toBe(403);
  });

  test("answers 502 and 429 under its faults", async () => {
    await cloud.setFault("cdn-shanghai", "error-5xx");
    expect((await ask(at("cdn-shanghai"), { headers })).status).toBe(502);
    await cloud.setFault("cdn-shanghai", "throttled");
    expect((await ask(at("cdn-shanghai"), { headers })).status).toBe(429);
  });
});

describe("faults of the connection", () => {
  const ends = [
    ["refuse", "ECONNREFUSED"],
    ["reset", "ECONNRESET"],
    ["hang", "silent"],
  ] as const;

  test.each(
    ["ecs-singapore-a1", "mysql-singapore", "oss-singapore"].flatMap((name) =>
      ends.map(([fault, message]) => [name, fault, message] as const),
    ),
  )("%s under %s fails with %s, and restores on its port", async (name, fault, message) => {
    const address = at(name);
    const speak = () =>
      name.startsWith("oss")
        ? ask(address, { timeoutMs: 150 })
        : talk(address, { enough: 9, timeoutMs: 150 });
    await cloud.setFault(name, fault);
    expect(cloud.faultOf(name)).toBe(fault);
    await expect(speak()).rejects.toThrow(message);
    await cloud.setFault(name, null);
    expect(cloud.faultOf(name)).toBeNull();
    await expect(speak()).resolves.toBeDefined();
    expect(at(name)).toBe(address);
  });

  test("a slow server answers nevertheless", async () => {
    await cloud.setFault("ecs-singapore-b1", "slow");
    await expect(talk(at("ecs-singapore-b1"), { timeoutMs: 300 })).rejects.toThrow("silent");
    expect((await talk(at("ecs-singapore-b1"), { enough: 9 })).toString()).toContain("SSH-2.0");
  });

  test("one fault follows another at once, the last one counts", async () => {
    const faults: (Fault | null)[] = ["refuse", null, "refuse", "hang", "refuse", null];
    await Promise.all(faults.map((fault) => cloud.setFault("ecs-singapore-b1", fault)));
    expect((await talk(at("ecs-singapore-b1"), { enough: 9 })).toString()).toContain("SSH-2.0");
  });

  test("a restored server waits for its port when another has taken it meanwhile", async () => {
    const address = at("ecs-singapore-b1");
    await cloud.setFault("ecs-singapore-b1", "refuse");
    const thief = createServer((socket) => socket.end("taken"));
    await new Promise<void>((resolve) => {
      thief.listen(Number(address.split(":")[1]), "127.0.0.1", resolve);
    });
    const restored = cloud.setFault("ecs-singapore-b1", null);
    expect((await talk(address)).toString()).toBe("taken");
    await new Promise((resolve) => thief.close(resolve));
    await restored;
    expect((await talk(address, { enough: 9 })).toString()).toContain("SSH-2.0");
  });

  test("a fault that such a server cannot have is an error, and so is an unknown server", async () => {
    await expect(cloud.setFault("ecs-singapore-a1", "throttled")).rejects.toThrow("ssh");
    await expect(cloud.setFault("ecs-nowhere", "hang")).rejects.toThrow("ecs-nowhere");
    expect(FAULTS_OF.ssh).not.toContain("throttled");
  });
});

test("a closed cloud leaves no port open", async () => {
  const other = await startCloud({ clock: systemClock, log });
  const [first] = other.servers;
  await other.setFault("mysql-hangzhou", "refuse");
  await other.close();
  await expect(talk(first?.address ?? "")).rejects.toThrow("ECONNREFUSED");
});
