import { IANAZone } from "luxon";
import type { z } from "zod";
import type { Account, Config, ControlEndpoint, Vantage } from "./config.ts";
import { checkForm } from "./config-problems.ts";
import type { Agreement } from "./core/agreement.ts";
import { routeEntry } from "./core/alerting-schema.ts";
import { channelEntry } from "./core/channel-schema.ts";
import {
  accountEntry,
  agreementDraft,
  agreementEntry,
  anchorEntry,
  fileOutline,
  headEntries,
  keepsText,
  targetDraft,
  targetEntry,
  vantageEntry,
  type AgreementEntry,
} from "./core/config-schema.ts";
import { parseDuration } from "./core/duration.ts";
import { builtInAgreements, toAgreement } from "./core/to-agreement.ts";
import { InvalidInputError } from "./errors.ts";
import {
  channelFindings,
  reportMailFindings,
  routeFindings,
  statusPageFindings,
  toMalfunctionRules,
  toReportMail,
  toRoutes,
  toStatusPage,
  type AlertingScope,
} from "./parse-alerting.ts";
import { loginFindings, toLoginIdleMs, toOidc } from "./parse-login.ts";
import { toProblems } from "./place-problems.ts";
import {
  duplicateFindings,
  targetFindings,
  toTarget,
  vantageFindings,
  type ProbeSchemas,
  type Referred,
  type TargetScope,
} from "./parse-targets.ts";
import type { Environment } from "./substitute.ts";
import { readYaml, type Finding } from "./yaml-source.ts";

/** What is measured beside the targets when a vantage does not say: ours first, then two names elsewhere. */
export const DEFAULT_CONTROLS: readonly ControlEndpoint[] = [
  { kind: "resolver" },
  { kind: "gateway" },
  { kind: "tcp", address: "www.baidu.com:443" },
  { kind: "tcp", address: "www.microsoft.com:443" },
];

type Raw = Readonly<Record<string, unknown>>;
type Listed<Entry> = { readonly entry: Entry; readonly index: number };
type List<Entry> = {
  /** As written. */
  readonly raw: readonly unknown[];
  /** Those that are good in form. */
  readonly entries: readonly Listed<Entry>[];
  readonly findings: readonly Finding[];
};

function isRecord(value: unknown): value is Raw {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(value: unknown, key: string): string | null {
  const inner = isRecord(value) ? value[key] : null;
  return typeof inner === "string" ? inner : null;
}

const idsOf = (raw: readonly unknown[]): (string | null)[] => raw.map((item) => textOf(item, "id"));
const present = (ids: readonly (string | null)[]): string[] => [
  ...new Set(ids.filter((id) => id !== null)),
];

function readList<Schema extends z.ZodType>(
  data: Raw,
  name: string,
  schema: Schema,
): List<z.output<Schema>> {
  const value = data[name];
  const raw: readonly unknown[] = Array.isArray(value) ? value : [];
  const entries: Listed<z.output<Schema>>[] = [];
  const findings: Finding[] = [];
  for (const [index, item] of raw.entries()) {
    const checked = checkForm(schema, item, [name, index]);
    findings.push(...checked.findings);
    if (checked.output !== null) entries.push({ entry: checked.output, index });
  }
  return { raw, entries, findings };
}

/**
 * What is left of each entry without the keys that are wrong in form, so that one mistake does
 * not hide another. `fresh` keeps a check of the rest from reporting such a key once more.
 */
function readDrafts<Schema extends z.ZodType>(list: List<unknown>, name: string, draft: Schema) {
  const wrong = new Map<unknown, Set<unknown>>();
  for (const { path } of list.findings) {
    wrong.set(path[1], (wrong.get(path[1]) ?? new Set()).add(path[2]));
  }
  const drafts: Listed<z.output<Schema>>[] = [];
  for (const [index, item] of list.raw.entries()) {
    if (!isRecord(item)) continue;
    const keys = wrong.get(index);
    const rest = keys ? Object.entries(item).filter(([key]) => !keys.has(key)) : null;
    const checked = checkForm(draft, rest ? Object.fromEntries(rest) : item, [name, index]);
    if (checked.output !== null) drafts.push({ entry: checked.output, index });
  }
  const fresh = ({ path }: Finding): boolean => wrong.get(path[1])?.has(path[2]) !== true;
  return { drafts, fresh };
}

/** A day is off or worked, not both. */
function workdayFindings({ holidays = [], workingDays = [] }: z.output<typeof headEntries>) {
  const off = new Set(holidays);
  return workingDays.flatMap((day, index): Finding[] => {
    if (!off.has(day)) return [];
    const message = `${day} is in "holidays" too; remove one of the two`;
    return [{ path: ["workingDays", index], at: "value", message }];
  });
}

/** What stands once in the file; a key with a bad value is as if it were not there. */
function readHead(data: Raw) {
  const findings = [...checkForm(fileOutline, data, []).findings];
  const bad = new Set(findings.map(({ path }) => path[0]));
  const rest = Object.fromEntries(Object.entries(data).filter(([key]) => !bad.has(key)));
  const head = headEntries.parse(rest);
  const { timeZone = "Asia/Shanghai" } = head;
  findings.push(...workdayFindings(head));
  if (IANAZone.isValidZone(timeZone)) return { head, timeZone, findings };
  const message = `"${timeZone}" is no time zone; write one such as Asia/Shanghai`;
  const finding: Finding = { path: ["timeZone"], at: "value", message };
  return { head, timeZone: "Asia/Shanghai", findings: [...findings, finding] };
}

function readVantages(data: Raw) {
  const list = readList(data, "vantages", vantageEntry);
  const vantages: Vantage[] = list.entries.map(({ entry }) => ({
    id: entry.id,
    controls: entry.controls ?? DEFAULT_CONTROLS,
  }));
  const ids = idsOf(list.raw);
  const findings = [...list.findings, ...duplicateFindings(ids, "vantages")];
  if (list.raw.length > 0) return { vantages, ids: present(ids), findings };
  return { vantages: [{ id: "local", controls: DEFAULT_CONTROLS }], ids: ["local"], findings };
}

function readAccounts(data: Raw) {
  const list = readList(data, "accounts", accountEntry);
  const accounts: Account[] = list.entries.map(({ entry }) => ({
    id: entry.id,
    name: entry.name ?? entry.id,
    currency: entry.currency ?? "CNY",
    contacts: [...new Set(entry.contacts)],
    lang: entry.lang ?? "en",
  }));
  const ids = idsOf(list.raw);
  const findings = [...list.findings, ...duplicateFindings(ids, "accounts")];
  // What is wrong in form is told already.
  const hasContacts = list.raw.some((item) => isRecord(item) && item["contacts"] !== undefined);
  if (list.raw.length > 0) return { accounts, ids: present(ids), hasContacts, findings };
  const id = "default";
  const only: Account = { id, name: "Default", currency: "CNY", contacts: [], lang: "en" };
  return { accounts: [only], ids: [id], hasContacts, findings };
}

/** Two entries with one id are versions when their dates differ. */
function versionFindings(list: List<AgreementEntry>): Finding[] {
  const seen = new Map<string, number>();
  return list.entries.flatMap(({ entry, index }): Finding[] => {
    const version = `${entry.id} ${entry.from ?? ""}`;
    const earlier = seen.get(version);
    seen.set(version, earlier ?? index);
    if (earlier === undefined) return [];
    const which = entry.from === undefined ? 'without "from"' : `from ${entry.from}`;
    const message = `agreements[${earlier}] is "${entry.id}" ${which} too; give one another "from" or id`;
    return [{ path: ["agreements", index, "id"], at: "value", message }];
  });
}

function readAgreements(data: Raw, timeZone: string) {
  const list = readList(data, "agreements", agreementEntry);
  const findings = [...list.findings, ...versionFindings(list)];
  const { drafts, fresh } = readDrafts(list, "agreements", agreementDraft);
  const written: Agreement[] = [];
  for (const { entry, index } of drafts) {
    const { agreement, problems } = toAgreement(entry, timeZone);
    written.push(agreement);
    const found = problems.map(({ key, message }): Finding => {
      return { path: ["agreements", index, key], at: "value", message };
    });
    findings.push(...found.filter(fresh));
  }
  const entries = list.entries.map(({ entry }) => entry);
  const agreements = [...builtInAgreements(timeZone, entries), ...written];
  const ids = new Set([...agreements.map(({ id }) => id), ...present(idsOf(list.raw))]);
  return { agreements, ids, findings };
}

/** What is told to whom. */
function readAlerting(
  data: Raw,
  head: ReturnType<typeof readHead>["head"],
  scope: Omit<AlertingScope, "channelIds"> & { readonly hasContacts: boolean },
) {
  const list = readList(data, "channels", channelEntry);
  const routes = readList(data, "routes", routeEntry);
  const channelIds = present(idsOf(list.raw));
  const full = { ...scope, channelIds };
  const channelKinds = new Map(
    list.raw.map((item) => [textOf(item, "id") ?? "", textOf(item, "kind")] as const),
  );
  return {
    channels: list.entries.map(({ entry }) => entry),
    routes: toRoutes(routes.entries, full),
    malfunctions: toMalfunctionRules(head.malfunctions),
    statusPage: toStatusPage(head.statusPage),
    reportMail: toReportMail(head.reportMail),
    findings: [
      ...list.findings,
      ...duplicateFindings(idsOf(list.raw), "channels"),
      ...channelFindings(list.entries, channelIds),
      ...routes.findings,
      ...routeFindings(routes.entries, full),
      ...statusPageFindings(head.statusPage, scope.accountIds),
      ...reportMailFindings(head.reportMail, { channelKinds, hasContacts: scope.hasContacts }),
    ],
  };
}

function readAnchors(data: Raw) {
  const list = readList(data, "anchors", anchorEntry);
  return {
    anchors: list.entries.map(({ entry }) => entry),
    findings: [...list.findings, ...duplicateFindings(idsOf(list.raw), "anchors")],
  };
}

/** Targets as others refer to them. */
function referredTargets(raw: readonly unknown[]): Map<string, Referred> {
  const targets = new Map<string, Referred>();
  for (const item of raw) {
    const id = textOf(item, "id");
    const product = textOf(item, "product") ?? "";
    const named = isRecord(item) && Array.isArray(item["agreements"]) ? item["agreements"] : [];
    const agreements = named.filter((name) => typeof name === "string");
    if (id !== null) targets.set(id, { product, agreements: [...agreements, product] });
  }
  return targets;
}

function readTargets(data: Raw, scope: Omit<TargetScope, "targets">) {
  const list = readList(data, "targets", targetEntry);
  const { drafts, fresh } = readDrafts(list, "targets", targetDraft);
  const full = { ...scope, targets: referredTargets(list.raw) };
  return {
    targets: list.entries.map(({ entry }) => toTarget(entry, full)),
    findings: [
      ...list.findings,
      ...duplicateFindings(idsOf(list.raw), "targets"),
      ...drafts
        .flatMap(({ entry, index }) => targetFindings(entry, full, ["targets", index]))
        .filter(fresh),
    ],
  };
}

function build(data: Raw, probeSettings: ProbeSchemas) {
  const { head, timeZone, findings } = readHead(data);
  const vantages = readVantages(data);
  const accounts = readAccounts(data);
  const agreements = readAgreements(data, timeZone);
  const alerting = readAlerting(data, head, {
    timeZone,
    accountIds: accounts.ids,
    hasContacts: accounts.hasContacts,
  });
  const anchors = readAnchors(data);
  const { interval = "15s", timeout = "5s", vantages: named } = head.defaults ?? {};
  const targets = readTargets(data, {
    timeZone,
    accounts: accounts.accounts,
    accountIds: accounts.ids,
    vantageIds: vantages.ids,
    agreements: agreements.agreements,
    agreementIds: agreements.ids,
    defaults: {
      intervalMs: parseDuration(interval) ?? 15_000,
      timeoutMs: parseDuration(timeout) ?? 5000,
      vantages: named ?? vantages.ids,
    },
    probeSettings,
  });
  const config: Config = {
    timeZone,
    retentionDays: head.retentionDays ?? 400,
    metricsToken: head.metricsToken ?? null,
    trustProxy: head.trustProxy ?? false,
    signingKeyFile: head.signingKeyFile ?? null,
    pdfSignature: head.pdfSignature ?? null,
    vantages: vantages.vantages,
    accounts: accounts.accounts,
    agreements: agreements.agreements,
    targets: targets.targets,
    holidays: head.holidays ?? [],
    workingDays: head.workingDays ?? [],
    channels: alerting.channels,
    routes: alerting.routes,
    malfunctions: alerting.malfunctions,
    statusPage: alerting.statusPage,
    reportMail: alerting.reportMail,
    queuePage: head.queuePage ?? false,
    loginIdleMs: toLoginIdleMs(head.login),
    oidc: toOidc(head.login),
    publicUrl: head.publicUrl?.replace(/\/+$/, "") ?? null,
    anchors: anchors.anchors,
  };
  return {
    config,
    findings: [
      ...findings,
      ...vantages.findings,
      ...accounts.findings,
      ...agreements.findings,
      ...alerting.findings,
      ...anchors.findings,
      ...loginFindings(head.login, { accountIds: accounts.ids, publicUrl: head.publicUrl }),
      ...vantageFindings(named ?? [], vantages.ids, ["defaults", "vantages"]),
      ...targets.findings,
    ],
  };
}

/**
 * Reads a configuration file. Throws InvalidInputError with everything that is wrong, each at
 * its `file:line:column path.to.key`, in the order of the file. Values that came in through
 * `${...}` are never repeated.
 */
export function parseConfig(
  source: { readonly text: string; readonly file: string },
  context: {
    readonly env: Environment;
    /** For each kind of probe the schema of its settings. */
    readonly probeSettings: ProbeSchemas;
    /** For `${file:PATH}`; throws when there is no such file. */
    readonly readFile: (path: string) => string;
  },
): Config {
  const { env, readFile, probeSettings } = context;
  const yaml = readYaml(source.text, { env, readFile, file: source.file }, keepsText);
  if (!isRecord(yaml.data)) {
    const message = 'must be a mapping of keys to values; begin with "version: 1"';
    throw new InvalidInputError([{ place: source.file, message }]);
  }
  const { config, findings } = build(yaml.data, probeSettings);
  const problems = toProblems([...yaml.findings, ...findings], yaml, source.file);
  if (problems.length > 0) throw new InvalidInputError(problems);
  return config;
}
