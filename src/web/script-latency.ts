/**
 * Runs in browsers, behind uPlot in one module. Takes the place of the drawn latency chart: a line
 * for each vantage, or the phases of one on top of each other, over a time that is chosen by dragging or
 * by a button, asked for again the finer the shorter it is.
 */
export const scriptLatency = `
const box = document.querySelector("[data-latency]");
const words = JSON.parse(box.dataset.words);
const HOUR_MS = 3600000;
const COLOURS = ["--accent", "--minor", "--good", "--excluded", "--missed", "--no-data"];
const DASHES = [[], [6, 3], [2, 3], [8, 3, 2, 3], [12, 4], [1, 2]];
const untilMs = Number(box.dataset.until);
const zone = box.dataset.zone;
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const drawn = box.querySelector("svg");
let chart = null;
let asked = 0;
let shown = null;
let phasesOf = null;

const head = document.createElement("div");
head.className = "zoom-tools";
const status = document.createElement("p");
status.className = "quiet small";
status.setAttribute("role", "status");
const plot = document.createElement("div");
plot.className = "zoom-plot";
// Not a part of the status, which is read aloud whenever it changes.
const hint = document.createElement("p");
hint.className = "quiet small";
hint.textContent = words.hint;
hint.hidden = true;
const ranges = [];
for (const [hours, label] of words.ranges) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button";
  button.textContent = label;
  button.addEventListener("click", () => load(untilMs - hours * HOUR_MS, untilMs));
  ranges.push([button, hours * HOUR_MS]);
  head.append(button);
}
const views = document.createElement("div");
views.className = "zoom-tools";

/** One button for the totals, one for the phases from each vantage. */
function drawViews(data) {
  views.replaceChildren();
  if (data.phases.length === 0) return;
  for (const vantage of [null, ...data.phases.map((one) => one.vantage)]) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.textContent = vantage ?? words.total;
    button.setAttribute("aria-pressed", String(vantage === phasesOf));
    button.addEventListener("click", () => {
      phasesOf = vantage;
      draw(shown);
    });
    views.append(button);
  }
}

async function load(fromMs, toMs) {
  const number = ++asked;
  for (const [button, lengthMs] of ranges) {
    const isShown = toMs === untilMs && toMs - fromMs === lengthMs;
    button.setAttribute("aria-pressed", String(isShown));
  }
  status.textContent = words.loading;
  const query = new URLSearchParams({
    from: new Date(fromMs).toISOString(),
    until: new Date(toMs).toISOString(),
  });
  try {
    const answer = await fetch(box.dataset.latency + "?" + query);
    if (!answer.ok) throw new Error(String(answer.status));
    const data = await answer.json();
    if (number === asked) draw(data);
  } catch {
    if (number === asked) status.textContent = words.failed;
  }
}

function draw(data) {
  const isEmpty = data.series.every(({ p50Ms }) => p50Ms.every((value) => value === null));
  status.textContent = isEmpty ? words.empty : "";
  hint.hidden = isEmpty;
  drawn?.remove();
  chart?.destroy();
  shown = data;
  drawViews(data);
  const chosen = data.phases.find(({ vantage }) => vantage === phasesOf);
  const lines = chosen === undefined ? totals(data) : phases(chosen);
  const axis = { stroke: css("--quiet"), grid: { stroke: css("--line"), width: 1 }, ticks: { show: false }, font: "12px " + css("--sans") };
  chart = new uPlot(
    {
      width: plot.clientWidth,
      height: 240,
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), zone),
      cursor: { drag: { x: true, y: false, setScale: false } },
      scales: { y: { range: (_, low, high) => [0, Math.max(1, high ?? 1) * 1.1] } },
      axes: [{ ...axis, values: timeValues }, { ...axis, size: 62, values: (_, all) => all.map((ms) => ms + " ms") }],
      series: [
        { label: words.time, value: (_, seconds) => (seconds === null ? "–" : stamp(seconds)) },
        ...lines.series,
      ],
      hooks: {
        setSelect: [
          (self) => {
            if (self.select.width < 4) return;
            const from = self.posToVal(self.select.left, "x") * 1000;
            const to = self.posToVal(self.select.left + self.select.width, "x") * 1000;
            self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            const least = 5 * 60000;
            const middle = (from + to) / 2;
            if (to - from < least) void load(middle - least / 2, middle + least / 2);
            else void load(from, to);
          },
        ],
      },
    },
    lines.data,
    plot,
  );
  const canvas = plot.querySelector("canvas");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", words.title);
}

const amount = (ms) => (ms === null || ms === undefined ? "–" : ms.toFixed(1) + " ms");

function totals({ atMs, series }) {
  return {
    data: [atMs.map((ms) => ms / 1000), ...series.map(({ p50Ms }) => p50Ms)],
    series: series.map(({ vantage }, at) => ({
      label: vantage,
      stroke: css(COLOURS[at % COLOURS.length]),
      dash: DASHES[at % DASHES.length],
      width: 2,
      spanGaps: false,
      points: { show: false },
      value: (_, ms) => amount(ms),
    })),
  };
}

/** Each phase upon those before it. The highest sum is drawn first, the others over it. */
function phases({ atMs, p50Ms }) {
  const known = words.phases.filter(([phase]) => p50Ms[phase] !== undefined);
  const sums = known.map((_, upTo) =>
    atMs.map((_ms, at) => {
      const values = known.slice(0, upTo + 1).map(([phase]) => p50Ms[phase][at]);
      return values.every((ms) => ms === null) ? null : values.reduce((sum, ms) => sum + (ms ?? 0), 0);
    }),
  );
  const series = known.map(([phase, label], at) => ({
    label,
    stroke: css(COLOURS[at % COLOURS.length]),
    fill: "color-mix(in srgb, " + css(COLOURS[at % COLOURS.length]) + " 35%, " + css("--card") + ")",
    width: 1,
    spanGaps: true,
    points: { show: atMs.length < 4 },
    value: (_self, _sum, _series, index) => amount(p50Ms[phase][index]),
  }));
  return {
    data: [atMs.map((ms) => ms / 1000), ...sums.toReversed()],
    series: series.toReversed(),
  };
}

function parts(seconds) {
  const format = new Intl.DateTimeFormat("sv-SE", {
    timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit",
    hour: "2-digit", minute: "2-digit", second: "2-digit",
  });
  return format.format(new Date(seconds * 1000));
}

const stamp = (seconds) => parts(seconds);

function timeValues(self, splits) {
  const days = (self.scales.x.max - self.scales.x.min) > 86400 * 1.5;
  return splits.map((seconds) => (days ? parts(seconds).slice(5, 16) : parts(seconds).slice(11, 16)));
}

new ResizeObserver(() => chart?.setSize({ width: plot.clientWidth, height: 240 })).observe(plot);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => load(untilMs - 24 * HOUR_MS, untilMs));
box.append(head, views, plot, hint, status);
void load(untilMs - 24 * HOUR_MS, untilMs);
`;
