import { z } from "zod";
import { LANGS } from "../src/core/views.ts";
import { makeRendition } from "../src/renditions.ts";
import { FORMAT_NAMES } from "../src/reports/index.ts";
import type { RunJob, StoreJobDeps } from "./job.ts";

const orderSchema = z.object({
  month: z.string(),
  account: z.string(),
  revision: z.int(),
  format: z.enum(FORMAT_NAMES),
  lang: z.enum(LANGS),
});

type Deps = Pick<StoreJobDeps, "db" | "config" | "clock" | "render">;

/** Renders one report that somebody waits for, and keeps it. */
export const renderReportJob: RunJob<Deps> = async ({ config, ...deps }, { data, progress }) => {
  const key = orderSchema.parse(data);
  await makeRendition({ ...deps, config: config(), onProgress: progress }, key);
};
