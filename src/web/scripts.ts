import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { scriptCopy } from "./script-copy.ts";
import { scriptLatency } from "./script-latency.ts";
import { scriptLive } from "./script-live.ts";
import { scriptLogin } from "./script-login.ts";
import { scriptMenu } from "./script-menu.ts";
import { stylesheet } from "./style.ts";

/** A file of ours that pages load; its address changes with its content, so it may be kept for ever. */
export type Asset = { readonly path: string; readonly type: string; readonly text: string };

const require = createRequire(import.meta.url);

function scriptOf(name: string, text: string): Asset {
  return { path: pathOf(name, text, "js"), type: "text/javascript; charset=utf-8", text };
}

function pathOf(name: string, text: string, ending: string): string {
  const digest = createHash("sha256").update(text).digest("hex").slice(0, 16);
  return `/assets/${name}-${digest}.${ending}`;
}

/** Refreshes the marked parts of a page when something has changed. */
export const liveScript = scriptOf("live", scriptLive);

/** Closes by the keyboard what a page unfolds: on every page that has the menu. */
export const menuScript = scriptOf("menu", scriptMenu);

/** Copies what is ready to be pasted elsewhere. */
export const copyScript = scriptOf("copy", scriptCopy);

/** Brings the place on a page along to a provider and back. */
export const loginScript = scriptOf("login", scriptLogin);

// One module: the chart's own file declares a variable, which stays inside of it.
const chartText = `${readFileSync(require.resolve("uplot/dist/uPlot.iife.min.js"), "utf8")}\n${scriptLatency}`;
/** Draws latency so that it can be looked at closer. */
export const latencyScript = scriptOf("latency", chartText);

const chartStyleText = readFileSync(require.resolve("uplot/dist/uPlot.min.css"), "utf8");
export const chartStyle: Asset = {
  path: pathOf("chart", chartStyleText, "css"),
  type: "text/css; charset=utf-8",
  text: chartStyleText,
};

/** Everything that is served as it stands. */
export const assets: readonly Asset[] = [
  { ...stylesheet, type: "text/css; charset=utf-8" },
  liveScript,
  menuScript,
  copyScript,
  loginScript,
  latencyScript,
  chartStyle,
];
