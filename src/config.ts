import type { Agreement } from "./core/agreement.ts";
import type { Target } from "./core/target.ts";

/** What the environment says; the only reader of process.env. */
export type Settings = {
  readonly configFile: string | null;
  readonly databaseUrl: string | null;
  readonly redisUrl: string | null;
  readonly dataDir: string;
  readonly host: string;
  readonly port: number;
  readonly logLevel: string;
};

export type ControlEndpoint =
  | { readonly kind: "resolver" }
  | { readonly kind: "gateway" }
  | { readonly kind: "tcp"; readonly address: string };

export type Vantage = { readonly id: string; readonly controls: readonly ControlEndpoint[] };

export type Account = { readonly id: string; readonly name: string; readonly currency: string };

/** A validated configuration with every default filled in. */
export type Config = {
  readonly timeZone: string;
  readonly retentionDays: number;
  readonly metricsToken: string | null;
  readonly vantages: readonly Vantage[];
  readonly accounts: readonly Account[];
  /** Built-in and configured, every version. */
  readonly agreements: readonly Agreement[];
  readonly targets: readonly Target[];
  /** Kept for the alert channels to come; validated only in form. */
  readonly channels: readonly { readonly id: string; readonly kind: string }[];
};
