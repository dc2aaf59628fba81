import type { PresentState } from "../core/status-view.ts";
import type { Lang } from "../core/views.ts";

/** The texts of the public page, its feed and its badges. */
export type StatusText = {
  readonly heading: Readonly<Record<PresentState, string>>;
  readonly states: Readonly<Record<PresentState, string>>;
  readonly services: string;
  readonly service: string;
  readonly region: string;
  readonly now: string;
  readonly thisMonth: string;
  readonly last90: string;
  readonly nothingMeasured: string;
  readonly malfunctions: string;
  readonly noMalfunction: string;
  readonly maintenance: string;
  readonly noMaintenance: string;
  readonly since: string;
  readonly lasted: string;
  readonly placeOf: (products: string, regions: string) => string;
  readonly disturbance: (place: string) => string;
  readonly ongoing: string;
  readonly over: string;
  readonly maintenanceOf: (place: string) => string;
  readonly everything: string;
  readonly updated: string;
  readonly timesIn: (zone: string) => string;
  readonly feed: string;
  readonly badgeState: string;
  readonly badgeUptime: (month: string) => string;
};

const en: StatusText = {
  heading: {
    up: "All services work",
    partly: "Some services are disturbed",
    down: "All services are down",
    unknown: "Not known at the moment",
  },
  states: { up: "works", partly: "disturbed", down: "down", unknown: "not known" },
  services: "Services",
  service: "Service",
  region: "Region",
  now: "Now",
  thisMonth: "This month",
  last90: "Last 90 days",
  nothingMeasured: "Nothing is measured here yet.",
  malfunctions: "Malfunctions of the last 14 days",
  noMalfunction: "There was none.",
  maintenance: "Planned maintenance",
  noMaintenance: "None is planned for the next 30 days.",
  since: "since",
  lasted: "lasted",
  placeOf: (products, regions) => (regions === "" ? products : `${products} in ${regions}`),
  disturbance: (place) => `${place} disturbed`,
  ongoing: "ongoing",
  over: "over",
  maintenanceOf: (place) => `Maintenance of ${place}`,
  everything: "all services",
  updated: "Looked at",
  timesIn: (zone) => `Times in ${zone}`,
  feed: "Feed",
  badgeState: "status",
  badgeUptime: (month) => `uptime ${month}`,
};

const zh: StatusText = {
  heading: {
    up: "所有服务正常",
    partly: "部分服务异常",
    down: "所有服务中断",
    unknown: "当前状态未知",
  },
  states: { up: "正常", partly: "异常", down: "中断", unknown: "未知" },
  services: "服务",
  service: "服务",
  region: "地域",
  now: "当前",
  thisMonth: "本月",
  last90: "最近 90 天",
  nothingMeasured: "尚无测量数据。",
  malfunctions: "最近 14 天的故障",
  noMalfunction: "没有故障。",
  maintenance: "计划维护",
  noMaintenance: "未来 30 天没有计划维护。",
  since: "开始于",
  lasted: "历时",
  placeOf: (products, regions) => `${regions} ${products} `.trimStart(),
  disturbance: (place) => `${place}异常`,
  ongoing: "进行中",
  over: "已恢复",
  maintenanceOf: (place) => `${place}维护`,
  everything: "全部服务",
  updated: "更新于",
  timesIn: (zone) => `时间为 ${zone}`,
  feed: "订阅",
  badgeState: "状态",
  badgeUptime: (month) => `${month} 可用率`,
};

export const statusText: Readonly<Record<Lang, StatusText>> = { en, zh };
