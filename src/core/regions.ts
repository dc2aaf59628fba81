/**
 * The 25 locations of the SOC 3 report of 2020: 23 regions, and two places without a region id.
 *
 * Ids, names and hosts: github.com/aliyun/aliyun-openapi-meta (Apache-2.0), `en-US/products.json`
 * and `metadatas/products.json` at 2563691c2 of 2026-04-21. OSS hosts beside it:
 * github.com/AlibabaCloudDocs/oss, "Regions and endpoints", 2021-03-24.
 * Closings: https://www.theregister.com/2024/07/01/alibaba_cloud_closes_india_australia/ .
 * Time zones are our choice by city, not Alibaba Cloud's.
 */

/** One region where it differs from the pattern that most regions follow. */
export type RegionRow = {
  readonly id: string;
  readonly name: string;
  readonly nameZh: string;
  readonly country: string;
  readonly timeZone: string;
  /** In scope of the SOC 3 report of 2016-2017. */
  readonly inScope2017?: true;
  /** Control plane of RDS when it is not the region's own; null when there is none. */
  readonly rds?: string | null;
  /** Control plane of SLB when it is not the region's own. */
  readonly slb?: string;
  /** Control plane of CDN; null when the region has none. It is never the region's own. */
  readonly cdn: string | null;
  readonly cdnInternal?: string;
  readonly validUntil?: string;
};

const CHINA = "cdn.aliyuncs.com";
const ABROAD = "cdn.ap-southeast-1.aliyuncs.com";
const RDS = "rds.aliyuncs.com";

const china = (row: Omit<RegionRow, "country" | "timeZone">): RegionRow => ({
  ...row,
  country: "CN",
  timeZone: "Asia/Shanghai",
});
const abroad = (row: Omit<RegionRow, "cdn">): RegionRow => ({ ...row, cdn: ABROAD });

export const REGION_ROWS: readonly RegionRow[] = [
  china({
    id: "cn-beijing",
    name: "China (Beijing)",
    nameZh: "华北2（北京）",
    inScope2017: true,
    rds: RDS,
    cdn: CHINA,
  }),
  china({ id: "cn-chengdu", name: "China (Chengdu)", nameZh: "西南1（成都）", cdn: CHINA }),
  china({ id: "cn-guangzhou", name: "China (Guangzhou)", nameZh: "华南3（广州）", cdn: null }),
  china({
    id: "cn-hangzhou",
    name: "China (Hangzhou)",
    nameZh: "华东1（杭州）",
    inScope2017: true,
    rds: RDS,
    slb: "slb.aliyuncs.com",
    cdn: CHINA,
  }),
  china({ id: "cn-heyuan", name: "China (Heyuan)", nameZh: "华南2（河源）", rds: RDS, cdn: null }),
  china({ id: "cn-huhehaote", name: "China (Hohhot)", nameZh: "华北5（呼和浩特）", cdn: CHINA }),
  china({
    id: "cn-qingdao",
    name: "China (Qingdao)",
    nameZh: "华北1（青岛）",
    inScope2017: true,
    rds: RDS,
    cdn: CHINA,
  }),
  china({
    id: "cn-shanghai",
    name: "China (Shanghai)",
    nameZh: "华东2（上海）",
    inScope2017: true,
    rds: RDS,
    cdn: CHINA,
    cdnInternal: "cdn.vpc-proxy.aliyuncs.com",
  }),
  china({
    id: "cn-shenzhen",
    name: "China (Shenzhen)",
    nameZh: "华南1（深圳）",
    rds: RDS,
    cdn: CHINA,
  }),
  china({ id: "cn-wulanchabu", name: "China (Ulanqab)", nameZh: "华北6（乌兰察布）", cdn: null }),
  china({
    id: "cn-zhangjiakou",
    name: "China (Zhangjiakou)",
    nameZh: "华北3（张家口）",
    inScope2017: true,
    cdn: CHINA,
  }),
  {
    id: "cn-hongkong",
    name: "China (Hong Kong)",
    nameZh: "中国香港",
    country: "HK",
    timeZone: "Asia/Hong_Kong",
    inScope2017: true,
    rds: RDS,
    cdn: CHINA,
  },
  abroad({
    id: "ap-southeast-1",
    name: "Singapore",
    nameZh: "新加坡",
    country: "SG",
    timeZone: "Asia/Singapore",
    inScope2017: true,
  }),
  abroad({
    id: "ap-south-1",
    name: "India (Mumbai)",
    nameZh: "印度（孟买）",
    country: "IN",
    timeZone: "Asia/Kolkata",
    rds: null,
    validUntil: "2024-07-15T18:30:00Z",
  }),
  abroad({
    id: "ap-southeast-5",
    name: "Indonesia (Jakarta)",
    nameZh: "印度尼西亚（雅加达）",
    country: "ID",
    timeZone: "Asia/Jakarta",
  }),
  abroad({
    id: "eu-central-1",
    name: "Germany (Frankfurt)",
    nameZh: "德国（法兰克福）",
    country: "DE",
    timeZone: "Europe/Berlin",
    inScope2017: true,
  }),
  abroad({
    id: "ap-northeast-1",
    name: "Japan (Tokyo)",
    nameZh: "日本（东京）",
    country: "JP",
    timeZone: "Asia/Tokyo",
  }),
  abroad({
    id: "ap-southeast-2",
    name: "Australia (Sydney)",
    nameZh: "澳大利亚（悉尼）",
    country: "AU",
    timeZone: "Australia/Sydney",
    inScope2017: true,
    rds: null,
    validUntil: "2024-09-30T14:00:00Z",
  }),
  abroad({
    id: "eu-west-1",
    name: "UK (London)",
    nameZh: "英国（伦敦）",
    country: "GB",
    timeZone: "Europe/London",
  }),
  abroad({
    id: "us-west-1",
    name: "US (Silicon Valley)",
    nameZh: "美国（硅谷）",
    country: "US",
    timeZone: "America/Los_Angeles",
    inScope2017: true,
  }),
  abroad({
    id: "us-east-1",
    name: "US (Virginia)",
    nameZh: "美国（弗吉尼亚）",
    country: "US",
    timeZone: "America/New_York",
    inScope2017: true,
  }),
  abroad({
    id: "ap-southeast-3",
    name: "Malaysia (Kuala Lumpur)",
    nameZh: "马来西亚（吉隆坡）",
    country: "MY",
    timeZone: "Asia/Kuala_Lumpur",
    inScope2017: true,
  }),
  abroad({
    id: "me-east-1",
    name: "UAE (Dubai)",
    nameZh: "阿联酋（迪拜）",
    country: "AE",
    timeZone: "Asia/Dubai",
    inScope2017: true,
  }),
];

/** Places of the report of 2020 that no table of regions or endpoints names. */
export const LOCATIONS_WITHOUT_REGION = [
  { name: "Huzhou", country: "CN" },
  { name: "Langfang", country: "CN" },
] as const;
