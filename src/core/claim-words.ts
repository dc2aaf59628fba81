import { DateTime } from "luxon";
import type { ClaimState } from "./claim.ts";
import type { Lang } from "./views.ts";

/** What the pages, the files and the errors call the states of a claim. */
export const claimStates: Readonly<Record<Lang, Readonly<Record<ClaimState, string>>>> = {
  en: {
    owed: "to claim",
    acknowledged: "being claimed",
    submitted: "submitted",
    credited: "credited",
    refused: "refused",
    lapsed: "lapsed",
    withdrawn: "withdrawn",
  },
  zh: {
    owed: "待索赔",
    acknowledged: "索赔中",
    submitted: "已提交",
    credited: "已赔付",
    refused: "被拒",
    lapsed: "已过期",
    withdrawn: "已撤销",
  },
};

export type ClaimWindow = { readonly claimFrom: string; readonly claimUntil: string };

/** The first and the last whole day of a window, which opens and closes at midnight of its zone. */
export function claimDays(
  { claimFrom, claimUntil }: ClaimWindow,
  timeZone: string,
): { readonly from: string; readonly until: string } {
  const day = (ms: number) => DateTime.fromMillis(ms, { zone: timeZone }).toFormat("yyyy-MM-dd");
  return { from: day(Date.parse(claimFrom)), until: day(Date.parse(claimUntil) - 1) };
}

type WindowWords = {
  /** `zone` is "" where it is known from elsewhere. */
  readonly open: (from: string, until: string, zone: string) => string;
  readonly over: (until: string) => string;
};

const windows: Readonly<Record<Lang, WindowWords>> = {
  en: {
    open: (from, until, zone) =>
      `The claim can be made from ${from} to ${until}, both days included${zone === "" ? "" : ` (${zone})`}.`,
    over: (until) =>
      `The claim had to be made by ${until}: that time was over when the month was closed.`,
  },
  zh: {
    open: (from, until, zone) =>
      `索赔期为 ${from} 至 ${until}（含首尾两日${zone === "" ? "" : `，${zone} 时区`}）。`,
    over: (until) => `索赔期已于 ${until} 结束，早于本月定稿时间。`,
  },
};

/**
 * When a claim can be made, in a sentence: said the same way by every form and by mail. `closedAt`
 * is when its month was closed; null while it is not.
 */
export function claimWindowText(
  window: ClaimWindow,
  {
    lang,
    closedAt,
    ...zone
  }: {
    readonly lang: Lang;
    readonly closedAt: string | null;
    readonly timeZone: string;
    readonly isZoneSaid?: boolean;
  },
): string {
  const { from, until } = claimDays(window, zone.timeZone);
  const isOver = closedAt !== null && Date.parse(closedAt) >= Date.parse(window.claimUntil);
  if (isOver) return windows[lang].over(until);
  return windows[lang].open(from, until, zone.isZoneSaid === true ? zone.timeZone : "");
}

/** Of several: from the first, until the last day on which all of it can be claimed. */
export function commonWindow(all: readonly ClaimWindow[]): ClaimWindow | null {
  const [first] = all.map(({ claimFrom }) => claimFrom).toSorted();
  const [end] = all.map(({ claimUntil }) => claimUntil).toSorted();
  return first === undefined || end === undefined ? null : { claimFrom: first, claimUntil: end };
}
