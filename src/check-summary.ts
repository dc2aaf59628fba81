import { DateTime } from "luxon";
import type { Config } from "./config.ts";
import { findRegion, REGIONS } from "./core/catalogue.ts";
import { formatDuration } from "./core/duration.ts";
import { assignShards } from "./core/shards.ts";
import { didYouMean } from "./core/suggest.ts";
import { PRODUCTS, probeKey, type Target } from "./core/target.ts";

function countBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** Rows in columns of one width. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>(
    (all, row) => row.map((cell, column) => Math.max(cell.length, all[column] ?? 0)),
    [],
  );
  return rows.map((row) => {
    const cells = row.map((cell, column) => cell.padEnd(widths[column] ?? 0));
    return `  ${cells.join("  ")}`.trimEnd();
  });
}

/** One target as one vantage measures it: what rounds are made of. */
function visits(config: Config) {
  return config.targets.flatMap((target) =>
    target.vantages.map((vantage) => ({ target, vantage })),
  );
}

const perMinute = (everyMs: number): number => 60_000 / everyMs;

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}

function workLines(config: Config): string[] {
  const all = visits(config);
  const rounds = assignShards(config.targets, []).map(({ everyMs }) => perMinute(everyMs));
  const results = all.map(({ target }) => perMinute(target.intervalMs));
  const distinct = new Map(
    all.map(({ target, vantage }) => [
      `${vantage} ${target.intervalMs} ${probeKey(target)}`,
      target.intervalMs,
    ]),
  );
  const measured = [...distinct.values()].map(perMinute);
  const shared = all.length - distinct.size;
  const sharing = `${shared} of ${all.length} results take that of another target`;
  return [
    `Rounds a minute        ${sum(rounds).toFixed(1)}`,
    `Results a minute       ${sum(results).toFixed(1)}`,
    `Measurements a minute  ${sum(measured).toFixed(1)}`,
    `Shared measurements    ${shared === 0 ? "none" : sharing}`,
  ];
}

/** Regions down, products across. */
function targetLines({ targets }: Config): string[] {
  const cells = countBy(targets, ({ product, region }) => `${product} ${region}`);
  const products = PRODUCTS.filter((id) => targets.some(({ product }) => product === id));
  const regions = [...new Set(targets.map(({ region }) => region))].toSorted();
  const rows = regions.map((region) => [
    region,
    ...products.map((product) => String(cells.get(`${product} ${region}`) ?? "-")),
  ]);
  return [
    `Targets (${targets.length})`,
    ...(rows.length > 0 ? table([["", ...products], ...rows]) : []),
  ];
}

function agreementLines({ agreements, targets }: Config): string[] {
  const uses = countBy(
    targets.flatMap((target) => target.agreements),
    (id) => id,
  );
  const named = agreements.filter(({ id }) => uses.has(id));
  const rows = named.map((agreement) => {
    const { id, fromMs, timeZone, inherits, scope, method, slotMs, objectivePercent } = agreement;
    const date = DateTime.fromMillis(fromMs, { zone: timeZone }).toISODate();
    const from = fromMs === 0 ? "always" : `from ${date}`;
    const terms =
      inherits.length > 0
        ? [`inherits ${inherits.join(", ")}`, "", ""]
        : [`${objectivePercent} %`, `${method} in ${formatDuration(slotMs)}`, scope];
    return [id, from, ...terms, counted(uses.get(id) ?? 0, "target")];
  });
  return [`Agreements in use (${rows.length})`, ...table(rows)];
}

function mailLines({ accounts, reportMail }: Config): string[] {
  if (reportMail === null) return [];
  const { channel, formats, delayMs } = reportMail;
  const told = accounts.filter(({ contacts }) => contacts.length > 0);
  const contacts = counted(sum(told.map((account) => account.contacts.length)), "contact");
  const when = delayMs === 0 ? "at the closing" : `${formatDuration(delayMs)} after the closing`;
  const whose = counted(told.length, "account");
  return [
    `Reports mailed by ${channel} (${formats.join(", ")}) ${when}, to ${contacts} of ${whose}`,
  ];
}

function anchorLines({ anchors }: Config): string[] {
  const named = anchors.map(({ id, kind }) => `${id} (${kind})`);
  return named.length === 0 ? [] : [`Anchors (${named.length}): ${named.join(", ")}`];
}

function targetWarnings(target: Target, config: Config): string[] {
  const warnings: string[] = [];
  const region = findRegion(target.region);
  if (region === null) {
    const hint = didYouMean(
      target.region,
      REGIONS.map(({ id }) => id),
    );
    warnings.push(`region "${target.region}" is not in the catalogue${hint}`);
  } else if (region.validUntilMs !== null && (target.untilMs ?? Infinity) > region.validUntilMs) {
    const closed = new Date(region.validUntilMs).toISOString();
    warnings.push(`region "${target.region}" closed at ${closed}: give its targets "until"`);
  }
  for (const agreement of config.agreements) {
    if (!target.agreements.includes(agreement.id) || agreement.inherits.length > 0) continue;
    if (target.intervalMs > agreement.slotMs) {
      const slot = `a slot of agreement "${agreement.id}" (${formatDuration(agreement.slotMs)})`;
      const interval = `interval ${formatDuration(target.intervalMs)} is longer than ${slot}`;
      warnings.push(`${interval}: slots without data, "${target.id}" among others`);
    }
    if ((agreement.minVantages ?? 0) > target.vantages.length) {
      const needs = `agreement "${agreement.id}" needs ${agreement.minVantages} vantages`;
      warnings.push(`${needs} and "${target.id}" has ${target.vantages.length}: never any data`);
    }
  }
  return warnings;
}

function warningLines(config: Config): string[] {
  const warnings = config.targets.flatMap((target) => targetWarnings(target, config));
  const used = new Set(visits(config).map(({ vantage }) => vantage));
  for (const { id } of config.vantages) {
    if (!used.has(id)) warnings.push(`vantage "${id}" measures no target`);
  }
  if (config.reportMail === null && config.accounts.some(({ contacts }) => contacts.length > 0)) {
    warnings.push("accounts have contacts and nobody is mailed: there is no reportMail");
  }
  // One line for each kind: ten thousand targets may share a mistake.
  const kinds = new Map<string, string>();
  for (const warning of warnings) {
    const kind = warning.replace(/"[^"]*" (among|has)/, "$1");
    if (!kinds.has(kind)) kinds.set(kind, `  ${warning}`);
  }
  return kinds.size === 0 ? [] : ["Warnings", ...kinds.values()];
}

/** What a configuration holds, for people; nothing secret. */
export function checkSummary(config: Config): string {
  const { vantages, accounts, timeZone, retentionDays, channels } = config;
  const lines = [
    `Time zone ${timeZone}, rounds kept for ${counted(retentionDays, "day")}`,
    `Vantages (${vantages.length}): ${vantages.map(({ id }) => id).join(", ")}`,
    `Accounts (${accounts.length}): ${accounts.map(({ id, currency }) => `${id} (${currency})`).join(", ")}`,
    `Channels (${channels.length})${channels.map(({ id, kind }, i) => `${i === 0 ? ": " : ", "}${id} (${kind})`).join("")}`,
    ...mailLines(config),
    ...anchorLines(config),
    ...targetLines(config),
    ...agreementLines(config),
    ...workLines(config),
    ...warningLines(config),
  ];
  return `${lines.join("\n")}\n`;
}
