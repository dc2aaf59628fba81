import type { Lang } from "../core/views.ts";

/** The texts of the page of one product. */
const en = {
  byRegion: "Regions",
  byRegionNote: "The worst target or group of each region, the worst region first.",
  trend: "Months",
  trendNote:
    "How much of its allowance the worst target or group of each month used; above the line the objective is missed.",
  trendLabel: (months: number, missed: number) =>
    `The last ${months} months, ${missed} of them with a missed objective`,
  month: "Month",
  missed: "Missed",
  missedOf: (missed: number, subjects: number) => `${missed} of ${subjects}`,
  worst: "Worst target or group",
  used: "Allowance used",
  none: "–",
};
export type ProductText = Readonly<typeof en>;

const zh: ProductText = {
  byRegion: "各地域",
  byRegionNote: "显示每个地域中最差的目标或目标组，最差的地域在前。",
  trend: "各月趋势",
  trendNote: "每月最差的目标或目标组用掉的允许额度；超过横线即为未达标。",
  trendLabel: (months, missed) => `最近 ${months} 个月，其中 ${missed} 个月有未达标`,
  month: "月份",
  missed: "未达标",
  missedOf: (missed, subjects) => `${missed} / ${subjects}`,
  worst: "最差的目标或目标组",
  used: "已用额度",
  none: "–",
};

export const productText: Readonly<Record<Lang, ProductText>> = { en, zh };
