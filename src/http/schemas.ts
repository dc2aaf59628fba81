import { z } from "zod";
import { ROLES } from "../core/access.ts";
import { isMonth } from "../core/month.ts";
import { parseInstant } from "../core/results-ndjson.ts";
import { PRODUCTS } from "../core/target.ts";
import { isAccessName } from "../manage-access.ts";

// What the routes take. An unknown query parameter is an error: a filter that is mistyped must
// not give more than was asked for.

const MONTH_FORM = "must be a month such as 2026-10";
export const monthSchema = z
  .string({ error: MONTH_FORM })
  .refine(isMonth, { error: MONTH_FORM })
  .meta({ description: "Calendar month, YYYY-MM", example: "2026-10" });

const INSTANT_FORM = "must be an RFC 3339 instant such as 2026-10-01T00:00:00Z";
export const instantSchema = z
  .string({ error: INSTANT_FORM })
  .refine((text) => readInstant(text) !== null, { error: INSTANT_FORM, abort: true })
  .transform((text) => readInstant(text) ?? 0)
  .meta({ description: "RFC 3339 instant", example: "2026-10-01T00:00:00Z" });

/** A "+" that was not encoded arrives as a blank: only an offset has one. */
function readInstant(text: string): number | null {
  return parseInstant(text.replace(/ (?=\d\d:\d\d$)/u, "+"));
}

export const productSchema = z.enum(PRODUCTS);

/** An id, or whatever else a list is narrowed down by. */
export const wordSchema = z
  .string()
  .max(300)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, { error: "has characters that cannot be shown" });

/** What narrows a list down. */
export const filterShape = {
  product: productSchema.optional(),
  region: wordSchema.optional(),
  account: wordSchema.optional(),
};

/** PostgreSQL's greatest integer. */
export const MAX_NUMBER = 2_147_483_647;

/** The number that the database gave to something. */
export const rowIdSchema = z.coerce.number().int().min(1).max(MAX_NUMBER);

/** Of a closed month; 0 is the month as it stands now. */
export const revisionSchema = z.coerce.number().int().min(0).max(MAX_NUMBER);

export const idParams = z.object({ id: z.string().meta({ description: "Id of a target" }) });

const rangeShape = { from: instantSchema, until: instantSchema };
type Range = { readonly from: number; readonly until: number };

const MAX_RANGE_MS = 32 * 86_400_000;
const isInOrder = ({ from, until }: Range) => until > from;
const IN_ORDER = { error: "must be after from", path: ["until"] };
const isShort = ({ from, until }: Range) => until - from <= MAX_RANGE_MS;
const SHORT = { error: "must be at most 32 days after from", path: ["until"] };

/** `from` and `until`, in order and not too far apart. */
export const resultsQuery = z
  .strictObject(rangeShape)
  .refine(isInOrder, IN_ORDER)
  .refine(isShort, SHORT);

export const slotsQuery = z
  .strictObject({
    ...rangeShape,
    agreement: wordSchema.optional().meta({ description: "Default: the target's first" }),
  })
  .refine(isInOrder, IN_ORDER)
  .refine(isShort, SHORT);

/** Of a user or token. */
export const nameParams = z.object({
  name: z.string().refine(isAccessName, { error: "is no name of a user or token" }),
});
export const roleSchema = z.enum(ROLES);
export const accountsSchema = z
  .array(z.string())
  .optional()
  .meta({ description: "Of an account manager" });
