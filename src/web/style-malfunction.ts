/** The pages about malfunctions. */
export const styleMalfunction = `
.review-part + .review-part { margin-top: 14px; padding-top: 12px; border-top: 1px solid var(--line); }
.prose { overflow-wrap: anywhere; }
.prose > * + * { margin-top: 8px; }
.prose h4, .prose h5, .prose h6 { font-size: 15px; margin-bottom: 0; }
.review-part h3 { display: block; margin-bottom: 2px; }
.prose ul, .prose ol { padding-left: 22px; }
.prose ul { list-style: disc; }
.prose blockquote { margin: 0; padding-left: 12px; border-left: 3px solid var(--edge); color: var(--quiet); }
.prose pre { overflow-x: auto; padding: 8px 10px; background: var(--raised); border-radius: 6px; margin: 8px 0 0; }
.prose table { width: auto; } .prose th, .prose td { padding: 3px 14px 3px 0; }
.levels { margin-top: 8px; display: grid; gap: 4px; font-size: 14px; }
.levels > div { display: grid; grid-template-columns: 44px minmax(0, 1fr); gap: 0 10px; }
.steps { list-style: none; margin: 0; padding: 0; }
.steps > li { display: grid; grid-template-columns: 168px minmax(0, 1fr); gap: 0 14px; padding: 7px 0; border-top: 1px solid var(--line); font-size: 14px; }
@media (max-width: 720px) { .steps > li { grid-template-columns: 1fr; } }
`;
