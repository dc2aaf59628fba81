import { IANAZone } from "luxon";
import { describe, expect, test } from "vitest";
import {
  CATALOGUE_PRODUCTS,
  findRegion,
  isRegionOpen,
  openRegions,
  REGIONS,
} from "../../src/core/catalogue.ts";
import { LOCATIONS_WITHOUT_REGION } from "../../src/core/regions.ts";

describe("the catalogue", () => {
  test("has the 25 locations of the report of 2020: 23 regions and two places without one", () => {
    expect(REGIONS).toHaveLength(23);
    expect(LOCATIONS_WITHOUT_REGION.map(({ name }) => name)).toEqual(["Huzhou", "Langfang"]);
  });

  test("has each region once, in a time zone that exists, with a name in both languages", () => {
    expect(new Set(REGIONS.map(({ id }) => id)).size).toBe(23);
    for (const { timeZone, name, nameZh } of REGIONS) {
      expect(IANAZone.isValidZone(timeZone)).toBe(true);
      expect(name).toMatch(/^[A-Z][\w ()]+$/);
      expect(nameZh).toMatch(/[\u4e00-\u9fff]/);
    }
  });

  test("knows the 13 regions in scope of the report of 2016-2017", () => {
    const inScope = REGIONS.filter(({ inScope2017 }) => inScope2017).map(({ id }) => id);
    expect(inScope.toSorted()).toEqual([
      "ap-southeast-1",
      "ap-southeast-2",
      "ap-southeast-3",
      "cn-beijing",
      "cn-hangzhou",
      "cn-hongkong",
      "cn-qingdao",
      "cn-shanghai",
      "cn-zhangjiakou",
      "eu-central-1",
      "me-east-1",
      "us-east-1",
      "us-west-1",
    ]);
  });

  test("has well-formed hosts, each of Alibaba Cloud", () => {
    for (const { endpoints } of REGIONS) {
      for (const product of CATALOGUE_PRODUCTS) {
        const hosts = endpoints[product];
        if (hosts === null) continue;
        expect(hosts.public).toMatch(/^[a-z0-9-]+(\.[a-z0-9-]+)?\.aliyuncs\.com$/);
        expect(hosts.internal ?? "x.aliyuncs.com").toMatch(/\.aliyuncs\.com$/);
      }
    }
  });

  test("knows which regions share a control plane", () => {
    const sharing = (product: "rds" | "slb" | "cdn", host: string): string[] =>
      REGIONS.filter(({ endpoints }) => endpoints[product]?.public === host).map(({ id }) => id);
    expect(sharing("rds", "rds.aliyuncs.com").toSorted()).toEqual([
      "cn-beijing",
      "cn-hangzhou",
      "cn-heyuan",
      "cn-hongkong",
      "cn-qingdao",
      "cn-shanghai",
      "cn-shenzhen",
    ]);
    expect(sharing("slb", "slb.aliyuncs.com")).toEqual(["cn-hangzhou"]);
    expect(sharing("cdn", "cdn.aliyuncs.com")).toHaveLength(9);
    expect(sharing("cdn", "cdn.ap-southeast-1.aliyuncs.com")).toHaveLength(11);
  });

  test("gives the hosts of a region", () => {
    expect(findRegion("cn-shanghai")?.endpoints).toEqual({
      ecs: { public: "ecs.cn-shanghai.aliyuncs.com", internal: "ecs-vpc.cn-shanghai.aliyuncs.com" },
      slb: { public: "slb.cn-shanghai.aliyuncs.com", internal: "slb-vpc.cn-shanghai.aliyuncs.com" },
      rds: { public: "rds.aliyuncs.com", internal: "rds-vpc.cn-shanghai.aliyuncs.com" },
      vpc: { public: "vpc.cn-shanghai.aliyuncs.com", internal: "vpc-vpc.cn-shanghai.aliyuncs.com" },
      oss: {
        public: "oss-cn-shanghai.aliyuncs.com",
        internal: "oss-cn-shanghai-internal.aliyuncs.com",
      },
      cdn: { public: "cdn.aliyuncs.com", internal: "cdn.vpc-proxy.aliyuncs.com" },
    });
    expect(findRegion("cn-guangzhou")?.endpoints.cdn).toBeNull();
    expect(findRegion("ap-south-1")?.endpoints.rds).toBeNull();
    expect(findRegion("cn-langfang")).toBeNull();
  });
});

describe("a closed region", () => {
  // The last moments announced: 24:00 of the day, local time.
  const cases = [
    ["ap-south-1", "2024-07-16T00:00:00+05:30"],
    ["ap-southeast-2", "2024-10-01T00:00:00+10:00"],
  ] as const;

  test.each(cases)("%s is open up to %s and not at it", (id, closing) => {
    const region = findRegion(id)!;
    const closedMs = Date.parse(closing);
    expect(region.validUntilMs).toBe(closedMs);
    expect(isRegionOpen(region, closedMs - 1)).toBe(true);
    expect(isRegionOpen(region, closedMs)).toBe(false);
  });

  test("is not among the open ones any more", () => {
    expect(openRegions(Date.parse("2024-01-01T00:00:00Z"))).toHaveLength(23);
    expect(openRegions(Date.parse("2024-08-01T00:00:00Z"))).toHaveLength(22);
    expect(openRegions(Date.parse("2025-01-01T00:00:00Z"))).toHaveLength(21);
  });
});
