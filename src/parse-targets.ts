import { DateTime } from "luxon";
import type { z } from "zod";
import type { Account } from "./config.ts";
import { checkForm } from "./config-problems.ts";
import type { Agreement } from "./core/agreement.ts";
import type { TargetDraft, TargetEntry } from "./core/config-schema.ts";
import { parseDuration } from "./core/duration.ts";
import { currencyPlaces, parseAmount } from "./core/money.ts";
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

const nameOf = ({ id }: TargetDraft): string =>
  id === undefined ? "this target" : `target "${id}"`;

/** Message for an id that nothing has. */
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

function accountOf(draft: TargetDraft, scope: TargetScope): string | null {
  const [only, ...others] = scope.accountIds;
  return draft.account ?? (others.length === 0 ? (only ?? null) : null);
}

function checkAccount(draft: TargetDraft, scope: TargetScope, report: Report): void {
  const id = accountOf(draft, scope);
  if (id === null) {
    const ids = listed(scope.accountIds);
    report(["account"], `${nameOf(draft)} has no account; add "account", one of ${ids}`);
  } else if (!scope.accountIds.includes(id)) {
    report(["account"], unknownId(`${nameOf(draft)} names account`, id, scope.accountIds));
  }
  const account = scope.accounts.find((candidate) => candidate.id === id);
  if (draft.monthlyFee === undefined || account === undefined) return;
  if (parseAmount(draft.monthlyFee, account.currency) === null) {
    const allowed = `${account.currency} has ${currencyPlaces(account.currency)}`;
    report(["monthlyFee"], `"${draft.monthlyFee}" has too many decimals; ${allowed}: round it`);
  }
}

function momentMs(text: string, timeZone: string): number | null {
  if (!text.includes("T")) return midnightMs(text, timeZone);
  const moment = DateTime.fromISO(text, { setZone: true });
  return moment.isValid ? moment.toMillis() : null;
}

/** [from, until) of a target. */
function lifetimeOf({ from, until }: TargetDraft, { timeZone }: TargetScope) {
  return {
    fromMs: from === undefined ? null : momentMs(from, timeZone),
    untilMs: until === undefined ? null : momentMs(until, timeZone),
  };
}

function checkLifetime(draft: TargetDraft, scope: TargetScope, report: Report): void {
  const { fromMs, untilMs } = lifetimeOf(draft, scope);
  const { from, until } = draft;
  const noMoment = "is no day or time of the calendar; correct it";
  if (from !== undefined && fromMs === null) report(["from"], `"${from}" ${noMoment}`);
  if (until !== undefined && untilMs === null) report(["until"], `"${until}" ${noMoment}`);
  if (fromMs === null || untilMs === null || fromMs < untilMs) return;
  report(["until"], '"until" is not after "from"; correct one of the two');
}

function inheritsFrom(scope: TargetScope, agreementId: string): readonly string[] {
  const found = scope.agreements.find(
    ({ id, inherits }) => id === agreementId && inherits.length > 0,
  );
  return found?.inherits ?? [];
}

/** The product's agreement has the product's name. */
function agreementsOf({ agreements, product }: TargetDraft): readonly string[] {
  return agreements ?? (product === undefined ? [] : [product]);
}

function checkAgreements(draft: TargetDraft, scope: TargetScope, report: Report): void {
  const ids = agreementsOf(draft);
  for (const [index, id] of ids.entries()) {
    if (!scope.agreementIds.has(id)) {
      report(["agreements", index], unknownId("names agreement", id, scope.agreementIds));
    } else if (ids.indexOf(id) !== index) {
      report(["agreements", index], `names agreement "${id}" twice; remove one of the two`);
    }
  }
}

function checkInherits(draft: TargetDraft, scope: TargetScope, report: Report): void {
  const { inherits } = draft;
  const inherited = inherits === undefined ? undefined : scope.targets.get(inherits);
  if (inherits !== undefined && inherited === undefined) {
    const what = `${nameOf(draft)} inherits from target`;
    report(["inherits"], unknownId(what, inherits, scope.targets.keys()));
    return;
  }
  for (const id of agreementsOf(draft)) {
    const products = inheritsFrom(scope, id);
    if (products.length === 0) continue;
    const choice = `a target of product ${products.join(", ")}`;
    if (inherited === undefined) {
      const need = `takes its terms under agreement "${id}" from another target`;
      report(["inherits"], `${nameOf(draft)} ${need}; add "inherits" with the id of ${choice}`);
    } else if (!products.includes(inherited.product)) {
      const wrong = `target "${inherits}" is of product ${inherited.product}`;
      report(["inherits"], `${wrong}, which agreement "${id}" does not inherit; name ${choice}`);
    } else if (inheritsFrom(scope, inherited.agreements[0] ?? "").length > 0) {
      const wrong = `target "${inherits}" takes its own terms from another target`;
      report(["inherits"], `${wrong}; name ${choice} with terms of its own`);
    }
  }
}

function probeFindings(
  probe: TargetEntry["probe"],
  schemas: ProbeSchemas,
  path: Path,
): readonly Finding[] {
  const { kind } = probe;
  const schema = Object.hasOwn(schemas, kind) ? schemas[kind] : undefined;
  if (schema !== undefined) return checkForm(schema, probe, path).findings;
  const kinds = Object.keys(schemas);
  const hint = didYouMean(kind, kinds) || "; take one of them";
  const message = `"${kind}" is no kind of probe; the kinds are ${kinds.join(", ")}${hint}`;
  return [{ path: [...path, "kind"], at: "value", message }];
}

/** What is wrong with one entry, as far as it is good in form, among the others. */
export function targetFindings(draft: TargetDraft, scope: TargetScope, path: Path): Finding[] {
  const findings: Finding[] = [];
  const report: Report = (key, message) => {
    findings.push({ path: [...path, ...key], at: "value", message });
  };
  checkAccount(draft, scope, report);
  checkAgreements(draft, scope, report);
  checkInherits(draft, scope, report);
  checkLifetime(draft, scope, report);
  const vantages = draft.vantages ?? [];
  findings.push(...vantageFindings(vantages, scope.vantageIds, [...path, "vantages"]));
  const { probe } = draft;
  if (probe) findings.push(...probeFindings(probe, scope.probeSettings, [...path, "probe"]));
  return findings;
}

/** One entry with its defaults. */
export function toTarget(entry: TargetEntry, scope: TargetScope): Target {
  return {
    id: entry.id,
    product: entry.product,
    region: entry.region,
    zone: entry.zone ?? null,
    account: accountOf(entry, scope) ?? "",
    class: entry.class ?? "",
    labels: entry.labels ?? {},
    agreements: agreementsOf(entry),
    inherits: entry.inherits ?? null,
    monthlyFee: entry.monthlyFee ?? null,
    intervalMs: parseDuration(entry.interval ?? "") ?? scope.defaults.intervalMs,
    timeoutMs: parseDuration(entry.timeout ?? "") ?? scope.defaults.timeoutMs,
    vantages: entry.vantages ?? scope.defaults.vantages,
    ...lifetimeOf(entry, scope),
    probe: entry.probe,
  };
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
