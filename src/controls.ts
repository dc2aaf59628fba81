import { Resolver } from "node:dns/promises";
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import type { Clock } from "./clock.ts";
import type { ControlEndpoint } from "./config.ts";

const EVERY_MS = 5_000;
const TIMEOUT_MS = 2_000;
/** An endpoint that has not answered for this long is no witness. */
const WITNESS_MS = 600_000;

/** Endpoints beside the targets that tell a worker's own network fault from a target's. */
export type Controls = {
  /**
   * True when at least one endpoint had been answering and now none of those does. One that
   * never answered says nothing: it may be blocked here for good.
   */
  readonly haveFailed: () => Promise<boolean>;
  readonly close: () => void;
};

type State = { readonly endpoint: ControlEndpoint; okAtMs: number; isOk: boolean };

/** Measures the endpoints every few seconds until closed. */
export function startControls(
  endpoints: readonly ControlEndpoint[],
  clock: Clock,
  { everyMs = EVERY_MS, ask = answers }: { everyMs?: number; ask?: typeof answers } = {},
): Controls {
  const states: State[] = endpoints.map((endpoint) => ({
    endpoint,
    okAtMs: -Infinity,
    isOk: false,
  }));
  const look = async () => {
    await Promise.all(
      states.map(async (state) => {
        state.isOk = await ask(state.endpoint);
        if (state.isOk) state.okAtMs = clock.monotonicMs();
      }),
    );
  };
  const timer = setInterval(() => void look(), everyMs);
  timer.unref();
  if (states.length > 0) void look();
  return {
    haveFailed: async () => {
      const sinceMs = clock.monotonicMs() - WITNESS_MS;
      const witnesses = states.filter(({ okAtMs }) => okAtMs >= sinceMs);
      if (witnesses.length === 0) return false;
      if (witnesses.every(({ isOk }) => !isOk)) return true;
      await look();
      return witnesses.every(({ isOk }) => !isOk);
    },
    close: () => clearInterval(timer),
  };
}

/** Whether an endpoint answers within two seconds; never rejects. */
export async function answers(endpoint: ControlEndpoint): Promise<boolean> {
  try {
    if (endpoint.kind === "resolver") return await resolverAnswers();
    if (endpoint.kind === "gateway") {
      const gateway = await findGateway();
      return gateway !== null && (await accepts(gateway, 53));
    }
    const { host, port } = splitAddress(endpoint.address);
    return await accepts(host, port);
  } catch {
    return false;
  }
}

/** Any answer will do, also that the name does not exist. */
async function resolverAnswers(): Promise<boolean> {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: 1 });
  try {
    await resolver.resolve4("aliyun.com");
    return true;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    return code === "ENOTFOUND" || code === "ENODATA";
  }
}

/** A refused connection is an answer too: the network between is well. */
function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (isOk: boolean) => {
      socket.destroy();
      resolve(isOk);
    };
    socket.setTimeout(TIMEOUT_MS, () => end(false));
    socket.once("connect", () => end(true));
    socket.once("error", (error) => end("code" in error && error.code === "ECONNREFUSED"));
  });
}

/** The default gateway from /proc/net/route: the row for destination 0, address in hex, little-endian. */
async function findGateway(): Promise<string | null> {
  const table = await readFile("/proc/net/route", "utf8");
  for (const line of table.split("\n").slice(1)) {
    const [, destination, gateway = ""] = line.split("\t");
    if (destination !== "00000000" || gateway === "00000000") continue;
    return (gateway.match(/../gu) ?? [])
      .toReversed()
      .map((byte) => parseInt(byte, 16))
      .join(".");
  }
  return null;
}

function splitAddress(address: string): { host: string; port: number } {
  const colon = address.lastIndexOf(":");
  return {
    host: address.slice(0, colon).replace(/^\[(.*)\]$/u, "$1"),
    port: Number(address.slice(colon + 1)),
  };
}
