import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LEVELS, MALFUNCTION_STATES } from "../../src/core/malfunction.ts";
import { en } from "../../src/core/message-text-en.ts";
import { zh } from "../../src/core/message-text-zh.ts";
import { messageOf, testMessageOf } from "../../src/core/message-text.ts";
import { MESSAGE_STATUSES, type MessageFacts } from "../../src/core/message.ts";
import { ROUTE_TOPICS, TOLD_EVENTS } from "../../src/core/topic.ts";
import {
  BEGAN,
  BEGAN_TEXT,
  messageFacts,
  MINUTE_MS,
  openMalfunctionRow,
  outageOf,
  toldFacts,
  webFacts,
} from "../helpers/message-facts.ts";

const titles = (facts: MessageFacts) => [
  messageOf(facts, "en").title,
  messageOf(facts, "zh").title,
];
const webs = (n: number) => Array.from({ length: n }, (_, index) => outageOf(`web-${index + 1}`));
const struck = (
  kinds: readonly string[],
  changes: Partial<MessageFacts> & {
    row?: Parameters<typeof openMalfunctionRow>[0];
    outages?: ReturnType<typeof webs>;
  } = {},
) => {
  const { row, outages = webs(12), ...facts } = changes;
  return messageFacts({
    events: kinds.map((kind) => toldFacts(kind, { data: { malfunction: 7, level: "P2" } })),
    malfunction: { malfunction: openMalfunctionRow(row), outages },
    ...facts,
  });
};
const RESTORED = { state: "restored", restoredAtMs: BEGAN + 6 * MINUTE_MS } as const;

describe("a malfunction", () => {
  test("that began says what fails and since when, in the time zone of the texts", () => {
    const facts = struck(["malfunction"]);
    expect(titles(facts)).toEqual([
      "[P2] ecs in cn-hangzhou: 12 targets fail since 10:03",
      "[P2] cn-hangzhou 的 ecs：12 个目标自 10:03 起中断",
    ]);
    const message = messageOf(facts, "en");
    expect(message).toMatchObject({
      id: "nines-message-17",
      thread: "nines-thread-4",
      status: "opened",
      severity: "critical",
      level: "P2",
      url: "https://nines.example/malfunctions/7",
      since: BEGAN_TEXT,
      until: null,
      labels: { malfunction: "7", product: "ecs", region: "cn-hangzhou", account: "acme" },
    });
    expect(message.summary).toBe(
      "Failing since 2026-10-05 10:03 (UTC+08:00): 12 targets of 1 account. " +
        "Reason: connection refused. To be acknowledged by 2026-10-05 10:33 (UTC+08:00).",
    );
    expect(message.facts).toContainEqual({
      label: "Region",
      value: "cn-hangzhou (China (Hangzhou))",
    });
    expect(message.members[0]).toBe(
      "acme/web-1 (ecs, cn-hangzhou) since 10:03: connection refused",
    );
    expect(messageOf(facts, "zh").members[0]).toBe(
      "acme/web-1（ecs、cn-hangzhou）自 10:03 起：连接被拒绝",
    );
  });

  test("of one target names it", () => {
    expect(titles(struck(["malfunction"], { outages: webs(1) }))).toEqual([
      "[P2] web-1 (ecs in cn-hangzhou) fails since 10:03",
      "[P2] web-1（cn-hangzhou 的 ecs）自 10:03 起中断",
    ]);
    const { labels } = messageOf(struck(["malfunction"], { outages: webs(1) }), "en");
    expect(labels).toMatchObject({ subject: "web-1", agreement: "ecs" });
  });

  test("told on another day has the day beside the time", () => {
    const events = [toldFacts("malfunction-overdue", { atMs: BEGAN + 24 * 60 * MINUTE_MS })];
    expect(messageOf(struck([], { events, status: "update" }), "en").title).toBe(
      "[P2] Not acknowledged yet: ecs in cn-hangzhou: 12 targets fail since 2026-10-05 10:03",
    );
  });

  test("that is acknowledged, overdue, changed, or again there says so", () => {
    const update = { status: "update" } as const;
    const row = { acknowledgedAtMs: BEGAN + MINUTE_MS, acknowledgedBy: "user:li" };
    expect(titles(struck(["malfunction-acknowledged"], { ...update, row }))).toEqual([
      "[P2] Acknowledged by li: ecs in cn-hangzhou, 12 targets",
      "[P2] li 已响应：cn-hangzhou 的 ecs，12 个目标",
    ]);
    expect(titles(struck(["malfunction-overdue"], update))[1]).toBe(
      "[P2] 尚无人响应：cn-hangzhou 的 ecs：12 个目标自 10:03 起中断",
    );
    expect(titles(struck(["malfunction-changed"], update))[0]).toMatch(/^\[P2\] Changed: ecs in/u);
    const raised = [toldFacts("malfunction-changed", { data: { from: "P3", to: "P2" } })];
    expect(titles(struck([], { ...update, events: raised }))[0]).toMatch(/^\[P2\] Was P3: ecs in/u);
    expect(titles(struck(["malfunction-again"], update))[0]).toMatch(/^\[P2\] Again: ecs in/u);
  });

  test("that is over says how long it lasted, and is as severe as it was", () => {
    const outages = webs(12).map((one) => ({ ...one, untilMs: BEGAN + 6 * MINUTE_MS }));
    const facts = struck(["malfunction-over"], {
      status: "resolved",
      openMembers: [],
      row: RESTORED,
      outages,
    });
    expect(titles(facts)).toEqual([
      "[P2] Over after 6 min: ecs in cn-hangzhou, 12 targets",
      "[P2] 已恢复，历时 6 分钟：cn-hangzhou 的 ecs，12 个目标",
    ]);
    const message = messageOf(facts, "en");
    expect(message).toMatchObject({ status: "resolved", severity: "critical" });
    expect(message.until).toBe(new Date(BEGAN + 6 * MINUTE_MS).toISOString());
    expect(message.summary).toContain("The review is to come.");
    expect(message.members[0]).toContain("10:03 to 10:09: connection refused");
  });

  test.each(["opened", "resolved"] as const)(
    "that began and ended in one message (%s) is told as over",
    (status) => {
      const facts = struck(["malfunction", "malfunction-over"], {
        status,
        openMembers: [],
        row: { ...RESTORED, level: "P3", restoredAtMs: BEGAN + MINUTE_MS },
        outages: webs(1).map((one) => ({ ...one, untilMs: BEGAN + MINUTE_MS })),
      });
      const message = messageOf(facts, "en");
      expect(message.title).toBe("[P3] Already over after 1 min: web-1 (ecs in cn-hangzhou)");
      expect(message).toMatchObject({ status: "resolved", severity: "warning" });
      expect(message.summary).toContain("It was over before this message was sent.");
      expect(messageOf(facts, "zh").title).toContain("短暂中断 1 分钟，已恢复：");
    },
  );

  test("that changes when it is over for those who are told does not say that it lasts", () => {
    const outages = webs(1).map((one) => ({ ...one, untilMs: BEGAN + 6 * MINUTE_MS }));
    const facts = struck(["malfunction-changed"], { status: "update", row: RESTORED, outages });
    const message = messageOf(facts, "en");
    expect(message.title).toBe("[P2] Over after 6 min: web-1 (ecs in cn-hangzhou)");
    expect(message.status).toBe("update");
  });

  test("that is closed says who finished the review, and nothing of the review", () => {
    const row = {
      ...RESTORED,
      state: "closed",
      closedAtMs: BEGAN + 60 * MINUTE_MS,
      closedBy: "user:wang",
      cause: "zebra's switch",
    } as const;
    const facts = struck(["malfunction-closed"], { status: "resolved", openMembers: [], row });
    const message = messageOf(facts, "en");
    expect(message.title).toBe("[P2] Reviewed and closed: ecs in cn-hangzhou, 12 targets");
    expect(message.summary).toContain("wang has finished the review at 2026-10-05 11:03");
    expect(JSON.stringify(message)).not.toContain("zebra");
  });

  test("opened by hand has its own title, and the place that was said", () => {
    const row = { title: "Console\nis slow", product: "rds", reference: "T-1" };
    const message = messageOf(struck(["malfunction"], { row, outages: [] }), "en");
    expect(message.title).toBe("[P2] Console is slow, since 10:03");
    expect(message.facts).toContainEqual({ label: "Ticket", value: "T-1" });
    expect(message.labels).toMatchObject({ product: "rds" });
  });

  test("shows what still fails first, each target once, and at most twenty", () => {
    const outages = [
      outageOf("old", { untilMs: BEGAN + MINUTE_MS }),
      ...webs(30),
      ...webs(30).map((one) => ({ ...one, agreement: "ecs-multi-zone" })),
    ];
    const message = messageOf(struck(["malfunction"], { outages }), "en");
    expect(message.members).toHaveLength(20);
    expect(message.more).toBe(11);
    expect(message.title).toContain("30 targets fail");
    expect(message.members.join()).not.toContain("old");
  });

  test("over several products and regions counts them when they are many", () => {
    const outages = ["cn-beijing", "cn-hangzhou", "cn-shanghai", "cn-shenzhen"].map((region) =>
      outageOf(`web-${region}`, { region }),
    );
    const facts = struck(["malfunction"], { outages });
    expect(titles(facts)[0]).toBe("[P2] ecs in 4 regions: 4 targets fail since 10:03");
    expect(messageOf(facts, "en").labels).not.toHaveProperty("region");
  });

  test("is told by its events alone when nothing else is known", () => {
    const data = { malfunction: 9, level: "P1", began: BEGAN_TEXT, accounts: ["zebra"] };
    const events = [toldFacts("malfunction", { data, product: "ecs" })];
    const message = messageOf(messageFacts({ events }), "en");
    expect(message.title).toBe("[P1] malfunction 9 (ecs), since 10:03");
    expect(message).toMatchObject({ level: "P1", severity: "critical" });
    expect(JSON.stringify(message)).not.toContain("zebra");
  });
});

const FIGURE = {
  from: "on-track",
  to: "at-risk",
  since: BEGAN_TEXT,
  objectivePercent: "99.95",
  availabilityPercent: "99.951",
  mayStillLoseSeconds: 252,
  burn: [
    { window: "5m", rate: "800", counted: 5, badSlots: 2 },
    { window: "3d", rate: null, counted: 0, badSlots: 0 },
  ],
};

describe("budgets and objectives", () => {
  const burn = (events: MessageFacts["events"], changes: Partial<MessageFacts> = {}) =>
    messageFacts({ topic: "burn", events, ...changes });
  const breach = (events: MessageFacts["events"], changes: Partial<MessageFacts> = {}) =>
    messageFacts({ topic: "breach", events, ...changes });

  test("a burn says what may still be lost, cut to whole seconds", () => {
    const facts = burn([webFacts("burn", { ...FIGURE, mayStillLoseSeconds: 252.9 })]);
    expect(titles(facts)).toEqual([
      "web-1 (ecs) may still lose 4 min 12 s this month",
      "web-1（ecs）本月还可中断 4 分 12 秒",
    ]);
    const message = messageOf(facts, "en");
    expect(message).toMatchObject({
      severity: "warning",
      url: "https://nines.example/targets/web-1?month=2026-10",
      since: BEGAN_TEXT,
    });
    expect(message.facts).toContainEqual({ label: "Burn rate", value: "5m 800" });
    expect(message.summary).toContain("Availability is 99.951 %, the objective 99.95 %.");
  });

  test.each([
    [0, "web-1 (ecs) has nothing left to lose this month"],
    [59, "web-1 (ecs) may still lose 59 s this month"],
    [3_599, "web-1 (ecs) may still lose 59 min 59 s this month"],
    [7_260, "web-1 (ecs) may still lose 2 h 1 min this month"],
    [90_000, "web-1 (ecs) may still lose 1 d 1 h this month"],
    [undefined, "web-1 (ecs) uses up its error budget too fast"],
    ["many", "web-1 (ecs) uses up its error budget too fast"],
  ])("with %s seconds left: %s", (mayStillLoseSeconds, title) => {
    const facts = burn([webFacts("burn", { ...FIGURE, mayStillLoseSeconds })]);
    expect(messageOf(facts, "en").title).toBe(title);
  });

  test("several burns name the one with the least left", () => {
    const least = webFacts("burn", { ...FIGURE, mayStillLoseSeconds: 60 }, { subject: "web-2" });
    const message = messageOf(burn([webFacts("burn", FIGURE), least]), "en");
    expect(message.title).toBe(
      "2 objectives (ecs in cn-hangzhou) use up their error budgets too fast: " +
        "web-2 (ecs) may still lose 1 min this month",
    );
    expect(message.members).toEqual([
      "acme/web-1 (ecs): at risk, 99.951 % of 99.95 %, may still lose 4 min 12 s",
      "acme/web-2 (ecs): at risk, 99.951 % of 99.95 %, may still lose 1 min",
    ]);
    expect(message.url).toBe("https://nines.example/?month=2026-10&product=ecs&region=cn-hangzhou");
  });

  test("a burn that is over for some tells of the others, and how many are left", () => {
    const over = webFacts("burn-over", { ...FIGURE, to: "on-track" });
    const other = webFacts("burn", FIGURE, { subject: "web-2" });
    expect(messageOf(burn([over, other], { status: "update" }), "en").title).toContain("web-2");
    const left = messageOf(burn([over], { status: "update", openMembers: ["a", "b"] }), "en");
    expect(left.title).toBe("web-1 (ecs) no longer uses up its error budget too fast");
    expect(left.summary).toContain("Not over yet for 2.");
    expect(left.status).toBe("update");
  });

  test("a burn that is over says since when it burnt, not since when it does not", () => {
    const over = webFacts("burn-over", { ...FIGURE, to: "on-track" });
    const facts = burn([over], {
      status: "resolved",
      openMembers: [],
      openedAtMs: BEGAN - MINUTE_MS,
    });
    const message = messageOf(facts, "en");
    expect(message.since).toBe(new Date(BEGAN - MINUTE_MS).toISOString());
    expect(message.until).toBe(new Date(BEGAN + MINUTE_MS).toISOString());
  });

  test("a burn that ends because the objective is missed says so, one or several", () => {
    const missed = webFacts("breach", { ...FIGURE, from: "at-risk", to: "already-missed" });
    const over = webFacts("burn-over", { ...FIGURE, to: "on-track" }, { subject: "web-2" });
    const ended = { status: "resolved", openMembers: [] } as const;
    expect(titles(burn([missed], ended))).toEqual([
      "web-1 (ecs) is no longer at risk: it has missed 99.95 % for 2026-10",
      "web-1（ecs）不再是有风险，2026-10 已未达到 99.95 %",
    ]);
    expect(messageOf(burn([missed], ended), "en")).toMatchObject({
      status: "resolved",
      severity: "warning",
    });
    expect(titles(burn([missed, over], ended))).toEqual([
      "2 objectives (ecs in cn-hangzhou) are no longer at risk; missed: 1",
      "2 个统计对象（cn-hangzhou 的 ecs）不再是有风险，其中 1 个已未达标",
    ]);
  });

  test("what is missed no more and burns on is told as a burn that begins", () => {
    const event = webFacts("breach-over", { ...FIGURE, from: "already-missed", to: "at-risk" });
    const message = messageOf(burn([event]), "en");
    expect(message.title).toBe("web-1 (ecs) may still lose 4 min 12 s this month");
    expect(message).toMatchObject({ status: "opened", until: null });
    expect(message.summary).toContain("At this pace 99.95 % will not be met");
  });

  test("a burn that came and went is told as over", () => {
    const events = [webFacts("burn", FIGURE), webFacts("burn-over", { ...FIGURE, to: "on-track" })];
    const message = messageOf(burn(events, { openMembers: [] }), "en");
    expect(message.status).toBe("resolved");
    expect(message.title).toMatch(/^Already over: web-1/u);
  });

  test("a breach of a running month says that nothing can mend it", () => {
    const event = webFacts("breach", { ...FIGURE, to: "already-missed" });
    const message = messageOf(breach([event]), "en");
    expect(message.title).toBe("web-1 (ecs) has missed 99.95 % for 2026-10");
    expect(message.severity).toBe("critical");
    expect(message.summary).toContain("Even a perfect rest of the month");
    expect(messageOf(breach([event]), "zh").title).toBe("web-1（ecs）2026-10 未达到 99.95 %");
  });

  test("a breach of a closed month names the revision; a group has no page of its own", () => {
    const data = { to: "missed", revision: 2, objectivePercent: "99.9" };
    const event = webFacts("breach", data, { subject: "acme/oss/cn-hangzhou", product: "oss" });
    const message = messageOf(breach([event]), "en");
    expect(message.title).toBe("acme/oss/cn-hangzhou has missed 99.9 % for 2026-10");
    expect(message.summary).toBe("By revision 2 of the month's report.");
    expect(message.url).toBe("https://nines.example/?month=2026-10&product=oss&region=cn-hangzhou");
    expect(message.members).toEqual(["acme/oss/cn-hangzhou: missed"]);
  });

  test.each([
    ["met", "web-1 (ecs) has met 99.95 % for 2026-10 after all"],
    ["on-track", "web-1 (ecs) can meet 99.95 % for 2026-10 again"],
    ["at-risk", "web-1 (ecs) can meet 99.95 % for 2026-10 again"],
    ["insufficient-data", "web-1 (ecs) has too little data for a verdict on 2026-10"],
    ["removed", "web-1 (ecs) is no longer measured"],
  ])("a breach that is over, and then %s: %s", (to, title) => {
    const facts = breach([webFacts("breach-over", { ...FIGURE, to })], {
      status: "resolved",
      openMembers: [],
    });
    const message = messageOf(facts, "en");
    expect(message.title).toBe(title);
    expect(message.severity).toBe("critical");
    expect(message.until).not.toBeNull();
  });
});

describe("notices", () => {
  const closed = (changes: Partial<MessageFacts["events"][number]>, revision = 1) =>
    toldFacts("month-closed", {
      month: "2026-10",
      data: {
        revision,
        reason: "the month is over",
        verdicts: {
          "ecs web-1": "missed",
          "ecs web-2": "met",
          "oss acme/oss/cn-hangzhou": "insufficient-data",
        },
      },
      ...changes,
    });
  const notice = (topic: MessageFacts["topic"], events: MessageFacts["events"]) =>
    messageFacts({ topic, status: "notice", openMembers: [], events });

  test("a closed month says how many objectives were missed; the report of all goes first", () => {
    const facts = notice("month-closed", [closed({ account: "" }), closed({ account: "acme" })]);
    expect(titles(facts)).toEqual([
      "2026-10 is closed: 1 of 3 objectives missed",
      "2026-10 已定稿：3 项承诺中 1 项未达标",
    ]);
    const message = messageOf(facts, "en");
    expect(message).toMatchObject({
      severity: "info",
      url: "https://nines.example/reports?month=2026-10",
      until: null,
    });
    expect(message.members).toEqual([
      "web-1 (ecs): missed",
      "acme/oss/cn-hangzhou (oss): too little data",
    ]);
  });

  test("a later revision, and that of one account, say so", () => {
    const message = messageOf(notice("month-closed", [closed({ account: "acme" }, 2)]), "en");
    expect(message.title).toBe(
      "acme: 2026-10 is closed anew, revision 2: 1 of 3 objectives missed",
    );
    expect(message.members[0]).toBe("acme/web-1 (ecs): missed");
    expect(message.labels).toEqual({ account: "acme" });
    expect(message.url).toBe("https://nines.example/reports/2026-10?account=acme");
  });

  const owed = (changes: Record<string, unknown> = {}, subject = "web-1") =>
    webFacts(
      "credit-owed",
      {
        claim: 1,
        currency: "CNY",
        percent: 10,
        amount: "120.00",
        claimFrom: "2026-11-06T16:00:00.000Z",
        claimUntil: "2026-12-31T16:00:00.000Z",
        ...changes,
      },
      { subject },
    );

  test("a credit says how much, of what, and when it can be claimed", () => {
    const facts = notice("credit-owed", [owed()]);
    expect(titles(facts)).toEqual([
      "Credit owed: CNY 120.00 for web-1 (ecs), 2026-10",
      "应得赔偿：CNY 120.00，web-1（ecs），2026-10",
    ]);
    expect(messageOf(facts, "en").summary).toBe(
      "It can be claimed from 2026-11-07 00:00 (UTC+08:00) until 2027-01-01 00:00 (UTC+08:00).",
    );
    expect(messageOf(facts, "en").url).toBe(
      "https://nines.example/reports/2026-10?account=acme#claim-1",
    );
  });

  test("several credits are summed by currency, exactly; a share stands for an unknown fee", () => {
    const events = [
      owed({ amount: "0.10" }),
      owed({ amount: "0.20" }, "web-2"),
      owed({ amount: "9007199254740993", currency: "JPY" }, "web-3"),
      owed({ amount: null, percent: 25 }, "web-4"),
    ];
    expect(messageOf(notice("credit-owed", events), "en").title).toBe(
      "4 credits owed for 2026-10: CNY 0.30 + JPY 9007199254740993 + 25 % of the month's fee",
    );
  });

  const maintenance = (data: Record<string, unknown> = {}, account = "acme") =>
    toldFacts("maintenance-planned", {
      account,
      data: {
        exclusion: 3,
        from: "2026-10-09T18:00:00.000Z",
        until: "2026-10-09T20:00:00.000Z",
        scope: { products: ["rds"], regions: ["cn-hangzhou"] },
        reason: "upgrade",
        recurrence: null,
        ...data,
      } as MessageFacts["events"][number]["data"],
    });

  test("maintenance says when, where and why", () => {
    const facts = notice("maintenance", [maintenance()]);
    expect(titles(facts)).toEqual([
      "Maintenance planned: 2026-10-10 02:00 to 04:00, rds in cn-hangzhou",
      "计划维护：2026-10-10 02:00 至 04:00，cn-hangzhou 的 rds",
    ]);
    expect(messageOf(facts, "en").facts).toContainEqual({ label: "Reason", value: "upgrade" });
    expect(messageOf(facts, "en").url).toBe("https://nines.example/exclusions/3");
    const two = [maintenance(), maintenance({ exclusion: 4 })];
    expect(messageOf(notice("maintenance", two), "en").url).toBe(
      "https://nines.example/exclusions",
    );
  });

  test.each([
    [{ scope: { all: true } }, "Maintenance planned: 2026-10-10 02:00 to 04:00, acme"],
    [
      { scope: { targets: ["a", "b"] }, until: "2026-10-10T20:00:00Z" },
      "Maintenance planned: 2026-10-10 02:00 to 2026-10-11 04:00, a, b",
    ],
    [
      { from: "2026-09-01T00:00:00Z", until: "2026-09-01T01:00:00Z", scope: { account: "acme" } },
      "Maintenance noted: 2026-09-01 08:00 to 09:00, acme",
    ],
    [{ from: "soon", scope: 7 }, "1 maintenance planned (acme)"],
  ])("maintenance with %j: %s", (data, title) => {
    expect(messageOf(notice("maintenance", [maintenance(data)]), "en").title).toBe(title);
  });

  test("maintenance of several accounts is one, with a line for each", () => {
    const facts = notice("maintenance", [maintenance(), maintenance({}, "globex")]);
    const message = messageOf(facts, "en");
    expect(message.title).toMatch(/^Maintenance planned: 2026-10-10/u);
    expect(message.members).toHaveLength(2);
    expect(message.labels).toEqual({});
  });
});

describe("the monitor itself", () => {
  const blind = toldFacts("vantage-blind", {
    data: { vantage: "here", since: BEGAN_TEXT, why: "silent" },
  });
  const sees = toldFacts("vantage-sees", {
    atMs: BEGAN + 6 * MINUTE_MS,
    data: { vantage: "here", since: BEGAN_TEXT },
  });

  test("a blind vantage is critical, and what it cannot see counts for nothing", () => {
    const facts = messageFacts({ topic: "blind", events: [blind] });
    expect(titles(facts)).toEqual([
      "Vantage here is blind since 10:03",
      "探测点 here 自 10:03 起失明",
    ]);
    expect(messageOf(facts, "en")).toMatchObject({
      severity: "critical",
      labels: { vantage: "here" },
      summary:
        "No rounds come from it. " +
        "What it cannot see counts neither as downtime nor as uptime; coverage falls.",
    });
  });

  test("a vantage that sees again says how long it was blind; also within one message", () => {
    const over = { topic: "blind", status: "resolved", openMembers: [] } as const;
    expect(titles(messageFacts({ ...over, events: [sees] }))).toEqual([
      "Vantage here sees again after 6 min",
      "探测点 here 已恢复，历时 6 分钟",
    ]);
    const both = messageFacts({ ...over, events: [blind, sees] });
    expect(messageOf(both, "en").title).toBe("Already over: Vantage here sees again after 6 min");
  });

  test("a dead channel is named with what it answered", () => {
    const data = { channel: "ops", detail: "status 403" };
    const facts = messageFacts({ topic: "channel", events: [toldFacts("channel-dead", { data })] });
    const message = messageOf(facts, "en");
    expect(message.title).toBe("Channel ops is dead since 10:04");
    expect(message).toMatchObject({ severity: "warning", labels: { channel: "ops" } });
    expect(message.facts).toContainEqual({ label: "Detail", value: "status 403" });
    expect(messageOf(facts, "zh").title).toBe("通知通道 ops 自 10:04 起失效");
  });
});

test("a digest has the titles of all its things, and is as bad as the worst", () => {
  const facts = messageFacts({
    status: "digest",
    topic: "burn",
    events: [
      toldFacts("malfunction", { data: { malfunction: 7, level: "P3", began: BEGAN_TEXT } }),
      webFacts("burn", FIGURE),
      toldFacts("malfunction", { data: { malfunction: 8, level: "P1", began: BEGAN_TEXT } }),
    ],
  });
  const message = messageOf(facts, "en");
  expect(message).toMatchObject({ status: "digest", severity: "critical" });
  expect(message.title).toBe("3 things in one message: [P3] malfunction 7, since 10:03");
  expect(message.members).toEqual([
    "[P3] malfunction 7, since 10:03",
    "web-1 (ecs) may still lose 4 min 12 s this month",
    "[P1] malfunction 8, since 10:03",
  ]);
});

test("a test message says that nothing has happened", () => {
  const about = { channel: "ops", atMs: BEGAN, publicUrl: null, timeZone: "Asia/Shanghai" };
  const message = testMessageOf(about, "en");
  expect(message).toMatchObject({ status: "test", topic: "test", severity: "info", url: null });
  expect(message.title).toBe("Test message to the channel ops");
  expect(message.summary).toContain("Nothing has happened. At 2026-10-05 10:03 (UTC+08:00).");
  expect(testMessageOf({ ...about, atMs: BEGAN + 1 }, "zh").id).not.toBe(message.id);
});

test("both languages have the same texts, and none is empty", () => {
  const paths = (value: object, prefix = ""): string[] =>
    Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
      typeof inner === "object" && inner !== null
        ? paths(inner, `${prefix}.${key}`)
        : [`${prefix}.${key} ${typeof inner}`],
    );
  expect(paths(zh).toSorted()).toEqual(paths(en).toSorted());
  expect(JSON.stringify([en, zh])).not.toContain('""');
});

describe("whatever the facts are", () => {
  const word = fc.oneof(
    fc.string({ maxLength: 300 }),
    fc.string({ unit: "binary", maxLength: 40 }),
  );
  const perhaps = <Value>(one: fc.Arbitrary<Value>) => fc.option(one, { nil: null });
  const instant = fc.oneof(
    fc.integer({ min: 0, max: 4_000_000_000_000 }),
    fc.constantFrom(Number.NaN, Infinity, -1, 9e15),
  );
  const keys = [
    "malfunction from to since until level vantage channel month revision verdicts amount",
    "currency percent claimFrom claimUntil scope exclusion recurrence burn rules window rate",
    "objectivePercent availabilityPercent mayStillLoseSeconds detail why began targets products",
  ].flatMap((line) => line.split(" "));
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom("2026-10-05T10:03:00Z", "P1", "met", 7, [], { targets: ["a"] }),
  );
  const data = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.dictionary(fc.constantFrom(...keys), value),
  );
  // "zebra" is nobody's: every account of the facts is one of these.
  const account = fc.constantFrom("acme", "globex");
  const event = fc.record({
    kind: fc.oneof(fc.constantFrom(...Object.keys(TOLD_EVENTS)), word),
    atMs: instant,
    month: perhaps(fc.constantFrom("2026-10", "2026-11", "x")),
    account: perhaps(account),
    product: perhaps(word),
    region: perhaps(word),
    agreement: perhaps(word),
    subject: perhaps(word),
    data,
  });
  const outage = fc.record({
    malfunction: fc.constant(7),
    agreement: word,
    subject: word,
    account,
    product: word,
    region: word,
    targets: fc.array(word, { maxLength: 30 }),
    fromMs: instant,
    untilMs: perhaps(instant),
    reason: fc.oneof(word, fc.constantFrom("connect-refused", "")),
  });
  const malfunction = fc
    .record({
      level: fc.constantFrom(...LEVELS),
      state: fc.constantFrom(...MALFUNCTION_STATES),
      title: perhaps(word),
      account: perhaps(account),
      acknowledgedBy: perhaps(word),
      acknowledgedAtMs: perhaps(instant),
      restoredAtMs: perhaps(instant),
      beganAtMs: instant,
      respondByMs: instant,
    })
    .map((row) => openMalfunctionRow(row));
  const facts = fc.record({
    id: fc.integer(),
    thread: fc.integer(),
    status: fc.constantFrom(...MESSAGE_STATUSES),
    topic: fc.constantFrom(...ROUTE_TOPICS),
    events: fc.array(event, { maxLength: 30 }),
    malfunction: perhaps(fc.record({ malfunction, outages: fc.array(outage, { maxLength: 10 }) })),
    openMembers: fc.array(word, { maxLength: 3 }),
    openedAtMs: instant,
    publicUrl: perhaps(fc.constant("https://nines.example")),
    timeZone: fc.constantFrom("Asia/Shanghai", "UTC", "Nowhere/None"),
  });
  const lang = fc.constantFrom("en" as const, "zh" as const);

  test("there is a title of one line, a summary, and at most twenty members", () => {
    fc.assert(
      fc.property(facts, lang, (given, language) => {
        const message = messageOf(given, language);
        expect(message.title.length).toBeGreaterThan(0);
        expect(message.title.length).toBeLessThanOrEqual(120);
        const lines = [message.title, message.summary, ...message.members];
        for (const line of lines) expect(line).not.toMatch(/[\p{Cc}\u2028\u2029\u202e]/u);
        expect(lines.join("").isWellFormed()).toBe(true);
        expect(message.summary).not.toBe("");
        expect(message.members.length).toBeLessThanOrEqual(20);
        expect(message.more).toBeGreaterThanOrEqual(0);
        for (const at of [message.at, message.since, message.until]) {
          if (at !== null) expect(new Date(at).toISOString()).toBe(at);
        }
        for (const label of Object.values(message.labels)) expect(label).not.toBe("");
        expect(JSON.parse(JSON.stringify(message))).toEqual(message);
      }),
      { numRuns: 500 },
    );
  });

  test("nobody is named but whom the facts let the reader see", () => {
    // What a malfunction's events say in `data` is of all accounts.
    const leaks = { accounts: ["zebra"], title: "zebra", targets: ["zebra"], reason: "zebra" };
    fc.assert(
      fc.property(facts, fc.constantFrom(...MALFUNCTION_KINDS), lang, (given, kind, language) => {
        const secrets = {
          cause: "zebra",
          impact: "zebra",
          resolution: "zebra",
          followUps: "zebra",
        };
        const told = toldFacts(kind, { data: { ...leaks, malfunction: 7 } });
        const known = given.malfunction;
        const message = messageOf(
          {
            ...(given as MessageFacts),
            topic: "outage",
            events: [told],
            openMembers: ["zebra"],
            malfunction:
              known === null
                ? null
                : { ...known, malfunction: { ...known.malfunction, ...secrets } },
          },
          language,
        );
        expect(JSON.stringify(message)).not.toContain("zebra");
      }),
      { numRuns: 200 },
    );
  });

  const MALFUNCTION_KINDS = Object.keys(TOLD_EVENTS).filter((kind) => kind.startsWith("malf"));
});

test("a title that is too long is cut where everybody sees it, and not within a character", () => {
  const row = { title: `${"x".repeat(114)}${"😀".repeat(10)}` };
  const { title } = messageOf(struck(["malfunction"], { row, outages: [] }), "en");
  expect(title.length).toBeLessThanOrEqual(120);
  expect(title.endsWith("…")).toBe(true);
  expect(title.isWellFormed()).toBe(true);
});
