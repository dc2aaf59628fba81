import { expect, test } from "vitest";
import { heatOf, spentOf } from "../../src/reports/figure-choices.ts";
import { OCTOBER } from "../helpers/sla.ts";
import { octoberDocument } from "./tables-document.ts";

/** Ten bad minutes on the first day; 22.32 are allowed in the month, 2.88 in its first four days. */
const BAD = { minutes: [{ from: 100, until: 110, failed: 4, valid: 4 }] };
const stateOfFirst = (document: Parameters<typeof heatOf>[0]) =>
  heatOf(document).shown[0]?.days[0]?.state;

test("a running month's losses are held against the whole month's allowance", () => {
  const running = octoberDocument([BAD], { settledUntilMs: OCTOBER.fromMs + 4 * 86_400_000 });
  expect(running.report.subjects[0]?.allowedBad).toBe("2.88");
  const [spent] = spentOf(running).shown;
  expect(spent?.badSeconds).toBe(600);
  expect(spent?.allowedSeconds).toBeCloseTo(22.32 * 60, 6);
  expect(stateOfFirst(running)).toBe("minor");
  const over = octoberDocument([{ minutes: [{ from: 100, until: 123, failed: 4, valid: 4 }] }]);
  expect(stateOfFirst(over)).toBe("missed");
});

test("what has no allowance and lost something stands first", () => {
  const strict = { objectivePercent: "100", objective: { num: 1n, den: 1n } };
  const { shown } = spentOf(
    octoberDocument([
      { ...BAD, target: { id: "lost-more" } },
      { minutes: [{ from: 5, until: 6, failed: 4, valid: 4 }], terms: strict },
    ]),
  );
  expect(shown.map(({ subject }) => subject.id)).toEqual(["web-1", "lost-more"]);
});
