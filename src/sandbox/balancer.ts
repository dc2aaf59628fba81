import { request as httpRequest } from "node:http";
import type { Clock } from "../clock.ts";
import type { Fault } from "./faults.ts";
import type { Answer, Reply, Request } from "./http-service.ts";

const BACKEND_TIMEOUT_MS = 1500;
/** How long a backend that failed is left alone before it is tried again. */
const REST_MS = 5000;

export type BalancerOptions = {
  readonly clock: Clock;
  readonly backendPorts: readonly number[];
  readonly fault: () => Fault | null;
};

/** What a backend of the shop says. */
export function backendAnswer(name: string, fault: () => Fault | null): Answer {
  return () =>
    fault() === "error-5xx"
      ? { status: 500, headers: { "Content-Type": "text/plain" }, body: "Internal Server Error\n" }
      : {
          status: 200,
          headers: { "Content-Type": "text/plain", "X-Backend": name },
          body: "The shop is open.\n",
        };
}

/**
 * Round robin over the backends that are believed to live. Whoever finds a backend dead gets
 * 502 (504 when it is silent), then it rests; with none left the answer is 503. So one dead
 * backend of two costs a part of the requests, and two cost all.
 */
export function balancerAnswer({ clock, backendPorts, fault }: BalancerOptions): Answer {
  const restsUntilMs = new Map<number, number>();
  let turn = 0;
  return async (request) => {
    const standing = fault();
    if (standing === "error-5xx") return plain(502, "Bad Gateway\n");
    if (standing === "throttled") return plain(429, "Too Many Requests\n");
    const nowMs = clock.monotonicMs();
    const alive = backendPorts.filter((port) => (restsUntilMs.get(port) ?? -Infinity) <= nowMs);
    turn += 1;
    const port = alive[turn % alive.length];
    if (port === undefined) return plain(503, "Service Unavailable\n");
    const reply = await forward(port, request);
    if (typeof reply !== "string") return reply;
    restsUntilMs.set(port, clock.monotonicMs() + REST_MS);
    return reply === "timeout" ? plain(504, "Gateway Timeout\n") : plain(502, "Bad Gateway\n");
  };
}

function plain(status: number, body: string): Reply {
  return { status, headers: { "Content-Type": "text/plain" }, body };
}

function forward(port: number, request: Request): Promise<Reply | "timeout" | "broken"> {
  return new Promise((resolve) => {
    const path = request.query === "" ? request.path : `${request.path}?${request.query}`;
    const headers = { host: request.headers["host"] ?? "", "x-forwarded-for": "127.0.0.1" };
    const options = {
      host: "127.0.0.1",
      port,
      path,
      method: request.method,
      headers,
      agent: false,
    };
    const outgoing = httpRequest(options, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("error", () => resolve("broken"));
      incoming.on("end", () => {
        clearTimeout(timer);
        const kept: Record<string, string> = {};
        for (const name of ["content-type", "x-backend"]) {
          const value = incoming.headers[name];
          if (typeof value === "string") kept[name] = value;
        }
        resolve({ status: incoming.statusCode ?? 502, headers: kept, body: Buffer.concat(chunks) });
      });
    });
    const timer = setTimeout(() => {
      resolve("timeout");
      outgoing.destroy();
    }, BACKEND_TIMEOUT_MS);
    outgoing.on("error", () => {
      clearTimeout(timer);
      resolve("broken");
    });
    outgoing.end(request.body);
  });
}
