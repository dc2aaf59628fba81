import type { Config } from "./config.ts";
import { findRegion, REGIONS } from "./core/catalogue.ts";
import { formatDuration } from "./core/duration.ts";
import { didYouMean } from "./core/suggest.ts";
import { probeKey, type Target } from "./core/target.ts";

/** As many targets as one round holds at most. */
const TARGETS_PER_ROUND = 100;

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

function workLines(config: Config): string[] {
  const all = visits(config);
  const groups = countBy(all, ({ target, vantage }) => `${target.intervalMs} ${vantage}`);
  const perMinute = (count: number, intervalMs: number): number => (count * 60_000) / intervalMs;
  let rounds = 0;
  for (const [group, size] of groups) {
    rounds += perMinute(Math.ceil(size / TARGETS_PER_ROUND), Number.parseInt(group, 10));
  }
  const results = all.reduce((sum, { target }) => sum + perMinute(1, target.intervalMs), 0);
  const distinct = new Map(
    all.map(({ target, vantage }) => [
      `${vantage} ${target.intervalMs} ${probeKey(target)}`,
      target.intervalMs,
    ]),
  );
  const measured = [...distinct.values()].reduce((sum, ms) => sum + perMinute(1, ms), 0);
  const shared = all.length - distinct.size;
  return [
    `Rounds a minute        about ${rounds.toFixed(1)}`,
    `Results a minute       ${results.toFixed(1)}`,
    `Measurements a minute  ${measured.toFixed(1)}`,
    `Shared measurements    ${shared === 0 ? "none" : `${shared} of ${all.length} results take that of another target`}`,
  ];
}

function targetLines({ targets }: Config): string[] {
  const cells = countBy(targets, ({ product, region }) => `${product} ${region}`);
  const rows = [...cells].map(([key, count]) => [...key.split(" "), String(count)]);
  return [
    `Targets (${targets.length})`,
    ...table(rows.toSorted((a, b) => a.join(" ").localeCompare(b.join(" "), "en"))),
  ];
}

function agreementLines({ agreements, targets }: Config): string[] {
  const uses = countBy(targets.flatMap((target) => target.agreements), (id) => id);
  const named = agreements.filter(({ id }) => uses.has(id));
  const rows = named.map((agreement) => {
    const { id, fromMs, inherits, scope, method, slotMs, objectivePercent } = agreement;
    const from = fromMs === 0 ? "always" : `from ${new Date(fromMs).toISOString().slice(0, 16)}Z`;
    const terms =
      inherits.length > 0
        ? [`inherits ${inherits.join(", ")}`, "", ""]
        : [`${objectivePercent} %`, `${method} in ${formatDuration(slotMs)}`, scope];
    return [id, from, ...terms, counted(uses.get(id) ?? 0, "target")];
  });
  return [`Agreements in use (${rows.length})`, ...table(rows)];
}

function targetWarnings(target: Target, config: Config): string[] {
  const warnings: string[] = [];
  const region = findRegion(target.region);
  if (region === null) {
    const hint = didYouMean(target.region, REGIONS.map(({ id }) => id));
    warnings.push(`region "${target.region}" is not in the catalogue${hint}`);
  } else if (region.validUntilMs !== null && target.untilMs === region.validUntilMs) {
    const closed = new Date(region.validUntilMs).toISOString();
    warnings.push(`region "${target.region}" closed at ${closed}: its targets end there`);
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
  // One line for each kind: ten thousand targets may share a mistake.
  const kinds = new Map(
    warnings.toReversed().map((warning) => [warning.replace(/"[^"]*" (among|has)/, "$1"), warning]),
  );
  return kinds.size === 0 ? [] : ["Warnings", ...[...kinds.values()].toReversed().map((w) => `  ${w}`)];
}

/** What a configuration holds, for people; nothing secret. */
export function checkSummary(config: Config): string {
  const { vantages, accounts, timeZone, retentionDays, channels } = config;
  const lines = [
    `Time zone ${timeZone}, rounds kept for ${counted(retentionDays, "day")}`,
    `Vantages (${vantages.length}): ${vantages.map(({ id }) => id).join(", ")}`,
    `Accounts (${accounts.length}): ${accounts.map(({ id, currency }) => `${id} (${currency})`).join(", ")}`,
    `Channels (${channels.length})${channels.map(({ id, kind }, i) => `${i === 0 ? ": " : ", "}${id} (${kind})`).join("")}`,
    ...targetLines(config),
    ...agreementLines(config),
    ...workLines(config),
    ...warningLines(config),
  ];
  return `${lines.join("\n")}\n`;
}
