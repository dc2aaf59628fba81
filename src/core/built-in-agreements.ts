import type { AgreementEntry } from "./config-schema.ts";

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
