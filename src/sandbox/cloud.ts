import type { Socket } from "node:net";
import type { Clock } from "../clock.ts";
import { backendAnswer, balancerAnswer } from "./balancer.ts";
import { cdnAnswer } from "./cdn-server.ts";
import { serveMysql, servePostgres } from "./database-servers.ts";
import { canHave } from "./faults.ts";
import type { Fault, ServerKind } from "./faults.ts";
import { SERVER_SPECS } from "./fleet.ts";
import type { ServerSpec } from "./fleet.ts";
import { httpService } from "./http-service.ts";
import { dailyFactor, lognormalNoise, noiseAt, typicalLatencyMs } from "./latency.ts";
import { openListener } from "./listener.ts";
import type { Listener } from "./listener.ts";
import { openapiAnswer } from "./openapi-server.ts";
import { ossAnswer } from "./oss-server.ts";

/** What the sandbox needs of a logger; pino's fits. */
export type Log = { readonly info: (fields: object, message: string) => void };

type SandboxServer = ServerSpec & {
  /** `127.0.0.1:PORT`; it stays the same as long as the cloud runs. */
  readonly address: string;
};

export type SandboxCloud = {
  readonly servers: readonly SandboxServer[];
  /** Throws for a name that is not there and for a fault that such a server cannot have; null restores. */
  readonly setFault: (serverName: string, fault: Fault | null) => Promise<void>;
  readonly faultOf: (serverName: string) => Fault | null;
  readonly close: () => Promise<void>;
};

type Deps = { readonly clock: Clock; readonly log: Log };
type Running = { readonly spec: ServerSpec; readonly listener: Listener };

/** Minutes that Asia/Shanghai is ahead of UTC, all year round. */
const LOCAL_OFFSET_MINUTES = 480;

/** Starts every server of the fleet on a free port of 127.0.0.1, in this process. */
export async function startCloud({ clock, log }: Deps): Promise<SandboxCloud> {
  const running = new Map<string, Running>();
  const noise = lognormalNoise(1);
  for (const spec of SERVER_SPECS) {
    let position = 0;
    const think = thinkTime(spec, clock);
    const serve = protocolOf(spec, {
      clock,
      fault: () => running.get(spec.name)?.listener.fault() ?? null,
      backendPorts: backendPorts(spec, running),
    });
    const thinkMs = () => think() * noiseAt(noise, (position += 1));
    // oxlint-disable-next-line no-await-in-loop -- a balancer needs the ports of the backends before it
    running.set(spec.name, { spec, listener: await openListener({ serve, thinkMs }) });
  }
  const find = (name: string): Running => {
    const found = running.get(name);
    if (found === undefined) throw new Error(`the sandbox has no server ${name}`);
    return found;
  };
  const servers = Array.from(running.values(), ({ spec, listener }) => ({
    ...spec,
    address: `127.0.0.1:${listener.port}`,
  }));
  log.info({ servers: servers.length }, "sandbox cloud started");
  return {
    servers,
    setFault: async (name, fault) => {
      const { spec, listener } = find(name);
      if (fault !== null && !canHave(spec.kind, fault)) {
        throw new Error(`a ${spec.kind} server such as ${name} cannot have the fault ${fault}`);
      }
      await listener.setFault(fault);
    },
    faultOf: (name) => find(name).listener.fault(),
    close: async () => {
      await Promise.all(Array.from(running.values(), ({ listener }) => listener.close()));
    },
  };
}

/** A backend thinks for nobody: its balancer does. */
function thinkTime({ kind, region }: ServerSpec, clock: Clock): () => number {
  if (kind === "backend") return () => 0;
  const typicalMs = typicalLatencyMs(kind === "balancer" ? "http" : kind, region);
  return () => {
    const minutes = Math.floor(clock.nowMs() / 60_000) + LOCAL_OFFSET_MINUTES;
    return typicalMs * dailyFactor(minutes % 1440);
  };
}

function backendPorts(spec: ServerSpec, running: ReadonlyMap<string, Running>): number[] {
  if (spec.kind !== "balancer") return [];
  return [1, 2].flatMap((number) => {
    const backend = running.get(`${spec.name}-backend-${number}`);
    return backend === undefined ? [] : [backend.listener.port];
  });
}

type Surroundings = {
  readonly clock: Clock;
  readonly fault: () => Fault | null;
  readonly backendPorts: readonly number[];
};

function protocolOf(spec: ServerSpec, around: Surroundings): (socket: Socket) => void {
  const { clock, fault } = around;
  const protocols = {
    ssh: () => serveSsh,
    balancer: () => httpService(balancerAnswer(around)),
    backend: () => httpService(backendAnswer(spec.name, fault)),
    oss: () => httpService(ossAnswer({ clock, fault, region: spec.region })),
    openapi: () => httpService(openapiAnswer({ clock, fault })),
    mysql: () => serveMysql(fault),
    postgres: () => servePostgres(fault),
    cdn: () => httpService(cdnAnswer({ clock, fault, pop: spec.region.replaceAll("-", "") })),
  } satisfies Record<ServerKind, () => (socket: Socket) => void>;
  return protocols[spec.kind]();
}

/** Says who it is and listens politely; nobody logs in. */
function serveSsh(socket: Socket): void {
  socket.write("SSH-2.0-OpenSSH_8.0\r\n");
}
