import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { account } from "./account.ts";
import { budgetBoard } from "./budgets.ts";
import { monitor } from "./monitor.ts";
import { overview } from "./overview.ts";
import { probeBoard } from "./probes.ts";
import { product } from "./product.ts";
import { target } from "./target.ts";

/** Every dashboard by the name of its file. To add one: its file, and its line here. */
const DASHBOARDS: Readonly<Record<string, () => Dashboard>> = {
  "overview.json": overview,
  "product.json": product,
  "target.json": target,
  "account.json": account,
  "budgets.json": budgetBoard,
  "probes.json": probeBoard,
  "monitor.json": monitor,
};

/** The files as they are committed, by name. */
export function dashboardFiles(): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(DASHBOARDS).map(([name, build]) => [
      name,
      `${JSON.stringify(build(), undefined, 2)}\n`,
    ]),
  );
}
