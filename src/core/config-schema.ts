import { z } from "zod";
import { METHODS, QUORUMS, SCOPES } from "./agreement.ts";
import { parseDecimal } from "./decimal.ts";
import {
  HOST_AND_PORT,
  dateText,
  dayText,
  durationText,
  idText,
  momentText,
  percent,
  shown,
  timeZone,
  urlText,
  wordText,
} from "./config-forms.ts";
import { channelEntry, mailText } from "./channel-schema.ts";
import { malfunctionsEntry, routeEntry, statusPageEntry } from "./alerting-schema.ts";
import { parseDuration } from "./duration.ts";
import { loginEntry } from "./login-schema.ts";
import { reportMailEntry } from "./report-mail-schema.ts";
import { PRODUCTS } from "./target.ts";

/**
 * The form of the configuration file, each entry by itself. What entries say about each other
 * is checked where they are put together. Descriptions go into the published JSON Schema and
 * into messages.
 */

const vantageIds = (description: string) =>
  z.array(z.string()).min(1, "is empty; name a vantage, or remove the key").describe(description);

const controlEntry = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("resolver") }).describe("The worker's own resolver"),
    z.strictObject({ kind: z.literal("gateway") }).describe("The worker's default gateway"),
    z
      .strictObject({
        kind: z.literal("tcp"),
        address: z.string().regex(HOST_AND_PORT, {
          error: (issue) => `${shown(issue)} is no address; write host:port`,
        }),
      })
      .describe("An endpoint elsewhere that accepts connections"),
  ])
  .describe("Measured beside the targets: when all fail with them, the fault is our own");

export const vantageEntry = z.strictObject({
  id: idText,
  controls: z
    .array(controlEntry)
    .optional()
    .describe("Default: the resolver, the gateway and two public names; [] for none"),
});

export const accountEntry = z.strictObject({
  id: idText,
  name: z.string().min(1, "is empty; give a name, or remove the key").optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, {
      error: (issue) => `${shown(issue)} is no currency; write three letters such as "CNY"`,
    })
    .optional()
    .describe("ISO 4217 code, default CNY"),
  contacts: z
    .array(mailText)
    .min(1, "is empty; name a mail address, or remove the key")
    .max(100)
    .optional()
    .describe("Who is mailed the reports of its closed months, see `reportMail`"),
  lang: z.enum(["en", "zh"]).optional().describe("Language of these mails; default en"),
});

const creditEntry = z.strictObject({
  below: percent("The tier holds below this availability, in percent"),
  credit: z
    .number()
    .gt(0)
    .max(100)
    .refine((value) => parseDecimal(String(value)) !== null, {
      error: (issue) => `${shown(issue)} has too many decimals; write one such as 12.5`,
    })
    .describe("Percent of the month's fee"),
});

export const agreementEntry = z.strictObject({
  id: idText,
  from: dateText.optional().describe("Date from which it holds; default: always"),
  objective: percent("Availability promised, in percent").optional(),
  method: z.enum(METHODS).optional().describe("How a slot's badness follows from its results"),
  slot: durationText("Smallest counted unit of time: whole minutes that divide a day", {
    from: "1m",
    until: "1d",
  })
    .refine((text) => 86_400_000 % (parseDuration(text) ?? 1) === 0, {
      error: (issue) => `${shown(issue)} does not divide a day; choose a slot such as "1m" or "5m"`,
    })
    .refine((text) => (parseDuration(text) ?? 1) % 60_000 === 0, {
      error: (issue) => `${shown(issue)} is not whole minutes; choose a slot such as "1m" or "5m"`,
    })
    .optional(),
  threshold: z
    .string()
    .regex(/^(0(\.\d{1,9})?|\d{1,2}(\.\d{1,9})?%)$/, {
      error: (issue) => `${shown(issue)} is no share of failed results; write it as "0.05" or "5%"`,
    })
    .meta({
      description: 'Method threshold: bad above this share of failed results, "0.05" or "5%"',
      type: ["string", "number"],
    })
    .optional(),
  scope: z.enum(SCOPES).optional().describe("What one figure is given for"),
  quorum: z.enum(QUORUMS).optional().describe("Which votes of vantages make a slot down"),
  minVantages: z.int().min(1).max(1000).optional().describe("Votes that a slot needs"),
  minStretch: z.int().min(1).max(1440).optional().describe("Shorter runs of bad slots are good"),
  partMonth: z.enum(["as-used", "whole-month"]).optional(),
  exclusion: z.enum(["as-good", "removed"]).optional(),
  noData: z.enum(["removed", "as-good", "as-bad"]).optional(),
  minCoverage: percent("Below it there is no verdict, in percent; default 95").optional(),
  timeZone: timeZone.optional(),
  closeAfter: durationText("A month closes this long after its end", {
    from: "0s",
    until: "31d",
  }).optional(),
  credits: z.array(creditEntry).max(20).optional(),
  inherits: z
    .array(z.enum(PRODUCTS))
    .min(1, "is empty; list products, or remove the key")
    .optional()
    .describe("Terms come from the target named by `inherits`, which is of one of these products"),
});
export type AgreementEntry = z.output<typeof agreementEntry>;
export const agreementDraft = agreementEntry.partial().required({ id: true });

/** Only its kind; the settings of a kind have a schema of their own. */
export const probeEntry = z.looseObject({ kind: z.string() }).describe("What is measured, and how");

const interval = durationText("Time from one round to the next, whole seconds", {
  from: "1s",
  until: "1d",
}).refine((text) => (parseDuration(text) ?? 1) % 1000 === 0, {
  error: (issue) => `${shown(issue)} is not whole seconds; write it like "15s"`,
});
const timeout = durationText("Time limit of one probe", { from: "100ms", until: "10m" });

export const targetEntry = z.strictObject({
  id: idText,
  product: z.enum(PRODUCTS).describe(PRODUCTS.join(" | ")),
  region: wordText.describe("Region id, such as cn-hangzhou"),
  zone: wordText.optional().describe("Zone id, such as cn-hangzhou-h"),
  account: z.string().optional().describe("Default: the account, when there is just one"),
  monthlyFee: z
    .string()
    .regex(/^\d{1,12}(\.\d{1,4})?$/, {
      error: (issue) => `${shown(issue)} is no amount; write a decimal such as "1200.00"`,
    })
    .meta({ description: "In the account's currency", type: ["string", "number"] })
    .optional(),
  probe: probeEntry,
  agreements: z
    .array(z.string())
    .min(1, "is empty; name an agreement, or remove the key")
    .optional()
    .describe("Ids of the agreements that hold; default: the product's"),
  class: wordText.optional().describe("Separates groups, such as a storage class"),
  labels: z.record(z.string(), z.string()).optional(),
  from: momentText.optional(),
  until: momentText.optional(),
  interval: interval.optional(),
  timeout: timeout.optional(),
  vantages: vantageIds("Where it is measured from; default: those of `defaults`").optional(),
  inherits: z.string().optional().describe("Target whose agreement holds for this one"),
});
export type TargetEntry = z.output<typeof targetEntry>;

/** What is left of an entry without the keys that are wrong in form. */
export const targetDraft = targetEntry.partial();
export type TargetDraft = z.output<typeof targetDraft>;

export const anchorEntry = z
  .discriminatedUnion("kind", [
    z
      .strictObject({
        id: idText,
        kind: z.literal("file"),
        path: z
          .string()
          .regex(/^\/.*[^/]$/, {
            error: (issue) =>
              `${shown(issue)} is no absolute path of a file; write one such as /mnt/far/seals.ndjson`,
          })
          .describe("Absolute path; a line is appended for each seal"),
      })
      .describe("A file, best on another machine's disk"),
    z
      .strictObject({
        id: idText,
        kind: z.literal("webhook"),
        url: urlText.describe("Where seals are sent"),
        secret: z
          .string()
          .min(1, "is empty; give a secret, or remove the key")
          .optional()
          .describe("Key of the HMAC-SHA256 in the header X-Nines-Signature"),
      })
      .describe("Each seal is sent as JSON by POST"),
    z
      .strictObject({
        id: idText,
        kind: z.literal("rfc3161"),
        url: urlText.describe("Where seals are sent"),
      })
      .describe("A time-stamp authority by RFC 3161"),
  ])
  .describe("A place outside that seals are given to, so that they cannot be made again later");
export type Anchor = Readonly<z.output<typeof anchorEntry>>;

const addressForms = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]);
const proxyText = z
  .string()
  .refine((text) => addressForms.safeParse(text).success, {
    error: (issue) =>
      `${shown(issue)} is no address; write one such as 10.0.0.7, or a network such as 10.0.0.0/8`,
  })
  .describe("Address, or network such as 10.0.0.0/8");

const version = z
  .literal(1, { error: "this form of the file has version 1; write version: 1" })
  .describe("Version of this file's form: 1");

/** What stands once in a file. */
export const headEntries = z.object({
  timeZone: timeZone.optional(),
  sandbox: z
    .enum(["lively", "quiet"])
    .optional()
    .describe(
      "Measures the sandbox cloud instead of targets of your own, to try channels on it: lively breaks a server every few minutes, quiet only when told by nines sandbox break",
    ),
  retentionDays: z.int().min(1).max(3660).optional().describe("Rounds are kept this many days"),
  holidays: z
    .array(dayText)
    .max(10_000)
    .optional()
    .describe("Days off from Monday to Friday; a claim opens on the 5th working day"),
  workingDays: z
    .array(dayText)
    .max(10_000)
    .optional()
    .describe("Saturdays and Sundays that are worked"),
  signingKeyFile: z
    .string()
    .min(1, "is empty; give a path, or remove the key")
    .optional()
    .describe(
      "Ed25519 private key in PEM that signs closed months; default: one in the data directory",
    ),
  pdfSignature: z
    .strictObject({
      certificateFile: z
        .string()
        .min(1, "is empty; give a path")
        .describe("PEM: the certificate that signs, then those up to its authority"),
      keyFile: z.string().min(1, "is empty; give a path").describe("PEM: its key, RSA or EC"),
    })
    .optional()
    .describe("Signs reports as PDF for readers of PDF; each month's own signature is apart"),
  metricsToken: z
    .string()
    .min(1, "is empty; give a token, or remove the key")
    .optional()
    .describe("Opens /metrics to the bearer of this token"),
  publicUrl: urlText
    .optional()
    .describe("Address of the pages as people reach them, for links in messages"),
  malfunctions: malfunctionsEntry.optional(),
  statusPage: statusPageEntry.optional(),
  login: loginEntry.optional(),
  reportMail: reportMailEntry.optional(),
  queuePage: z
    .boolean()
    .optional()
    .describe(
      "Whether admins may look into the queues at /monitor/queues, with whatever jobs hold; takes " +
        "effect with a start; default false",
    ),
  trustProxy: z
    .union([z.boolean(), z.array(proxyText)])
    .optional()
    .describe(
      "Proxies whose X-Forwarded-For says who asks: a list of addresses and networks, or true for " +
        "whoever connects; default: none",
    ),
  defaults: z
    .strictObject({
      interval: interval.optional(),
      timeout: timeout.optional(),
      vantages: vantageIds("Default: all vantages").optional(),
    })
    .optional()
    .describe("What targets take that say nothing else"),
});

const anyList = z.array(z.unknown());
const vantagesEmpty = "is empty; list a vantage, or remove the key";
const accountsEmpty = "is empty; list an account, or remove the key";

/** The file with its lists unread, so that one bad entry does not hide the others. */
export const fileOutline = z.strictObject({
  version,
  ...headEntries.shape,
  vantages: anyList.min(1, vantagesEmpty).optional(),
  accounts: anyList.min(1, accountsEmpty).optional(),
  agreements: anyList.optional(),
  targets: anyList.optional(),
  channels: anyList.optional(),
  anchors: anyList.optional(),
  routes: anyList.optional(),
});

/** The whole file. */
export const configFile = z.strictObject({
  version,
  ...headEntries.shape,
  vantages: z.array(vantageEntry).min(1, vantagesEmpty).optional(),
  accounts: z.array(accountEntry).min(1, accountsEmpty).optional(),
  agreements: z.array(agreementEntry).optional(),
  targets: z.array(targetEntry).optional(),
  channels: z.array(channelEntry).optional(),
  anchors: z.array(anchorEntry).optional(),
  routes: z.array(routeEntry).optional(),
});

/** Paths whose numbers are taken by their digits: "99.95" is exact, the float is not. */
export function keepsText(path: readonly (string | number)[]): boolean {
  const [list, , key, , inner] = path;
  if (list === "targets") return path.length === 3 && key === "monthlyFee";
  if (list !== "agreements") return false;
  if (path.length === 5) return key === "credits" && inner === "below";
  return path.length === 3 && (key === "objective" || key === "threshold" || key === "minCoverage");
}
