import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { may, seesAccount, type Actor } from "../core/access.ts";
import { dayText, readChains, sealText } from "../core/seal.ts";
import { InvalidInputError } from "../errors.ts";
import { proveRound, requireSeal } from "../prove-round.ts";
import { listAnchors } from "../store/anchors.ts";
import { factsOf, listSeals, type SealRow } from "../store/seals.ts";
import { requireMay } from "./actor.ts";
import { problems } from "./answers.ts";
import type { HttpDeps } from "./deps.ts";
import { instantSchema, MAX_NUMBER, wordSchema } from "./schemas.ts";

const DAY_MS = 86_400_000;
const DAY_FORM = "must be a UTC day such as 2026-10-01";
const daySchema = z
  .string({ error: DAY_FORM })
  .refine((text) => z.iso.date().safeParse(text).success, { error: DAY_FORM })
  .meta({ description: "UTC day, YYYY-MM-DD", example: "2026-10-01" });
const params = z.object({ day: daySchema });
const revision = z.coerce
  .number()
  .int()
  .min(1)
  .max(MAX_NUMBER)
  .optional()
  .meta({ description: "Default: the newest" });

const digest = z.string().meta({ description: '"sha256:" and hexadecimal' });
const hex = z.string().meta({ description: "Hexadecimal" });
const instant = z.iso.datetime();

const sealShape = {
  revision: z.int(),
  seq: z.int().meta({ description: "1, 2, 3 ... over the seals of all days" }),
  sealedAt: instant,
  rounds: z.int(),
  root: digest.meta({ description: "Merkle root over the day's chains" }),
  hash: digest.meta({ description: "SHA-256 over the bytes of previousHash and text" }),
};

export const sealAnswer = z
  .strictObject({
    day: z.string(),
    ...sealShape,
    previousHash: digest
      .nullable()
      .meta({ description: "Hash of the seal made before, of whatever day; null for the first" }),
    text: z.string().meta({ description: "What the seal says, as its hash covers it" }),
    chains: z
      .array(
        z.strictObject({
          vantage: z.string(),
          shard: z.string(),
          rounds: z.int(),
          lastSeq: z.int().meta({ description: "Rounds with a greater seq came later" }),
          root: hex.meta({ description: "Merkle root over the hashes of its rounds, by seq" }),
        }),
      )
      .readonly(),
    revisions: z
      .array(z.strictObject(sealShape))
      .readonly()
      .meta({ description: "Every revision, the oldest first" }),
    anchors: z
      .array(
        z.strictObject({
          revision: z.int(),
          name: z.string(),
          kind: z.string(),
          at: instant,
          receipt: z.string().meta({
            description:
              "Base64. Of a file or webhook: what it was given. Of rfc3161: the time-stamp " +
              "reply, for `openssl ts -verify -digest HASH -in REPLY -CAfile CA` with the " +
              "hexadecimal of `hash`",
          }),
        }),
      )
      .readonly(),
  })
  .meta({ id: "Seal" });

const pathShape = {
  index: z.int(),
  size: z.int().meta({ description: "Leaves of the tree" }),
  path: z.array(hex).readonly().meta({ description: "Siblings, from the leaf up" }),
  root: hex,
};

export const roundProofAnswer = z
  .strictObject({
    day: z.string(),
    revision: z.int(),
    seq: z.int().meta({ description: "The round's place in its chain" }),
    text: z
      .string()
      .nullable()
      .meta({ description: "The round, as its hash covers it; null for who may not see it whole" }),
    previousHash: hex.meta({
      description: "Of the round before in the chain; empty for the first",
    }),
    hash: hex.meta({ description: "SHA-256 over the bytes of previousHash and text" }),
    inChain: z.strictObject({ leaf: hex.meta({ description: "The hash" }), ...pathShape }),
    inDay: z.strictObject({
      leaf: z.string().meta({ description: "[vantage, shard, rounds, lastSeq, root of inChain]" }),
      ...pathShape,
    }),
  })
  .meta({ id: "RoundProof" });

const HOW_TO_CHECK =
  "The trees are those of RFC 6962: a leaf's hash is SHA-256(0x00, leaf), a node's " +
  "SHA-256(0x01, left, right), a node without a sibling is taken up as it is. " +
  "To check a round: (1) SHA-256(previousHash, text) is hash; (2) hash, as 32 bytes, with " +
  "inChain's index, size and path leads to inChain's root; (3) inDay's leaf, as UTF-8, names " +
  "that root as its last item, inChain's size as its third, and leads with inDay's path to " +
  "inDay's root; (4) that is the root of the seal, which GET /api/v1/proofs/{day} gives, and so " +
  "do closed reports and the anchors. Along a path: where the index is even and less than " +
  "size - 1 the sibling is on the right, where it is odd on the left, else there is none; then " +
  "halve index and size - 1, cutting the half off, until size - 1 is 0.";

/** Seals of days, and the proof that a round is in one. */
export const proofRoutes =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    await app.register(sealRoutes(deps));
    await app.register(roundRoutes(deps));
  };

const sealRoutes =
  ({ store: { db } }: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      "/api/v1/proofs/:day",
      {
        schema: {
          tags: ["proofs"],
          summary: "The seal of a UTC day",
          description:
            "A Merkle root over the rounds planned on the day, of every vantage and shard. Rounds " +
            "that come after it are in the next revision; the earlier ones stay as they are.",
          params,
          querystring: z.strictObject({ revision }),
          response: { 200: sealAnswer, ...problems },
        },
      },
      async (request) => {
        requireMay(request, "read");
        const day = Date.parse(request.params.day) / DAY_MS;
        const seal = await requireSeal(db, day, request.query.revision ?? null);
        const days = { fromDay: day, untilDay: day + 1 };
        const seals = await listSeals(db, days);
        const anchors = await listAnchors(db, days);
        return {
          day: dayText(seal.day),
          ...describeSeal(seal),
          previousHash: seal.seq === 1 ? null : toDigest(seal.previousHash),
          text: sealText(factsOf(seal)),
          chains: readChains(seal.chains) ?? [],
          revisions: seals.map(describeSeal),
          anchors: anchors.map(({ revision: of, name, kind, atMs, receipt }) => ({
            revision: of,
            name,
            kind,
            at: new Date(atMs).toISOString(),
            receipt: receipt.toString("base64"),
          })),
        };
      },
    );
  };

const roundRoutes =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      "/api/v1/proofs/:day/rounds",
      {
        schema: {
          tags: ["proofs"],
          summary: "The proof that a round is in the seal of its day",
          description: HOW_TO_CHECK,
          params,
          querystring: z.strictObject({
            vantage: wordSchema,
            shard: wordSchema,
            plannedAt: instantSchema,
            revision,
          }),
          response: { 200: roundProofAnswer, ...problems },
        },
      },
      async (request) => {
        const actor = requireMay(request, "read");
        const { vantage, shard, plannedAt, revision: asked } = request.query;
        if (dayText(Math.floor(plannedAt / DAY_MS)) !== request.params.day) {
          const message = "must lie on the day that the path names, in UTC";
          throw new InvalidInputError([{ place: "querystring.plannedAt", message }]);
        }
        const proof = await proveRound(deps.store.db, {
          vantage,
          shard,
          plannedAtMs: plannedAt,
          revision: asked ?? null,
        });
        const { targets, text, ...rest } = proof;
        return { ...rest, text: seesRound(deps, actor, targets) ? text : null };
      },
    );
  };

/** A round is seen whole or not at all: its hash covers all its targets. */
function seesRound({ config }: HttpDeps, actor: Actor, targets: readonly string[]): boolean {
  if (may(actor, "read-all")) return true;
  const accounts = new Map(config().targets.map(({ id, account }) => [id, account]));
  return targets.every((id) => {
    const account = accounts.get(id);
    return account !== undefined && seesAccount(actor, account);
  });
}

function describeSeal({ revision: number, seq, sealedAtMs, rounds, root, hash }: SealRow) {
  return {
    revision: number,
    seq,
    sealedAt: new Date(sealedAtMs).toISOString(),
    rounds,
    root: toDigest(root),
    hash: toDigest(hash),
  };
}

function toDigest(bytes: Buffer): string {
  return `sha256:${bytes.toString("hex")}`;
}
