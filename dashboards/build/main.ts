import { writeFileSync } from "node:fs";
import { dashboardFiles } from "./dashboards.ts";

// npm run dashboards: writes the files that Grafana reads.
for (const [name, text] of dashboardFiles()) writeFileSync(`dashboards/${name}`, text);
