/** Chance that can be repeated: the same numbers for the same seed and index. */
export type Random = {
  /** A whole number from `from` to `until`, both included. */
  readonly between: (from: number, until: number) => number;
  readonly chance: (share: number) => boolean;
  readonly pick: <Item>(items: readonly Item[]) => Item;
  readonly shuffle: <Item>(items: readonly Item[]) => Item[];
  /** One of the choices, as often as its weight says. */
  readonly weighted: <Item>(choices: readonly (readonly [number, () => Item])[]) => Item;
};

export function createRandom(seed: number, index: number): Random {
  let state = (Math.imul(seed + 1, 0x9e37_79b1) ^ Math.imul(index + 1, 0x85eb_ca6b)) >>> 0;
  // Mulberry32.
  const next = (): number => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const between = (from: number, until: number): number =>
    Math.floor(from) + Math.floor(next() * (Math.floor(until) - Math.floor(from) + 1));
  const pick = <Item>(items: readonly Item[]): Item => items[between(0, items.length - 1)]!;
  return {
    between,
    chance: (share) => next() < share,
    pick,
    shuffle: (items) => {
      const rest = [...items];
      return items.map(() => rest.splice(between(0, rest.length - 1), 1)[0]!);
    },
    weighted: (choices) => {
      let at = next() * choices.reduce((sum, [weight]) => sum + weight, 0);
      const chosen = choices.find(([weight]) => (at -= weight) < 0) ?? choices.at(-1)!;
      return chosen[1]();
    },
  };
}
