import type { YearDocument } from "./year-report.ts";

/** The page of a year. */
export type YearModel = YearDocument & {
  readonly nowMs: number;
  /** Those with data, and this one, in order. */
  readonly years: readonly string[];
  /** Accounts that can be chosen. */
  readonly choices: readonly { readonly id: string; readonly name: string }[];
  /** The reader sees all accounts, and so the year of all. */
  readonly seesAll: boolean;
  /** The forms that a year can be had in. */
  readonly formats: readonly string[];
};
