import type { Figure } from "../../src/core/figure.ts";
import type { Fraction } from "../../src/core/fraction.ts";
import { exact, written, type Exact } from "./fractions.ts";
import type { SecondFigure } from "./second.ts";

/** A figure field by field as texts, exact fractions in lowest terms. */
type Fields = Readonly<Record<string, string>>;

export type Difference = {
  readonly field: string;
  readonly product: string;
  readonly second: string;
};

/** Every field in which two figures of one subject differ. */
export function differences(product: Figure, second: SecondFigure): Difference[] {
  const [ours, theirs] = [productFields(product), secondFields(second)];
  const fields = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])];
  const found = fields
    .map((field) => ({ field, product: ours[field] ?? "-", second: theirs[field] ?? "-" }))
    .filter((one) => one.product !== one.second);
  return [...found, ...reasonDifferences(product, second)];
}

function text(value: Fraction | Exact | null): string {
  return value === null ? "none" : written(exact(value.num, value.den));
}

function commonFields(figure: Figure | SecondFigure): Fields {
  return {
    slotMs: `${figure.slotMs}`,
    isRunning: `${figure.isRunning}`,
    total: `${figure.total}`,
    "books.good": text(figure.books.good),
    "books.bad": text(figure.books.bad),
    "books.excluded": `${figure.books.excluded}`,
    "books.noData": `${figure.books.noData}`,
    counted: `${figure.counted}`,
    bad: text(figure.bad),
    lifetimeSlots: `${figure.lifetimeSlots}`,
    coveredSlots: `${figure.coveredSlots}`,
    availability: text(figure.availability),
    low: text(figure.low),
    high: text(figure.high),
    coverage: text(figure.coverage),
    reachability: text(figure.reachability),
    "results.valid": `${figure.results.valid}`,
    "results.failed": `${figure.results.failed}`,
    slotsToCome: `${figure.slotsToCome}`,
    allowed: text(figure.allowed),
    allowedInMonth: text(figure.allowedInMonth),
    budgetLeft: text(figure.budgetLeft),
    verdict: figure.verdict,
    ...Object.fromEntries(
      (figure.burn?.windows ?? []).map(({ window, counted, bad, badSlots, rate }) => [
        `burn ${window}`,
        `${text(bad)} of ${counted}, ${badSlots} bad slots, rate ${text(rate)}`,
      ]),
    ),
    outages: figure.outages
      .map(({ fromMs, untilMs, slots }) => `${instant(fromMs)} ${instant(untilMs)} ${slots}`)
      .join("; "),
  };
}

function productFields(figure: Figure): Fields {
  return {
    ...commonFields(figure),
    firing:
      figure.burn === null
        ? "none"
        : figure.burn.firing
            .map(({ long, short, severity }) => `${long}/${short} ${severity}`)
            .join(", "),
    timeline: figure.timeline
      .map(({ fromMs, untilMs, state, num, den }) =>
        [instant(fromMs), instant(untilMs), state, written(exact(num, den))].join(" "),
      )
      .join("; "),
  };
}

function secondFields(figure: SecondFigure): Fields {
  return {
    ...commonFields(figure),
    firing: figure.burn === null ? "none" : figure.burn.firing.join(", "),
    timeline: figure.timeline
      .map(({ fromMs, untilMs, state, bad }) =>
        [instant(fromMs), instant(untilMs), state, written(bad)].join(" "),
      )
      .join("; "),
  };
}

/** The rules leave open which of several reasons an outage shows; it is one of those seen in it. */
function reasonDifferences(product: Figure, second: SecondFigure): Difference[] {
  return product.outages.flatMap(({ reason }, index) => {
    const seen = [...(second.outages[index]?.reasons ?? [])];
    return seen.includes(reason)
      ? []
      : [{ field: `outage ${index} reason`, product: reason, second: seen.join(" or ") }];
  });
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
