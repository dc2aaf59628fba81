import { DateTime } from "luxon";
import type { z } from "zod";
import type { Account } from "./config.ts";
import { checkForm } from "./config-problems.ts";
import type { Agreement } from "./core/agreement.ts";
import { findRegion } from "./core/catalogue.ts";
import type { TargetEntry } from "./core/config-schema.ts";
import { parseDuration } from "./core/duration.ts";
import { didYouMean } from "./core/suggest.ts";
import type { Target } from "./core/target.ts";
import { midnightMs } from "./core/to-agreement.ts";
import { pathText, type Finding, type Path } from "./yaml-source.ts";

export type ProbeSchemas = Readonly<Record<string, z.ZodType>>;

/** A target as others refer to it, its own form good or not. */
export type Referred = { readonly product: string; readonly agreements: readonly string[] };

/** What a target's entry is checked against. Lists of ids hold also those of faulty entries. */
export type TargetScope = {
  readonly timeZone: string;
  readonly accounts: readonly Account[];
  readonly accountIds: readonly string[];
  readonly vantageIds: readonly string[];
  readonly agreements: readonly Agreement[];
  readonly agreementIds: ReadonlySet<string>;
  readonly targets: ReadonlyMap<string, Referred>;
  readonly defaults: {
    readonly intervalMs: number;
    readonly timeoutMs: number;
    readonly vantages: readonly string[];
  };
  readonly probeSettings: ProbeSchemas;
};

type Report = (key: Path, message: string) => void;

const listed = (ids: Iterable<string>): string => {
  const all = [...ids];
  return all.length > 12 ? `${all.slice(0, 12).join(", ")} …` : all.join(", ");
};

/** Finding for an id that nothing has. */
export function unknownId(what: string, id: string, known: Iterable<string>): string {
  const ids = [...known];
  const hint = didYouMean(id, ids) || `; there is ${listed(ids) || "none"}`;
  return `${what} "${id}", which is not defined${hint}`;
}

/** Vantages by their ids: findings for those that are unknown or named twice. */
export function vantageFindings(
  ids: readonly string[],
  known: readonly string[],
  path: Path,
): Finding[] {
  return ids.flatMap((id, index): Finding[] => {
    const place = { path: [...path, index], at: "value" as const };
    if (!known.includes(id)) return [{ ...place, message: unknownId("names vantage", id, known) }];
    if (ids.indexOf(id) === index) return [];
    return [{ ...place, message: `names vantage "${id}" twice; remove one of the two` }];
  });
}

function accountOf(entry: TargetEntry, scope: TargetScope, report: Report): string {
  const [only, ...others] = scope.accountIds;
  if (entry.account === undefined) {
    if (only !== undefined && others.length === 0) return only;
    const ids = listed(scope.accountIds);
    report(["account"], `target "${entry.id}" has no account; add "account", one of ${ids}`);
  } else if (!scope.accountIds.includes(entry.account)) {
    const what = `target "${entry.id}" names account`;
    report(["account"], unknownId(what, entry.account, scope.accountIds));
  }
  return entry.account ?? "";
}

function checkFee(entry: TargetEntry, account: Account | undefined, report: Report): void {
  if (entry.monthlyFee === undefined || account === undefined) return;
  const { maximumFractionDigits = 2 } = new Intl.NumberFormat("en", {
    style: "currency",
    currency: account.currency,
  }).resolvedOptions();
  const [, decimals = ""] = entry.monthlyFee.replace(/0+$/, "").split(".");
  if (decimals.length > maximumFractionDigits) {
    const allowed = `${account.currency} has ${maximumFractionDigits}`;
    report(["monthlyFee"], `has too many decimals: ${allowed}; round the fee`);
  }
}

function momentMs(text: string, timeZone: string): number | null {
  if (!text.includes("T")) return midnightMs(text, timeZone);
  const moment = DateTime.fromISO(text, { setZone: true });
  return moment.isValid ? moment.toMillis() : null;
}

/**
 * [from, until) of a target. In a region that has closed a target without `until` ends when the
 * region did: what is gone must not count as down.
 */
function lifetime(
  entry: TargetEntry,
  scope: TargetScope,
  report: Report,
): Pick<Target, "fromMs" | "untilMs"> {
  const read = (key: "from" | "until"): number | null => {
    const text = entry[key];
    if (text === undefined) return null;
    const ms = momentMs(text, scope.timeZone);
    if (ms === null) report([key], `"${text}" is no day or time of the calendar; correct it`);
    return ms;
  };
  const fromMs = read("from");
  const written = read("until");
  if (entry.until !== undefined) {
    if (fromMs !== null && written !== null && fromMs >= written) {
      report(["until"], '"until" is not after "from"; correct one of the two');
    }
    return { fromMs, untilMs: written };
  }
  const closedMs = findRegion(entry.region)?.validUntilMs ?? null;
  if (fromMs !== null && closedMs !== null && fromMs >= closedMs) {
    const closed = `region "${entry.region}" closed at ${new Date(closedMs).toISOString()}`;
    report(["from"], `${closed}, before "from"; remove the target or add "until"`);
  }
  return { fromMs, untilMs: closedMs };
}

function inheritsFrom(scope: TargetScope, agreementId: string): readonly string[] {
  const found = scope.agreements.find(({ id, inherits }) => id === agreementId && inherits.length > 0);
  return found?.inherits ?? [];
}

function checkAgreements(ids: readonly string[], scope: TargetScope, report: Report): void {
  for (const [index, id] of ids.entries()) {
    if (!scope.agreementIds.has(id)) {
      report(["agreements", index], unknownId("names agreement", id, scope.agreementIds));
    } else if (ids.indexOf(id) !== index) {
      report(["agreements", index], `names agreement "${id}" twice; remove one of the two`);
    }
  }
}

function checkInherits(entry: TargetEntry, ids: readonly string[], at: [TargetScope, Report]): void {
  const [scope, report] = at;
  const inherited = entry.inherits === undefined ? undefined : scope.targets.get(entry.inherits);
  if (entry.inherits !== undefined && inherited === undefined) {
    const what = `target "${entry.id}" inherits from target`;
    report(["inherits"], unknownId(what, entry.inherits, scope.targets.keys()));
    return;
  }
  for (const id of ids) {
    const products = inheritsFrom(scope, id);
    if (products.length === 0) continue;
    const choice = `a target of product ${products.join(", ")}`;
    if (inherited === undefined) {
      const need = `takes its terms under agreement "${id}" from another target`;
      report(["inherits"], `target "${entry.id}" ${need}; add "inherits" with the id of ${choice}`);
    } else if (!products.includes(inherited.product)) {
      const wrong = `target "${entry.inherits}" is of product ${inherited.product}`;
      report(["inherits"], `${wrong}, which agreement "${id}" does not inherit; name ${choice}`);
    } else if (inheritsFrom(scope, inherited.agreements[0] ?? "").length > 0) {
      const wrong = `target "${entry.inherits}" takes its own terms from another target`;
      report(["inherits"], `${wrong}; name ${choice} with terms of its own`);
    }
  }
}

function probeFindings(entry: TargetEntry, schemas: ProbeSchemas, path: Path): readonly Finding[] {
  const { kind } = entry.probe;
  const schema = Object.hasOwn(schemas, kind) ? schemas[kind] : undefined;
  if (schema !== undefined) return checkForm(schema, entry.probe, path).findings;
  const kinds = Object.keys(schemas);
  const message = `there is no probe of kind "${kind}"; the kinds are ${kinds.join(", ")}${didYouMean(kind, kinds)}`;
  return [{ path: [...path, "kind"], at: "value", message }];
}

/** One entry, good in form, with its defaults, and what is wrong with it among the others. */
export function toTarget(
  entry: TargetEntry,
  scope: TargetScope,
  path: Path,
): { readonly target: Target; readonly findings: readonly Finding[] } {
  const findings: Finding[] = [];
  const report: Report = (key, message) => {
    findings.push({ path: [...path, ...key], at: "value", message });
  };
  const account = accountOf(entry, scope, report);
  checkFee(entry, scope.accounts.find(({ id }) => id === account), report);
  const agreements = entry.agreements ?? [entry.product];
  checkAgreements(agreements, scope, report);
  checkInherits(entry, agreements, [scope, report]);
  if (entry.vantages !== undefined) {
    findings.push(...vantageFindings(entry.vantages, scope.vantageIds, [...path, "vantages"]));
  }
  findings.push(...probeFindings(entry, scope.probeSettings, [...path, "probe"]));
  const target: Target = {
    id: entry.id,
    product: entry.product,
    region: entry.region,
    zone: entry.zone ?? null,
    account,
    class: entry.class ?? "",
    labels: entry.labels ?? {},
    agreements,
    inherits: entry.inherits ?? null,
    monthlyFee: entry.monthlyFee ?? null,
    intervalMs: parseDuration(entry.interval ?? "") ?? scope.defaults.intervalMs,
    timeoutMs: parseDuration(entry.timeout ?? "") ?? scope.defaults.timeoutMs,
    vantages: entry.vantages ?? scope.defaults.vantages,
    ...lifetime(entry, scope, report),
    probe: entry.probe,
  };
  return { target, findings };
}

/** Findings for ids that stand at an earlier entry of the same list too. */
export function duplicateFindings(ids: readonly (string | null)[], list: string): Finding[] {
  const first = new Map<string, number>();
  return ids.flatMap((id, index): Finding[] => {
    if (id === null) return [];
    const earlier = first.get(id);
    first.set(id, earlier ?? index);
    if (earlier === undefined) return [];
    const message = `"${id}" is the id of ${pathText([list, earlier])} too; give one of the two another`;
    return [{ path: [list, index, "id"], at: "value", message }];
  });
}
