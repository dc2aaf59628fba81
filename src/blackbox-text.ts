import { isIP, isIPv6 } from "node:net";
import { familyHead, labelsText, sampleLine } from "./core/metrics-text.ts";
import { PHASES, type Outcome, type Reason, type Result } from "./core/outcome.ts";

/** What was seen of a target, as blackbox_exporter tells of one. */
export type Probed = {
  /** Labels of all of its series, as of `labelsText`; may be empty. */
  readonly labels: string;
  /** Kind of the probe. */
  readonly kind: string;
  readonly result: Result;
};

/** The metrics of blackbox_exporter 0.23 that we can tell, with its own words for them. */
const HELP = {
  probe_success: "Displays whether or not the probe was a success",
  probe_duration_seconds: "Returns how long the probe took to complete in seconds",
  probe_dns_lookup_time_seconds: "Returns the time taken for probe dns lookup in seconds",
  probe_ip_protocol: "Specifies whether probe ip protocol is IP4 or IP6",
  probe_ip_addr_hash:
    "Specifies the hash of IP address. It's useful to detect if the IP address changes.",
  probe_failed_due_to_regex: "Indicates if probe failed due to regex",
  probe_http_duration_seconds: "Duration of http request by phase, summed over all redirects",
  probe_http_status_code: "Response HTTP status code",
  probe_http_version: "Returns the version of HTTP of the probe response",
  probe_http_ssl: "Indicates if SSL was used for the final redirect",
  probe_http_redirects: "The number of redirects",
  probe_http_content_length: "Length of http content response",
  probe_http_uncompressed_body_length: "Length of uncompressed response body",
  probe_ssl_earliest_cert_expiry: "Returns last SSL chain expiry in unixtime",
  probe_tls_version_info: "Returns the TLS version used or NaN when unknown",
  probe_icmp_duration_seconds: "Duration of icmp request by phase",
  probe_dns_duration_seconds: "Duration of DNS request by phase",
} as const;
type Name = keyof typeof HELP;

type Sample = { readonly name: Name; readonly more?: string; readonly value: number };

const HTTP_KINDS: ReadonlySet<string> = new Set(["http", "oss", "openapi", "cdn"]);
const CONTENT_REASONS: ReadonlySet<Reason> = new Set([
  "wrong-content",
  "wrong-header",
  "wrong-banner",
]);

/**
 * The answer to a probe that was made for this question: as blackbox_exporter answers, so with
 * `probe_success` 0 also where we could not tell.
 */
export function probeText(probed: Probed): string {
  return write([[probed, success(probed.result)]]);
}

/**
 * The last results of many targets. Where one is unknown nothing is told of it, and
 * `probe_success` only of what counts: neither our own fault nor our own mistake is downtime.
 */
export function probesText(all: readonly Probed[]): string {
  const successOf: Record<Outcome, (result: Result) => readonly Sample[]> = {
    ok: success,
    failed: success,
    invalid: () => [],
    unknown: () => [],
  };
  const known = all.filter(({ result }) => result.outcome !== "unknown");
  return write(known.map((probed) => [probed, successOf[probed.result.outcome](probed.result)]));
}

function success({ outcome }: Result): readonly Sample[] {
  return [{ name: "probe_success", value: outcome === "ok" ? 1 : 0 }];
}

function write(all: readonly (readonly [Probed, readonly Sample[]])[]): string {
  const lines = new Map<Name, string>();
  for (const [probed, first] of all) {
    for (const { name, more = "", value } of [...first, ...samplesOf(probed)]) {
      const labels = [probed.labels, more].filter((part) => part !== "").join(",");
      lines.set(name, (lines.get(name) ?? "") + sampleLine(name, labels, value));
    }
  }
  const told = new Map<string, string>(lines);
  return Object.entries(HELP)
    .map(([name, help]) => {
      const text = told.get(name);
      return text === undefined
        ? ""
        : familyHead({ name, help, type: "gauge" }, "prometheus") + text;
    })
    .join("");
}

function samplesOf({ kind, result }: Probed): Sample[] {
  const { phasesMs, latencyMs, reason, observed } = result;
  const ip = ipOf(result.address);
  const samples: Sample[] = [
    { name: "probe_duration_seconds", value: latencyMs / 1000 },
    { name: "probe_dns_lookup_time_seconds", value: (phasesMs.resolve ?? 0) / 1000 },
    { name: "probe_ip_protocol", value: ip === null ? 0 : isIP(ip) },
    { name: "probe_ip_addr_hash", value: ip === null ? 0 : fnv32a(bytesOf(ip)) },
  ];
  if (kind === "icmp") samples.push(...phases("probe_icmp_duration_seconds", result, ICMP_PHASES));
  else if (kind === "dns")
    samples.push(...phases("probe_dns_duration_seconds", result, DNS_PHASES));
  else {
    const value = CONTENT_REASONS.has(reason) ? 1 : 0;
    samples.push({ name: "probe_failed_due_to_regex", value });
  }
  if (HTTP_KINDS.has(kind)) samples.push(...httpSamples(result));
  if (observed?.certificateEndsMs !== undefined) {
    const value = observed.certificateEndsMs / 1000;
    samples.push({ name: "probe_ssl_earliest_cert_expiry", value });
  }
  if (observed?.tlsVersion !== undefined) {
    const version = observed.tlsVersion.replace("TLSv", "TLS ");
    samples.push({ name: "probe_tls_version_info", more: labelsText({ version }), value: 1 });
  }
  return samples;
}

const HTTP_PHASES = PHASES.map((phase) => [phase, [phase]] as const);
const ICMP_PHASES = [
  ["resolve", ["resolve"]],
  ["setup", ["connect"]],
  ["rtt", ["processing"]],
] as const;
const DNS_PHASES = [
  ["resolve", ["resolve"]],
  ["connect", ["connect"]],
  ["request", ["processing", "transfer"]],
] as const;

function phases(
  name: Name,
  { phasesMs }: Result,
  named: readonly (readonly [string, readonly (typeof PHASES)[number][]])[],
): Sample[] {
  return named.map(([phase, ours]) => {
    const ms = ours.reduce((sum, one) => sum + (phasesMs[one] ?? 0), 0);
    return { name, more: labelsText({ phase }), value: ms / 1000 };
  });
}

/** All zero when no answer came, as there. */
function httpSamples(result: Result): Sample[] {
  const http = result.observed?.http;
  // There -1 stands for an answer that does not say how long it is.
  const length = http === undefined ? 0 : (http.contentLength ?? -1);
  return [
    ...phases("probe_http_duration_seconds", result, HTTP_PHASES),
    { name: "probe_http_status_code", value: http?.status ?? 0 },
    { name: "probe_http_version", value: http?.version ?? 0 },
    { name: "probe_http_ssl", value: http?.isTls === true ? 1 : 0 },
    { name: "probe_http_redirects", value: http?.redirects ?? 0 },
    { name: "probe_http_content_length", value: length },
    { name: "probe_http_uncompressed_body_length", value: http?.bodyBytes ?? 0 },
  ];
}

/** The IP address of "192.0.2.1:22", "[2001:db8::1]:22" or "2001:db8::1"; null for none. */
function ipOf(address: string | undefined): string | null {
  const text = address ?? "";
  const bracketed = /^\[(.+)\]/u.exec(text)?.[1];
  const ip = bracketed ?? (isIPv6(text) ? text : text.replace(/:\d+$/u, ""));
  return isIP(ip) === 0 ? null : ip;
}

function bytesOf(ip: string): number[] {
  if (isIP(ip) === 4) return ip.split(".").map(Number);
  // The host of a URL is written with at most one gap, without a dotted end or a zone.
  const [head = "", tail] = new URL(`http://[${ip.replace(/%.*/u, "")}]`).hostname
    .slice(1, -1)
    .split("::");
  const end = tail === undefined ? [] : groups(tail);
  const start = groups(head);
  const gap = Array.from({ length: 8 - start.length - end.length }, () => "0");
  return [...start, ...gap, ...end].flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 255];
  });
}

function groups(part: string): string[] {
  return part === "" ? [] : part.split(":");
}

/** FNV-1a of 32 bits, as there. */
function fnv32a(bytes: readonly number[]): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
