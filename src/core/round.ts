import { z } from "zod";
import { PHASES, REASONS } from "./outcome.ts";

/** Further facts about one result of a round; kept for what was not `ok`. */
const roundDetailSchema = z.strictObject({
  /** Index into the round's arrays. */
  index: z.int().min(0),
  reason: z.enum(REASONS),
  text: z.string().max(300).optional(),
  requestId: z.string().max(200).optional(),
  address: z.string().max(100).optional(),
});
export type RoundDetail = Readonly<z.output<typeof roundDetailSchema>>;

const MAX_INT4 = 2_147_483_647;
const nameSchema = z
  .string()
  .min(1)
  .max(63)
  .refine((name) => name.isWellFormed() && !name.includes("\u0000"), { error: "no name" });

/**
 * One planned pass of one vantage over one shard of targets: the unit of work, of storage
 * and of proof. The arrays run in parallel.
 */
export const roundSchema = z
  .strictObject({
    vantage: nameSchema,
    shard: nameSchema,
    plannedAtMs: z.int().min(0).max(8.64e15),
    /** Target ids. */
    targets: z
      .array(nameSchema)
      .min(1)
      .refine((ids) => new Set(ids).size === ids.length, { error: "a target is there twice" }),
    /** One letter a result: `o`k, `f`ailed, `i`nvalid, `u`nknown. */
    outcomes: z.string().regex(/^[ofiu]+$/u),
    /** True start less planned instant, whole milliseconds. */
    offsetsMs: z.array(z.int().min(-MAX_INT4).max(MAX_INT4)),
    latenciesUs: z.array(z.int().min(0).max(MAX_INT4)),
    details: z.array(roundDetailSchema),
    /**
     * Of a round whose phases are kept, see `packPhases`. They prove nothing: in a form that is not
     * ours, as of a worker that is newer, they are left out, and the round stays.
     */
    phasesUs: z.array(z.int().min(0).max(MAX_INT4).nullable()).optional().catch(undefined),
  })
  .refine(
    ({ targets, outcomes, offsetsMs, latenciesUs }) =>
      outcomes.length === targets.length &&
      offsetsMs.length === targets.length &&
      latenciesUs.length === targets.length,
    { error: "arrays of a round differ in length" },
  )
  .refine(({ targets, details }) => details.every(({ index }) => index < targets.length), {
    error: "a detail is about no target",
  })
  .transform(({ phasesUs, ...round }) =>
    phasesUs?.length === round.targets.length * PHASES.length ? { ...round, phasesUs } : round,
  );
export type Round = Readonly<
  Omit<
    z.output<typeof roundSchema>,
    "targets" | "offsetsMs" | "latenciesUs" | "details" | "phasesUs"
  > & {
    targets: readonly string[];
    offsetsMs: readonly number[];
    latenciesUs: readonly number[];
    details: readonly RoundDetail[];
    phasesUs?: readonly (number | null)[] | undefined;
  }
>;
export type OutcomeLetters = Round["outcomes"];
