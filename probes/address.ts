import { isIPv6 } from "node:net";
import { z } from "zod";
import { unknown } from "./failure.ts";

export type Endpoint = {
  /** A name, or an IPv4 or IPv6 address, the latter also in brackets. */
  readonly host: string;
  readonly port: number;
  readonly family?: 4 | 6 | undefined;
};

/** Splits "host:port"; an IPv6 address stands in brackets. Null when it is not of that form. */
export function parseAddress(text: string): { host: string; port: number } | null {
  const match = /^(?:\[([^\]]+)\]|([^:[\]/@\s]+)):([0-9]{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (match?.[1] !== undefined && !isIPv6(match[1])) return null;
  return host === undefined || port < 1 || port > 65_535 ? null : { host, port };
}

/** Setting: "host:port". */
export const addressSetting = z.string().refine((text) => parseAddress(text) !== null, {
  error: 'write it as "host:port", an IPv6 address in brackets: "[2001:db8::1]:443"',
});

/** Setting: the address family to use; both are possible without it, IPv4 first. */
export const familySetting = z.union([z.literal(4), z.literal(6)]).optional();

/** Turns checked settings into the endpoint of `connectTcp`. */
export function endpointOf(settings: {
  readonly address: string;
  readonly family?: 4 | 6 | undefined;
}): Endpoint {
  const parsed = parseAddress(settings.address);
  if (parsed === null) throw unknown("not-configured", `${settings.address} is not host:port`);
  return { ...parsed, family: settings.family };
}
