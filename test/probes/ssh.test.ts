import { describe, expect, it } from "vitest";
import { ssh } from "../../probes/ssh.ts";
import { cleanUpAfterEach } from "../helpers/clean-up.ts";
import { probeContext } from "../helpers/probe-context.ts";
import { has } from "../helpers/programs.ts";
import { startSshd } from "../helpers/sshd.ts";
import { startTcpServer } from "../helpers/tcp-server.ts";

const onCleanUp = cleanUpAfterEach();

const probe = (settings: object, timeoutMs = 5000) =>
  ssh.prepare({ kind: "ssh", ...settings })(probeContext({ timeoutMs }));

/** The address of a server that says these pieces, one after the other, and keeps or ends the connection. */
async function server(pieces: readonly string[], end: boolean): Promise<string> {
  const { address, close } = await startTcpServer((socket) => {
    const say = (left: readonly string[]): void => {
      const [piece, ...rest] = left;
      if (piece !== undefined) socket.write(piece, () => setImmediate(say, rest));
      else if (end) socket.end();
    };
    say(pieces);
  });
  onCleanUp(close);
  return address;
}

describe.skipIf(!has("sshd"))("the ssh probe of an OpenSSH server", () => {
  it("is ok, also with a banner that the line contains", async () => {
    const sshd = await startSshd();
    onCleanUp(sshd.kill);
    const address = `127.0.0.1:${sshd.port}`;
    expect(await probe({ address })).toMatchObject({ outcome: "ok", reason: "", address });
    expect(await probe({ address, banner: "OpenSSH_" })).toMatchObject({ outcome: "ok" });
    expect(await probe({ address, banner: "dropbear" })).toMatchObject({
      outcome: "failed",
      reason: "wrong-banner",
      detail: expect.stringContaining("SSH-2.0-OpenSSH") as string,
    });
  });

  it("is failed, response-timeout, while it is stopped, and ok when it goes on", async () => {
    const sshd = await startSshd();
    onCleanUp(sshd.kill);
    const address = `127.0.0.1:${sshd.port}`;
    sshd.pause();
    expect(await probe({ address }, 200)).toMatchObject({
      outcome: "failed",
      reason: "response-timeout",
    });
    sshd.resume();
    expect(await probe({ address })).toMatchObject({ outcome: "ok" });
  });

  it("is failed when it is killed", async () => {
    const sshd = await startSshd();
    await sshd.kill();
    expect(await probe({ address: `127.0.0.1:${sshd.port}` })).toMatchObject({
      outcome: "failed",
      reason: "connect-refused",
    });
  });
});

describe("the ssh probe", () => {
  it.each([
    ["a line in pieces", ["SS", "H-2.0-te", "st\r", "\n"]],
    ["lines before it", ["Welcome\r\nto this host\r\n", "SSH-2.0-test\r\n"]],
    ["no carriage return", ["SSH-1.99-test\n"]],
  ])("is ok with %s", async (_what, pieces) => {
    expect(await probe({ address: await server(pieces, false) })).toMatchObject({ outcome: "ok" });
  });

  it.each([
    [
      "another protocol's greeting and no end",
      ["220 mail ESMTP\r\n"],
      false,
      "failed",
      "response-timeout",
    ],
    ["8 kB of something else", ["x\n".repeat(4096)], false, "failed", "wrong-banner"],
    ["8 kB in one line", ["x".repeat(9000)], false, "failed", "wrong-banner"],
    ["an end at once", [], true, "failed", "response-reset"],
    ["an end within the line", ["SSH-2.0"], true, "failed", "response-cut"],
    ["too many open logins", ["Exceeded MaxStartups\r\n"], true, "failed", "too-many-connections"],
    ["a penalty for us", ["Not allowed at this time\r\n"], true, "invalid", "throttled"],
    ["control characters", ["\u0007\u001b[2J\n".repeat(2000)], false, "failed", "wrong-banner"],
  ] as const)("with %s is not ok", async (_what, pieces, end, outcome, reason) => {
    const result = await probe({ address: await server(pieces, end) }, 500);
    expect(result).toMatchObject({ outcome, reason });
    expect(result.detail).toMatch(/^[\u0020-\u007e]*$/);
  });
});
