/** The public page. */
export const styleStatus = `
.status-now { padding: 4px 0; }
.status-services .band-cell { width: 42%; }
.status-services .band { min-width: 180px; }
.notes li { padding: 10px 18px; border-bottom: 1px solid var(--line); }
.notes li:last-child { border-bottom: 0; }
.notes p { color: var(--quiet); font-size: 14px; overflow-wrap: anywhere; }
@media (max-width: 960px) { .status-services .band-cell { width: 100%; } }
`;
