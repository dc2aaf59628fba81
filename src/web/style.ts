import { createHash } from "node:crypto";
import { styleBase } from "./style-base.ts";
import { styleForm } from "./style-form.ts";
import { styleLogin } from "./style-login.ts";
import { styleMalfunction } from "./style-malfunction.ts";
import { styleOverview } from "./style-overview.ts";
import { stylePages } from "./style-pages.ts";
import { stylePrint } from "./style-print.ts";
import { styleReport } from "./style-report.ts";
import { styleStatus } from "./style-status.ts";
import { styleTarget } from "./style-target.ts";
import { styleTop } from "./style-top.ts";
import { styleYear } from "./style-year.ts";

const text =
  styleBase +
  styleTop +
  styleOverview +
  styleTarget +
  styleStatus +
  styleMalfunction +
  styleForm +
  styleLogin +
  styleReport +
  stylePages +
  styleYear +
  stylePrint;
const digest = createHash("sha256").update(text).digest("hex").slice(0, 16);

/** The one style sheet; its address changes with its content, so it may be kept for ever. */
export const stylesheet = { path: `/assets/nines-${digest}.css`, text } as const;
