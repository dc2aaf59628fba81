/**
 * What becomes of a credit: owed, acknowledged by the one who will claim it, submitted to the
 * provider, and credited or refused by it. `lapsed`: the window closed before it was submitted.
 * `withdrawn`: a later revision of the month gives no credit.
 */
export const CLAIM_STATES = [
  "owed",
  "acknowledged",
  "submitted",
  "credited",
  "refused",
  "lapsed",
  "withdrawn",
] as const;
export type ClaimState = (typeof CLAIM_STATES)[number];

/** What people do to a claim. */
export type ClaimStep =
  | { readonly verb: "acknowledge" }
  /** `on` is the day, "2026-11-09". */
  | { readonly verb: "submit"; readonly reference: string; readonly on: string }
  /** `amount` is a decimal in the claim's currency; it may differ from what was owed. */
  | { readonly verb: "credit"; readonly amount: string }
  | { readonly verb: "refuse"; readonly reason: string };

/**
 * The states that each step leads on from. Submitting again corrects what was noted; a claim that
 * lapsed here may have been submitted in time and noted late; a refusal may be taken back.
 */
const FROM: Readonly<Record<ClaimStep["verb"], readonly ClaimState[]>> = {
  acknowledge: ["owed"],
  submit: ["owed", "acknowledged", "submitted", "lapsed"],
  credit: ["submitted", "refused"],
  refuse: ["submitted"],
};

/** The states from which a step leads on; the one given must be among them. */
export function statesBefore(verb: ClaimStep["verb"]): readonly string[] {
  return FROM[verb];
}

const DAY_MS = 86_400_000;

/** How long until the claim's window opens and closes: days, a part of one counted as one. */
export function claimDays(
  window: { readonly claimFromMs: number; readonly claimUntilMs: number },
  nowMs: number,
): { readonly opensInDays: number | null; readonly closesInDays: number | null } {
  const daysUntil = (atMs: number): number | null =>
    atMs > nowMs ? Math.ceil((atMs - nowMs) / DAY_MS) : null;
  return {
    opensInDays: daysUntil(window.claimFromMs),
    closesInDays: daysUntil(window.claimUntilMs),
  };
}
