import { BlockList, isIP } from "node:net";
import type { Config } from "../config.ts";

/**
 * The test for the proxies that may say for whom they ask (X-Forwarded-For). The configuration
 * may change while the server runs.
 */
export function createProxyTrust(
  config: () => Pick<Config, "trustProxy">,
): (address: string) => boolean {
  let known: { readonly trusted: Config["trustProxy"]; readonly list: BlockList } | null = null;
  return (address) => {
    const { trustProxy: trusted } = config();
    if (typeof trusted === "boolean") return trusted;
    if (known?.trusted !== trusted) known = { trusted, list: listOf(trusted) };
    const version = isIP(address);
    return version !== 0 && known.list.check(address, version === 4 ? "ipv4" : "ipv6");
  };
}

/** Of addresses, and of networks such as 10.0.0.0/8. */
function listOf(addresses: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of addresses) {
    const [address = "", bits] = text.split("/");
    const family = isIP(address) === 4 ? "ipv4" : "ipv6";
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}
