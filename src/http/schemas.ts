import { z } from "zod";
import { isMonth } from "../core/month.ts";
import { parseInstant } from "../core/results-ndjson.ts";
import { PRODUCTS } from "../core/target.ts";

/** Pieces of what the routes take. An unknown query parameter is an error: a filter that is
 * mistyped must not give more than was asked for. */
const MONTH_FORM = "must be a month such as 2026-10";
export const monthSchema = z
  .string({ error: MONTH_FORM })
  .refine(isMonth, { error: MONTH_FORM })
  .meta({ description: "Calendar month, YYYY-MM", example: "2026-10" });

const INSTANT_FORM = "must be an RFC 3339 instant such as 2026-10-01T00:00:00Z";
const instantSchema = z
  .string({ error: INSTANT_FORM })
  .refine((text) => readInstant(text) !== null, { error: INSTANT_FORM })
  .meta({ description: "RFC 3339 instant", format: "date-time", example: "2026-10-01T00:00:00Z" })
  .transform((text) => readInstant(text) ?? 0);

export const productSchema = z.enum(PRODUCTS);

/** What narrows a list of targets or outages down. */
export const filterShape = {
  product: productSchema.optional(),
  region: z.string().optional(),
  account: z.string().optional(),
};

export const idParams = z.object({ id: z.string() });

/** Most that one call reads. */
const MAX_RANGE_MS = 32 * 86_400_000;

/** `from` and `until`, in order and not too far apart, beside further parameters. */
export function rangeWith<Shape extends Record<string, z.ZodType>>(shape: Shape) {
  return z
    .strictObject({ ...shape, from: instantSchema, until: instantSchema })
    .refine((range) => readEnd(range, "until") > readEnd(range, "from"), {
      error: "must be after from",
      path: ["until"],
    })
    .refine((range) => readEnd(range, "until") - readEnd(range, "from") <= MAX_RANGE_MS, {
      error: "must be at most 32 days after from",
      path: ["until"],
    });
}
