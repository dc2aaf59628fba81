import type { Incident } from "../core/incident.ts";
import type { Lang } from "../core/views.ts";
import { INCIDENT_POLICY, incidentHtml } from "./incident-html.ts";
import { incidentJson } from "./incident-json.ts";
import { incidentMarkdown } from "./incident-markdown.ts";

/** One form of the incident report. */
type IncidentFormat = {
  readonly contentType: string;
  /** What a page may load, where it is other than our pages may. */
  readonly policy: string | null;
  readonly render: (incident: Incident, lang: Lang) => string;
};

/** Every format. To add one: its file, and its line here. */
export const incidentFormats = {
  json: {
    contentType: "application/json; charset=utf-8",
    policy: null,
    render: (incident: Incident) => JSON.stringify(incidentJson(incident)),
  },
  md: { contentType: "text/markdown; charset=utf-8", policy: null, render: incidentMarkdown },
  html: {
    contentType: "text/html; charset=utf-8",
    policy: `${INCIDENT_POLICY}; frame-ancestors 'none'`,
    render: incidentHtml,
  },
} satisfies Record<string, IncidentFormat>;

export const INCIDENT_FORMATS = [
  "json",
  "md",
  "html",
] as const satisfies readonly (keyof typeof incidentFormats)[];
