import { monthBounds } from "./month.ts";
import type { ReportState } from "./report-state.ts";
import type { Frame } from "./views.ts";

/** How far a month is: nothing of it settled, running, over and not signed yet, signed. */
export type MonthStage = "to-come" | ReportState;

type Month = Pick<Frame, "month" | "timeZone" | "status" | "revision" | "settledUntilMs">;

/** A month of which nothing is settled has no figure, whatever its status says. */
export function stageOf({ month, timeZone, status, revision, settledUntilMs }: Month): MonthStage {
  if (revision > 0) return "closed";
  if (settledUntilMs <= monthBounds(month, timeZone).fromMs) return "to-come";
  return status === "closed" ? "open" : "running";
}
