import { renderToString } from "preact-render-to-string";
import { expect, test } from "vitest";
import type { TimelineDay } from "../../src/core/views.ts";
import { Band } from "../../src/web/charts/band.tsx";
import { BooksBar } from "../../src/web/charts/books.tsx";
import { BurnChart } from "../../src/web/charts/burn.tsx";
import { LatencyChart } from "../../src/web/charts/latency.tsx";
import { axisTicks } from "../../src/web/charts/shapes.ts";
import { MonthTimeline } from "../../src/web/charts/timeline.tsx";
import { en } from "../../src/web/text-en.ts";

const HOUR = 3_600_000;
const times = (text: string, part: string) => text.split(part).length - 1;

test("a band draws one path for each state, and says its days in words", () => {
  const day = (index: number) => `2026-09-${String(index + 1).padStart(2, "0")}`;
  const days = Array.from({ length: 30 }, (_, index) => ({
    day: day(index),
    state: index === 9 ? ("missed" as const) : index > 27 ? ("minor" as const) : ("good" as const),
    badSeconds: index === 9 ? 2280 : index > 27 ? 60 : 0,
  }));
  const svg = renderToString(<Band days={days} t={en} />);
  expect(times(svg, "<path class=")).toBe(3);
  expect(svg).toContain(
    "Last 30 days: 27 without loss, 2 with some loss, 1 beyond a month's budget",
  );
  expect(svg).toContain("<title>2026-09-10: 38 min lost</title>");
  expect(times(svg, "<title>")).toBe(3);
});

test("a band without days is nothing", () => {
  expect(renderToString(<Band days={[]} t={en} />)).toBe("");
});

const oneDay = (runs: TimelineDay["runs"], lengthMs = 24 * HOUR): TimelineDay => ({
  day: "2026-11-02",
  weekday: 1,
  lengthMs,
  badSeconds: 60,
  runs,
});

test("a single bad minute keeps a line of 1.5 pixels at any width", () => {
  const svg = renderToString(
    <MonthTimeline
      linkOf={() => null}
      linksLabel="days"
      label="November"
      t={en}
      days={[
        oneDay([
          { fromMs: 0, untilMs: HOUR, state: "good" },
          { fromMs: HOUR, untilMs: HOUR + 60_000, state: "bad" },
        ]),
      ]}
    />,
  );
  const bad = /<path class="s-missed keep"[^>]*>/.exec(svg)?.[0] ?? "";
  expect(bad).toContain('stroke-width="1.5"');
  expect(bad).toContain('vector-effect="non-scaling-stroke"');
  expect(bad).toContain("M60 1h1v22h-1z");
  expect(svg).toContain("1 min");
});

test("a day of 25 hours ends at the plot's edge, and one of 24 hours before it", () => {
  const whole = (lengthMs: number) =>
    oneDay([{ fromMs: 0, untilMs: lengthMs, state: "good" }], lengthMs);
  const svg = renderToString(
    <MonthTimeline
      linkOf={() => null}
      linksLabel="days"
      label="October"
      t={en}
      days={[whole(25 * HOUR), whole(24 * HOUR)]}
    />,
  );
  expect(svg).toContain("M0 5h1440v14h-1440zM0 29h1382.4v14h-1382.4z");
});

test("a small book stays visible, an empty one is not drawn", () => {
  const svg = renderToString(
    <BooksBar
      label="books"
      books={[
        { state: "good", name: "Good", size: 43_199 },
        { state: "missed", name: "Bad", size: 1 },
        { state: "excluded", name: "Excluded", size: 0 },
      ]}
    />,
  );
  expect(times(svg, "<rect")).toBe(2);
  expect(svg).toContain('width="0.79%"');
});

test("the budget's line turns to the colour of a miss when the allowance is used up", () => {
  const burn = (badSeconds: number) =>
    renderToString(
      <BurnChart
        points={[
          { atMs: 0, badSeconds: 0 },
          { atMs: HOUR, badSeconds },
        ]}
        fromMs={0}
        untilMs={24 * HOUR}
        allowedSeconds={600}
        label="budget"
        t={en}
        firstDay="11-01"
        lastDay="11-30"
      />,
    );
  expect(burn(600)).toContain("s-accent line");
  expect(burn(601)).toContain("s-missed line");
});

test("the latency line breaks where nothing succeeded", () => {
  const svg = renderToString(
    <LatencyChart
      points={[10, null, 20].map((ms, index) => ({ atMs: index * HOUR, p50Ms: ms, p95Ms: ms }))}
      fromMs={0}
      untilMs={2 * HOUR}
      label="latency"
      timeOf={String}
    />,
  );
  const [, line = ""] = /s-accent line"[^>]* d="([^"]*)"/.exec(svg) ?? [];
  expect(times(line, "M")).toBe(2);
  expect(line).not.toContain("L");
});

test.each([
  [0, [0]],
  [52, [0, 20, 40]],
  [1, [0, 0.5, 1]],
  [1200, [0, 500, 1000]],
])("an axis up to %d has round marks", (max, marks) => {
  expect(axisTicks(max)).toEqual(marks);
});
