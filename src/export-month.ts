import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import { BUNDLE_FORM, reportLines, type BundleHead, type BundleSeal } from "./core/bundle.ts";
import { readInputs } from "./core/closed-inputs.ts";
import { inclusionPath } from "./core/merkle.ts";
import { readReport } from "./core/read-report.ts";
import type { ReportSeal } from "./core/report.ts";
import { leafBytes, readChains } from "./core/seal.ts";
import { evidenceTargets } from "./core/subject.ts";
import { ConflictError, NotFoundError } from "./errors.ts";
import { listChainsOf, pageExport, type ExportCut, type ExportRow } from "./store/bundle.ts";
import { listChains } from "./store/chains.ts";
import type { Db, Queryable } from "./store/connect.ts";
import { findIds, listNames } from "./store/names.ts";
import { listReports, type StoredReport } from "./store/reports.ts";
import { findSeal } from "./store/seals.ts";
import { sha256 } from "./store/sha256.ts";
import { listKeys } from "./store/signing-keys.ts";
import { withSnapshotStream } from "./store/snapshot.ts";

export type ExportQuery = {
  /** "2026-10" */
  readonly month: string;
  /** One account's evidence only; all by default. */
  readonly account?: string | undefined;
};

type ExportDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly config: Pick<Config, "targets">;
};
type ExportChain = { readonly id: number; readonly vantage: string; readonly shard: string };

const DAY_MS = 86_400_000;

/**
 * The lines of a closed month's evidence bundle (core/bundle.ts), from one snapshot. For an
 * account it holds nothing of another's. Throws NotFoundError for a month that is not closed,
 * ConflictError when evidence was dropped or a chain mixes accounts.
 */
export function exportMonth(deps: ExportDeps, query: ExportQuery): AsyncGenerator<string> {
  return withSnapshotStream(deps.db, (tx) => bundleLines(tx, deps, query));
}

async function* bundleLines(
  tx: Queryable,
  { clock, config }: ExportDeps,
  { month, account }: ExportQuery,
): AsyncGenerator<string> {
  const reports = (await listReports(tx, month)).filter((one) => one.account === (account ?? ""));
  if (reports.length === 0) {
    throw new NotFoundError(`${month} is not closed: nines close makes its report`);
  }
  const head: BundleHead = {
    nines: BUNDLE_FORM,
    month,
    account: account ?? null,
    exportedAt: new Date(clock.nowMs()).toISOString(),
  };
  yield JSON.stringify(head);
  const signed = reports.map(({ body }) => readReport(body).proof);
  const keys = new Set(signed.map(({ key }) => key));
  for (const { id, publicKey } of await listKeys(tx)) {
    if (keys.has(id)) yield JSON.stringify({ key: { id, publicKey } });
  }
  for (const report of reports) yield* reportLines(report);
  const seals = namedSeals(signed.flatMap((proof) => proof.seals));
  const days = [...new Set(seals.map(({ day }) => day))].toSorted();
  const own = new Set([...targetsIn(reports), ...targetsOf(config, account)]);
  const chains = account === undefined ? await listChains(tx) : await chainsOf(tx, days, own);
  const sealed = await readSeals(tx, seals, chains);
  for (const seal of sealed) yield JSON.stringify({ seal });
  yield* roundLines(tx, { days, chains, sealed });
}

/** Each once, in the order of days. */
function namedSeals(seals: readonly ReportSeal[]): ReportSeal[] {
  const known = new Map(seals.map((seal) => [`${seal.day} ${seal.revision}`, seal]));
  return [...known].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, seal]) => seal);
}

function targetsIn(reports: readonly StoredReport[]): string[] {
  return reports
    .flatMap(({ inputs }) => readInputs(inputs).subjects)
    .flatMap(({ subject }) => evidenceTargets(subject).map(({ id }) => id));
}

/** Also those of the account that no figure of the month rests on: they share its rounds. */
function targetsOf({ targets }: Pick<Config, "targets">, account: string | undefined): string[] {
  return targets.filter((target) => target.account === account).map(({ id }) => id);
}

/** The chains that hold targets of the account. Throws ConflictError for one that mixes accounts. */
async function chainsOf(
  tx: Queryable,
  days: readonly string[],
  own: ReadonlySet<string>,
): Promise<ExportChain[]> {
  const chains = await listChains(tx);
  const ids = new Set((await findIds(tx, "target", [...own])).values());
  const interval = {
    fromMs: Date.parse(days[0] ?? ""),
    untilMs: Date.parse(days.at(-1) ?? "") + DAY_MS,
  };
  const mine = await listChainsOf(tx, { ...interval, targetIds: [...ids] });
  const kept = chains.filter(({ id }) => mine.some((chain) => chain.id === id));
  for (const { id, vantage, shard } of kept) {
    const isMixed = mine.some((one) => one.id === id && one.targetIds.some((at) => !ids.has(at)));
    if (!isMixed) continue;
    throw new ConflictError(
      `chain ${vantage}/${shard} also holds targets of other accounts; ` +
        `export the month without an account`,
    );
  }
  return kept;
}

/** The seals that the reports name, each with the ways from the chains to its root. */
async function readSeals(
  tx: Queryable,
  named: readonly ReportSeal[],
  chains: readonly ExportChain[],
): Promise<BundleSeal[]> {
  const mine = new Set(chains.map(({ vantage, shard }) => `${vantage}\n${shard}`));
  const seals: BundleSeal[] = [];
  for (const { day, revision } of named) {
    const row = await findSeal(tx, Date.parse(day) / DAY_MS, revision);
    const leaves = row === null ? null : readChains(row.chains);
    if (row === null || leaves === null) {
      throw new ConflictError(`the seal of ${day}, revision ${revision}, is missing: nines verify`);
    }
    const data = leaves.map(leafBytes);
    seals.push({
      seq: row.seq,
      day,
      revision,
      sealedAtMs: row.sealedAtMs,
      rounds: row.rounds,
      root: row.root.toString("hex"),
      previousHash: row.previousHash.toString("hex"),
      hash: row.hash.toString("hex"),
      size: leaves.length,
      chains: leaves.flatMap((leaf, index) =>
        mine.has(`${leaf.vantage}\n${leaf.shard}`)
          ? [{ ...leaf, index, path: inclusionPath(data, index, sha256).map(toHex) }]
          : [],
      ),
    });
  }
  return seals;
}

const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

async function* roundLines(
  tx: Queryable,
  input: {
    readonly days: readonly string[];
    readonly chains: readonly ExportChain[];
    readonly sealed: readonly BundleSeal[];
  },
): AsyncGenerator<string> {
  const names = await listNames(tx, "target");
  const writer = createWriter(names, input.chains);
  let rounds = 0;
  for (const day of input.days) {
    const seals = input.sealed.filter((seal) => seal.day === day);
    const vantages = new Set(seals.flatMap(({ chains }) => chains.map((one) => one.vantage)));
    for (const vantage of [...vantages].toSorted()) {
      yield JSON.stringify({ part: [day, vantage] });
      const cuts = cutsOf(seals, input.chains, vantage);
      const fromMs = Date.parse(day);
      let left = cuts.reduce((sum, cut) => sum + cut.rounds, 0);
      for await (const page of pageExport(tx, { cuts, fromMs, untilMs: fromMs + DAY_MS })) {
        for (const row of page) yield* writer(row);
        rounds += page.length;
        left -= page.length;
      }
      if (left === 0) continue;
      throw new ConflictError(
        `rounds of ${day} from ${vantage} are not as they were sealed, ` +
          `or were dropped: nines verify`,
      );
    }
  }
  yield JSON.stringify({ end: { rounds } });
}

/** The vantage's chains up to the last round that a seal of the day covers, and how many those are. */
function cutsOf(
  seals: readonly BundleSeal[],
  chains: readonly ExportChain[],
  vantage: string,
): (ExportCut & { readonly rounds: number })[] {
  const leaves = seals.flatMap((seal) => seal.chains);
  return chains.flatMap(({ id, shard, vantage: of }) => {
    if (of !== vantage) return [];
    const own = leaves.filter((leaf) => leaf.vantage === vantage && leaf.shard === shard);
    const last = own.toSorted((a, b) => a.lastSeq - b.lastSeq).at(-1);
    return last === undefined ? [] : [{ id, lastSeq: last.lastSeq, rounds: last.rounds }];
  });
}

/** Gives a round's line, after those that number its chain and its targets. */
function createWriter(names: ReadonlyMap<number, string>, chains: readonly ExportChain[]) {
  const chainNumbers = new Map<number, number>();
  const targetNumbers = new Map<string, number>();
  const lastSeq = new Map<number, number>();
  return function* write(row: ExportRow): Generator<string> {
    let chain = chainNumbers.get(row.chainId);
    if (chain === undefined) {
      chain = chainNumbers.size;
      chainNumbers.set(row.chainId, chain);
      const place = chains.find(({ id }) => id === row.chainId);
      yield JSON.stringify({ chain: [chain, place?.vantage ?? "", place?.shard ?? ""] });
    }
    let targets = targetNumbers.get(row.targets);
    if (targets === undefined) {
      targets = targetNumbers.size;
      targetNumbers.set(row.targets, targets);
      const ids = row.targets.slice(1, -1).split(",").map(Number);
      yield JSON.stringify({ targets: [targets, ids.map((id) => names.get(id) ?? `#${id}`)] });
    }
    const follows = lastSeq.get(chain) === row.seq - 1;
    lastSeq.set(chain, row.seq);
    const previous = follows ? "null" : `"${row.previousHash.toString("hex")}"`;
    const places = [chain, targets, row.seq, row.storedAtMs, row.plannedAtMs].join(",");
    const lists = `[${row.offsetsMs.slice(1, -1)}],[${row.latenciesUs.slice(1, -1)}]`;
    yield `[${places},"${row.outcomes}",${lists},${JSON.stringify(row.details ?? [])},${previous}]`;
  };
}
