/** Logging in, users and tokens, the audit log. */
export const styleLogin = `
.login { max-width: 440px; margin: 6vh auto 0; display: grid; gap: 16px; }
.login .told p + p { margin-top: 6px; }
.login .refusal { margin-bottom: 0; }
.wide-button { justify-content: center; min-height: 44px; }
.login .form > .button { justify-content: center; min-height: 44px; }
.or { text-align: center; }
.inline { display: inline; }
.inline .button { white-space: nowrap; }
p.wrongs { color: var(--missed-ink); font-size: 14px; }
.secret { display: block; padding: 10px 12px; background: var(--page); border: 1px dashed var(--edge); border-radius: 7px; font-size: 15px; user-select: all; margin-top: 8px; }
.off td { color: var(--quiet); }
.row-acts { min-width: 190px; }
/* As wide as there is room: the longest role would squeeze the names. */
.row-acts .field select { width: 0; min-width: 100%; }
.row-acts summary { cursor: pointer; font-size: 14px; color: var(--link); }
.row-acts[open] summary { margin-bottom: 10px; }
.row-acts form + form { margin-top: 12px; padding-top: 12px; border-top: 1px solid var(--line); }
.filters input { min-width: 0; font: inherit; font-size: 14px; color: var(--ink); background: var(--card); width: 100%; min-height: 36px; padding: 4px 10px; border: 1px solid var(--control, var(--edge)); border-radius: 7px; }
.audit td:nth-child(3) { min-width: 110px; }
.changes { font-size: 13px; line-height: 1.5; }
.changes dt { color: var(--quiet); }
.changes > div { display: grid; grid-template-columns: minmax(90px, 1fr) 4fr; gap: 2px 12px; padding: 2px 0; }
.changes dd { overflow-wrap: anywhere; min-width: 0; margin: 0; }

.changes del { color: var(--missed-ink); text-decoration-thickness: 1px; }
.changes ins { color: var(--good-ink); text-decoration: none; }
.pages-row { display: flex; gap: 10px; padding: 10px 18px; border-top: 1px solid var(--line); }
`;
