import { describe, expect, it } from "vitest";
import { dns } from "../../probes/dns.ts";
import { cleanUpAfterEach } from "../helpers/clean-up.ts";
import { startDnsServer } from "../helpers/dns-server.ts";
import type { DnsReply } from "../helpers/dns-server.ts";
import { freePort } from "../helpers/ports.ts";
import { probeContext } from "../helpers/probe-context.ts";

const onCleanUp = cleanUpAfterEach();

const zone: Record<string, unknown[]> = {
  A: ["192.0.2.1", "192.0.2.2"],
  AAAA: ["2001:db8::1"],
  CNAME: ["Edge.example.net"],
  NS: ["ns1.example.com"],
  TXT: [["v=spf1 ", "-all"]],
  MX: [{ preference: 10, exchange: "mail.example.com" }],
};

async function server(reply?: DnsReply): Promise<string> {
  const { address, close } = await startDnsServer(
    ({ type, name }) =>
      reply ?? { answers: (zone[type] ?? []).map((data) => ({ type, name, ttl: 60, data })) },
  );
  onCleanUp(close);
  return address;
}

const probe = (settings: object, timeoutMs = 3000) =>
  dns.prepare({ kind: "dns", name: "www.example.com", type: "A", ...settings })(
    probeContext({ timeoutMs }),
  );

describe("the dns probe of a name server", () => {
  it.each([
    ["A", ["192.0.2.2"]],
    ["A", ["192.0.2.1", "192.0.2.2"]],
    ["AAAA", ["2001:db8::1"]],
    ["CNAME", ["edge.example.net."]],
    ["NS", ["NS1.example.com"]],
    ["TXT", ["v=spf1 -all"]],
    ["MX", ["10 mail.example.com"]],
  ])("is ok when %s records hold %j", async (type, expected) => {
    const address = await server();
    const result = await probe({ server: address, type, expect: expected });
    expect(result).toMatchObject({ outcome: "ok", reason: "", address });
    expect(Object.keys(result.phasesMs)).toContain("processing");
  });

  it.each([
    ["A", "192.0.2.3"],
    ["TXT", "v=spf1 -ALL"],
    ["MX", "20 mail.example.com"],
  ])("is failed when %s records lack %s", async (type, expected) => {
    const result = await probe({ server: await server(), type, expect: [expected] });
    expect(result).toMatchObject({ outcome: "failed", reason: "wrong-content" });
  });

  it.each([
    ["the name does not exist", { rcode: "NXDOMAIN" }, "name-not-found"],
    ["the name has no such record", { answers: [] }, "name-not-found"],
    ["the server fails", { rcode: "SERVFAIL" }, "server-error"],
    ["the server refuses", { rcode: "REFUSED" }, "query-failed"],
    ["the server is silent", "silence", "response-timeout"],
  ] as const)("is failed when %s", async (_what, reply, reason) => {
    const result = await probe({ server: await server(reply) }, 600);
    expect(result).toMatchObject({ outcome: "failed", reason });
  });

  it("is failed when nobody listens there", async () => {
    const address = `127.0.0.1:${await freePort()}`;
    expect(await probe({ server: address })).toMatchObject({
      outcome: "failed",
      reason: "connect-refused",
      address,
    });
  });

  it("is not ok when the answer is no DNS message", async () => {
    const result = await probe({ server: await server({ raw: Buffer.from("garbage") }) }, 600);
    expect(result.outcome).toBe("failed");
    expect(["malformed-response", "response-timeout"]).toContain(result.reason);
  });
});

describe("the dns probe's settings", () => {
  it.each(["192.0.2.53", "192.0.2.53:5353", "2001:db8::53", "[2001:db8::53]:53"])(
    "take %s as a name server",
    (address) => {
      const settings = { kind: "dns", name: "example.com", type: "A", server: address };
      expect(dns.settings.safeParse(settings).success).toBe(true);
    },
  );

  it.each([
    ["a name as name server", { server: "ns1.example.com" }],
    ["an unknown type", { type: "ANY" }],
    ["no name", { name: "" }],
    ["nothing expected", { expect: [] }],
    ["an unknown key", { resolver: "192.0.2.53" }],
  ])("refuse %s", (_what, changes) => {
    const settings = { kind: "dns", name: "example.com", type: "A", ...changes };
    expect(dns.settings.safeParse(settings).success).toBe(false);
  });
});
