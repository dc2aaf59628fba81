/** How far a report's form is that somebody waits for. */
export type RenditionProgress =
  | { readonly state: "waiting" }
  /** `percent`: 0 to 100. */
  | { readonly state: "active"; readonly percent: number }
  | { readonly state: "failed"; readonly problem: "too-large" | "other" }
  | ({ readonly state: "made" } & RenditionMade);

export type RenditionMade = {
  readonly madeAtMs: number;
  /** "sha256:" and the SHA-256 of the bytes. */
  readonly digest: string;
};

/** The page on which one waits for a form of a closed month's report. */
export type RenditionModel = {
  readonly nowMs: number;
  readonly timeZone: string;
  readonly month: string;
  /** Null: the report of all accounts. */
  readonly account: string | null;
  readonly accountName: string | null;
  readonly revision: number;
  readonly format: string;
  readonly progress: RenditionProgress;
};

/** A form of a report that was made and is kept. */
export type RenditionLine = RenditionMade & { readonly format: string; readonly lang: string };
