import type { Agreement } from "./agreement.ts";
import type { Name } from "./region-name.ts";

export type AgreementVersion = {
  readonly terms: Agreement;
  /** Where the terms are written. */
  readonly source: Name;
  /** `present`: a month that begins now is counted by it. */
  readonly standing: "past" | "present" | "to-come";
  /** When the next version replaced it; null for the last. */
  readonly untilMs: number | null;
};

export type AgreementLine = {
  readonly id: string;
  /** Newest first. */
  readonly versions: readonly AgreementVersion[];
  /** Of the reader's targets, those that it is counted for. */
  readonly targets: number;
  /** The first of them. */
  readonly some: readonly string[];
  readonly products: readonly string[];
};

export type AgreementsModel = {
  readonly nowMs: number;
  readonly timeZone: string;
  /** Present month, for links. */
  readonly month: string;
  /** Those in use first. */
  readonly agreements: readonly AgreementLine[];
};
