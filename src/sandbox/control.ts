import { randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";
import { parseJson } from "../core/parse-json.ts";
import type { Log, SandboxCloud } from "./cloud.ts";
import { FAULTS_OF } from "./faults.ts";

/** Longer than 24 days no timer waits: it would ring at once. */
export const LONGEST_FAULT_MS = 2 ** 31 - 1;

/** What `nines sandbox` asks for. */
export const faultOrder = z.strictObject({
  server: z.string(),
  /** Null mends. */
  fault: z.string().nullable(),
  /** The fault ends by itself after this time; null: it stays. */
  forMs: z.int().min(1).max(LONGEST_FAULT_MS).nullable(),
});
export type FaultOrder = z.output<typeof faultOrder>;

export const sandboxServers = z.array(
  z.object({
    name: z.string(),
    kind: z.string(),
    region: z.string(),
    address: z.string(),
    fault: z.string().nullable(),
    faults: z.array(z.string()),
  }),
);

export type SandboxControl = {
  /** Address and key, for those who may read the data directory. */
  readonly url: string;
  readonly key: string;
  readonly close: () => Promise<void>;
};

const MOST_BYTES = 10_000;

/** Lets other processes of this machine break and mend servers of the sandbox while it runs. */
export async function startControl(deps: {
  readonly cloud: SandboxCloud;
  readonly log: Log;
}): Promise<SandboxControl> {
  const key = randomBytes(16).toString("hex");
  const timers = new Map<string, NodeJS.Timeout>();
  const order = async ({ server, fault, forMs }: FaultOrder) => {
    clearTimeout(timers.get(server));
    const known = deps.cloud.servers.find(({ name }) => name === server);
    const wanted =
      known === undefined ? undefined : FAULTS_OF[known.kind].find((one) => one === fault);
    if (known === undefined) throw new Error(`the sandbox has no server ${server}`);
    if (fault !== null && wanted === undefined) {
      throw new Error(`${server} can have ${FAULTS_OF[known.kind].join(", ")}, not ${fault}`);
    }
    await deps.cloud.setFault(server, wanted ?? null);
    deps.log.info(
      { server, fault },
      fault === null ? "sandbox fault ends" : "sandbox fault begins",
    );
    if (fault === null || forMs === null) return;
    timers.set(
      server,
      setTimeout(() => void order({ server, fault: null, forMs: null }), forMs),
    );
  };
  const http = createServer((request, response) => {
    const answer = (status: number, body: unknown) => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    // The key keeps pages of a browser on this machine out.
    if (!isKey(request.headers.authorization, key)) return answer(401, { error: "wrong key" });
    if (request.method === "GET") return answer(200, listServers(deps.cloud));
    return void readOrder(request)
      .then(order)
      .then(() => answer(200, listServers(deps.cloud)))
      .catch((error: unknown) =>
        answer(400, { error: error instanceof Error ? error.message : "failed" }),
      );
  });
  await new Promise<void>((resolve) => void http.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${portOf(http.address())}`,
    key,
    close: async () => {
      for (const timer of timers.values()) clearTimeout(timer);
      http.closeAllConnections();
      await new Promise((resolve) => void http.close(resolve));
    },
  };
}

function listServers({ servers, faultOf }: SandboxCloud): z.output<typeof sandboxServers> {
  return servers.map(({ name, kind, region, address }) => {
    return { name, kind, region, address, fault: faultOf(name), faults: [...FAULTS_OF[kind]] };
  });
}

async function readOrder(request: IncomingMessage): Promise<FaultOrder> {
  let text = "";
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > MOST_BYTES) throw new Error("too long");
  }
  const read = faultOrder.safeParse(parseJson(text));
  if (!read.success) throw new Error("this is no order");
  return read.data;
}

function isKey(header: string | undefined, key: string): boolean {
  const [given, wanted] = [Buffer.from(header ?? ""), Buffer.from(`Bearer ${key}`)];
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === "object" && address !== null ? address.port : 0;
}
