import type { Service } from "./nines.ts";

export type SeenResult = {
  readonly vantage: string;
  readonly plannedAt: string;
  readonly outcome: string;
  readonly reason?: string;
};

/** Every stored result of a target in the last hour, oldest first. */
export async function resultsOf(service: Service, target: string): Promise<SeenResult[]> {
  const from = new Date(Date.now() - 3_600_000).toISOString();
  const until = new Date(Date.now() + 60_000).toISOString();
  const answer = await service.get(
    `/api/v1/targets/${target}/results?${new URLSearchParams({ from, until })}`,
  );
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.status}: ${text}`);
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as SeenResult);
}

/** Planned instants between the first and the last that have no result. */
export function missingInstants(results: readonly SeenResult[], everyMs: number): string[] {
  const there = new Set(results.map(({ plannedAt }) => Date.parse(plannedAt)));
  const instants = [...there].toSorted((a, b) => a - b);
  const missing: string[] = [];
  for (let at = instants[0] ?? 0; at < (instants.at(-1) ?? 0); at += everyMs) {
    if (!there.has(at)) missing.push(new Date(at).toISOString());
  }
  return missing;
}

export type SeenSlot = {
  readonly from: string;
  readonly valid: number;
  readonly failed: number;
  readonly bad: string | null;
};

/** The settled slots of a target that start in [fromMs, untilMs). */
export async function slotsOf(
  service: Service,
  target: string,
  range: { readonly fromMs: number; readonly untilMs: number },
): Promise<SeenSlot[]> {
  const from = new Date(range.fromMs).toISOString();
  const until = new Date(range.untilMs).toISOString();
  const { slots } = await service.json<{ slots: SeenSlot[] }>(
    `/api/v1/targets/${target}/slots?${new URLSearchParams({ from, until })}`,
  );
  return slots;
}
