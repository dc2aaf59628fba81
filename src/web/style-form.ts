/** Forms and filters. */
export const styleForm = `
:root { --primary: #1f66b8; --control: #7b8998; }
@media screen and (prefers-color-scheme: dark) { :root { --primary: #2468b5; --control: #71808f; } }
.form { display: grid; gap: 16px; }
.field { display: grid; gap: 4px; min-width: 0; }
.field label, .choice-set legend { font-weight: 700; font-size: 14px; padding: 0; }
.field label .quiet { font-weight: 400; }
.hint { color: var(--quiet); font-size: 13px; line-height: 1.45; }
.field input, .field select, .field textarea, .filters select {
  font: inherit; font-size: 15px; color: var(--ink); background: var(--page); width: 100%; min-height: 40px;
  padding: 7px 10px; border: 1px solid var(--control); border-radius: 7px;
}
.field textarea { resize: vertical; min-height: 64px; line-height: 1.45; }
.wrong input, .wrong select, .wrong textarea { border-color: var(--missed); box-shadow: inset 3px 0 0 var(--missed); }
.wrongs li { color: var(--missed-ink); font-size: 14px; overflow-wrap: anywhere; }
.refusal { border: 1px solid var(--missed); background: var(--missed-wash); border-radius: 8px; padding: 12px 16px; margin-bottom: 14px; }
.refusal p + p { margin-top: 4px; }
.typed { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--card); border-radius: 6px; padding: 6px 10px; font-size: 14px; }
.pair-of-fields { display: grid; grid-template-columns: repeat(auto-fit, minmax(210px, 1fr)); gap: 16px; align-items: start; }
.choice-set { border: 1px solid var(--line); border-radius: 8px; padding: 12px 14px 14px; margin: 0; display: grid; gap: 10px; min-width: 0; }
.choice-set legend { padding-inline: 4px; margin-left: -4px; }
.choice { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 4px 9px; align-items: start; }
.choice > input { margin: 5px 0 0; width: 16px; height: 16px; accent-color: var(--accent); }
.choice > label { font-size: 15px; }
.choice > .field, .choice > .ticks, .choice > .inner { grid-column: 2; }
.ticks { display: flex; flex-wrap: wrap; gap: 4px 16px; }
.ticks label { display: inline-flex; align-items: center; gap: 6px; font-size: 14px; min-height: 26px; }
.ticks input { width: 16px; height: 16px; accent-color: var(--accent); margin: 0; }
.actions { display: flex; flex-wrap: wrap; gap: 10px; align-items: center; }
button.button { font: inherit; font-size: 14px; cursor: pointer; }
.button.primary { background: var(--primary); border-color: var(--primary); color: #fff; font-weight: 700; }
.button.primary:hover { filter: brightness(1.08); }
.button.danger { border-color: var(--missed); color: var(--missed-ink); }
.filters { display: flex; flex-wrap: wrap; gap: 8px 12px; align-items: end; margin: 16px 0; }
.filters label { display: grid; gap: 2px; font-size: 13px; color: var(--quiet); min-width: 130px; max-width: 240px; }
.filters select { min-height: 36px; font-size: 14px; background: var(--card); padding-block: 4px; }
.filters > a { padding: 7px 0; font-size: 14px; }
.act { margin-top: 12px; }
.act + .act { border-top: 1px solid var(--line); margin-top: 14px; padding-top: 14px; }
.act summary { cursor: pointer; font-weight: 700; }
.act[open] summary { margin-bottom: 12px; }
.act .form { gap: 10px; }
.told { border-left: 4px solid var(--accent); background: var(--raised); border-radius: 6px; padding: 9px 14px; font-size: 14px; }
.narrow { max-width: 760px; }
.tabs { display: flex; flex-wrap: wrap; gap: 6px; margin: 14px 0; }
.tabs a { border: 1px solid var(--edge); border-radius: 99px; padding: 4px 13px; font-size: 14px; text-decoration: none; background: var(--card); color: var(--ink); }
.tabs a[aria-current] { font-weight: 700; border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); }
@media (max-width: 1100px) { .act-first > .stack:last-child { order: -1; } }
/* Folded on a phone alone; where a browser cannot unfold it by style, everywhere. */
.narrowing { margin-top: 12px; }
.narrowing > summary { cursor: pointer; list-style: none; }
.narrowing > summary::-webkit-details-marker { display: none; }
.narrowing > .filters { margin-top: 12px; }
@supports selector(::details-content) {
  @media (min-width: 721px) {
    .narrowing > summary { display: none; }
    .narrowing::details-content { content-visibility: visible; display: block; }
  }
}
@media (max-width: 720px) {
  .filters label { flex: 1 1 40%; max-width: none; min-width: 0; }
  .actions .button, .form > .button { min-height: 44px; }
}
`;
