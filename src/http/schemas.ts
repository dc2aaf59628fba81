import { z } from "zod";
import { isMonth } from "../core/month.ts";
import { parseInstant } from "../core/results-ndjson.ts";
import { PRODUCTS } from "../core/target.ts";

/** Pieces of the routes' schemas. */
export const monthSchema = z
  .string()
  .refine(isMonth, { error: "must be a month such as 2026-10" })
  .meta({ description: "Calendar month, YYYY-MM", example: "2026-10" });

export const instantSchema = z
  .string()
  .refine((text) => parseInstant(text) !== null, {
    error: "must be an RFC 3339 instant such as 2026-10-01T00:00:00Z",
  })
  .transform((text) => parseInstant(text) ?? 0);

export const productSchema = z.enum(PRODUCTS);

/** Most that one call reads. */
const MAX_RANGE_MS = 32 * 86_400_000;

/** `from` and `until`, in order and not too far apart. */
export const rangeSchema = z
  .object({ from: instantSchema, until: instantSchema })
  .refine(({ from, until }) => until > from, { error: "until must be after from", path: ["until"] })
  .refine(({ from, until }) => until - from <= MAX_RANGE_MS, {
    error: "at most 32 days at once",
    path: ["until"],
  });
