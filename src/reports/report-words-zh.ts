import { commonWords } from "../core/common-words.ts";
import { malfunctionWords } from "../core/malfunction-text.ts";
import type { ReportWords } from "./report-words-type.ts";

export const reportWordsZh: ReportWords = {
  ...commonWords.zh,
  title: "服务等级报告",
  allAccounts: "全部账号",
  cycle: (from, until, zone) => `${from} 至 ${until}，${zone}`,
  timesIn: (zone) => `所有时间均为 ${zone} 时区。`,
  revision: (revision) => `第 ${revision} 版`,
  closedAt: (revision, time) => `${time} 定稿，第 ${revision} 版`,
  notFinal: (settledUntil) => `非最终结果：尚未定稿签名，数据统计至 ${settledUntil}。`,
  nothing: "–",
  page: (page, pages) => `第 ${page} 页，共 ${pages} 页`,

  verdictSentence: {
    empty: "本月没有监测任何目标。",
    closed: ({ all, missed, "insufficient-data": unclear }) => {
      const rest = unclear === 0 ? "" : `另有 ${unclear} 项数据不足，无法判定。`;
      if (missed > 0 && all === 1) return "承诺未达标。";
      if (missed > 0) return `${all} 项承诺中有 ${missed} 项未达标。${rest}`;
      if (unclear === all) return "数据不足，无法判定承诺是否达标。";
      if (unclear > 0) return `没有未达标的承诺。${rest}`;
      return all === 1 ? "承诺达标。" : `${all} 项承诺全部达标。`;
    },
    running: ({ all, "already-missed": missed, "at-risk": risk, ...others }) => {
      const unclear = others["insufficient-data"];
      const parts = [
        missed > 0 ? `${missed} 项已无法达标` : "",
        risk > 0 ? `${risk} 项有风险` : "",
        unclear > 0 ? `${unclear} 项数据不足` : "",
      ].filter((part) => part !== "");
      if (parts.length > 0) return `截至目前，${all} 项承诺中，${parts.join("，")}。`;
      return all === 1 ? "截至目前，承诺可以达成。" : `截至目前，${all} 项承诺均可达成。`;
    },
    owed: (amounts) => `应得赔偿 ${amounts}。`,
    owedAtLeast: (amounts) => `应得赔偿至少 ${amounts}，部分费用未知。`,
    owedUnknown: "应得赔偿，因费用未知，金额待定。",
  },

  sections: {
    keyFigures: "关键数据",
    places: "产品与地域",
    subjects: "全部数据",
    credits: "应得赔偿",
    creditTotals: "合计",
    claim: "索赔文本",
    outages: "中断记录",
    malfunctions: "故障事件",
    exclusions: "除外时段",
    maintenance: "已实施的维护",
    changes: "与上一版的差异",
    heatMap: "各地域每日状况",
    timelines: "逐分钟时间线",
    budgets: "错误预算",
    trend: "近十二个月",
    method: "计算方法",
    proof: "证明",
    seals: "每日封存记录（UTC）",
    accounts: "各账号",
    worst: "服务可用性最低的对象",
    coverage: "数据覆盖率最低的对象",
    vantages: "各探测点的数据覆盖",
    slots: "不可用时间片",
  },
  keyFigures: {
    met: "达标项数",
    within: "可达成项数",
    lowest: "最低服务可用性",
    badTime: "不可用时间合计",
    outages: "中断次数",
    owed: "应得赔偿",
    coverage: "最低覆盖率",
    accounts: "账号",
  },
  columns: {
    no: "编号",
    month: "月份",
    account: "账号",
    accountName: "账号名称",
    agreement: "协议",
    scope: "统计范围",
    subject: "统计对象",
    targets: "监测目标",
    target: "监测目标",
    product: "产品",
    region: "地域",
    place: "产品与地域",
    objective: "承诺",
    availability: "服务可用性",
    verdict: "结论",
    badTime: "不可用时间",
    allowedTime: "允许时间",
    allowedSoFar: "截至目前允许",
    budgetLeft: "剩余预算",
    bad: "不可用时间片",
    allowed: "允许的不可用时间片",
    good: "正常时间片",
    counted: "计入时间片",
    total: "时间片总数",
    excluded: "除外时间片",
    noData: "无数据时间片",
    slot: "时间片",
    low: "可能的最低值",
    high: "可能的最高值",
    reachability: "可达率",
    coverage: "覆盖率",
    outages: "中断",
    subjects: "统计对象",
    count: "数量",
    missed: "未达标",
    worst: "最低值",
    tier: "赔偿档位",
    creditPercent: "赔偿比例",
    fee: "月度服务费用",
    amount: "金额",
    currency: "币种",
    claimFrom: "索赔起始日",
    claimUntil: "索赔截止日",
    note: "说明",
    yieldsTo: "另按协议赔偿",
    from: "开始",
    until: "结束",
    length: "时长",
    slots: "时间片",
    reason: "原因",
    malfunction: "故障事件",
    level: "级别",
    title: "标题",
    state: "状态",
    cause: "故障原因",
    resolution: "处理结果",
    kind: "类别",
    evidence: "依据",
    proposedBy: "提出人",
    approvedBy: "批准人",
    field: "项目",
    before: "之前",
    after: "之后",
    day: "日期",
    revision: "版本",
    root: "默克尔根",
    hash: "哈希值",
    vantage: "探测点",
    planned: "应测",
    measured: "实测",
    failedShare: "全部失败",
  },
  statuses: { running: "进行中", open: "已结束，非最终结果", closed: "已定稿" },
  scopes: { target: "单个目标", group: "一组目标", "multi-zone": "多可用区" },
  creditNotes: {
    running: "本月尚未结束",
    met: "承诺已达标",
    "insufficient-data": "数据不足",
    "no-tier": "未达标，但协议没有适用的赔偿档位",
    "no-fee": "费用未知：按比例赔偿，金额未知",
    "part-fee": "部分费用未知：至少为此金额",
  },
  exclusionKinds: {
    maintenance: "维护",
    "force-majeure": "不可抗力",
    "customer-action": "客户操作",
    "customer-network": "客户网络",
    attack: "攻击",
    arrears: "欠费",
    other: "其他",
  },
  malfunctionStates: malfunctionWords.zh.states,
  none: {
    subjects: "本月没有监测任何目标。",
    credits: "没有应得的赔偿。",
    outages: "本月没有中断。",
    malfunctions: "本月没有故障事件。",
    exclusions: "没有已批准的除外时段。",
    maintenance: "本月没有实施维护。",
    timelines: "这是较早的版本，只保留了报告，未保留每个时间片，因此没有图表。",
    trend: "没有其他已定稿的月份。",
    below: "全部为 100 %。",
    creditsYet: "本月尚未结束，应得赔偿以定稿结果为准。",
    vantages: "没有探测点有监测任务。",
  },

  notes: {
    places: "每个产品与地域列出服务可用性最低的统计对象。",
    budgets: "不可用时间与承诺允许的时间之比；竖线为允许额度。",
    budgetsSoFar: "截至目前的不可用时间与承诺整月允许的时间之比；竖线为允许额度。",
    heatMap: "各统计对象当日最差的状况。",
    timelines: "每行一天，横向 24 小时。每个未达标的统计对象各有一幅。",
    trend: "各月达标、未达标与数据不足的项数；短横线为未定稿的月份。",
    vantages:
      "按单个目标累计的小时数：各探测点应测的时间、其中有有效请求的时间，以及有效请求全部失败的时间。",
    more: (n, what) => `另有 ${n} 项（${what}）未在此列出。`,
    elsewhere: "完整数据见附带的 JSON，以及本报告的 XLSX 与 CSV（ZIP）版本。",
    lasts: "仍在持续",
    reviewToCome: "尚待复盘。",
    malfunctionOf: (id, level) => `故障事件 ${id}（${level}）`,
    yieldsTo: (agreements) => `其余目标按协议 ${agreements} 赔偿。`,
    replaced: "本文档字体未收录的字符显示为 □。",
    attached: (name) => `报告的 JSON 原文已作为附件 ${name} 逐字节附于本文档。`,
    whole: (size) =>
      `本报告共有 ${size} 个统计对象。未达标或发生中断的对象完整列出，其余汇总显示。`,
  },

  method: {
    source: "条款来源",
    allAgreements: "全部协议",
    inForce: (date) => `自 ${date} 起生效`,
    holdsFor: (subjects) => `适用于 ${subjects}`,
    slot: (length) =>
      `当月以 ${length}为一个时间片。每个结果计入其计划时刻所在的时间片，没有隐藏的重试。`,
    bad: ({ method, quorum }, threshold) => {
      if (method === "error-rate") {
        return "时间片的不可用程度为全部探测点有效请求中失败请求所占比例。";
      }
      if (method === "threshold") {
        return `全部探测点的有效请求中失败比例超过 ${threshold} 时，该时间片不可用。`;
      }
      const quorums = {
        all: "全部探测点均判定中断",
        majority: "超过半数探测点判定中断",
        any: "任一探测点判定中断",
      };
      return `某探测点在时间片内的有效请求全部失败，则判定中断，否则判定正常。${quorums[quorum]}时，该时间片不可用。`;
    },
    data: ({ method, minVantages }) => {
      if (method !== "all-failed") return "没有有效请求的时间片视为无数据。";
      const wanted =
        minVantages === null ? "该目标半数（向上取整）的探测点" : `${minVantages} 个探测点`;
      return `至少须有${wanted}作出判定，否则该时间片视为无数据。无效请求以及监测系统自身的故障不计入。`;
    },
    stretch: (slots) => `连续不足 ${slots} 个的不可用时间片算作正常。`,
    scope: {
      target: "每个目标单独统计。",
      group: "同一账号、产品、地域和类别的目标合并统计。",
      "multi-zone": "仅当另一可用区的目标也全部中断时，该目标的时间片才不可用。",
    },
    partMonth: {
      "as-used": "目标启用之前与停用之后的时间不计入。",
      "whole-month": "目标启用之前与停用之后的时间算作正常。",
    },
    exclusion: {
      "as-good": "已批准的除外时段算作正常。",
      removed: "已批准的除外时段不计入总数。",
    },
    noData: {
      removed: "无数据的时间片不计入总数。",
      "as-good": "无数据的时间片算作正常。",
      "as-bad": "无数据的时间片算作不可用。",
    },
    figure: "服务可用性 = 1 − 不可用 ÷ 计入的时间片，以精确分数计算。",
    rounding: "百分比截断至三位小数，不作舍入；是否达标以分数为准。",
    verdict: (objective, minCoverage) =>
      `服务可用性不低于 ${objective} 即为达标。有数据的时间不足 ${minCoverage} 时不作结论，除非无数据的时间全部算作正常仍不达标。`,
    tiers: (tiers) => `赔偿（占月度服务费用的比例）：${tiers}；取适用的最高比例。`,
    tier: (below, percent) => `低于 ${below} % 为 ${percent} %`,
    noTiers: "条款未列明赔偿。",
    claim: (zone) =>
      `服务周期为 ${zone} 时区的自然月。自次月第 5 个工作日起可申请赔偿，至该服务周期之后第二个月的月末截止（10 月的截止于 12 月 31 日）。`,
    unknown: "该协议的条款已不在配置中。",
  },

  claim: {
    text: (facts) =>
      `${facts.accountName}（账号 ${facts.account}）依据服务等级协议“${facts.agreement}”，` +
      `就 ${facts.subject}（产品 ${facts.product}，地域 ${facts.region}）${facts.month}服务周期申请赔偿。` +
      `该服务周期内的服务可用性为 ${facts.availability} %，协议承诺 ${facts.objective} %。` +
      `服务可用性低于 ${facts.below} % 时，协议规定的赔偿比例为月度服务费用的 ${facts.percent} %。` +
      `现申请赔偿：${facts.claimed}，以协议约定的形式（如代金券）支付。`,
    claimed: ({ amount, isLeast, percent, targets }) => {
      const fee = targets === "" ? "其月度服务费用" : `${targets} 的月度服务费用`;
      if (amount === null) return `${fee}的 ${percent} %`;
      return isLeast
        ? `${fee}的 ${percent} %，至少 ${amount}`
        : `${amount}，即${targets === "" ? "" : " "}${fee}的 ${percent} %`;
    },
  },

  proof: {
    rounds: "测量轮次",
    digest: "证据摘要",
    inputs: "条款摘要",
    signature: "签名（Ed25519）",
    key: "密钥",
    audit: "审计日志截至",
    auditEntry: (entry, hash) => `第 ${entry} 条，${hash}`,
    previous: "上一版",
    closedAt: "定稿时间",
    closedBy: "定稿人",
    bySystem: "系统",
    closedFor: "理由",
    seals: (n) => `${n} 天`,
    how: "如何校验",
    chained:
      "各轮测量结果按哈希值首尾相连，每日以默克尔根封存；经签名的报告列明所依据的封存摘要与条款摘要。",
    verify: "在运行 nines 的机器上逐项校验并重新推导上述数据：",
    bundle: "将全部证据导出为一个文件：",
    check:
      "在任何装有 Node.js 的机器上校验该文件（nines-verify.mjs 位于 nines 的 dist/ 目录，可单独使用，随证据文件一并提供）：",
    compare:
      "校验结果会列出签名密钥，请与上文密钥及运营方公布的密钥核对。校验按 UTC 整日进行，因此轮次多于当月轮次。",
    unsigned: "定稿之前的报告没有签名，定稿时封存并签名。",
  },

  listOf: (parts) => parts.join("、"),
};
