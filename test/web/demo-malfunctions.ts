import type { Malfunction } from "../../src/core/malfunction.ts";
import type { SeenMalfunction } from "../../src/core/malfunction-view.ts";
import type { MalfunctionModel } from "../../src/web/malfunctions.tsx";

const NOW = Date.parse("2026-10-20T04:00:00Z");
const MINUTE_MS = 60_000;

const struck: Malfunction = {
  id: 7,
  origin: "outage",
  reference: null,
  title: null,
  account: null,
  product: null,
  region: null,
  level: "P2",
  levelBy: "rules",
  state: "restored",
  beganAtMs: NOW - 90 * MINUTE_MS,
  openedAtMs: NOW - 89 * MINUTE_MS,
  openedBy: "system",
  respondByMs: NOW - 59 * MINUTE_MS,
  acknowledgedAtMs: NOW - 80 * MINUTE_MS,
  acknowledgedBy: "user:li",
  owner: "user:li",
  restoredAtMs: NOW - 30 * MINUTE_MS,
  closedAtMs: null,
  closedBy: null,
  cause: "A **switch** broke.",
  impact: null,
  resolution: null,
  followUps: null,
};
const told: Malfunction = {
  ...struck,
  id: 8,
  origin: "ticket",
  reference: "INC-4711",
  title: "Console is slow for everybody who logs in by password",
  account: "acme",
  level: "P4",
  state: "open",
  acknowledgedAtMs: null,
  acknowledgedBy: null,
  owner: null,
  restoredAtMs: null,
};
const outages: SeenMalfunction["outages"] = ["web-1", "acme/oss/cn-hangzhou/standard"].map(
  (subject) => ({
    malfunction: 7,
    agreement: "ecs",
    subject,
    account: "acme",
    product: "ecs",
    region: "cn-hangzhou",
    targets: ["web-1", "web-2", "web-3", "web-4", "web-5", "web-6"],
    fromMs: NOW - 90 * MINUTE_MS,
    untilMs: subject === "web-1" ? null : NOW - 30 * MINUTE_MS,
    reason: "connect-timeout",
  }),
);

const frame = { nowMs: NOW, timeZone: "Asia/Shanghai" };
export const demoMalfunctions = {
  ...frame,
  malfunctions: [
    { malfunction: struck, outages },
    { malfunction: told, outages: [] },
  ],
};
export const noMalfunctions = { ...frame, malfunctions: [] };

export const demoMalfunction: MalfunctionModel = {
  ...frame,
  malfunction: struck,
  outages,
  inTime: true,
  timeline: [
    { atMs: NOW - 89 * MINUTE_MS, kind: "open", by: "system", text: "P3", html: null },
    { atMs: NOW - 85 * MINUTE_MS, kind: "level", by: "system", text: "P3 → P2", html: null },
    {
      atMs: NOW - 70 * MINUTE_MS,
      kind: "note",
      by: "user:li",
      text: "It is the uplink.",
      html: "<p>It is the <strong>uplink</strong>.</p><ul><li>rack 12</li></ul>",
    },
    { atMs: NOW - 30 * MINUTE_MS, kind: "restore", by: "system", text: null, html: null },
  ],
  related: [told],
  review: {
    cause: "<h4>Why</h4><p>A <strong>switch</strong> broke.</p><pre><code>x</code></pre>",
    impact: null,
    resolution: null,
    followUps: null,
  },
};
export const demoToldMalfunction: MalfunctionModel = {
  ...demoMalfunction,
  malfunction: told,
  outages: [],
  inTime: null,
  related: [],
};
