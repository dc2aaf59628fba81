import { randomBytes } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { Fault } from "./faults.ts";
import { CANARY_TEXT, CDN_DOMAIN, CDN_PATH } from "./places.ts";
import { splitOnce } from "./http-service.ts";
import type { Answer, Reply } from "./http-service.ts";

const CACHE_SECONDS = 3600;
/** 127.0.0.1, the node that every EagleId begins with. */
const NODE_HEX = "7f000001";

export type CdnOptions = {
  readonly clock: Clock;
  /** Letters of the place, as they stand in `Via`. */
  readonly pop: string;
  readonly fault: () => Fault | null;
};

/** An edge node: one domain, one file, from the cache. */
export function cdnAnswer({ clock, pop, fault }: CdnOptions): Answer {
  const startedAtMs = clock.nowMs();
  return (request) => {
    const nowMs = clock.nowMs();
    const edge = edgeHeaders({ nowMs, startedAtMs, pop });
    const standing = fault();
    if (standing === "error-5xx") return plain(502, edge, "Bad Gateway\n");
    if (standing === "throttled") return plain(429, edge, "Too Many Requests\n");
    const [domain] = splitOnce(request.headers["host"] ?? "", ":");
    if (domain.toLowerCase() !== CDN_DOMAIN) return plain(403, edge, "Forbidden\n");
    if (request.path !== CDN_PATH) return plain(404, edge, "Not Found\n");
    return plain(200, { ...edge, ETag: '"canary-1"' }, CANARY_TEXT);
  };
}

function plain(status: number, headers: Readonly<Record<string, string>>, body: string): Reply {
  const kept = status === 200 ? headers : { ...headers, "X-Cache": "MISS TCP_MISS dirn:-2:-2" };
  return { status, headers: { ...kept, "Content-Type": "text/plain" }, body };
}

type Moment = { readonly nowMs: number; readonly startedAtMs: number; readonly pop: string };

/** EagleId: the node's IPv4 in hexadecimal, 13 digits of the time in milliseconds, 5 of a tail. */
function edgeHeaders({ nowMs, startedAtMs, pop }: Moment): Record<string, string> {
  const ageSeconds = Math.floor((nowMs - startedAtMs) / 1000) % CACHE_SECONDS;
  const savedAtMs = nowMs - ageSeconds * 1000;
  const tail = randomBytes(3).toString("hex").slice(0, 5);
  return {
    Server: "Tengine",
    Date: new Date(nowMs).toUTCString(),
    Via: `cache12.l2${pop}1[0,200-0,H], cache3.${pop}1[0,200-0,H], cache11.${pop}1[,0]`,
    Age: String(ageSeconds),
    "X-Cache": "HIT TCP_MEM_HIT dirn:-2:-2",
    "X-Swift-SaveTime": new Date(savedAtMs).toUTCString(),
    "X-Swift-CacheTime": String(CACHE_SECONDS),
    "Ali-Swift-Global-Savetime": String(Math.floor(savedAtMs / 1000)),
    "Timing-Allow-Origin": "*",
    EagleId: `${NODE_HEX}${Math.floor(nowMs)}${tail}`,
  };
}
