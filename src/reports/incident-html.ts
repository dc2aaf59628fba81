import { createHash } from "node:crypto";
import type { Incident } from "../core/incident.ts";
import type { Lang } from "../core/views.ts";
import { incidentMarkdown } from "./incident-markdown.ts";
import { documentHtml } from "./markdown.ts";

const STYLE = `
:root { color-scheme: light dark; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1.5rem; font: 16px/1.6 -apple-system, "Segoe UI", Roboto, "Noto Sans", "PingFang SC", "Microsoft YaHei", "Noto Sans SC", sans-serif; overflow-wrap: break-word; }
h1 { font-size: 1.6rem; line-height: 1.3; } h2 { font-size: 1.15rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; } body > table:first-of-type thead { display: none; }
th, td { text-align: left; vertical-align: top; padding: .35rem .8rem .35rem 0; border-bottom: 1px solid #8884; }
blockquote { margin: 0; padding-left: 1rem; border-left: 3px solid #1f66b8; }
h4, h5, h6 { font-size: 1rem; margin: 1rem 0 .3rem; }
pre { overflow-x: auto; padding: .6rem; background: #8882; } code { font-size: .9em; }
@media print { body { margin: 0; max-width: none; } }
`;

/** One style and nothing else: no script, no picture, nothing from elsewhere. */
export const INCIDENT_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** The incident report as a page that needs no other file. */
export function incidentHtml(incident: Incident, lang: Lang): string {
  const text = incidentMarkdown(incident, lang);
  const body = documentHtml(text);
  const title = /<h1>(.*?)<\/h1>/u.exec(body)?.[1] ?? "";
  return [
    "<!doctype html>",
    `<html lang="${lang === "zh" ? "zh-CN" : "en"}"><head><meta charset="utf-8">`,
    `<meta http-equiv="Content-Security-Policy" content="${INCIDENT_POLICY}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${title}</title><style>${STYLE}</style></head>`,
    `<body>${body}</body></html>`,
    "",
  ].join("\n");
}
