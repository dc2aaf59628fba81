/** The page of one target. */
export const styleTarget = `
.crumbs { display: flex; flex-wrap: wrap; gap: 2px 10px; font-size: 14px; margin-bottom: 10px; align-items: baseline; }
.crumbs .fact { padding-left: 10px; border-left: 1px solid var(--line); }
.now { display: flex; flex-wrap: wrap; gap: 2px 9px; align-items: center; margin-top: 5px; }
.now .icon { width: 16px; height: 16px; }
.agreement { margin-bottom: 10px; }
.trouble { margin: 14px 0 0; }
.trouble .page-tools { margin-top: 12px; }

.figures { display: grid; grid-template-columns: 1.35fr 1.25fr 1fr 1fr 1.25fr; margin-bottom: 14px;
  background: var(--card); border: 1px solid var(--line); border-radius: 10px; box-shadow: var(--shadow); }
.figure-box { padding: 14px 18px; border-left: 1px solid var(--line); min-width: 0; }
.figure-box:first-child { border-left: 0; border-radius: 10px 0 0 10px; }
.figure-box dt { color: var(--quiet); font-size: 14px; }
.figure-box .big { font-size: 34px; line-height: 1.2; font-weight: 700; letter-spacing: -0.02em; }
.figure-box .mid { font-size: 20px; line-height: 40.8px; font-weight: 700; letter-spacing: -0.01em; }
.figure-box .note { font-size: 13px; line-height: 1.4; color: var(--quiet); }
.figure-box .badge { margin-right: 8px; }
.group-note { margin-bottom: 10px; }
.t-edge-missed { box-shadow: inset 4px 0 0 var(--missed); }
.t-edge-missed .big { color: var(--missed-ink); }
.t-edge-minor { box-shadow: inset 4px 0 0 var(--minor); }
.t-edge-good { box-shadow: inset 4px 0 0 var(--good); }
.t-edge-quiet { box-shadow: inset 4px 0 0 var(--no-data); }

.columns { display: grid; grid-template-columns: minmax(0, 2fr) minmax(320px, 1fr); gap: 14px; align-items: start; margin-top: 14px; }
.stack { display: grid; gap: 14px; }
.card > h2 { margin-bottom: 10px; }

.timeline { display: grid; grid-template-columns: 64px minmax(0, 1fr) 92px; }
.timeline-hours { grid-column: 2; grid-row: 1; }
.timeline-days { grid-column: 1; grid-row: 2; }
.timeline-plot { grid-column: 2; grid-row: 2; }
.timeline-lost { grid-column: 3; grid-row: 2; }
.timeline + .legend { margin: 8px 0 0 64px; }

.plain th, .plain td { padding: 3px 0 3px 12px; font-size: 14px; }
.plain th { font-weight: 400; padding-left: 0; white-space: nowrap; }
.plain thead th { color: var(--quiet); text-align: right; font-size: 13px; }
.plain thead th:first-child { text-align: left; }
.keys-table + h3 { display: block; margin-top: 14px; }
.plain .sum > * { border-top: 1px solid var(--line); font-weight: 700; }
.plain .swatch { margin-right: 5px; }
.books { margin-bottom: 8px; border-radius: 4px; overflow: hidden; }
.books + .plain + .small { margin-top: 6px; }
.keys { display: flex; flex-wrap: wrap; gap: 2px 18px; font-size: 14px; margin-top: 4px; }
.keys-table { margin-top: 6px; }
.key::before { content: ""; display: inline-block; width: 20px; vertical-align: 4px; margin-right: 7px; border-top: 2px solid var(--accent); }
.key.over::before { border-top-color: var(--missed); }
.key.dashed::before { border-top-color: var(--minor); border-top-style: dashed; }
.key.dotted::before { border-top-color: var(--quiet); border-top-style: dotted; }
.terms summary { cursor: pointer; }
.terms h2 { display: inline; }
.terms[open] summary { margin-bottom: 8px; }
.pairs > div { display: grid; grid-template-columns: minmax(104px, 2fr) 5fr; gap: 12px; padding: 5px 0; border-top: 1px solid var(--line); font-size: 14px; }
.pairs dt { color: var(--quiet); overflow-wrap: anywhere; }
.pairs.across { display: grid; grid-template-columns: repeat(auto-fill, minmax(340px, 1fr)); gap: 0 32px; margin-top: 10px; }

.vantages li { display: grid; grid-template-columns: minmax(0, 1fr) auto 72px; gap: 0 12px; padding: 8px 0; border-top: 1px solid var(--line); align-items: baseline; }
.vantages li:first-child { border-top: 0; padding-top: 0; }
.vantage-name { font-weight: 700; overflow-wrap: anywhere; }
.vantages .number { text-align: right; white-space: nowrap; }
.vantage-note { grid-column: 1 / -1; font-size: 13px; }
.wrap { overflow-wrap: anywhere; }

@media (max-width: 1100px) {
  .columns { grid-template-columns: minmax(0, 1fr); }
  .figures { grid-template-columns: repeat(2, 1fr); }
  .figure-box { border-left: 0; border-top: 1px solid var(--line); }
  .figure-box.lead { grid-column: 1 / -1; border-top: 0; border-radius: 10px 10px 0 0; }
}
@media screen and (max-width: 960px) {
  .span td:nth-child(2) time::before { content: "– "; }
}
@media screen and (max-width: 720px) {
  /* The rest is one click away. */
  .newest tr:nth-child(n + 9) { display: none; }
}
@media (max-width: 720px) {
  h1 { font-size: 22px; }
  .pad { padding: 14px; }
  .figure-box { padding: 10px 14px; }
  .figure-box .mid { font-size: 17px; line-height: 1.5; }
  .timeline { grid-template-columns: 24px minmax(0, 1fr) 92px; }
  .timeline-days { width: 24px; }
  .timeline-days .weekday { display: none; }
  .timeline-days .date { transform: translateX(-39px); }
  .crumbs .fact { padding-left: 0; border-left: 0; }

  .timeline + .legend { margin-left: 0; }
  .minor-hour { display: none; }
}
`;
