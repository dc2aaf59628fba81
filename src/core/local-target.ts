import type { Target } from "./target.ts";

const ADDRESS_KEYS = ["address", "endpoint", "url", "server", "domain"] as const;
const LOCAL_HOST = /^(?:[a-z]+:\/\/)?(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::|\/|$)/iu;

/** Whether a target is measured on this machine alone; the first address setting decides. */
export function isLocal({ probe }: Pick<Target, "probe">): boolean {
  for (const key of ADDRESS_KEYS) {
    const value = probe[key];
    if (typeof value === "string") return LOCAL_HOST.test(value);
  }
  return false;
}
