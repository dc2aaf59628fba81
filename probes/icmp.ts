import { spawn } from "node:child_process";
import { isIP } from "node:net";
import { z } from "zod";
import type { Result } from "../src/core/outcome.ts";
import { familySetting } from "./address.ts";
import type { ProbeFailure } from "./failure.ts";
import { errorCode, failed, unknown } from "./failure.ts";
import { enterPhase, measure, own, remainingMs } from "./net.ts";
import type { Measurement } from "./net.ts";
import type { ProbeContext } from "./probe.ts";
import { defineProbe } from "./probe.ts";
import { findAddress } from "./resolve.ts";

const settingsSchema = z.strictObject({
  kind: z.literal("icmp"),
  address: z
    .string()
    .regex(/^[A-Za-z0-9:[][A-Za-z0-9.:_%\]-]*$/, { error: "write a name or an address, no port" })
    .refine((text) => isIP(text) === 6 || !text.includes(":") || text.startsWith("["), {
      error: "write a name or an address, no port",
    }),
  family: familySetting,
});

/** One ICMP echo, by way of the system's `ping`: Node has no ICMP sockets. */
export const icmp = defineProbe(settingsSchema, measureEcho);

async function measureEcho(
  settings: z.output<typeof settingsSchema>,
  context: ProbeContext,
): Promise<Result> {
  let roundTripMs: number | undefined;
  const result = await measure(context, async (measurement) => {
    roundTripMs = await echo(measurement, settings.address, settings.family);
    return {};
  });
  if (roundTripMs === undefined) return result;
  // The time on the wire, not that of starting a program.
  return {
    ...result,
    latencyMs: (result.phasesMs.resolve ?? 0) + roundTripMs,
    phasesMs: { ...result.phasesMs, processing: roundTripMs },
  };
}

async function echo(
  measurement: Measurement,
  host: string,
  family: 4 | 6 | undefined,
): Promise<number> {
  enterPhase(measurement, "resolve");
  const found = await findAddress({
    host,
    family,
    timeoutMs: remainingMs(measurement),
    nowMs: measurement.context.clock.monotonicMs(),
    own: (owned) => own(measurement, owned),
  });
  measurement.address = found.address;
  measurement.silence = "no-reply";
  enterPhase(measurement, "processing");
  const seconds = String(remainingMs(measurement) / 1000);
  const said = await runPing(measurement, [
    "-n",
    "-c1",
    `-W${seconds}`,
    found.family === 6 ? "-6" : "-4",
    found.address,
  ]);
  const time = /time[=<]([0-9.]+) ms/.exec(said.output)?.[1];
  if (said.status !== 0 || time === undefined) throw pingFailure(said);
  return Number(time);
}

type PingSaid = { readonly status: number | null; readonly output: string };

const path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

function runPing(measurement: Measurement, args: readonly string[]): Promise<PingSaid> {
  return new Promise((resolve, reject) => {
    const ping = spawn("ping", args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { LC_ALL: "C", PATH: path },
    });
    own(measurement, { destroy: () => ping.kill("SIGKILL") });
    let output = "";
    const collect = (chunk: Buffer): void => {
      if (output.length < 4096) output += chunk.toString("latin1");
    };
    ping.stdout.on("data", collect);
    ping.stderr.on("data", collect);
    ping.once("error", (error) => {
      const isMissing = errorCode(error) === "ENOENT";
      reject(isMissing ? unknown("not-permitted", "the program ping is not installed") : error);
    });
    ping.once("close", (status) => resolve({ status, output }));
  });
}

/** What the exit status and the words of iputils' ping mean when there was no reply. */
export function pingFailure(said: PingSaid): ProbeFailure {
  const { output } = said;
  if (/not permitted|permission denied|missing cap_net_raw/i.test(output)) {
    return unknown("not-permitted", output);
  }
  if (/network is unreachable|cannot assign requested address/i.test(output)) {
    return unknown("network-down", output);
  }
  if (/time to live exceeded|time exceeded/i.test(output)) return failed("ttl-exceeded");
  if (/unreachable/i.test(output)) return failed("host-unreachable", output);
  // iputils: 1 is "no reply", 2 is any other error.
  return said.status === 1 ? failed("no-reply") : unknown("internal-error", output);
}
