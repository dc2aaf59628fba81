/** The tiles, the matrix and the lists. */
export const styleOverview = `
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(230px, 1fr)); gap: 14px; }
.tile {
  display: flex; column-gap: 10px; align-items: center; height: 100%; text-decoration: none;
  background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 12px 18px; box-shadow: var(--shadow);
}
.tile-icon svg { width: 20px; height: 20px; vertical-align: -3px; }
.tile-number { font-size: 30px; line-height: 1.15; font-weight: 700; letter-spacing: -0.02em; }
.tile.t-good .tile-number { color: var(--ink); }
.tile:hover { border-color: var(--edge); background: var(--raised); }
.tile-text { padding-left: 4px; line-height: 1.3; }
.tile-label { display: block; color: var(--ink); font-weight: 700; }
.tile-of { display: block; color: var(--quiet); font-size: 13px; }

table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-weight: 700; }
.matrix { table-layout: fixed; min-width: 980px; }
.matrix th, .matrix td { padding: 11px 14px; border-bottom: 1px solid var(--line); vertical-align: top; }
.matrix tbody tr:last-child > * { border-bottom: 0; }
.matrix th:first-child { width: 218px; position: sticky; left: 0; background: var(--card); z-index: 2; padding-left: 18px; border-right: 1px solid var(--line); }
.matrix thead th { vertical-align: bottom; padding-block: 10px; }
.matrix.turned { min-width: 1240px; }
.matrix.turned th:first-child { width: 178px; }
.matrix.turned th, .matrix.turned td { padding-inline: 10px; }
.matrix thead th:first-child { color: var(--quiet); font-size: 13px; }
.head-title { display: block; }
.head-note { display: block; color: var(--quiet); font-weight: 400; font-size: 13px; line-height: 1.4; }
.cell { position: relative; }
.cell:hover { background: var(--raised); }
.cell.v-missed { box-shadow: inset 3px 0 0 var(--missed); }
.cell.v-minor { box-shadow: inset 3px 0 0 var(--minor); }
.cell-link { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 10px; color: var(--ink); text-decoration: none; margin-bottom: 4px; }
.cell-link::after { content: ""; position: absolute; inset: 0; }
.cell-link:focus-visible { outline: none; }
.cell-link:focus-visible::after { outline: 3px solid var(--accent); outline-offset: -3px; border-radius: 4px; }
.cell .band { position: relative; z-index: 1; pointer-events: none; }
.figure { font-size: 17px; font-weight: 700; letter-spacing: -0.01em; }
.figure.none { color: var(--quiet); font-weight: 400; font-size: 15px; }
.v-missed .figure { color: var(--missed-ink); }
.cell-notes { display: grid; margin-top: 4px; font-size: 13px; line-height: 1.4; color: var(--quiet); }
.cell-notes span { min-width: 0; overflow-wrap: anywhere; }
.turned .cell-notes span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
td.none { color: var(--quiet); }

.list th, .list td { padding: 8px 14px; border-bottom: 1px solid var(--line); vertical-align: baseline; }
.list th:first-child, .list td:first-child { padding-left: 18px; }
.list tbody tr:last-child td { border-bottom: 0; }
.list thead th { color: var(--quiet); font-size: 13px; white-space: nowrap; }
.list.tight td { padding-block: 5px; font-size: 14px; }
.list tbody tr:hover { background: var(--raised); }
.list tr:target { background: var(--quiet-wash); box-shadow: inset 3px 0 0 var(--accent); }
.list .number, .plain .number { text-align: right; white-space: nowrap; }
.badges { white-space: nowrap; }
.badges .badge:not(:last-child) { margin-right: 8px; }
.name { font-weight: 700; overflow-wrap: anywhere; }
.members { display: block; font-weight: 400; font-size: 13px; }
.group { margin-bottom: 14px; overflow: clip; }
.group summary { padding: 10px 18px; cursor: pointer; }
.group[open] summary { border-bottom: 1px solid var(--line); }
.nowrap { white-space: nowrap; }
.group .list { table-layout: fixed; }
.group th:nth-child(1) { width: 21%; }
.group th:nth-child(2) { width: 14%; }
.group th:nth-child(3) { width: 11%; }
.group th:nth-child(4), .group th:nth-child(6) { width: 10%; }
.group th:nth-child(5) { width: 18%; }
.more { padding: 10px 18px; border-top: 1px solid var(--line); }

@media (max-width: 1100px) {
  .tiles { grid-template-columns: repeat(2, 1fr); }
  .matrix th:first-child { width: 150px; }
  .nowrap, .badges { white-space: normal; }
  .list th, .list td { padding-inline: 8px; }
}
@media screen and (max-width: 960px) {
  .list, .list tbody { display: block; }
  .list thead { display: none; }
  .list tr { display: flex; flex-wrap: wrap; gap: 1px 12px; padding: 10px 14px; border-bottom: 1px solid var(--line); align-items: baseline; }
  .list tbody tr:last-child { border-bottom: 0; }
  .list td, .list td:first-child { display: block; padding: 0; border: 0; }
  .list td:empty { display: none; }
  .list td[data-label]::before { content: attr(data-label) " "; color: var(--quiet); }
  .list .number { text-align: left; }
}
@media (max-width: 720px) {
  .wide { padding-inline: 16px; }
  .page-tools .button { padding-inline: 10px; }
  /* For programs: the report's page leads to them too. */
  .page-tools .aside { display: none; }
  .group { margin-bottom: 8px; }
  .tiles { gap: 8px; }
  .tile { padding: 10px 12px; column-gap: 7px; }
  .tile-number { font-size: 24px; }
  .tile-icon svg { width: 16px; height: 16px; }
  .matrix, .matrix.turned { min-width: 0; table-layout: auto; }
  .matrix th, .matrix td, .matrix.turned th, .matrix.turned td { padding: 7px 4px; min-width: 66px; line-height: 1.3; }
  .matrix th:first-child, .matrix.turned th:first-child { width: auto; min-width: 0; padding-left: 8px; }
  .matrix .head-note, .matrix .cell-notes { display: none; }
  /* Chinese would break after every sign. */
  .matrix .head-title { font-size: 13px; word-break: keep-all; }
  .matrix:not(.turned) th:first-child { white-space: nowrap; }
  .matrix thead th, .matrix thead .head-title { font-size: 11.5px; letter-spacing: -0.02em; }
  .cell-link { gap: 0; margin-bottom: 1px; }
  .cell-link > * { flex: 1 1 100%; min-width: 0; }
  .matrix .figure { font-size: 13px; letter-spacing: -0.03em; }
  .cell-link .badge { font-size: 12px; gap: 3px; white-space: normal; }
}
`;
