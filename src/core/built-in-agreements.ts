import { DateTime } from "luxon";
import type { Agreement } from "./agreement.ts";
import type { AgreementEntry } from "./config-schema.ts";
import type { Name } from "./region-name.ts";

/**
 * The agreements that need no configuration, in the form of the file. A file replaces a version
 * with the same id and date, or adds a later one.
 */

// "Below the commitment 10 %, below 99 % 25 %, below 95 % 100 %": the tiers of the ECS agreement
// and of most products that are billed by instance.
const instanceCredits = (objective: string) => [
  { below: objective, credit: 10 },
  { below: "99", credit: 25 },
  { below: "95", credit: 100 },
];

// RDS agreement of 2019-10-31 as cited at https://vonng.com/cloud/ebs/ : 15, 30, 100 %.
const rdsCredits = (objective: string) => [
  { below: objective, credit: 15 },
  { below: "99", credit: 30 },
  { below: "95", credit: 100 },
];

/** SOC 3 report for 2016-11-01 to 2017-10-31, section VI.17: the designed availability. */
const designed: readonly AgreementEntry[] = [
  {
    id: "ecs",
    from: "2016-11-01",
    objective: "99.95",
    method: "all-failed",
    credits: instanceCredits("99.95"),
  },
  {
    id: "slb",
    from: "2016-11-01",
    objective: "99.95",
    method: "all-failed",
    // Its own tiers are not known to us; these are the common ones.
    credits: instanceCredits("99.95"),
  },
  {
    id: "rds",
    from: "2016-11-01",
    objective: "99.95",
    method: "all-failed",
    credits: rdsCredits("99.95"),
  },
  {
    id: "oss",
    from: "2016-11-01",
    objective: "99.90",
    method: "error-rate",
    // Unsure: the tiers of OSS and CDN at that time are not known to us; these are the common ones.
    credits: instanceCredits("99.90"),
  },
  {
    id: "cdn",
    from: "2016-11-01",
    objective: "99.90",
    method: "error-rate",
    credits: instanceCredits("99.90"),
  },
  // "The objectives of the respective ECS, OSS, or RDS services would be applicable."
  { id: "vpc", from: "2016-11-01", inherits: ["ecs", "oss", "rds"] },
  { id: "security", from: "2016-11-01", inherits: ["ecs", "oss", "rds"] },
];

/** Commitments made later; a target names them in `agreements`. */
const later: readonly AgreementEntry[] = [
  // ECS agreement in force from 2019-12-01 (https://terms.aliyun.com/legal-agreement/terms/
  // suit_bu1_ali_cloud/suit_bu1_ali_cloud201909241949_62160.html); figures by
  // https://sla.directory/vendors/alibaba-cloud/ . Of the two the larger credit applies.
  {
    id: "ecs-single",
    from: "2019-12-01",
    objective: "99.975",
    method: "all-failed",
    credits: instanceCredits("99.975"),
  },
  {
    id: "ecs-multi-zone",
    from: "2019-12-01",
    objective: "99.995",
    method: "all-failed",
    scope: "multi-zone",
    credits: instanceCredits("99.995"),
  },
  // https://www.alibabacloud.com/help/doc-detail/32452.htm (2017-12-05): lost time weighs by the
  // share of the traffic that was lost. The document has no tiers.
  {
    id: "slb-traffic-share",
    from: "2017-12-05",
    objective: "99.95",
    method: "error-rate",
    slot: "1m",
    scope: "target",
  },
  // Standard storage, zone-redundant, raised tenfold in June 2020:
  // https://developer.aliyun.com/article/765215 . The tiers are the common ones, unsure.
  {
    id: "oss-zrs",
    from: "2020-06-01",
    objective: "99.995",
    method: "error-rate",
    credits: instanceCredits("99.995"),
  },
  // High-availability edition, agreement of 2019-10-31 as cited at https://vonng.com/cloud/ebs/ .
  {
    id: "rds-ha",
    from: "2019-10-31",
    objective: "99.99",
    method: "all-failed",
    credits: rdsCredits("99.99"),
  },
];

export const BUILT_IN_AGREEMENTS: readonly AgreementEntry[] = [...designed, ...later];

const SOC_2017: Name = {
  en: "Alibaba Cloud SOC 3 report for 2016-11-01 to 2017-10-31, section VI.17",
  zh: "阿里云 SOC 3 报告（2016-11-01 至 2017-10-31）第 VI.17 节",
};
const COMMON_TIERS: Name = {
  en: "; its credit tiers are the common ones",
  zh: "；赔偿档位采用通用档位",
};
const CONFIGURED: Name = { en: "the configuration", zh: "配置文件" };

/** Where the terms are written, by id and date. */
const SOURCES: Readonly<Record<string, Name>> = {
  "ecs 2016-11-01": SOC_2017,
  "slb 2016-11-01": joined(SOC_2017, COMMON_TIERS),
  "rds 2016-11-01": joined(SOC_2017, {
    en: "; its credit tiers are those of the RDS agreement of 2019-10-31",
    zh: "；赔偿档位依 2019-10-31 的 RDS 服务等级协议",
  }),
  "oss 2016-11-01": joined(SOC_2017, COMMON_TIERS),
  "cdn 2016-11-01": joined(SOC_2017, COMMON_TIERS),
  "ecs-single 2019-12-01": {
    en: "ECS service level agreement in force from 2019-12-01, single instance",
    zh: "自 2019-12-01 起生效的 ECS 服务等级协议，单实例",
  },
  "ecs-multi-zone 2019-12-01": {
    en: "ECS service level agreement in force from 2019-12-01, several zones",
    zh: "自 2019-12-01 起生效的 ECS 服务等级协议，多可用区",
  },
  "slb-traffic-share 2017-12-05": {
    en: "SLB service level agreement of 2017-12-05, https://www.alibabacloud.com/help/doc-detail/32452.htm",
    zh: "SLB 服务等级协议（2017-12-05），https://www.alibabacloud.com/help/doc-detail/32452.htm",
  },
  "oss-zrs 2020-06-01": joined(
    {
      en: "OSS commitment for zone-redundant storage of June 2020, https://developer.aliyun.com/article/765215",
      zh: "OSS 同城冗余存储承诺（2020 年 6 月），https://developer.aliyun.com/article/765215",
    },
    COMMON_TIERS,
  ),
  "rds-ha 2019-10-31": {
    en: "RDS service level agreement of 2019-10-31, high-availability edition",
    zh: "RDS 服务等级协议（2019-10-31），高可用系列",
  },
};

function joined(name: Name, more: Name): Name {
  return { en: name.en + more.en, zh: name.zh + more.zh };
}

/** What of terms tells whether they are still the built-in ones: a file may replace them. */
type Sourced = Pick<
  Agreement,
  "id" | "fromMs" | "timeZone" | "objectivePercent" | "method" | "credits"
>;

/** Where the terms come from, to be named beside a figure. */
export function sourceOf(terms: Sourced): Name {
  const { id, fromMs, timeZone } = terms;
  const from = DateTime.fromMillis(fromMs, { zone: timeZone }).toISODate() ?? "";
  const isSame = (entry: AgreementEntry): boolean =>
    entry.from === from &&
    entry.objective === terms.objectivePercent &&
    entry.method === terms.method &&
    creditsText(entry.credits ?? []) === creditsText(toEntries(terms.credits));
  const own = BUILT_IN_AGREEMENTS.find((entry) => entry.id === id);
  if (own?.inherits === undefined) {
    const source = SOURCES[`${id} ${from}`];
    const isBuiltIn = BUILT_IN_AGREEMENTS.some((entry) => entry.id === id && isSame(entry));
    return source === undefined || !isBuiltIn ? CONFIGURED : source;
  }
  // Its terms are those of the target that it stands before.
  const inherited = BUILT_IN_AGREEMENTS.find(isSame);
  return inherited === undefined
    ? CONFIGURED
    : joined(SOC_2017, { en: `; as ${inherited.id}`, zh: `；同 ${inherited.id}` });
}

type Tiers = NonNullable<AgreementEntry["credits"]>;

function toEntries(credits: Sourced["credits"]): Tiers {
  return credits.map(({ belowPercent, creditPercent }) => ({
    below: belowPercent,
    credit: creditPercent,
  }));
}

function creditsText(tiers: Tiers): string {
  return tiers.map(({ below, credit }) => `${below} ${credit}`).join(",");
}
