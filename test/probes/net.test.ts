import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { parseAddress } from "../../probes/address.ts";
import { classify, failed, invalid, ProbeFailure } from "../../probes/failure.ts";
import { prepareProbe, probes } from "../../probes/index.ts";
import { connectTcp, enterPhase, measure, own, receive, remainingMs } from "../../probes/net.ts";
import { findAddress, parseHosts } from "../../probes/resolve.ts";
import type { Phase } from "../../src/core/outcome.ts";
import { InvalidInputError } from "../../src/errors.ts";
import { makeCertificates } from "../helpers/certificates.ts";
import { cleanUpAfterEach } from "../helpers/clean-up.ts";
import { startDnsServer } from "../helpers/dns-server.ts";
import type { DnsReply } from "../helpers/dns-server.ts";
import { freePort } from "../helpers/ports.ts";
import { probeContext } from "../helpers/probe-context.ts";
import { has } from "../helpers/programs.ts";
import { answerWith, startTcpServer, startTlsServer } from "../helpers/tcp-server.ts";
import { waitFor } from "../helpers/wait.ts";

const onCleanUp = cleanUpAfterEach();

/** A clock that stands still until it is moved. */
function handClock() {
  let nowMs = 1000;
  return {
    advance: (ms: number) => (nowMs += ms),
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
  };
}

describe("measure", () => {
  it("adds up the time of each phase, and the whole is their sum", async () => {
    const clock = handClock();
    const result = await measure(probeContext({ clock }), async (measurement) => {
      for (const phase of ["resolve", "connect", "processing", "connect"] as const) {
        enterPhase(measurement, phase);
        clock.advance(7);
      }
      return { detail: "fine", requestId: "42" };
    });
    expect(result).toEqual({
      outcome: "ok",
      reason: "",
      latencyMs: 28,
      phasesMs: { resolve: 7, connect: 14, processing: 7 },
      detail: "fine",
      requestId: "42",
    });
  });

  it.each([
    ["connect", "failed", "connect-timeout"],
    ["resolve", "unknown", "resolver-failed"],
    ["tls", "failed", "response-timeout"],
    ["processing", "failed", "response-timeout"],
    ["transfer", "failed", "response-timeout"],
  ] as const)("a deadline in the phase %s is %s, %s", async (phase, outcome, reason) => {
    const clock = handClock();
    const result = await measure(probeContext({ timeoutMs: 20, clock }), (measurement) => {
      enterPhase(measurement, phase);
      return new Promise(() => undefined);
    });
    expect(result).toMatchObject({ outcome, reason });
  });

  it("blames nobody when its own timer fires late", async () => {
    const clock = handClock();
    const result = await measure(probeContext({ timeoutMs: 20, clock }), () => {
      clock.advance(20 + 251);
      return new Promise(() => undefined);
    });
    expect(result).toMatchObject({ outcome: "unknown", reason: "event-loop-lag" });
  });

  it("has one deadline over all phases", async () => {
    const clock = handClock();
    await measure(probeContext({ timeoutMs: 100, clock }), async (measurement) => {
      expect(remainingMs(measurement)).toBe(100);
      clock.advance(60);
      enterPhase(measurement, "transfer");
      expect(remainingMs(measurement)).toBe(40);
      clock.advance(60);
      expect(remainingMs(measurement)).toBe(1);
      return {};
    });
    expect.assertions(3);
  });

  it.each([
    ["a ProbeFailure", failed("wrong-banner", "x"), "failed", "wrong-banner"],
    ["an invalid one", invalid("arrears"), "invalid", "arrears"],
    ["a system error", Object.assign(new Error("x"), { code: "EMFILE" }), "unknown", "no-sockets"],
    ["a mistake of ours", new TypeError("x is not a function"), "unknown", "internal-error"],
    ["something that is no error", "text", "unknown", "internal-error"],
    ["nothing", undefined, "unknown", "internal-error"],
  ])("never rejects: %s thrown", async (_what, thrown, outcome, reason) => {
    const result = await measure(probeContext(), () => Promise.reject(thrown));
    expect(result).toMatchObject({ outcome, reason });
  });

  it("keeps details short and printable", async () => {
    const result = await measure(probeContext(), async () => {
      throw failed("wrong-banner", `\u001b[2J\r\n${"x".repeat(500)}`);
    });
    expect(result.detail).toHaveLength(200);
    expect(result.detail).toMatch(/^[\u0020-\u007e]+$/);
  });

  it("destroys what it owns, the last first, also what comes after the end", async () => {
    const destroyed: string[] = [];
    const thing = (name: string) => ({ destroy: () => destroyed.push(name) });
    let goOn = (): void => undefined;
    const late = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const done = vi.fn<() => void>();
    await measure(probeContext({ timeoutMs: 10 }), async (measurement) => {
      own(measurement, thing("socket"));
      own(measurement, thing("tls"));
      await late;
      own(measurement, thing("too late"));
      done();
      return {};
    });
    expect(destroyed).toEqual(["tls", "socket"]);
    goOn();
    await waitFor(() => done.mock.calls.length === 1);
    expect(destroyed).toEqual(["tls", "socket", "too late"]);
  });
});

/** Handles that keep the process alive. */
function openThings(): { sockets: string; timers: number } {
  const all = process.getActiveResourcesInfo().toSorted();
  return {
    sockets: all.filter((kind) => kind !== "Timeout").join(),
    timers: all.filter((kind) => kind === "Timeout").length,
  };
}

describe("the abort of a round", () => {
  it("ends every probe at once, whatever it waits for, and leaves nothing open", async () => {
    const silent = await startTcpServer((socket) => socket.resume());
    onCleanUp(silent.close);
    const mute = await startDnsServer(() => "silence");
    onCleanUp(mute.close);
    const { address } = silent;
    const before = openThings();
    const round = new AbortController();
    const context = probeContext({ signal: round.signal, timeoutMs: 60_000 });
    const settings = [
      { kind: "http", url: `http://${address}/` },
      { kind: "http", url: `https://${address}/` },
      { kind: "ssh", address },
      { kind: "tls", address },
      { kind: "dns", name: "a.test", type: "A", server: mute.address },
    ];
    const running = settings.map((one) => prepareProbe(one)(context));
    await waitFor(() => silent.open.size === 4 && mute.asked.length === 1);
    round.abort();
    for (const result of await Promise.all(running)) {
      expect(result).toMatchObject({ outcome: "unknown", reason: "aborted" });
    }
    await waitFor(() => openThings().sockets === before.sockets, {
      what: "the end of all sockets",
    });
    expect(openThings().timers).toBeLessThanOrEqual(before.timers);
  });

  it("runs nothing when it came before", async () => {
    const body = vi.fn<() => Promise<object>>();
    const result = await measure(probeContext({ signal: AbortSignal.abort() }), body);
    expect(result).toMatchObject({ outcome: "unknown", reason: "aborted" });
    expect(body).not.toHaveBeenCalled();
  });

  it("ends those that run, not those that ended, however many share it", async () => {
    const warned = vi.fn<(warning: Error) => void>();
    process.on("warning", warned);
    const round = new AbortController();
    const context = probeContext({ signal: round.signal });
    const ends: (() => void)[] = [];
    const running = Array.from({ length: 40 }, () =>
      measure(context, () => new Promise((resolve) => ends.push(() => resolve({})))),
    );
    for (const end of ends.filter((_end, index) => index % 2 === 0)) end();
    await Promise.all(running.filter((_result, index) => index % 2 === 0));
    round.abort();
    const outcomes = (await Promise.all(running)).map(({ outcome }) => outcome);
    expect(outcomes).toEqual(outcomes.map((_outcome, index) => (index % 2 ? "unknown" : "ok")));
    await new Promise((resolve) => setImmediate(resolve));
    expect(warned).not.toHaveBeenCalled();
    process.off("warning", warned);
  });

  it.skipIf(!has("openssl"))("and deadlines amid a handshake do no harm", async () => {
    const made = makeCertificates();
    const server = await startTlsServer(
      made.good,
      answerWith("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
    );
    onCleanUp(server.close);
    const url = `https://localhost:${server.port}/`;
    const run = prepareProbe({ kind: "http", url, ca: made.ca });
    const results = await Promise.all(
      Array.from({ length: 120 }, (_none, index) => run(probeContext({ timeoutMs: 1 + index }))),
    );
    const seen = new Set(results.map(({ outcome, reason }) => `${outcome} ${reason}`));
    const allowed = new Set(["ok ", "failed connect-timeout", "failed response-timeout"]);
    expect([...seen].filter((one) => !allowed.has(one))).toEqual([]);
    await waitFor(() => server.open.size === 0);
  });
});

describe("classify", () => {
  const connect: Phase = "connect";
  it.each([
    ["ECONNREFUSED", connect, "failed", "connect-refused"],
    ["ETIMEDOUT", connect, "failed", "connect-timeout"],
    ["ETIMEDOUT", "transfer", "failed", "response-timeout"],
    ["ECONNRESET", connect, "failed", "connect-reset"],
    ["ECONNRESET", "tls", "failed", "connect-reset"],
    ["ECONNRESET", "processing", "failed", "response-reset"],
    ["EPIPE", "processing", "failed", "response-reset"],
    ["EHOSTUNREACH", connect, "failed", "host-unreachable"],
    ["ENETUNREACH", connect, "unknown", "network-down"],
    ["EADDRNOTAVAIL", connect, "unknown", "network-down"],
    ["ENETDOWN", connect, "unknown", "network-down"],
    ["EMFILE", connect, "unknown", "no-sockets"],
    ["ENFILE", connect, "unknown", "no-sockets"],
    ["ENOBUFS", connect, "unknown", "no-sockets"],
    ["EACCES", connect, "unknown", "not-permitted"],
    ["EPERM", connect, "unknown", "not-permitted"],
    ["CERT_HAS_EXPIRED", "tls", "failed", "tls-expired"],
    ["CERT_NOT_YET_VALID", "tls", "failed", "tls-expired"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "tls", "failed", "tls-wrong-name"],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "tls", "failed", "tls-untrusted"],
    ["ERR_SSL_WRONG_VERSION_NUMBER", "tls", "failed", "tls-failed"],
    ["HPE_INVALID_CONSTANT", "processing", "failed", "malformed-response"],
    ["ERR_ASSERTION", "processing", "unknown", "internal-error"],
    ["toString", "processing", "unknown", "internal-error"],
  ] as const)("%s in the phase %s is %s, %s", (code, phase, outcome, reason) => {
    const error = Object.assign(new Error("what happened"), { code });
    const failure = classify(error, phase);
    expect(failure).toBeInstanceOf(ProbeFailure);
    expect(failure).toMatchObject({ outcome, reason });
    expect(failure.message).toContain(code);
  });
});

describe("the address of a name", () => {
  async function lookUp(reply: (type: string) => DnsReply, family?: 4 | 6) {
    const server = await startDnsServer(({ type }) => reply(type));
    onCleanUp(server.close);
    return ask("www.example.com", server.address, family);
  }
  const ask = (host: string, nameServer: string, family?: 4 | 6) =>
    findAddress({
      host,
      family,
      nameServers: [nameServer],
      timeoutMs: 400,
      nowMs: 0,
      own: () => undefined,
    });
  const answers =
    (records: Record<string, string>) =>
    (type: string): DnsReply => {
      const data = records[type];
      return { answers: data === undefined ? [] : [{ type, name: "www.example.com", data }] };
    };
  const both = answers({ A: "192.0.2.1", AAAA: "2001:db8::1" });

  it("is the IPv4 one, the only one there is, or that of the family asked for", async () => {
    expect(await lookUp(both)).toEqual({ address: "192.0.2.1", family: 4 });
    expect(await lookUp(both, 6)).toEqual({ address: "2001:db8::1", family: 6 });
    expect(await lookUp(answers({ AAAA: "2001:db8::1" }))).toEqual({
      address: "2001:db8::1",
      family: 6,
    });
  });

  it.each([
    ["the name is denied", { rcode: "NXDOMAIN" }, "failed", "name-not-found"],
    ["the name has no address", {}, "failed", "name-not-found"],
    ["the name server fails", { rcode: "SERVFAIL" }, "unknown", "resolver-failed"],
    ["the name server refuses", { rcode: "REFUSED" }, "unknown", "resolver-failed"],
    ["the name server is silent", "silence", "unknown", "resolver-failed"],
  ] as const)("%s", async (_what, reply, outcome, reason) => {
    await expect(lookUp(() => reply)).rejects.toMatchObject({ outcome, reason });
  });

  it("is unknown when there is no name server", async () => {
    await expect(ask("www.example.com", `127.0.0.1:${await freePort()}`)).rejects.toMatchObject({
      outcome: "unknown",
      reason: "resolver-failed",
    });
  });

  it.each(["192.0.2.1", "2001:db8::1", "[2001:db8::1]", "localhost", "LOCALHOST", "x.localhost"])(
    "%s is asked of nobody",
    async (host) => {
      expect(await ask(host, "127.0.0.1:1")).toHaveProperty("address");
    },
  );

  it("is read from the hosts file", () => {
    const text =
      "127.0.0.1\tlocalhost  Local # not this\n::1 localhost\n# 192.0.2.1 gone\nbad line\n";
    expect(parseHosts(text)).toEqual(
      new Map([
        [
          "localhost",
          [
            { address: "127.0.0.1", family: 4 },
            { address: "::1", family: 6 },
          ],
        ],
        ["local", [{ address: "127.0.0.1", family: 4 }]],
      ]),
    );
  });
});

describe("receive", () => {
  it("gives one answer after the other", async () => {
    const server = await startTcpServer((socket) => {
      socket.on("data", (asked) => socket.write(`you said ${asked.toString()}\n`));
    });
    onCleanUp(server.close);
    const said: string[] = [];
    const result = await measure(probeContext(), async (measurement) => {
      const endpoint = { host: "127.0.0.1", port: server.port };
      const socket = await connectTcp(measurement, endpoint);
      const take = (received: Buffer) => {
        const text = received.toString();
        return text.endsWith("\n") ? text.trim() : undefined;
      };
      for (const word of ["one", "two"]) {
        socket.write(word);
        said.push(await receive(measurement, socket, { take, maxBytes: 100 }));
      }
      return {};
    });
    expect(result.outcome).toBe("ok");
    expect(said).toEqual(["you said one", "you said two"]);
  });
});

describe("an address setting", () => {
  it.each([
    ["192.0.2.1:22", { host: "192.0.2.1", port: 22 }],
    ["example.com:443", { host: "example.com", port: 443 }],
    ["[2001:db8::1]:65535", { host: "2001:db8::1", port: 65_535 }],
    ["[fe80::1%eth0]:1", { host: "fe80::1%eth0", port: 1 }],
    ["2001:db8::1:22", null],
    ["example.com", null],
    [":22", null],
    ["example.com:0", null],
    ["[192.0.2.1]:22", null],
    ["a b:22", null],
    ["user@example.com:22", null],
  ])("%s", (text, expected) => {
    expect(parseAddress(text)).toEqual(expected);
  });
});

describe("the registry", () => {
  it("refuses an unknown kind and names those it has", () => {
    const prepare = () => prepareProbe({ kind: "smtp" });
    expect(prepare).toThrow(InvalidInputError);
    expect(prepare).toThrow(/"smtp".*tcp, ssh, http/);
    expect(() => prepareProbe({ kind: "toString" })).toThrow(InvalidInputError);
  });

  it.each(Object.entries(probes))("%s has settings that editors understand", (kind, probe) => {
    const schema = z.toJSONSchema(probe.settings, { io: "input" });
    expect(JSON.stringify(schema)).toContain(`"const":"${kind}"`);
    expect(probe.settings.safeParse({ kind, surprise: 1 }).success).toBe(false);
  });
});
