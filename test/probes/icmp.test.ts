import { describe, expect, it } from "vitest";
import { icmp, pingFailure } from "../../probes/icmp.ts";
import { probeContext } from "../helpers/probe-context.ts";
import { has } from "../helpers/programs.ts";
import { waitFor } from "../helpers/wait.ts";

const probe = (address: string, timeoutMs = 5000) =>
  icmp.prepare({ kind: "icmp", address })(probeContext({ timeoutMs }));

describe.skipIf(!has("ping"))("the icmp probe", () => {
  it.each([
    ["127.0.0.1", "127.0.0.1"],
    ["localhost", "127.0.0.1"],
    ["::1", "::1"],
    ["[::1]", "::1"],
  ])("is ok when %s replies, with the time on the wire", async (host, address) => {
    const result = await probe(host);
    expect(result).toMatchObject({ outcome: "ok", reason: "", address });
    expect(result.phasesMs.processing).toBeGreaterThan(0);
    expect(result.latencyMs).toBe(
      (result.phasesMs.resolve ?? 0) + (result.phasesMs.processing ?? 0),
    );
  });

  it("is failed, no-reply, when nothing comes back in time", async () => {
    // A multicast group without members; such packets do not leave the local network.
    expect(await probe("239.255.77.77", 400)).toMatchObject({
      outcome: "failed",
      reason: "no-reply",
    });
  });

  it("kills ping when the round is given up", async () => {
    const round = new AbortController();
    const running = icmp.prepare({ kind: "icmp", address: "239.255.77.77" })(
      probeContext({ signal: round.signal }),
    );
    await waitFor(() => process.getActiveResourcesInfo().includes("ProcessWrap"));
    round.abort();
    expect(await running).toMatchObject({ outcome: "unknown", reason: "aborted" });
    await waitFor(() => !process.getActiveResourcesInfo().includes("ProcessWrap"));
  });
});

describe("what ping says", () => {
  it.each([
    [1, "1 packets transmitted, 0 received, 100% packet loss, time 0ms", "failed", "no-reply"],
    [1, "From 192.0.2.9 icmp_seq=1 Destination Host Unreachable", "failed", "host-unreachable"],
    [1, "From 192.0.2.9 icmp_seq=1 Time to live exceeded", "failed", "ttl-exceeded"],
    [2, "ping: connect: Network is unreachable", "unknown", "network-down"],
    [
      2,
      "ping: socktype: SOCK_RAW\nping: socket: Operation not permitted",
      "unknown",
      "not-permitted",
    ],
    [1, "ping: sendmsg: Operation not permitted", "unknown", "not-permitted"],
    [2, "ping: invalid argument", "unknown", "internal-error"],
    [null, "", "unknown", "internal-error"],
  ])("status %s and %j", (status, output, outcome, reason) => {
    expect(pingFailure({ status, output })).toMatchObject({ outcome, reason });
  });
});

describe("the icmp probe's settings", () => {
  it.each(["-f", "host name", "192.0.2.1:80", "$(id)", ""])("refuse %j", (address) => {
    expect(icmp.settings.safeParse({ kind: "icmp", address }).success).toBe(false);
  });
});
