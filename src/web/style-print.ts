/** On paper: what can only be clicked is left out, and tables stay tables. */
export const stylePrint = `
@media print {
  @page { margin: 14mm 12mm; }
  :root { color-scheme: light; --page: #fff; --shadow: none; }
  body { font-size: 12px; }
  h1 { font-size: 22px; }
  .wide { padding-inline: 0; max-width: none; }
  .top { background: none; }
  .top-row { min-height: 32px; }
  .menu, .nav, .months, .top-links, .page-tools, .skip, .notice, .live-mark { display: none; }
  .claim-notes a, .proposes :is(th, td):last-child { display: none; }
  .links a, .list:has(td.links) thead th:last-child { visibility: hidden; }
  form, .search-form, .filters, .narrowing, .tabs, .step, .acts, .claim-steps, .act, .hours, .switch, .zoom-tools { display: none; }
  .matrix, .matrix.turned { min-width: 0; }
  .matrix th:first-child { position: static; }
  /* Seven products across a sheet: figures must not run into each other. */
  .matrix.turned th, .matrix.turned td { padding-inline: 6px; }
  .matrix.turned th:first-child { width: 112px; }
  .turned .figure { font-size: 13px; }
  .turned .badge, .reports-list .badge { white-space: normal; }
  .turned .head-note, .turned .cell-notes { font-size: 10px; }
  .turned .cell-notes span { white-space: normal; }
  .scroll { overflow: visible; }
  .card { break-inside: avoid; border-color: #bbb; }
  .group, .scroll.card, .card:has(> .list), .card:has(> .claim), .card:has(> .scroll) { break-inside: auto; }
  .section-head, h1, h2, h3, summary { break-after: avoid; }
  tr, .claim, .region-list li { break-inside: avoid; }
  .list th, .list td { padding: 5px 7px; font-size: 11px; }
  .list, .list * { overflow-wrap: break-word; }
  .list .nowrap { white-space: normal; }
  .list thead th { white-space: normal; font-size: 11px; }
  .group th:nth-child(4) { width: 12%; }
  .attention th:nth-child(1) { width: 15%; }
  .attention th:nth-child(2), .attention th:nth-child(3) { width: 17%; }
  .attention th:nth-child(4) { width: 16%; }
  .attention th:nth-child(5) { width: 18%; }
  .year-grid { min-width: 0; }
  .year-grid th, .year-grid td { padding: 3px 1px; font-size: 8.5px; }
  .year-grid th:first-child { width: 130px; padding-left: 8px; position: static; }
  .year-grid tbody th, .year-grid td.sum { font-size: 10px; }
  .year-grid thead th .head-note { font-size: 8px; }
  .year-grid th.number { width: 58px; }
  .year-grid td.sum, .year-grid th.number { padding-inline: 2px; white-space: normal; }
  .badge, .attention .number .quiet { font-size: inherit; }
  .audit td:nth-child(n + 5), .audit td:nth-child(n + 5) * { overflow-wrap: anywhere; min-width: 0; }
  .calendar td { height: 56px; }
  /* What is drawn stands until the chart that can be looked at closer takes its place. */
  [data-latency] > svg ~ .zoom-plot, .zoom-plot ~ p { display: none; }
  .members { font-size: 10px; }
  details::details-content { content-visibility: visible; display: block; }
  /* More of the same stays folded, unless its reader opened it. */
  details.more:not([open])::details-content { content-visibility: hidden; display: none; }
  svg { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
