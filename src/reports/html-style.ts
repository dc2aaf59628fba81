import { PAINT } from "./chart-svg.ts";

/** Colours of the charts, which carry those of paper, and what stands for them on this page. */
const CHART_COLOURS: readonly (readonly [paint: string, variable: string])[] = [
  [PAINT.good, "--good"],
  [PAINT.minor, "--minor"],
  [PAINT.missed, "--missed"],
  [PAINT.excluded, "--excluded"],
  [PAINT["no-data"], "--no-data"],
  [PAINT.ink, "--ink"],
  [PAINT.quiet, "--quiet"],
  [PAINT.line, "--line"],
  [PAINT.pale, "--raised"],
  [PAINT.accent, "--accent"],
];

const LIGHT = `
  --page: #f5f7f9; --card: #ffffff; --raised: #f0f3f6; --ink: #16212d; --quiet: #546273;
  --line: #dfe5eb; --link: #0c5aa6; --accent: #1f66b8; --good: #46a57a; --minor: #c48600;
  --missed: #c81e37; --excluded: #5a7bc2; --no-data: #8794a4; --good-ink: #1b6b49;
  --minor-ink: #855800; --missed-ink: #b3152d; --minor-wash: #fdf3dc;
`;
const DARK = `
  --page: #0e141b; --card: #161e27; --raised: #1d2732; --ink: #e4eaf1; --quiet: #9dabba;
  --line: #28333f; --link: #7db8f5; --accent: #62a5ee; --good: #3f9f75; --minor: #dca030;
  --missed: #f2566b; --excluded: #7d9ae0; --no-data: #6b7988; --good-ink: #6fd0a4;
  --minor-ink: #f0bb57; --missed-ink: #ff8b9a; --minor-wash: #352a12;
`;

const charts = CHART_COLOURS.map(
  ([paint, variable]) =>
    `.chart [fill="${paint}"] { fill: var(${variable}); } .chart [stroke="${paint}"] { stroke: var(${variable}); }`,
).join("\n");

/** The one style of the page; its hash stands in the page's policy. */
export const STYLE = `
:root { color-scheme: light dark; ${LIGHT} }
@media screen and (prefers-color-scheme: dark) { :root { ${DARK} } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; max-width: 1040px; padding: 28px 24px 48px; background: var(--page); color: var(--ink);
  font: 15px/1.5 -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "PingFang SC",
    "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC", sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere;
}
h1, h2, h3, p, ul, dl, dd { margin: 0; padding: 0; }
h1 { font-size: 28px; line-height: 1.25; }
h2 { font-size: 19px; margin: 36px 0 4px; }
h3 { font-size: 15.5px; margin: 20px 0 6px; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.quiet { color: var(--quiet); } .small { font-size: 13px; }
.note { color: var(--quiet); font-size: 14px; margin: 0 0 10px; }
.verdict {
  margin: 18px 0; padding: 16px 20px; background: var(--card); border: 1px solid var(--line);
  border-left: 5px solid var(--quiet); border-radius: 8px;
}
.verdict p:first-child { font-size: 20px; font-weight: 700; line-height: 1.35; }
.claimable { font-weight: 700; }
.verdict.missed { border-left-color: var(--missed); } .verdict.met { border-left-color: var(--good); }
.verdict.risk { border-left-color: var(--minor); }
.not-final { color: var(--minor-ink); background: var(--minor-wash); font-weight: 700; padding: 6px 12px; border-radius: 6px; margin-top: 8px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); gap: 10px; margin: 0 0 18px; }
.tiles div { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 10px 14px; display: flex; flex-direction: column-reverse; }
.tiles dt { color: var(--quiet); font-size: 13px; } .tiles dd { font-size: 20px; font-weight: 700; }
.tiles dd.missed { color: var(--missed-ink); }
nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: 2px 18px; font-size: 14px; }
nav a { display: inline-block; padding: 3px 0; }
.scroll { position: relative; overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { text-align: left; min-width: 5.5em; overflow-wrap: break-word; vertical-align: top; padding: 7px 14px; border-top: 1px solid var(--line); }
thead th { color: var(--quiet); font-size: 13px; border-top: 0; white-space: nowrap; }
tbody th { font-weight: 700; min-width: 130px; }
tbody th span, td span.under { display: block; font-weight: 400; color: var(--quiet); font-size: 13px; }
.many th, .many td { padding: 7px 5px; min-width: 0; } .many th:first-child { padding-left: 14px; min-width: 130px; } .many th:last-child, .many td:last-child { padding-right: 14px; }
.number { text-align: right; white-space: nowrap; } .time { white-space: nowrap; }
.missed { color: var(--missed-ink); font-weight: 700; } .met { color: var(--good-ink); }
.risk { color: var(--minor-ink); font-weight: 700; } .verdict.met, .verdict.missed, .verdict.risk { color: inherit; font-weight: inherit; }
.chart { padding: 14px; } .chart svg { display: block; width: 100%; min-width: 680px; height: auto; }
${charts}
.chart path[fill="#ffffff"] { fill: var(--card); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 4px 18px 14px; margin: 10px 0; }
.claim { border-left: 3px solid var(--accent); padding-top: 14px; }
.label { color: var(--quiet); font-size: 13px; font-weight: 700; margin-top: 10px; }
.total { text-align: right; padding: 8px 14px; }
.prose > * { margin: 6px 0; } .prose ul, .prose ol { padding-left: 22px; }
.prose pre { overflow-x: auto; padding: 8px; background: var(--raised); border-radius: 6px; }
.prose blockquote { padding-left: 12px; border-left: 3px solid var(--line); }
.prose table { display: block; overflow-x: auto; }
.method { padding-left: 20px; } .method li { margin: 3px 0; }
code { font: 13px/1.5 ui-monospace, Consolas, "DejaVu Sans Mono", monospace; }
footer { margin-top: 40px; color: var(--quiet); font-size: 13px; }
@media (max-width: 600px) { body { padding: 16px 12px 32px; } th, td { padding: 6px 10px; } h1 { font-size: 23px; } }
@page { size: A4; margin: 15mm 13mm; }
@media print {
  :root { color-scheme: light; }
  body { max-width: none; padding: 0; background: none; font-size: 10pt; }
  nav, .screen { display: none; }
  table, thead th, td span.under, tbody th span, .note, .small { font-size: 8.5pt; }
  th, td { padding: 3px 6px; min-width: 0; overflow-wrap: anywhere; } td.time, td.number { overflow-wrap: normal; }
  .many th, .many td { padding: 2px; font-size: 6.5pt; white-space: normal; }
  .scroll { overflow: visible; border: 0; } .chart svg { min-width: 0; }
  h2, h3, h2 + .note { break-after: avoid; } tr, .card, .chart, .tiles div { break-inside: avoid; }
  tbody, tbody tr:first-child { break-before: avoid; }
  thead { display: table-header-group; }
  a { color: inherit; text-decoration: none; }
  .verdict, .tiles div, .card, .chart { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
