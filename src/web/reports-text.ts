import type { Lang } from "../core/views.ts";
import { en, type ReportsText } from "./reports-text-en.ts";
import { zh } from "./reports-text-zh.ts";

/** The texts of the pages about reports. */
export const reportsText: Readonly<Record<Lang, ReportsText>> = { en, zh };
