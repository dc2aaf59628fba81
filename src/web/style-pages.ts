/** Filters, what is wrong now, products, days, results, search, the monitor, and live parts. */
export const stylePages = `
.h1-note { font-weight: 400; font-size: 18px; letter-spacing: 0; }
.section-gap { margin-top: 14px; }
.columns.even { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); margin-top: 26px; }
.columns.even > section > .section-head { min-height: 26px; }
.links a + a { margin-left: 12px; }

.live-mark { display: inline-flex; align-items: center; gap: 6px; color: var(--good-ink); }
.live-mark[hidden] { display: none; }
.live-mark::before { content: ""; width: 8px; height: 8px; border-radius: 50%; background: var(--good); }

.search-form input {
  min-height: 36px; padding: 0 10px; border: 1px solid var(--edge); border-radius: 7px;
  background: var(--card); color: var(--ink); font: inherit; font-size: 14px; max-width: 100%;
}

.troubles { border-left: 4px solid var(--missed); }
.troubles li { display: flex; flex-wrap: wrap; gap: 0 14px; align-items: baseline; padding: 8px 16px; border-top: 1px solid var(--line); }
.troubles li:first-child { border-top: 0; }
.troubles .badge { min-width: 134px; }
.troubles span > * { margin-right: 8px; }
section > .all-good { padding: 0; }
.tiles-section { margin-top: 16px; }
.rest summary { padding: 9px 18px; cursor: pointer; border-top: 1px solid var(--line); color: var(--link); font-size: 14px; }
.attention { table-layout: fixed; }
.attention th:nth-child(1) { width: 11%; }
.attention th:nth-child(2) { width: 22%; }
.attention th:nth-child(3) { width: 20%; }
.attention th:nth-child(4) { width: 14%; }
.attention th:nth-child(5) { width: 19%; }
.attention td.nowrap, .attention .badges { white-space: normal; }
.attention .number { white-space: normal; }
.attention .number .quiet { display: block; font-size: 13px; }

.region-list { margin-top: 8px; }
.region-list li { padding: 10px 0; border-top: 1px solid var(--line); }
.region-list li:first-child { border-top: 0; }
.region-head { display: flex; flex-wrap: wrap; gap: 0 12px; align-items: baseline; margin-bottom: 3px; }
.region-head .name { flex: 1 1 160px; }
.region-list .quiet { margin-top: 2px; overflow-wrap: anywhere; }
.trend { margin-top: 10px; }
.trend th:nth-child(3), .trend td:nth-child(3) { padding-left: 22px; }
.trend thead th:nth-child(3) { text-align: left; }
.trend td.wrap, .trend .number > .quiet { white-space: normal; }

.timeline-links { grid-column: 1 / -1; grid-row: 2; list-style: none; margin: 0; padding: 0; z-index: 1; }
.timeline-links li { height: 24px; }
.timeline-links a { display: block; height: 24px; border-radius: 4px; }
.timeline-links a:hover { background: color-mix(in srgb, var(--accent) 12%, transparent); }
.timeline-links a:focus-visible { outline-offset: -2px; }

.phases { display: flex; flex-wrap: wrap; gap: 0 14px; }
.zoom-tools { display: flex; flex-wrap: wrap; gap: 6px; margin-bottom: 10px; }
.zoom-tools .button { min-height: 32px; }
.zoom-tools [aria-pressed="true"] { font-weight: 700; border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); }
/* Its chart has a width of its own until it is drawn anew: meanwhile it does not widen the page. */
.zoom-plot { min-height: 240px; overflow: hidden; }
.zoom-plot .u-legend { color: var(--ink); font-family: inherit; font-size: 13px; text-align: left; }
.zoom-plot .u-legend th { font-weight: 400; }
.zoom-plot .u-select { background: color-mix(in srgb, var(--accent) 18%, transparent); }

.strips { margin-block: 10px; }
.strip-row { display: grid; grid-template-columns: 150px minmax(0, 1fr) 84px; gap: 2px 12px; align-items: center; padding-block: 1px; }
.strip { display: block; background: var(--raised); border-radius: 3px; }
.strip-name { overflow-wrap: anywhere; font-size: 14px; }
.strip-lost { font-size: 13px; color: var(--quiet); }
.strip-hours { grid-column: 2; display: flex; justify-content: space-between; color: var(--quiet); font-size: 12px; }
.swatch-none { stroke: var(--quiet); }
.hours { display: grid; grid-template-columns: repeat(8, minmax(0, 1fr)); gap: 8px; list-style: none; margin: 0; padding: 0; }
.hours a { display: block; padding: 5px 8px 7px; border: 1px solid var(--line); border-radius: 8px; background: var(--card); color: var(--ink); text-decoration: none; font-size: 13px; }
.hours a:hover { border-color: var(--accent); }
.hours a[aria-current] { border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); }
.hour-head { display: flex; justify-content: space-between; gap: 6px; white-space: nowrap; }
.votes td:first-child, .votes th { white-space: nowrap; }
.vote .quiet { font-size: 13px; }
.evidence td:nth-child(5) { width: 40%; }
.switch { display: flex; border: 1px solid var(--edge); border-radius: 7px; overflow: clip; }
.switch a { padding: 6px 13px; font-size: 14px; color: var(--ink); text-decoration: none; background: var(--card); }
.switch a + a { border-left: 1px solid var(--edge); }
.switch a[aria-current] { background: var(--raised); font-weight: 700; }
section > .quiet.section-gap { margin-bottom: 8px; }
.proof-note { margin-top: 14px; max-width: 80ch; }

.search-form { display: flex; flex-wrap: wrap; gap: 8px; align-items: end; margin: 16px 0 6px; }
.search-form label { display: grid; gap: 3px; flex: 1 1 320px; max-width: 560px; font-size: 14px; color: var(--quiet); }
.places { display: grid; grid-template-columns: repeat(auto-fill, minmax(260px, 1fr)); gap: 10px; margin-top: 10px; }
.places a { display: block; color: var(--ink); text-decoration: none; }
.places a:hover { border-color: var(--accent); }
.places .quiet { display: block; font-size: 14px; }

.monitor-facts { grid-template-columns: repeat(5, 1fr); margin-top: 18px; }

@media (max-width: 1100px) {
  .columns.even { grid-template-columns: minmax(0, 1fr); }
  .hours { grid-template-columns: repeat(6, minmax(0, 1fr)); }
  .monitor-facts { grid-template-columns: repeat(2, 1fr); }
}
@media screen and (max-width: 960px) {
  .attention .number .quiet { display: inline; }
  .evidence td:nth-child(5) { width: auto; flex: 1 1 100%; }
}
.narrow-only { display: none; }
@media screen and (max-width: 720px) {
  .narrow-only { display: inline; }
  .wide-only, .votes .alike { display: none; }
}
@media (max-width: 720px) {
  .h1-note { display: block; font-size: 16px; }
  .troubles li { padding: 8px 14px; }
  .strip-row { grid-template-columns: minmax(0, 1fr) auto; gap: 0 8px; }
  .strip-row .strip, .strip-hours { grid-column: 1 / -1; grid-row: 2; }
  .strip-row + .strip-row { margin-top: 5px; }
  .hours { grid-template-columns: repeat(3, minmax(0, 1fr)); }
  .trend td:nth-child(3), .trend th:nth-child(3) { display: none; }
  .trend thead th { white-space: normal; vertical-align: bottom; }
  .trend thead th + th { padding-left: 10px; }
}
`;
