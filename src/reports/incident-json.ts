import type { Incident } from "../core/incident.ts";
import { malfunctionScope, outageJson, timelineJson } from "../core/malfunction-view.ts";

/** The incident report for programs. */
export function incidentJson(incident: Incident) {
  const { malfunction, outages, timeline } = incident;
  const { id, title, level, state, origin, reference } = malfunction;
  const { beganAtMs, restoredAtMs, openedAtMs, acknowledgedAtMs } = malfunction;
  const { cause, impact, resolution, followUps } = malfunction;
  return {
    id,
    title,
    level,
    state,
    origin,
    reference,
    from: instant(beganAtMs),
    until: instant(restoredAtMs),
    seconds: restoredAtMs === null ? null : (restoredAtMs - beganAtMs) / 1000,
    openedAt: instant(openedAtMs),
    respondBy: instant(malfunction.respondByMs),
    acknowledgedAt: instant(acknowledgedAtMs),
    responseSeconds: acknowledgedAtMs === null ? null : (acknowledgedAtMs - openedAtMs) / 1000,
    inTime: incident.inTime,
    scope: malfunctionScope(incident),
    outages: outages.map(outageJson),
    cause,
    impact,
    resolution,
    followUps,
    timeline: timeline.map(timelineJson),
    timeZone: incident.timeZone,
    writtenAt: instant(incident.writtenAtMs),
  };
}

function instant(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
