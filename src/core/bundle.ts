import { z } from "zod";
import { isMonth } from "./month.ts";
import { parseJson } from "./parse-json.ts";
import type { PackedDetail } from "./round-proof.ts";

/**
 * A month's evidence in one file, for who checks it without nines: gzip over lines of JSON, in
 * this order, none of them twice.
 *
 *     {"nines":"evidence-1","month":"2026-10","account":"acme","exportedAt":"..."}
 *     {"key":{"id":"...","publicKey":"<raw Ed25519, base64url>"}}
 *     {"report":{...}}                            every revision, oldest first, canonical JSON,
 *     {"inputs":{...}}                            each followed by what it was counted with
 *     {"seal":{...}}                              those that the reports name, with the ways of the chains
 *     {"part":["2026-10-01","cn-hangzhou"]}       a UTC day of a vantage; its rounds follow as stored
 *     {"chain":[0,"cn-hangzhou","15s-0"]}         numbered 0, 1, 2 ... before its first round
 *     {"targets":[0,["web-1","web-2"]]}           the same for lists of targets
 *     [0,0,17,1790784001000,1790784000000,"oo",[3,3],[12400,9800],[],null]
 *     {"end":{"rounds":44640}}
 *
 * A round is [chain, targets, seq, stored at, planned at, outcomes, offsets ms, latencies us,
 * details, previous hash]; the last is null after the line of the round before it in its chain.
 */
export const BUNDLE_FORM = "evidence-1";

/** Bytes of a line; a report of many thousand subjects is one line, and so is a seal of a day. */
const LINE_LIMIT = 1_000_000;
const LONG_LINE_LIMIT = 256_000_000;

const REPORT_PREFIX = '{"report":';
const INPUTS_PREFIX = '{"inputs":';
const LONG_LINES = [REPORT_PREFIX, INPUTS_PREFIX, '{"seal":'];

/** How long a line may be that begins like this. */
export function lineLimit(beginning: string): number {
  const isLong = LONG_LINES.some((prefix) => beginning.startsWith(prefix));
  return isLong ? LONG_LINE_LIMIT : LINE_LIMIT;
}

// Whoever checks a bundle sees these texts on a terminal: their forms leave no room for others.
const month = z.string().refine(isMonth);
const account = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/);
const day = z.iso.date();
const name = z.string().min(1).max(63);
const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);
const sha256Name = z.string().regex(/^sha256:[0-9a-f]{64}$/);
/** Before the first of a chain there is none. */
const previousHex = z.union([z.literal(""), sha256Hex]);
const place = z.int().min(1);
const position = z.int().min(0);
/** Up to the year 9999. */
const instantMs = z.int().min(0).max(253_402_300_799_999);

const bundleHead = z.strictObject({
  nines: z.literal(BUNDLE_FORM),
  month,
  /** Null: of all accounts. */
  account: account.nullable(),
  exportedAt: z.iso.datetime(),
});
export type BundleHead = z.output<typeof bundleHead>;

const bundleSeal = z.strictObject({
  seq: place,
  day,
  revision: place,
  sealedAtMs: instantMs,
  rounds: place,
  root: sha256Hex,
  previousHash: previousHex,
  hash: sha256Hex,
  /** Chains of the day, those of other accounts among them. */
  size: place,
  /** By index. */
  chains: z.array(
    z.strictObject({
      index: position,
      path: z.array(sha256Hex),
      vantage: name,
      shard: name,
      rounds: place,
      lastSeq: place,
      root: sha256Hex,
    }),
  ),
});
export type BundleSeal = z.output<typeof bundleSeal>;

const detail = z.tuple([position, position, z.string(), z.string(), z.string()]);

const bundleRound = z.tuple([
  position,
  position,
  place,
  instantMs,
  instantMs,
  z.string().regex(/^[ofiu]+$/),
  z.array(z.int()),
  z.array(z.int()),
  z.array(detail),
  previousHex.nullable(),
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

const bundleKey = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{32}$/),
  /** 32 bytes; the last character has two bits to spare, which are 0. */
  publicKey: z.string().regex(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/),
});

const marks = z.union([
  z.strictObject({ key: bundleKey }),
  z.strictObject({ seal: bundleSeal }),
  z.strictObject({ chain: z.tuple([position, name, name]) }),
  z.strictObject({ targets: z.tuple([position, z.array(name).min(1)]) }),
  z.strictObject({ part: z.tuple([day, name]) }),
  z.strictObject({ end: z.strictObject({ rounds: position }) }),
]);
type Mark = z.output<typeof marks>;

/** One line of a bundle; a report and its inputs come as the canonical texts that they are. */
export type BundleLine =
  | { readonly round: BundleRound }
  | { readonly head: BundleHead }
  | { readonly report: string }
  | { readonly inputs: string }
  | Mark;

/** The two lines of a report. Both texts are canonical JSON and stay as they are, to the byte. */
export function reportLines({ body, inputs }: { readonly body: string; readonly inputs: string }) {
  return [`${REPORT_PREFIX}${body}}`, `${INPUTS_PREFIX}${inputs}}`];
}

/** A line of a bundle; null for what is none. */
export function parseBundleLine(line: string): BundleLine | null {
  const report = within(REPORT_PREFIX, line);
  if (report !== null) return { report };
  const inputs = within(INPUTS_PREFIX, line);
  if (inputs !== null) return { inputs };
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

function within(prefix: string, line: string): string | null {
  return line.startsWith(prefix) && line.endsWith("}") ? line.slice(prefix.length, -1) : null;
}

const signedFacts = z.looseObject({
  month,
  account: account.nullable(),
  revision: place,
  proof: z.looseObject({
    key: bundleKey.shape.id,
    seals: z.array(z.strictObject({ day, revision: place, root: sha256Name, hash: sha256Name })),
  }),
});
/** What a bundle's report says of itself and of its seals. */
export type SignedFacts = z.output<typeof signedFacts>;

/** From the report's text; null when they have not the form that nines gives them. */
export function readSignedFacts(body: string): SignedFacts | null {
  return signedFacts.safeParse(parseJson(body)).data ?? null;
}

/** Longer ones would keep the reader busy for hours. */
const shortFraction = z.tuple([z.string().max(100), z.string().max(100).regex(/[1-9]/)]);

const countableTerms = z.looseObject({
  month,
  agreements: z.array(
    z.looseObject({
      slotMs: z.int().min(60_000).max(86_400_000).multipleOf(60_000),
      minStretch: z.int().min(1).max(1440),
      objective: shortFraction,
      threshold: shortFraction.nullable(),
      minCoverage: shortFraction,
      credits: z.array(z.looseObject({ below: shortFraction })),
    }),
  ),
});

/** Whether counting by these inputs comes to an end: nines takes no other terms. */
export function areCountable(inputs: string, ofMonth: string): boolean {
  const { data } = countableTerms.safeParse(parseJson(inputs));
  return data !== undefined && data.month === ofMonth;
}

function nameRound(tuple: z.output<typeof bundleRound>): BundleRound {
  const [chain, targets, seq, storedAtMs, plannedAtMs, outcomes, offsetsMs, latenciesUs] = tuple;
  const [, , , , , , , , details, previousHash] = tuple;
  const places = { chain, targets, seq, storedAtMs, plannedAtMs };
  return { ...places, outcomes, offsetsMs, latenciesUs, details, previousHash };
}
