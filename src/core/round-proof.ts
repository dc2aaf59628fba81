import { REASONS } from "./outcome.ts";
import type { Round, RoundDetail } from "./round.ts";

/** A detail as it is stored and hashed: index, reason's position, text, request id, address. */
export type PackedDetail = readonly [number, number, string, string, string];

export function packDetail(detail: RoundDetail): PackedDetail {
  return [
    detail.index,
    Math.max(0, REASONS.indexOf(detail.reason)),
    storable(detail.text),
    storable(detail.requestId),
    storable(detail.address),
  ];
}

export function unpackDetail([index, reason, text, requestId, address]: PackedDetail): RoundDetail {
  return {
    index,
    reason: REASONS[reason] ?? "internal-error",
    ...(text === "" ? {} : { text }),
    ...(requestId === "" ? {} : { requestId }),
    ...(address === "" ? {} : { address }),
  };
}

/** A round's place in its chain. */
export type RoundPlace = { readonly seq: number; readonly storedAtMs: number };

/**
 * The text of a round that its hash covers: a JSON array in a fixed order, with names
 * rather than the database's ids, so that the proof covers who was measured.
 */
export function roundText(
  round: Omit<Round, "details">,
  details: readonly PackedDetail[],
  place: RoundPlace,
): string {
  return JSON.stringify([
    "round-1",
    round.vantage,
    round.shard,
    place.seq,
    place.storedAtMs,
    round.plannedAtMs,
    round.targets,
    round.outcomes,
    round.offsetsMs,
    round.latenciesUs,
    details,
  ]);
}

/** PostgreSQL's JSON refuses U+0000 and lone surrogates, and hostile servers send both. */
function storable(text: string | undefined): string {
  return (text ?? "").replaceAll("\u0000", "").toWellFormed();
}
