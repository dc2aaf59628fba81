import fc from "fast-check";
import { expect, test } from "vitest";
import { splitByLimit } from "../../src/core/limit.ts";

const dueOf = (kinds: string) =>
  Array.from(kinds, (kind, id) => ({ id, isFixed: kind === "f", isCritical: kind === "c" }));
const split = (kinds: string, room: number) => {
  const { single, digest } = splitByLimit(dueOf(kinds), room);
  return [single, digest].map((list) => list.map(({ id }) => id));
};

test("what has room goes by itself; else the critical first, and the rest in one digest", () => {
  expect(split("..c", 3)).toEqual([[0, 1, 2], []]);
  expect(split("..c.", 3)).toEqual([[2], [0, 1, 3]]);
  expect(split("cccc", 3)).toEqual([
    [0, 1],
    [2, 3],
  ]);
  expect(split("..", 1)).toEqual([[], [0, 1]]);
  expect(split("..", 0)).toEqual([[], []]);
  expect(split(".f.", 2)).toEqual([[1], [0, 2]]);
  expect(split("fff.", 2)).toEqual([[0, 1], []]);
});

test("no more than there is room for, none twice, and none is left out while there is room", () => {
  const kinds = fc.string({ unit: fc.constantFrom(".", "c", "f"), maxLength: 30 });
  fc.assert(
    fc.property(kinds, fc.integer({ min: 0, max: 20 }), (text, room) => {
      const [single = [], digest = []] = split(text, room);
      expect(single.length + (digest.length > 0 ? 1 : 0)).toBeLessThanOrEqual(room);
      expect(new Set([...single, ...digest]).size).toBe(single.length + digest.length);
      const fixed = text.replaceAll(/[^f]/gu, "").length;
      const left = text.length - single.length - digest.length;
      if (fixed < room) expect(left).toBe(0);
      expect(digest.length).not.toBe(1);
    }),
  );
});
