/** Colours, type, the frame of a page, and the small parts that all pages use. */
export const styleBase = `
:root {
  color-scheme: light dark;
  --page: #f5f7f9; --card: #ffffff; --raised: #f0f3f6;
  --ink: #16212d; --quiet: #546273; --line: #dfe5eb; --edge: #c9d2dc;
  --link: #0c5aa6; --accent: #1f66b8;
  --good: #46a57a; --minor: #c48600; --missed: #c81e37; --excluded: #5a7bc2; --no-data: #8794a4;
  --good-ink: #1b6b49; --minor-ink: #855800; --missed-ink: #b3152d;
  --minor-wash: #fdf3dc; --missed-wash: #fdecee; --good-wash: #e7f5ee; --quiet-wash: #edf1f4;
  --shadow: 0 1px 2px rgb(22 33 45 / 6%), 0 2px 8px rgb(22 33 45 / 4%);
  --sans: -apple-system, "Segoe UI", Inter, Roboto, "Helvetica Neue", "Noto Sans", Ubuntu,
    "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans SC", "Source Han Sans SC",
    "Noto Sans CJK SC", system-ui, sans-serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", Consolas, "Noto Sans Mono CJK SC",
    "DejaVu Sans Mono", monospace;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #0e141b; --card: #161e27; --raised: #1d2732;
    --ink: #e4eaf1; --quiet: #9dabba; --line: #28333f; --edge: #3a4755;
    --link: #7db8f5; --accent: #62a5ee;
    --good: #3f9f75; --minor: #dca030; --missed: #f2566b; --excluded: #7d9ae0; --no-data: #6b7988;
    --good-ink: #6fd0a4; --minor-ink: #f0bb57; --missed-ink: #ff8b9a;
    --minor-wash: #352a12; --missed-wash: #3d1a21; --good-wash: #13301f; --quiet-wash: #222d38;
    --shadow: none;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 12px; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 15px/1.5 var(--sans); font-variant-numeric: tabular-nums;
}
h1, h2, h3, p, ul, dl, dd { margin: 0; padding: 0; }
ul { list-style: none; }
h1 { font-size: 26px; line-height: 1.25; font-weight: 700; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { font-size: 17px; line-height: 1.35; font-weight: 700; }
h3 { font-size: 15px; font-weight: 700; display: inline; }
a { color: var(--link); text-decoration-thickness: 1px; text-underline-offset: 3px; }
a:hover { text-decoration-thickness: 2px; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
main:focus { outline: none; }
code { font: 13px/1.5 var(--mono); overflow-wrap: anywhere; }
time { white-space: nowrap; }
.hidden {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap;
}
.skip { position: absolute; left: 16px; top: -60px; background: var(--card); padding: 8px 14px; z-index: 5; }
.skip:focus { top: 8px; }
.wide { max-width: 1480px; margin-inline: auto; padding-inline: 28px; }
.quiet { color: var(--quiet); }
.small { font-size: 13px; }
.strong { font-weight: 700; }

main { padding-block: 22px 8px; display: block; }
.foot { color: var(--quiet); font-size: 13px; padding-block: 20px 36px; }

.notice {
  border: 1px solid var(--line); border-left: 4px solid var(--accent); background: var(--card);
  border-radius: 6px; padding: 9px 14px; margin-bottom: 20px; font-size: 14px; color: var(--quiet);
}
.notice p + p { margin-top: 2px; }
progress { width: 100%; height: 8px; accent-color: var(--accent); display: block; margin-top: 6px; }

.page-head { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 12px 24px; align-items: end; }
.page-tools { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
.state-line { display: flex; flex-wrap: wrap; gap: 2px 14px; color: var(--quiet); font-size: 14px; margin-top: 6px; align-items: center; }
.pill { border-radius: 99px; padding: 1px 10px; font-weight: 700; font-size: 13px; background: var(--quiet-wash); color: var(--ink); }
.pill.running { background: var(--good-wash); color: var(--good-ink); }
.button, .step, .picker summary {
  display: inline-flex; align-items: center; min-height: 36px; padding: 0 13px; border: 1px solid var(--edge);
  border-radius: 7px; background: var(--card); color: var(--ink); text-decoration: none; font-size: 14px;
}
.button:hover, .step:hover, .picker summary:hover { border-color: var(--accent); }
.months { display: flex; gap: 4px; }
.step { min-width: 36px; justify-content: center; font-size: 20px; padding: 0 0 3px; }
.step.off { color: var(--edge); background: none; border-color: var(--line); }
.picker { position: relative; }
.picker summary { font-weight: 700; cursor: pointer; list-style: none; gap: 8px; }
.picker summary::-webkit-details-marker { display: none; }
.picker summary::after {
  content: ""; width: 7px; height: 7px; border: solid currentColor; border-width: 0 1.5px 1.5px 0;
  transform: translateY(-2px) rotate(45deg);
}
.picker ul {
  position: absolute; z-index: 4; top: calc(100% + 4px); left: 0; min-width: 100%; max-height: 320px; overflow: auto;
  background: var(--card); border: 1px solid var(--edge); border-radius: 8px; padding: 4px; box-shadow: 0 8px 24px rgb(0 0 0 / 18%);
}
.picker li a { display: block; padding: 7px 12px; border-radius: 5px; white-space: nowrap; color: var(--ink); text-decoration: none; }
.picker li a:hover { background: var(--raised); }
.picker li a[aria-current] { font-weight: 700; background: var(--raised); }

.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; box-shadow: var(--shadow); }
.pad { padding: 16px 18px; }
.empty { padding: 28px 18px; color: var(--quiet); }
section { margin-top: 26px; }
.columns > section, .stack > *, .columns .card { margin-top: 0; }
.section-head { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 14px; margin-bottom: 10px; }
.section-head .quiet { font-size: 14px; }
.scroll { overflow-x: auto; position: relative; }

.icon { flex: none; vertical-align: -2px; }
.badge { display: inline-flex; align-items: center; gap: 5px; font-size: 13px; font-weight: 700; white-space: nowrap; }
.t-good, .badge.t-good { color: var(--good-ink); }
.t-minor { color: var(--minor-ink); }
.t-missed { color: var(--missed-ink); }
.t-quiet { color: var(--quiet); }
.all-good { padding: 12px 0; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 18px; font-size: 13px; color: var(--quiet); margin-bottom: 10px; }
.legend li { display: flex; align-items: center; gap: 6px; }

.s-good { fill: var(--good); }
.s-minor { fill: var(--minor); }
.s-missed { fill: var(--missed); }
.s-excluded { fill: var(--excluded); }
.s-no-data { fill: var(--no-data); }
.s-accent { fill: var(--accent); }
.keep.s-minor { stroke: var(--minor); }
.keep.s-missed { stroke: var(--missed); }
.line { fill: none; }
.line.s-accent { stroke: var(--accent); }
.line.s-minor { stroke: var(--minor); }
.line.s-missed { stroke: var(--missed); }
.grid { stroke: var(--line); }
.pace { stroke: var(--quiet); }
.allowance { stroke: var(--ink); }
.tick { fill: var(--quiet); font-size: 12px; }
.tick.strong { fill: var(--ink); }
.halo { paint-order: stroke; stroke: var(--card); stroke-width: 4px; stroke-linejoin: round; }
.chart, .band, .books, .timeline svg { display: block; }
.chart { overflow: visible; }

.error { max-width: 640px; padding-block: 8vh; display: grid; gap: 12px; }
.error-status { color: var(--quiet); font-weight: 700; }
`;
