/** What stands above every page: the mark, the search, who reads, and where they can go. */
export const styleTop = `
.top { background: var(--card); border-bottom: 1px solid var(--line); }
.top-row { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; min-height: 56px; }
.brand {
  display: flex; align-items: center; gap: 9px; color: var(--ink); text-decoration: none;
  font-size: 19px; font-weight: 700; letter-spacing: -0.02em;
}
.brand svg { color: var(--good); }
.tagline { color: var(--quiet); font-size: 14px; padding-left: 12px; border-left: 1px solid var(--line); }
.search, .top-links { margin-left: auto; }
.search ~ .top-links { margin-left: 8px; }
.top-links { display: flex; flex-wrap: wrap; gap: 4px 20px; align-items: center; min-width: 0; }
.top-links a { color: var(--ink); text-decoration: none; padding: 6px 0; }
.top-links a:hover { text-decoration: underline; }
.nav { border-top: 1px solid var(--line); }
.nav ul { display: flex; flex-wrap: wrap; gap: 0 4px; }
.nav a { display: block; padding: 8px 10px; color: var(--ink); text-decoration: none; font-size: 14px; border-bottom: 3px solid transparent; }
.nav a:hover { background: var(--raised); }
.nav a[aria-current] { font-weight: 700; border-bottom-color: var(--accent); }
.search input[type="search"] {
  min-height: 32px; width: 190px; padding: 0 10px; border: 1px solid var(--edge); border-radius: 7px;
  background: var(--page); color: var(--ink); font: inherit; font-size: 14px;
}
.reader { display: flex; gap: 10px; align-items: center; min-width: 0; }
.reader a { max-width: 220px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.plain-button { font: inherit; color: var(--link); background: none; border: 0; padding: 6px 0; cursor: pointer; text-decoration: underline; white-space: nowrap; }
.menu { display: none; }
@media (max-width: 1100px) { .tagline { display: none; } }
/* On a phone one row stays; the rest opens below it. Where a browser knows no :has, all of it stands open. */
@supports selector(:has(a)) {
  @media screen and (max-width: 720px) {
    .top-row:has(.menu) { flex-wrap: nowrap; }
    .top:has(.menu) .search { flex: 1 1 auto; min-width: 0; }
    .top:has(.menu) .search input[type="search"] { width: 100%; min-height: 40px; }
    .menu { display: block; flex: none; }
    .menu summary {
      display: flex; align-items: center; min-height: 40px; padding: 0 13px; cursor: pointer; list-style: none;
      border: 1px solid var(--edge); border-radius: 7px; font-size: 14px; white-space: nowrap;
    }
    .menu summary::-webkit-details-marker { display: none; }
    .menu[open] summary { background: var(--raised); font-weight: 700; }
    .top:has(.menu:not([open])) :is(.top-links, .nav) { display: none; }
    .top:has(.menu[open]) .top-row { flex-wrap: wrap; padding-block: 8px; }
    .top:has(.menu[open]) .search { flex-basis: 120px; }
    .top:has(.menu) .top-links { flex: 1 1 100%; margin-left: 0; gap: 0 24px; }
    .top:has(.menu) .reader { flex: 1 1 100%; justify-content: space-between; }
    .top:has(.menu) .reader a { max-width: none; }
    .top:has(.menu) :is(.top-links a, .plain-button) { padding-block: 10px; }
    .top:has(.menu) .nav ul { display: grid; grid-template-columns: 1fr 1fr; gap: 0; padding-block: 4px; }
    .top:has(.menu) .nav a { padding: 11px 10px; margin-inline: -10px 0; font-size: 15px; border-bottom: 0; }
    .top:has(.menu) .nav a[aria-current] { box-shadow: inset 3px 0 0 var(--accent); }
  }
}
`;
