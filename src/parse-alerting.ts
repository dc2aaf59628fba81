import { IANAZone } from "luxon";
import type { ReportMail, StatusPage } from "./config.ts";
import type { MalfunctionsEntry, RouteEntry, StatusPageEntry } from "./core/alerting-schema.ts";
import type { ChannelSettings } from "./core/channel-schema.ts";
import { parseDecimal } from "./core/decimal.ts";
import { parseDuration } from "./core/duration.ts";
import { type Level, type MalfunctionRule, type MalfunctionRules } from "./core/malfunction.ts";
import type { ReportMailEntry } from "./core/report-mail-schema.ts";
import type { Route } from "./core/route.ts";
import { unknownId } from "./parse-targets.ts";
import type { Finding } from "./yaml-source.ts";

const DEFAULT_DELAY = "10s";
const DEFAULT_INTERVAL = "1m";
const DEFAULT_JOIN_WITHIN = "10m";
const DEFAULT_MAIL_DELAY = "10m";
const RESPOND_WITHIN = { P1: "15m", P2: "30m", P3: "4h", P4: "24h" } as const;
const DEFAULT_BAD = "5%";
const PPM = 1_000_000;

/** Without rules of its own a configuration has these: spread first, then length. */
const DEFAULT_RULES: readonly RuleEntry[] = [
  { level: "P1", regions: 2 },
  { level: "P1", targets: 10, lasts: "5m" },
  { level: "P2", targets: 3 },
  { level: "P2", lasts: "30m" },
  { level: "P3", lasts: "5m" },
  { level: "P4" },
];

type RuleEntry = NonNullable<MalfunctionsEntry["rules"]>[number];

const msOf = (text: string): number => parseDuration(text) ?? 0;

/** What entries about alerts refer to. */
export type AlertingScope = {
  readonly timeZone: string;
  readonly channelIds: readonly string[];
  readonly accountIds: readonly string[];
};

type Listed<Entry> = readonly { readonly entry: Entry; readonly index: number }[];

/** Without routes every channel is told everything. */
export function toRoutes(entries: Listed<RouteEntry>, scope: AlertingScope): Route[] {
  if (entries.length > 0) return entries.map(({ entry }) => toRoute(entry, scope));
  const { channelIds } = scope;
  return channelIds.length === 0 ? [] : [toRoute({ channels: [...channelIds] }, scope)];
}

function toRoute(entry: RouteEntry, { timeZone }: AlertingScope): Route {
  const { quietHours, escalate } = entry;
  return {
    channels: entry.channels,
    events: entry.events ?? null,
    products: entry.products ?? null,
    regions: entry.regions ?? null,
    accounts: entry.accounts ?? null,
    levels: entry.levels ?? null,
    delayMs: msOf(entry.delay ?? DEFAULT_DELAY),
    intervalMs: msOf(entry.interval ?? DEFAULT_INTERVAL),
    quietHours:
      quietHours === undefined
        ? null
        : {
            from: quietHours.from,
            until: quietHours.until,
            timeZone: quietHours.timeZone ?? timeZone,
          },
    escalate:
      escalate === undefined
        ? null
        : { afterMs: msOf(escalate.after), channels: escalate.channels },
  };
}

/** What routes say wrongly about channels, accounts and times. */
export function routeFindings(entries: Listed<RouteEntry>, scope: AlertingScope): Finding[] {
  return entries.flatMap(({ entry, index }): Finding[] => {
    const at = (...rest: (string | number)[]) => ["routes", index, ...rest];
    const { quietHours, escalate, accounts = [], channels } = entry;
    return [
      ...unknownNames(channels, { known: scope.channelIds, what: "channel", path: at("channels") }),
      ...unknownNames(accounts, { known: scope.accountIds, what: "account", path: at("accounts") }),
      ...unknownNames(escalate?.channels ?? [], {
        known: scope.channelIds,
        what: "channel",
        path: at("escalate", "channels"),
      }),
      ...zoneFindings(quietHours?.timeZone, at("quietHours", "timeZone")),
      ...(quietHours !== undefined && quietHours.from === quietHours.until
        ? [
            {
              path: at("quietHours", "until"),
              at: "value" as const,
              message: `"${quietHours.until}" is the begin too, so they have no length; correct one of the two`,
            },
          ]
        : []),
    ];
  });
}

/** A fallback is another channel. */
export function channelFindings(
  entries: Listed<ChannelSettings>,
  channelIds: readonly string[],
): Finding[] {
  return entries.flatMap(({ entry, index }): Finding[] => {
    const { id, fallback } = entry;
    if (fallback === undefined) return [];
    const place = { path: ["channels", index, "fallback"], at: "value" as const };
    if (fallback === id) {
      return [{ ...place, message: `"${id}" cannot stand in for itself; name another` }];
    }
    if (channelIds.includes(fallback)) return [];
    return [{ ...place, message: unknownId("names channel", fallback, channelIds) }];
  });
}

/** Accounts that a status page names must be there. */
export function statusPageFindings(
  entry: StatusPageEntry | undefined,
  accountIds: readonly string[],
): Finding[] {
  return unknownNames(entry?.accounts ?? [], {
    known: accountIds,
    what: "account",
    path: ["statusPage", "accounts"],
  });
}

export function toStatusPage(entry: StatusPageEntry | undefined): StatusPage | null {
  if (entry === undefined) return null;
  const { title = null, all = false, accounts = [] } = entry;
  return { title, all, accounts };
}

/** Reports go by a channel that mails, to contacts that somebody has. */
export function reportMailFindings(
  entry: ReportMailEntry | undefined,
  scope: {
    /** Kind by id; null where it is not known. */
    readonly channelKinds: ReadonlyMap<string, string | null>;
    readonly hasContacts: boolean;
  },
): Finding[] {
  if (entry === undefined) return [];
  const { channelKinds, hasContacts } = scope;
  const kind = channelKinds.get(entry.channel);
  const named = { path: ["reportMail", "channel"], at: "value" as const };
  const findings: Finding[] = [];
  if (kind === undefined) {
    const message = unknownId("names channel", entry.channel, channelKinds.keys());
    findings.push({ ...named, message });
  } else if (kind !== "email" && kind !== null) {
    const message = `"${entry.channel}" is a channel of kind ${kind}; name one of kind email`;
    findings.push({ ...named, message });
  }
  for (const [index, format] of (entry.formats ?? []).entries()) {
    if (entry.formats?.indexOf(format) === index) continue;
    const message = `names ${format} twice; remove one of the two`;
    findings.push({ path: ["reportMail", "formats", index], at: "value", message });
  }
  if (!hasContacts) {
    const message =
      'no account has "contacts", so nobody would get a report; give an account contacts, or remove reportMail';
    findings.push({ path: ["reportMail"], at: "key", message });
  }
  return findings;
}

export function toReportMail(entry: ReportMailEntry | undefined): ReportMail | null {
  if (entry === undefined) return null;
  const { channel, formats = ["pdf", "xlsx"], delay = DEFAULT_MAIL_DELAY } = entry;
  return { channel, formats, delayMs: msOf(delay) };
}

export function toMalfunctionRules(entry: MalfunctionsEntry | undefined): MalfunctionRules {
  const { joinWithin = DEFAULT_JOIN_WITHIN, respondWithin = {}, rules } = entry ?? {};
  const within = (level: Level) => msOf(respondWithin[level] ?? RESPOND_WITHIN[level]);
  const [P1, P2, P3, P4] = [within("P1"), within("P2"), within("P3"), within("P4")];
  return {
    joinWithinMs: msOf(joinWithin),
    respondWithinMs: { P1, P2, P3, P4 },
    rules: (rules ?? DEFAULT_RULES).map(toRule),
  };
}

function toRule({
  level,
  products,
  targets = 1,
  regions = 1,
  lasts,
  bad,
}: RuleEntry): MalfunctionRule {
  return {
    level,
    products: products ?? null,
    targets,
    regions,
    lastsMs: lasts === undefined ? 0 : msOf(lasts),
    badPpm: ppmOf(bad ?? DEFAULT_BAD),
  };
}

/** "0.05" or "5%" as millionths. */
function ppmOf(share: string): number {
  const isPercent = share.endsWith("%");
  const value = parseDecimal(isPercent ? share.slice(0, -1) : share) ?? { num: 0n, den: 1n };
  const scale = BigInt(isPercent ? PPM / 100 : PPM);
  return Number((value.num * scale) / value.den);
}

type Known = {
  readonly known: readonly string[];
  readonly what: string;
  readonly path: readonly (string | number)[];
};

function unknownNames(names: readonly string[], { known, what, path }: Known): Finding[] {
  return names.flatMap((name, index): Finding[] => {
    if (known.includes(name)) return [];
    const message = unknownId(`names ${what}`, name, known);
    return [{ path: [...path, index], at: "value", message }];
  });
}

function zoneFindings(timeZone: string | undefined, path: readonly (string | number)[]): Finding[] {
  if (timeZone === undefined || IANAZone.isValidZone(timeZone)) return [];
  const message = `"${timeZone}" is no time zone; write one such as Asia/Shanghai`;
  return [{ path, at: "value", message }];
}
