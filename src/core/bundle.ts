import { z } from "zod";
import type { PackedDetail } from "./round-proof.ts";

/**
 * A month's evidence in one file, for who checks it without nines: gzip over lines of JSON.
 *
 *     {"nines":"evidence-1","month":"2026-10","account":"acme","exportedAt":"..."}
 *     {"key":{"id":"...","publicKey":"<raw Ed25519, base64url>"}}
 *     {"report":{...},"inputs":{...}}             every revision, oldest first, canonical JSON
 *     {"seal":{...}}                              those that the reports name, with the ways of the chains
 *     {"chain":[0,"cn-hangzhou","15s-0"]}         numbered, before its first round
 *     {"targets":[0,["web-1","web-2"]]}           the same for lists of targets
 *     {"part":["2026-10-01","cn-hangzhou"]}       a UTC day of a vantage; its rounds follow as stored
 *     [0,0,17,1790784001000,1790784000000,"oo",[3,3],[12400,9800],[],null]
 *     {"end":{"rounds":44640}}
 *
 * A round is [chain, targets, seq, stored at, planned at, outcomes, offsets ms, latencies us,
 * details, previous hash]; the last is null after the line of the round before it in its chain.
 */
export const BUNDLE_FORM = "evidence-1";

const hex = z.string().regex(/^([0-9a-f]{2})*$/);

const bundleHead = z.strictObject({
  nines: z.literal(BUNDLE_FORM),
  month: z.string(),
  /** Null: of all accounts. */
  account: z.string().nullable(),
  exportedAt: z.string(),
});
export type BundleHead = z.output<typeof bundleHead>;

const bundleSeal = z.strictObject({
  seq: z.int(),
  day: z.string(),
  revision: z.int(),
  sealedAtMs: z.int(),
  rounds: z.int(),
  root: hex,
  previousHash: hex,
  hash: hex,
  /** Chains of the day, those of other accounts among them. */
  size: z.int(),
  chains: z.array(
    z.strictObject({
      index: z.int(),
      path: z.array(hex),
      vantage: z.string(),
      shard: z.string(),
      rounds: z.int(),
      lastSeq: z.int(),
      root: hex,
    }),
  ),
});
export type BundleSeal = z.output<typeof bundleSeal>;

const detail = z.tuple([z.int(), z.int(), z.string(), z.string(), z.string()]);

const bundleRound = z.tuple([
  z.int(),
  z.int(),
  z.int(),
  z.int(),
  z.int(),
  z.string(),
  z.array(z.int()),
  z.array(z.int()),
  z.array(detail),
  hex.nullable(),
]);
export type BundleRound = {
  readonly chain: number;
  readonly targets: number;
  readonly seq: number;
  readonly storedAtMs: number;
  readonly plannedAtMs: number;
  readonly outcomes: string;
  readonly offsetsMs: readonly number[];
  readonly latenciesUs: readonly number[];
  readonly details: readonly PackedDetail[];
  readonly previousHash: string | null;
};

const marks = z.union([
  z.strictObject({ key: z.strictObject({ id: z.string(), publicKey: z.string() }) }),
  z.strictObject({ seal: bundleSeal }),
  z.strictObject({ chain: z.tuple([z.int(), z.string(), z.string()]) }),
  z.strictObject({ targets: z.tuple([z.int(), z.array(z.string())]) }),
  z.strictObject({ part: z.tuple([z.string(), z.string()]) }),
  z.strictObject({ end: z.strictObject({ rounds: z.int() }) }),
]);
type Mark = z.output<typeof marks>;

/** One line of a bundle; a report comes as the two canonical texts that its line is made of. */
export type BundleLine =
  | { readonly round: BundleRound }
  | { readonly head: BundleHead }
  | { readonly report: { readonly body: string; readonly inputs: string } }
  | Mark;

const REPORT_PREFIX = '{"report":';
const INPUTS_SEPARATOR = ',"inputs":';

/** Both texts are canonical JSON and stay as they are, to the byte. */
export function formatReport({ body, inputs }: { readonly body: string; readonly inputs: string }) {
  return `${REPORT_PREFIX}${body}${INPUTS_SEPARATOR}${inputs}}`;
}

/** A line of a bundle; null for what is none. */
export function parseBundleLine(line: string): BundleLine | null {
  if (line.startsWith(REPORT_PREFIX)) return parseReport(line);
  const value = parseJson(line);
  if (Array.isArray(value)) {
    const parsed = bundleRound.safeParse(value);
    return parsed.success ? { round: nameRound(parsed.data) } : null;
  }
  const mark = marks.safeParse(value);
  if (mark.success) return mark.data;
  const head = bundleHead.safeParse(value);
  return head.success ? { head: head.data } : null;
}

/** Of the places where the separator stands, in texts too, one divides the line into two of JSON. */
function parseReport(line: string): BundleLine | null {
  let at = line.indexOf(INPUTS_SEPARATOR);
  for (; at !== -1; at = line.indexOf(INPUTS_SEPARATOR, at + 1)) {
    const body = line.slice(REPORT_PREFIX.length, at);
    const inputs = line.slice(at + INPUTS_SEPARATOR.length, -1);
    if (parseJson(body) !== null && parseJson(inputs) !== null) return { report: { body, inputs } };
  }
  return null;
}

function nameRound(tuple: z.output<typeof bundleRound>): BundleRound {
  const [chain, targets, seq, storedAtMs, plannedAtMs, outcomes, offsetsMs, latenciesUs] = tuple;
  const [, , , , , , , , details, previousHash] = tuple;
  const places = { chain, targets, seq, storedAtMs, plannedAtMs };
  return { ...places, outcomes, offsetsMs, latenciesUs, details, previousHash };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
