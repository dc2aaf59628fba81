import { Resolver } from "node:dns/promises";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { errorCode, failed, unknown } from "./failure.ts";

// Names are asked with c-ares, not with dns.lookup: that one runs getaddrinfo on the four
// threads of libuv's pool, has no deadline, and four probes of a dead name server would hold
// up every other probe, every file access and the verdict "resolver failed" itself. What
// getaddrinfo does besides is small: the hosts file (here), and search domains (left out on
// purpose: a target's name is written in full).

type AddressQuery = {
  readonly host: string;
  readonly family: 4 | 6 | undefined;
  /** "ip:port"; the system's without it. */
  readonly nameServers?: readonly string[];
  /** What is left of the probe's time. */
  readonly timeoutMs: number;
  readonly nowMs: number;
  /** Takes what must be destroyed when the probe is given up. */
  readonly own: (owned: { readonly destroy: () => unknown }) => void;
};

type Address = { readonly address: string; readonly family: 4 | 6 };

/**
 * Finds the address to connect to: an IP literal (also "[::1]") as it stands, then the hosts
 * file, then the system's name servers - IPv4 first, unless `family` says otherwise.
 * Throws ProbeFailure: failed `name-not-found` when the name servers deny the name or its
 * addresses, unknown `resolver-failed` when they do not say.
 */
export async function findAddress(query: AddressQuery): Promise<Address> {
  const host = query.host.startsWith("[") ? query.host.slice(1, -1) : query.host;
  const literal = isIP(host);
  if (literal === 4 || literal === 6) {
    if (query.family !== undefined && query.family !== literal) {
      throw unknown("not-configured", `${host} is not an IPv${query.family} address`);
    }
    return { address: host, family: literal };
  }
  return fromHostsFile(host.toLowerCase(), query) ?? fromNameServers(host, query);
}

const hostsFile = "/etc/hosts";
const hostsFileLifeMs = 5000;
let hosts: { readonly readAtMs: number; readonly byName: ReadonlyMap<string, Address[]> } | null =
  null;

function fromHostsFile(name: string, query: AddressQuery): Address | null {
  if (hosts === null || query.nowMs - hosts.readAtMs > hostsFileLifeMs) {
    hosts = { readAtMs: query.nowMs, byName: parseHosts(readHostsFile()) };
  }
  const listed = pick(hosts.byName.get(name) ?? [], query.family);
  return listed ?? (isLocalhost(name) ? pick(loopback, query.family) : undefined) ?? null;
}

function readHostsFile(): string {
  try {
    return readFileSync(hostsFile, "utf8");
  } catch {
    return "";
  }
}

/** RFC 6761 section 6.3: such names are loopback and are never asked. */
function isLocalhost(name: string): boolean {
  return name === "localhost" || name.endsWith(".localhost");
}

const loopback: Address[] = [
  { address: "127.0.0.1", family: 4 },
  { address: "::1", family: 6 },
];

/** Reads the hosts file: "address name alias ... # comment" a line. Names in lower case. */
export function parseHosts(text: string): Map<string, Address[]> {
  const byName = new Map<string, Address[]>();
  for (const line of text.split("\n")) {
    const [address = "", ...names] = line.replace(/#.*/, "").trim().split(/\s+/);
    const family = isIP(address);
    if (family !== 4 && family !== 6) continue;
    for (const name of names) {
      const known = byName.get(name.toLowerCase()) ?? [];
      known.push({ address, family });
      byName.set(name.toLowerCase(), known);
    }
  }
  return byName;
}

function pick(addresses: readonly Address[], family: 4 | 6 | undefined): Address | undefined {
  if (family !== undefined) return addresses.find((one) => one.family === family);
  return addresses.find((one) => one.family === 4) ?? addresses[0];
}

async function fromNameServers(host: string, query: AddressQuery): Promise<Address> {
  // Two tries of each of two name servers fit into the time; a fresh one reads resolv.conf again.
  const resolver = new Resolver({
    timeout: Math.max(50, Math.floor(query.timeoutMs / 4)),
    tries: 2,
  });
  if (query.nameServers !== undefined) resolver.setServers(query.nameServers);
  query.own({ destroy: () => resolver.cancel() });
  const families: readonly (4 | 6)[] = query.family === undefined ? [4, 6] : [query.family];
  for (const family of families) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- the second family only when the first has none
      const answer = await (family === 4 ? resolver.resolve4(host) : resolver.resolve6(host));
      const address = answer[0];
      if (address !== undefined) return { address, family };
    } catch (error) {
      const code = errorCode(error);
      if (code === "ENOTFOUND") throw failed("name-not-found", `${host} does not exist`);
      // The name exists, but has no address of this family.
      if (code !== "ENODATA") throw unknown("resolver-failed", `${host}: ${code}`);
    }
  }
  throw failed("name-not-found", `${host} has no address`);
}
