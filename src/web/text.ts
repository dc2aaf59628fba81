import type { Lang } from "../core/views.ts";
import type { Messages } from "./messages.ts";
import { en } from "./text-en.ts";
import { zh } from "./text-zh.ts";

/** The message catalogue. */
export const messages: Readonly<Record<Lang, Messages>> = { en, zh };
