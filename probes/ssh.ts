import { z } from "zod";
import { addressSetting, endpointOf, familySetting } from "./address.ts";
import { failed, invalid } from "./failure.ts";
import { connectTcp, measure, receive } from "./net.ts";
import { defineProbe } from "./probe.ts";

const maxBytes = 8192;

/**
 * Reads the identification line of an SSH server, "SSH-2.0-...".
 * `banner`: what the line must contain besides.
 */
export const ssh = defineProbe(
  z.strictObject({
    kind: z.literal("ssh"),
    address: addressSetting,
    banner: z.string().min(1).optional(),
    family: familySetting,
  }),
  (settings, context) =>
    measure(context, async (measurement) => {
      const socket = await connectTcp(measurement, endpointOf(settings));
      const line = await receive(measurement, socket, { take: identification, maxBytes: 65_536 });
      if (settings.banner !== undefined && !line.includes(settings.banner)) {
        throw failed("wrong-banner", `"${line}" does not contain "${settings.banner}"`);
      }
      return {};
    }),
);

/** RFC 4253 section 4.2: other lines may come first; the identification begins with "SSH-". */
function identification(received: Buffer): string | undefined {
  const lines = received.toString("latin1", 0, maxBytes).split("\n");
  const open = lines.pop() ?? "";
  for (const raw of lines) {
    const line = raw.trimEnd();
    if (line.startsWith("SSH-")) return line;
    // What OpenSSH says before it hangs up: too many open logins, or a penalty for this client.
    if (line === "Exceeded MaxStartups") throw failed("too-many-connections", line);
    if (line === "Not allowed at this time") throw invalid("throttled", line);
  }
  if (received.length >= maxBytes) {
    throw failed("wrong-banner", `no SSH identification, but "${(lines[0] ?? open).slice(0, 60)}"`);
  }
  return undefined;
}
