import type { ProbeSettings } from "../src/core/target.ts";
import { InvalidInputError } from "../src/errors.ts";
import { cdn } from "./cdn.ts";
import { dns } from "./dns.ts";
import { http } from "./http.ts";
import { icmp } from "./icmp.ts";
import { mysql } from "./mysql.ts";
import { openapi } from "./openapi.ts";
import { oss } from "./oss.ts";
import { postgres } from "./postgres.ts";
import type { Probe, RunProbe } from "./probe.ts";
import { sqlserver } from "./sqlserver.ts";
import { ssh } from "./ssh.ts";
import { tcp } from "./tcp.ts";
import { tls } from "./tls.ts";

/** Every kind of probe. To add one: its file, and its line here. */
export const probes = {
  tcp,
  ssh,
  http,
  tls,
  dns,
  icmp,
  openapi,
  oss,
  mysql,
  postgres,
  sqlserver,
  cdn,
} satisfies Record<string, Probe>;

export type ProbeKind = keyof typeof probes;

function isProbeKind(kind: string): kind is ProbeKind {
  return Object.hasOwn(probes, kind);
}

/**
 * Checks a target's probe settings and gives the function that measures it.
 * Throws InvalidInputError for an unknown kind, ZodError for wrong settings.
 */
export function prepareProbe(settings: ProbeSettings): RunProbe {
  const { kind } = settings;
  if (!isProbeKind(kind)) {
    const known = Object.keys(probes).join(", ");
    throw new InvalidInputError([
      { place: "probe.kind", message: `"${kind}" is not a kind of probe; take one of ${known}` },
    ]);
  }
  return probes[kind].prepare(settings);
}
