export const PRODUCTS = ["ecs", "slb", "oss", "rds", "cdn", "vpc", "security"] as const;
export type Product = (typeof PRODUCTS)[number];

/** The settings of a probe; each kind's own schema is in `probes/`. */
export type ProbeSettings = { readonly kind: string; readonly [key: string]: unknown };

/** One endpoint of one product in one region, for one account, with all defaults filled in. */
export type Target = {
  readonly id: string;
  readonly product: Product;
  readonly region: string;
  readonly zone: string | null;
  readonly account: string;
  /** Separates groups of one account, product and region, e.g. a storage class; "" by default. */
  readonly class: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Ids of the agreements that hold for it. */
  readonly agreements: readonly string[];
  /** The target whose agreement this one inherits (VPC and security products). */
  readonly inherits: string | null;
  /** Decimal in the account's currency, e.g. "1200.00". */
  readonly monthlyFee: string | null;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly vantages: readonly string[];
  /** Lifetime [fromMs, untilMs); null is unbounded. */
  readonly fromMs: number | null;
  readonly untilMs: number | null;
  readonly probe: ProbeSettings;
};

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, canonical(inner)]),
  );
}

/**
 * Targets with the same key ask the same question: within a round it is measured once and the
 * result stands for each of them. Holds the probe's secrets: a key for a map, never for a log.
 */
export function probeKey(target: Pick<Target, "probe" | "timeoutMs">): string {
  return JSON.stringify([target.timeoutMs, canonical(target.probe)]);
}
