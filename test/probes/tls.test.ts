import { beforeAll, describe, expect, it } from "vitest";
import { tls } from "../../probes/tls.ts";
import { makeCertificates } from "../helpers/certificates.ts";
import type { Certificates, KeyPair } from "../helpers/certificates.ts";
import { cleanUpAfterEach } from "../helpers/clean-up.ts";
import { probeContext } from "../helpers/probe-context.ts";
import { has } from "../helpers/programs.ts";
import { answerWith, startTcpServer, startTlsServer } from "../helpers/tcp-server.ts";

const onCleanUp = cleanUpAfterEach();

const probe = (settings: object, timeoutMs = 5000) =>
  tls.prepare({ kind: "tls", ...settings })(probeContext({ timeoutMs }));

async function serve(pair: KeyPair, settings: object = {}): Promise<number> {
  const { port, close } = await startTlsServer({ ...pair, ...settings });
  onCleanUp(close);
  return port;
}

describe.skipIf(!has("openssl"))("the tls probe", () => {
  let made: Certificates;
  beforeAll(() => {
    made = makeCertificates();
  });

  it("is ok with a trusted chain and the right name, and says the days left", async () => {
    const port = await serve(made.good);
    const result = await probe({ address: `localhost:${port}`, ca: made.ca, family: 4 });
    expect(result).toMatchObject({ outcome: "ok", detail: "89 days left" });
    expect(new Set(Object.keys(result.phasesMs))).toEqual(new Set(["resolve", "connect", "tls"]));
  });

  it.each([
    ["good", 89],
    ["soon", 4],
    ["shortChain", 2],
  ] as const)("tells the earliest end of the chain of %s, each time", async (which, days) => {
    const address = `localhost:${await serve(made[which])}`;
    const ca = which === "shortChain" ? made.shortChain.ca : made.ca;
    for (let time = 0; time < 2; time += 1) {
      const { observed, outcome } = await probe({ address, ca });
      expect(outcome).toBe("ok");
      const leftMs = (observed?.certificateEndsMs ?? 0) - Date.now();
      expect(Math.floor(leftMs / 86_400_000)).toBe(days);
      expect(observed?.tlsVersion).toBe("TLSv1.3");
    }
  });

  it("verifies the name given instead of the address", async () => {
    const address = `127.0.0.1:${await serve(made.good)}`;
    const ca = made.ca;
    expect(await probe({ address, ca, servername: "service.test" })).toMatchObject({
      outcome: "ok",
    });
    expect(await probe({ address, ca, servername: "elsewhere.test" })).toMatchObject({
      outcome: "failed",
      reason: "tls-wrong-name",
    });
  });

  it("verifies an address against the certificate's addresses", async () => {
    const address = `127.0.0.1:${await serve(made.good)}`;
    expect(await probe({ address, ca: made.ca })).toMatchObject({ outcome: "ok" });
  });

  it.each([
    ["expired", "expired", "tls-expired"],
    ["for another name", "wrongName", "tls-wrong-name"],
    ["signed by itself", "selfSigned", "tls-untrusted"],
    ["of an unknown authority", "untrusted", "tls-untrusted"],
  ] as const)("is failed with a certificate %s", async (_what, which, reason) => {
    const address = `localhost:${await serve(made[which])}`;
    expect(await probe({ address, ca: made.ca })).toMatchObject({ outcome: "failed", reason });
  });

  it("trusts no private authority unless told to", async () => {
    const address = `localhost:${await serve(made.good)}`;
    expect(await probe({ address })).toMatchObject({ outcome: "failed", reason: "tls-untrusted" });
  });

  it.each([
    [4, "ok", ""],
    [5, "failed", "tls-expired"],
  ])("with 4 days left and %i wanted is %s", async (minDaysLeft, outcome, reason) => {
    const address = `localhost:${await serve(made.soon)}`;
    expect(await probe({ address, ca: made.ca, minDaysLeft })).toMatchObject({ outcome, reason });
  });

  it("is failed when no protocol version suits both", async () => {
    const old = { minVersion: "TLSv1.1", maxVersion: "TLSv1.1", ciphers: "ALL:@SECLEVEL=0" };
    const address = `localhost:${await serve(made.good, old)}`;
    expect(await probe({ address, ca: made.ca })).toMatchObject({
      outcome: "failed",
      reason: "tls-failed",
    });
  });

  it("is failed when the server does not speak TLS", async () => {
    const { address, close } = await startTcpServer(answerWith("HTTP/1.1 400 Bad Request\r\n\r\n"));
    onCleanUp(close);
    expect(await probe({ address })).toMatchObject({ outcome: "failed", reason: "tls-failed" });
  });

  it("is failed when the server hangs up within the handshake", async () => {
    const { address, close } = await startTcpServer((socket) => {
      socket.once("data", () => socket.destroy());
    });
    onCleanUp(close);
    expect(await probe({ address })).toMatchObject({ outcome: "failed", reason: "connect-reset" });
  });

  it("is failed, response-timeout, when the server is silent within the handshake", async () => {
    const { address, close } = await startTcpServer(() => undefined);
    onCleanUp(close);
    expect(await probe({ address }, 150)).toMatchObject({
      outcome: "failed",
      reason: "response-timeout",
      detail: "tls did not end within 150 ms",
    });
  });

  it.each([
    ["an address as servername", { servername: "192.0.2.1" }],
    ["something else than PEM", { ca: "secret" }],
    ["negative days", { minDaysLeft: -1 }],
  ])("refuses settings with %s", (_what, settings) => {
    const all = { kind: "tls", address: "192.0.2.1:443", ...settings };
    expect(tls.settings.safeParse(all).success).toBe(false);
  });
});
