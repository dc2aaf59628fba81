/** The year: its facts, and subjects by months. */
export const styleYear = `
.year-facts { display: grid; grid-template-columns: repeat(6, minmax(0, 1fr)); gap: 14px; margin-top: 14px; }
.year-facts div { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 10px 14px; box-shadow: var(--shadow); }
.year-facts dt { color: var(--quiet); font-size: 13px; }
.year-facts dd { font-size: 19px; font-weight: 700; line-height: 1.3; overflow-wrap: anywhere; }
.year-grid { min-width: 1180px; table-layout: fixed; }
.year-grid th, .year-grid td { border-bottom: 1px solid var(--line); padding: 7px 4px; text-align: center; font-size: 13px; }
.year-grid tbody tr:last-child > * { border-bottom: 0; }
.year-grid thead th { color: var(--quiet); vertical-align: bottom; }
.year-grid thead th .head-note { font-size: 12px; }
.year-grid th:first-child { text-align: left; padding-left: 18px; padding-right: 12px; width: 236px; position: sticky; left: 0; background: var(--card); z-index: 1; overflow-wrap: anywhere; }
.year-grid tbody th { font-size: 15px; }
.year-grid th.number { width: 92px; }
.year-grid td.sum, .year-grid th.number { text-align: right; padding-inline: 8px; white-space: nowrap; }
.year-grid td.sum:last-child, .year-grid th.number:last-child { padding-right: 18px; }
.year-cell { position: relative; }
.year-cell a { display: block; color: inherit; text-decoration: none; padding: 2px 0; border-radius: 4px; }
.year-cell a::after { content: ""; position: absolute; inset: 0; }
.year-cell a:hover { text-decoration: underline; }
.year-cell a:focus-visible { outline-offset: -1px; }
.year-sign { display: block; font-weight: 700; line-height: 1.1; }
.year-grid .year-cell { border-left: 2px solid var(--card); }
.year-mark { display: inline-block; min-width: 22px; text-align: center; border-radius: 4px; font-weight: 700; color: var(--ink); }
.year-cell.kept, .year-mark.kept { background: var(--good-wash); color: var(--good-ink); }
.year-cell.missed, .year-mark.missed { background: var(--missed-wash); color: var(--missed-ink); font-weight: 700; }
.year-cell.undecided, .year-mark.undecided { background: var(--quiet-wash); color: var(--ink); }
.year-cell.so-far-good, .year-mark.so-far-good { color: var(--good-ink); }
.year-cell.so-far-risk, .year-mark.so-far-risk { background: var(--minor-wash); color: var(--minor-ink); }
.year-cell.so-far-missed, .year-mark.so-far-missed { color: var(--missed-ink); font-weight: 700; }
.year-cell.so-far-unclear, .year-cell.absent, .year-cell.gap, .year-cell.ahead { color: var(--quiet); }
.year-cell.gap, .year-mark.gap { background: var(--raised); }
.list .sum-row td { border-top: 1px solid var(--edge); }
.year-how { list-style: disc; padding-left: 20px; font-size: 14px; display: grid; gap: 4px; max-width: 900px; }
@media (max-width: 1100px) { .year-facts { grid-template-columns: repeat(3, minmax(0, 1fr)); } }
@media screen and (max-width: 720px) {
  .year-facts { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 8px; }
  .year-facts div { padding: 7px 12px; }
  .year-facts dd { font-size: 16px; }
  .year-grid { min-width: 0; }
  .year-grid thead { display: none; }
  .year-grid, .year-grid tbody { display: block; }
  .year-grid tr { display: grid; grid-template-columns: repeat(6, minmax(0, 1fr)); gap: 0 3px; padding: 9px 14px; border-bottom: 1px solid var(--line); }
  .year-grid tbody tr:last-child { border-bottom: 0; }
  .year-grid th:first-child { grid-column: 1 / span 3; grid-row: span 2; width: auto; position: static; padding: 0; border: 0; }
  .year-grid td { border: 0; padding: 3px 0; border-radius: 6px; line-height: 1.3; }
  .year-grid .year-cell { border-left: 0; order: 1; margin-top: 3px; }
  .year-grid td.sum { grid-column: 4 / span 3; text-align: right; padding: 0; white-space: normal; }
  .year-grid td::before { content: attr(data-label) " "; font-weight: 400; font-size: 12px; color: var(--quiet); }
  .year-cell a { display: inline; padding: 0; }
  .year-sign { display: inline; font-size: 12px; }
  .year-figure { display: block; font-size: 12.5px; }
  .year-grid .year-cell.gap, .year-grid .year-cell.ahead { display: none; }
  .list td.aside { display: none; }
}
`;
