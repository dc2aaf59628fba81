import { existsSync } from "node:fs";
import { z } from "zod";
import type { Agreement } from "./core/agreement.ts";
import type { ChannelSettings } from "./core/channel-schema.ts";
import type { Anchor } from "./core/config-schema.ts";
import type { MalfunctionRules } from "./core/malfunction.ts";
import type { OidcGrant } from "./core/oidc-grant.ts";
import type { MailedFormat } from "./core/report-mail-schema.ts";
import type { Route } from "./core/route.ts";
import type { Target } from "./core/target.ts";
import type { Lang } from "./core/views.ts";
import { InvalidInputError } from "./errors.ts";

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

export type Account = {
  readonly id: string;
  readonly name: string;
  readonly currency: string;
  /** Who is mailed the reports of its closed months. */
  readonly contacts: readonly string[];
  readonly lang: Lang;
};

/** By what, in which forms and when closed months' reports go to the accounts' contacts. */
export type ReportMail = {
  readonly channel: string;
  readonly formats: readonly MailedFormat[];
  readonly delayMs: number;
};

/** Pages that anybody may read without login. */
export type StatusPage = {
  readonly title: string | null;
  /** Whether there is one of all accounts. */
  readonly all: boolean;
  /** Those with one of their own. */
  readonly accounts: readonly string[];
};

/** An OpenID provider at which people log in. */
export type OidcSettings = {
  readonly issuer: string;
  readonly clientId: string;
  /** Null: a public client. */
  readonly clientSecret: string | null;
  /** How the secret is sent; null: as the provider takes it. */
  readonly clientAuth: "basic" | "post" | null;
  /** What the login page calls the provider. */
  readonly label: string;
  readonly scopes: readonly string[];
  readonly nameClaim: string;
  /** The first one that fits gives the role. */
  readonly grants: readonly OidcGrant[];
};

export type PdfSignature = { readonly certificateFile: string; readonly keyFile: string };

/** A validated configuration with every default filled in. */
export type Config = {
  readonly timeZone: string;
  readonly retentionDays: number;
  readonly metricsToken: string | null;
  /** Proxies that may say for whom they ask: addresses and networks, all, or none. */
  readonly trustProxy: boolean | readonly string[];
  /** The operator's own signing key, a PEM file; null for the data directory's. */
  readonly signingKeyFile: string | null;
  /** PEM files by which PDFs are signed; null: they are not. */
  readonly pdfSignature: PdfSignature | null;
  readonly vantages: readonly Vantage[];
  readonly accounts: readonly Account[];
  /** Built-in and configured, every version. */
  readonly agreements: readonly Agreement[];
  readonly targets: readonly Target[];
  /** Days off, and weekend days that are worked, as "2026-10-01": claim windows count working days. */
  readonly holidays: readonly string[];
  readonly workingDays: readonly string[];
  /** Ways by which people are told. May hold secrets. */
  readonly channels: readonly ChannelSettings[];
  /** Which events go to which channels. */
  readonly routes: readonly Route[];
  /** Null: no reports are mailed. */
  readonly reportMail: ReportMail | null;
  /** How outages become malfunctions. */
  readonly malfunctions: MalfunctionRules;
  /** Null: nothing is public. */
  readonly statusPage: StatusPage | null;
  /** A login that is not used for so long ends. */
  readonly loginIdleMs: number;
  /** Null: people log in with name and password alone. Holds a secret. */
  readonly oidc: OidcSettings | null;
  /** Whether admins may look into the queues. */
  readonly queuePage: boolean;
  /** Address of the pages as people reach them, without a slash at its end; null: not known. */
  readonly publicUrl: string | null;
  /** Places outside that are given every seal. May hold secrets. */
  readonly anchors: readonly Anchor[];
};

type Environment = Readonly<Record<string, string | undefined>>;

const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;
const DEFAULT_CONFIG_FILE = "./nines.yaml";

// The messages repeat no value: a mistyped address may hold a password.
const settingsSchema = z.object({
  NINES_CONFIG: z.string().optional(),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, "is no PostgreSQL address; write postgres://user@host/database")
    .optional(),
  REDIS_URL: z
    .string()
    .regex(
      /^rediss?:\/\/[^\s,]+(,[^\s,]+)*$/,
      "is no Redis address; write redis://host:6379 or rediss://host:6379, several with commas",
    )
    .optional(),
  NINES_DATA_DIR: z.string().default("./data"),
  HOST: z
    .string()
    .regex(/^[^\s/]+$/, "is no host; write an address or a name such as 127.0.0.1")
    .default("127.0.0.1"),
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, "is no port; write a whole number from 0 to 65535")
    .transform(Number)
    .refine((port) => port <= 65_535, "is no port; write a whole number from 0 to 65535")
    .default(8080),
  LOG_LEVEL: z
    .enum(LOG_LEVELS, `is no log level; write one of ${LOG_LEVELS.join(", ")}`)
    .default("info"),
});

/** The variables of this process: nobody else reads them. */
export function environment(): Environment {
  return process.env;
}

/**
 * The settings that the environment gives; an empty variable counts as not set.
 * `exists` tells whether ./nines.yaml is there to be the configuration when none is named.
 * Throws InvalidInputError.
 */
export function readSettings(
  env: Environment,
  exists: (path: string) => boolean = existsSync,
): Settings {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const checked = settingsSchema.safeParse(given);
  if (!checked.success) {
    throw new InvalidInputError(
      checked.error.issues.map(({ path, message }) => ({
        place: `environment ${path.join(".")}`,
        message,
      })),
    );
  }
  const { data } = checked;
  return {
    configFile: data.NINES_CONFIG ?? (exists(DEFAULT_CONFIG_FILE) ? DEFAULT_CONFIG_FILE : null),
    databaseUrl: data.DATABASE_URL ?? null,
    redisUrl: data.REDIS_URL ?? null,
    dataDir: data.NINES_DATA_DIR,
    host: data.HOST,
    port: data.PORT,
    logLevel: data.LOG_LEVEL,
  };
}
