import { z } from "zod";

/**
 * The form of a backup, before gzip: lines of JSON, and between them rows as PostgreSQL's COPY writes
 * them. A header; each table's line, its rows and `\.`; the sequences; the keys; the manifest.
 */
export const BACKUP_FORM = "backup-1";

/** Ends the rows of a table; in a row a backslash is doubled. */
export const END_OF_ROWS = "\\.\n";

/** What every form to come begins with as well. */
export const anyHeaderSchema = z.object({ nines: z.string(), version: z.string() });

export const headerSchema = z.strictObject({
  nines: z.literal(BACKUP_FORM),
  /** Of the nines that wrote it. */
  version: z.string(),
  /** Number of the newest migration of the tables. */
  schema: z.int().min(1),
  /** Version of the server, for people. */
  postgres: z.string(),
  createdAt: z.string(),
});
export type BackupHeader = z.infer<typeof headerSchema>;

/** Neither a path nor a hidden file. */
export const keyNameSchema = z.string().regex(/^[^./\\\0][^/\\\0]{0,200}$/u);

const sha256Schema = z.string();

const manifestSchema = z.strictObject({
  tables: z.record(z.string(), z.strictObject({ rows: z.int(), sha256: sha256Schema })),
  keys: z.record(z.string(), sha256Schema),
  /** Of every byte before the manifest. */
  sha256: sha256Schema,
});
export type Manifest = z.infer<typeof manifestSchema>;

/** Every line after the header that is no row. */
export const sectionSchema = z.union([
  z.strictObject({
    table: z.string(),
    columns: z.array(z.string()),
    /** UTC months that have a partition, of the one table that has partitions. */
    months: z.array(z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/u)).optional(),
  }),
  // The last number handed out, null when none was.
  z.strictObject({
    sequences: z.record(
      z.string(),
      z
        .string()
        .regex(/^\d{1,19}$/u)
        .nullable(),
    ),
  }),
  z.strictObject({ key: keyNameSchema, base64: z.base64() }),
  z.strictObject({ manifest: manifestSchema }),
]);
export type Section = z.infer<typeof sectionSchema>;
