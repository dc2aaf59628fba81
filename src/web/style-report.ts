/** Reports, exclusions, agreements, inbox. */
export const styleReport = `
.month-strip { display: flex; flex-wrap: wrap; gap: 6px; margin-top: 10px; }
.month-strip a { display: block; padding: 3px 12px; border: 1px solid var(--edge); border-radius: 99px; background: var(--card); color: var(--ink); font-size: 14px; text-decoration: none; }
.month-strip a:hover { border-color: var(--accent); }
.verdict-line { font-size: 15px; display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: baseline; }
.verdict-line .badge { font-size: 15px; white-space: normal; }
.row-missed { box-shadow: inset 3px 0 0 var(--missed); }
.row-changed { box-shadow: inset 3px 0 0 var(--accent); }
.after { margin-bottom: 14px; }
.reports-list { table-layout: fixed; }
.reports-list th:nth-child(1) { width: 18%; }
.reports-list th:nth-child(2) { width: 16%; }
.reports-list th:nth-child(4) { width: 17%; }
.reports-list th:nth-child(5) { width: 10%; }
.reports-list td { font-size: 14px; overflow-wrap: anywhere; }
.missed-list li + li { margin-top: 7px; }
.stacked { display: grid; gap: 2px; justify-items: start; }
.credit-line { display: block; }
.credit-line + .credit-line { margin-top: 6px; }

.verdict-card { padding: 16px 20px; margin-top: 14px; border-left: 5px solid var(--no-data); }
.verdict-card.t-edge-missed, .verdict-card.t-edge-good, .verdict-card.t-edge-minor, .verdict-card.t-edge-quiet { box-shadow: none; }
.verdict-card.t-edge-missed { border-left-color: var(--missed); }
.verdict-card.t-edge-good { border-left-color: var(--good); }
.verdict-card.t-edge-minor { border-left-color: var(--minor); }
.verdict-card .says { font-size: 20px; line-height: 1.4; font-weight: 700; letter-spacing: -0.01em; overflow-wrap: anywhere; }
.verdict-card p + p { margin-top: 4px; }
#proof h3 { margin-top: 14px; }
.file-wait { margin-top: 14px; display: grid; gap: 12px; max-width: 760px; }
.file-wait .says { font-size: 18px; font-weight: 700; overflow-wrap: anywhere; }
.file-wait .says ~ * { margin-top: 10px; }
.hash { font: 12px/1.5 var(--mono); overflow-wrap: anywhere; word-break: break-all; }
.command { display: block; background: var(--raised); border-radius: 6px; padding: 8px 12px; margin: 6px 0 0; white-space: pre-wrap; }
.numbered { padding-left: 20px; margin: 8px 0 0; display: grid; gap: 10px; font-size: 14px; }
.fold summary { cursor: pointer; }
.fold summary h2 { display: inline; }
.fold[open] summary { margin-bottom: 10px; }
.claim { padding: 14px 18px; }
.claim + .claim { border-top: 1px solid var(--line); }
.claim:target { box-shadow: inset 3px 0 0 var(--accent); }
.claim-head { display: flex; flex-wrap: wrap; gap: 2px 16px; align-items: baseline; }
.claim-head .amount { font-size: 17px; font-weight: 700; }
.claim-notes { display: flex; flex-wrap: wrap; gap: 2px 18px; color: var(--quiet); font-size: 14px; }
.claim-steps { margin-top: 10px; display: flex; flex-wrap: wrap; gap: 10px 14px; align-items: start; }
.claim-steps > .act { margin: 0; padding: 0; border: 0; flex: 0 1 auto; }
.claim-steps > .act[open] { flex-basis: 100%; max-width: 520px; }
.claim-steps .act > summary { font-weight: 400; font-size: 14px; text-decoration: underline; color: var(--link); padding: 7px 0; }

.claim-text textarea { font: 13px/1.5 var(--mono); }
.claim-text > p { font-size: 14px; }

.calendar { table-layout: fixed; border-spacing: 0; }
.calendar th { padding: 8px 10px; font-size: 13px; color: var(--quiet); border-bottom: 1px solid var(--line); }
.calendar td { vertical-align: top; height: 84px; padding: 6px 8px; border: 1px solid var(--line); border-width: 0 1px 1px 0; overflow: hidden; }
.calendar tr:last-child td { border-bottom: 0; }
.calendar td:last-child { border-right: 0; }
.calendar td.out { background: var(--raised); }
.calendar .date { font-size: 13px; color: var(--quiet); display: block; }
.calendar .today .date { color: var(--ink); font-weight: 700; text-decoration: underline; text-decoration-thickness: 2px; text-underline-offset: 4px; }
.calendar li a { display: block; font-size: 12px; line-height: 1.35; text-decoration: none; padding: 2px 6px; margin-top: 3px; border-radius: 4px; border-left: 3px solid var(--excluded); background: var(--quiet-wash); color: var(--ink); overflow-wrap: anywhere; }
.calendar li a:hover { text-decoration: underline; }
.calendar li.proposed a { border-left-style: dashed; background: none; border-top: 1px dashed var(--line); border-bottom: 1px dashed var(--line); }
.calendar .weekday { display: none; }
@media (max-width: 720px) {
  .calendar, .calendar tbody, .calendar tr, .calendar td { display: block; width: auto; height: auto; }
  .calendar thead { display: none; }
  .calendar td { border-width: 0 0 1px; display: grid; grid-template-columns: 76px minmax(0, 1fr); gap: 0 10px; padding: 8px 14px; }
  .calendar td.free { display: none; }
  .calendar .weekday { display: inline; }
  .claim-steps > .act { flex-basis: 100%; }
  .reports-list td.wide-cell { flex-basis: 100%; }
}
.pad > .upcoming { margin-block: -8px; }
.upcoming li { display: flex; flex-wrap: wrap; gap: 0 14px; padding: 8px 0; border-top: 1px solid var(--line); font-size: 14px; }
.upcoming li:first-child { border-top: 0; }
.effect td.number, .effect th.number { text-align: right; }
.agreement-head { display: flex; flex-wrap: wrap; gap: 2px 16px; align-items: baseline; padding: 12px 18px; border-bottom: 1px solid var(--line); background: var(--raised); border-radius: 10px 10px 0 0; }
.agreement-head h3 { font-size: 17px; overflow-wrap: anywhere; }
.others { margin-top: 26px; }
.version.fold { border-top: 1px solid var(--line); }
.version .version { padding-inline: 0; }
.version + .version { border-top: 1px solid var(--line); }
.version { padding: 14px 18px; }
.version.past { color: var(--quiet); }
.version-head { display: flex; flex-wrap: wrap; gap: 2px 14px; align-items: baseline; margin-bottom: 6px; }
.version .pairs.across { grid-template-columns: repeat(auto-fill, minmax(min(340px, 100%), 1fr)); }
.version-head .objective { font-size: 17px; font-weight: 700; }
.letters > li + li { border-top: 1px solid var(--line); }
.letter { padding: 12px 18px; display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 2px 16px; }
.letter.new { box-shadow: inset 4px 0 0 var(--accent); }
.letter h2 { font-size: 15px; font-weight: 400; }
.letter.new h2 { font-weight: 700; }
.letter .about { grid-column: 1; font-size: 13px; color: var(--quiet); display: flex; flex-wrap: wrap; gap: 0 14px; }
.letter .letter-tools { grid-column: 2; grid-row: 1 / span 2; }
.letter .letter-body { grid-column: 1 / -1; }
.letter-body summary { cursor: pointer; font-size: 14px; color: var(--link); padding: 3px 0; }
.letter-body .pairs { max-width: 760px; margin-top: 6px; }
.letter-body ul.members-list { list-style: disc; padding-left: 20px; font-size: 14px; margin-top: 6px; }
@media (max-width: 720px) { .letter { padding: 12px 14px; grid-template-columns: minmax(0, 1fr); } .letter .letter-tools { grid-column: 1; grid-row: auto; } }
`;
