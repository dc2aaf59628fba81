import { describe, expect, it } from "vitest";
import { tcp } from "../../probes/tcp.ts";
import { cleanUpAfterEach } from "../helpers/clean-up.ts";
import { startProgram } from "../helpers/child.ts";
import { accepts, freePort } from "../helpers/ports.ts";
import { probeContext } from "../helpers/probe-context.ts";
import { startTcpServer } from "../helpers/tcp-server.ts";
import type { TcpServer } from "../helpers/tcp-server.ts";
import { waitFor } from "../helpers/wait.ts";

const onCleanUp = cleanUpAfterEach();

async function server(host?: string): Promise<TcpServer> {
  const started = await startTcpServer(() => undefined, host === undefined ? {} : { host });
  onCleanUp(started.close);
  return started;
}

const probe = (settings: object, timeoutMs = 5000) =>
  tcp.prepare({ kind: "tcp", ...settings })(probeContext({ timeoutMs }));

describe("the tcp probe", () => {
  it("is ok when the connection opens, and closes it", async () => {
    const { address, open, accepted } = await server();
    const result = await probe({ address });
    expect(result).toMatchObject({ outcome: "ok", reason: "", address });
    expect(result.phasesMs.connect).toBeGreaterThan(0);
    expect(result.latencyMs).toBeGreaterThanOrEqual(result.phasesMs.connect!);
    expect(result.phasesMs).not.toHaveProperty("resolve");
    await waitFor(() => accepted() === 1 && open.size === 0);
  });

  it("opens a new connection each time", async () => {
    const { address, accepted } = await server();
    const run = tcp.prepare({ kind: "tcp", address });
    for (let time = 0; time < 3; time += 1) await run(probeContext());
    await waitFor(() => accepted() >= 3);
    expect(accepted()).toBe(3);
  });

  it("speaks IPv6", async () => {
    const { address } = await server("::1");
    expect(await probe({ address })).toMatchObject({ outcome: "ok", address });
  });

  it.each([
    { family: 4, host: "127.0.0.1" },
    { family: 6, host: "::1" },
  ])("takes the IPv$family address of a name when told to", async ({ family, host }) => {
    const { port, address } = await server(host);
    const result = await probe({ address: `localhost:${port}`, family });
    expect(result).toMatchObject({ outcome: "ok", address });
    expect(result.phasesMs).toHaveProperty("resolve");
  });

  it("is failed when the port is closed", async () => {
    const address = `127.0.0.1:${await freePort()}`;
    expect(await probe({ address })).toMatchObject({
      outcome: "failed",
      reason: "connect-refused",
      address,
    });
  });

  it("is failed, connect-timeout, when nobody takes the connection any more", async () => {
    const port = await freePort();
    const script = `require("net").createServer().listen({ port: ${port}, host: "127.0.0.1", backlog: 1 })`;
    const running = await startProgram([process.execPath, "-e", script], () => accepts(port));
    onCleanUp(running.kill);
    running.pause();
    // The kernel answers until the queue of the stopped program is full.
    const seen = new Set<string>();
    for (let tries = 0; tries < 8 && !seen.has("connect-timeout"); tries += 1) {
      const context = probeContext({ timeoutMs: 300 });
      const filled = tcp.prepare({ kind: "tcp", address: `127.0.0.1:${port}` })(context);
      seen.add((await filled).reason);
    }
    expect([...seen]).toEqual(["", "connect-timeout"]);
  });

  it("does not blame the target when the address family is not the one asked for", async () => {
    const { address } = await server();
    expect(await probe({ address, family: 6 })).toMatchObject({
      outcome: "unknown",
      reason: "not-configured",
    });
  });

  it.each([
    ["no port", { address: "192.0.2.1" }],
    ["port 0", { address: "192.0.2.1:0" }],
    ["a port too high", { address: "192.0.2.1:65536" }],
    ["IPv6 without brackets", { address: "2001:db8::1:22" }],
    ["a URL", { address: "http://example.com:80" }],
    ["an unknown key", { address: "192.0.2.1:22", port: 22 }],
    ["a wrong family", { address: "192.0.2.1:22", family: 5 }],
    ["another kind", { kind: "ssh", address: "192.0.2.1:22" }],
  ])("refuses settings with %s", (_what, settings) => {
    expect(tcp.settings.safeParse({ kind: "tcp", ...settings }).success).toBe(false);
  });
});
