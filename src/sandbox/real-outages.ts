import type { Reason } from "../core/outcome.ts";
import type { Product } from "../core/target.ts";

/** Which targets an effect hits: all of the named properties must fit. */
export type EffectScope = {
  readonly products?: readonly Product[];
  readonly zone?: string;
  readonly class?: string;
  readonly probeKinds?: readonly string[];
  /** Only probes that send an access key. */
  readonly signed?: true;
};

type OutageEffect = {
  readonly hits: EffectScope;
  /** RFC 3339; whole minutes, [from, until). */
  readonly from: string;
  readonly until: string;
  readonly reason: Reason;
  /** 1: every minute. n: one minute of n, for a loss that was only partial. */
  readonly oneOf: number;
};

export type RealOutage = {
  readonly title: string;
  /** The calendar month that is replayed in full. */
  readonly month: string;
  /** The targets that are replayed. */
  readonly regions: readonly string[] | "all";
  readonly probeKinds: readonly string[] | "all";
  readonly effects: readonly OutageEffect[];
};

/**
 * Outages of Alibaba Cloud that were reported to the minute.
 *
 * 2022-12-18, Hong Kong zone C, cooling failure. Alibaba Cloud's statement of 2022-12-25: first
 * ECS hosts down 09:23, first RDS alarms 10:17, most database instances normal 21:30, last room
 * powered on 22:50; object storage kept in one zone was gone. An observer of one tenant saw HTTP
 * fail from 10:49 to 20:46 (www.ze3kr.com/2022/12/aliyun-hk-down), taken for the balancer, of
 * which a part was lost. The failing calls of the ECS control plane (RunInstances) are left out:
 * the sandbox asks for DescribeRegions, and no end was given.
 * Statement: help.aliyun.com/noticelist/articleid/1061819219.html
 *
 * 2023-11-12, all regions, access-key service. 17:39 to 19:20: calls with valid keys rejected,
 * running instances unaffected (final report; status.aliyun.com, event 16).
 *
 * 2024-07-02, Shanghai zone N, network. 10:04 to 10:42; partial loss behind balancers
 * (status.aliyun.com, event 20).
 */
export const REAL_OUTAGES: readonly RealOutage[] = [
  {
    title: "Hong Kong zone C, cooling failure (2022-12-18)",
    month: "2022-12",
    regions: ["cn-hongkong"],
    probeKinds: "all",
    effects: [
      {
        hits: { products: ["ecs", "vpc"], zone: "cn-hongkong-c" },
        from: "2022-12-18T09:23:00+08:00",
        until: "2022-12-18T22:50:00+08:00",
        reason: "connect-timeout",
        oneOf: 1,
      },
      {
        hits: { products: ["rds"], zone: "cn-hongkong-c" },
        from: "2022-12-18T10:17:00+08:00",
        until: "2022-12-18T21:30:00+08:00",
        reason: "connect-timeout",
        oneOf: 1,
      },
      {
        hits: { products: ["oss"], class: "standard-lrs" },
        from: "2022-12-18T09:23:00+08:00",
        until: "2022-12-18T22:50:00+08:00",
        reason: "server-error",
        oneOf: 1,
      },
      {
        hits: { products: ["slb"] },
        from: "2022-12-18T10:49:00+08:00",
        until: "2022-12-18T20:46:00+08:00",
        reason: "server-error",
        oneOf: 3,
      },
    ],
  },
  {
    title: "All regions, access-key service (2023-11-12)",
    month: "2023-11",
    regions: "all",
    probeKinds: ["openapi", "oss"],
    effects: [
      {
        hits: { probeKinds: ["openapi", "oss"], signed: true },
        from: "2023-11-12T17:39:00+08:00",
        until: "2023-11-12T19:20:00+08:00",
        reason: "key-refused",
        oneOf: 1,
      },
    ],
  },
  {
    title: "Shanghai zone N, network (2024-07-02)",
    month: "2024-07",
    regions: ["cn-shanghai"],
    probeKinds: "all",
    effects: [
      {
        hits: { products: ["ecs", "vpc"], zone: "cn-shanghai-n" },
        from: "2024-07-02T10:04:00+08:00",
        until: "2024-07-02T10:42:00+08:00",
        reason: "connect-timeout",
        oneOf: 1,
      },
      {
        hits: { products: ["slb"] },
        from: "2024-07-02T10:04:00+08:00",
        until: "2024-07-02T10:42:00+08:00",
        reason: "server-error",
        oneOf: 2,
      },
    ],
  },
];
