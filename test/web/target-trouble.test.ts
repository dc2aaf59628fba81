import { expect, test } from "vitest";
import type { DownCount, Reader, TargetModel } from "../../src/core/views.ts";
import { renderTarget } from "../../src/web/target.tsx";
import { demoTarget } from "./demo-models.ts";

// What somebody who is woken reads first: from where it is down, what else is, and what that means.

const sre: Reader = { name: "user:li", role: "sre", accounts: null, csrf: null, unread: 0 };
const manager: Reader = { ...sre, role: "account-manager", accounts: ["acme"] };
const [first, second] = demoTarget.vantages;
if (first === undefined || second === undefined) throw new Error("the demo has two vantages");

type Changes = {
  readonly beside?: DownCount;
  readonly elsewhere?: DownCount;
  readonly vantages?: TargetModel["vantages"];
  readonly now?: TargetModel["state"]["now"];
};

function trouble(changes: Changes, reader: Reader = sre, lang: "en" | "zh" = "en"): string | null {
  const { beside = { down: 0, all: 3 }, elsewhere = { down: 0, all: 40 } } = changes;
  const { vantages = demoTarget.vantages, now = "down" } = changes;
  const state = { ...demoTarget.state, now, down: { beside, elsewhere } };
  const html = renderTarget({ ...demoTarget, vantages, state }, lang, reader);
  return /<section class="card pad trouble.*?<\/section>/su.exec(html)?.[0] ?? null;
}

test("it names the vantages by what they see, and what else is down", () => {
  const text = trouble({ beside: { down: 0, all: 3 }, elsewhere: { down: 1, all: 40 } });
  expect(text).toContain("no answer to cn-hangzhou, cn-shanghai");
  expect(text).toContain("nothing known from ap-southeast-1, eu-central-1");
  expect(text).toContain("China (Hong Kong): 0 of 3 others; everywhere else: 1 of 40");
  expect(trouble({}, sre, "zh")).toContain("cn-hangzhou、cn-shanghai 无响应");
});

test.each([
  ["it alone", {}, "this target itself"],
  ["all of its region", { beside: { down: 3, all: 3 } }, "the provider's service in this region"],
  ["some of its region", { beside: { down: 1, all: 3 } }, "something that these share"],
  ["most of all", { elsewhere: { down: 30, all: 40 } }, "our own measuring or network"],
  ["nothing else to compare with", { beside: { down: 0, all: 0 } }, "this target itself"],
  ["one vantage alone sees it", { vantages: [first] }, "the only vantage that sees it"],
])("%s is down: it says what that rather means", (_, changes, meaning) => {
  expect(trouble(changes)).toContain(meaning);
});

test("what answers to some vantages only is told too, also while it counts as up", () => {
  const last = { ...second.last!, outcome: "ok" as const, reason: "" as const };
  const vantages = [first, { ...second, last }];
  const text = trouble({ vantages, now: "up" });
  expect(text).toContain("Not seen from everywhere");
  expect(text).toContain("no answer to cn-hangzhou; an answer to cn-shanghai");
  expect(text).toContain("the way from there than the target");
});

test("a result of an hour ago says nothing of the present", () => {
  const last = { ...second.last!, outcome: "ok" as const };
  const old = { ...first.last!, plannedAtMs: first.last!.plannedAtMs - 3_600_000 };
  const vantages = [
    { ...first, last: old },
    { ...second, last },
  ];
  expect(trouble({ vantages, now: "up" })).toBeNull();
});

test("it leads on, and nobody to what they may not read", () => {
  expect(trouble({})).toContain('href="/monitor?lang=en"');
  expect(trouble({}, manager)).not.toContain("/monitor");
  for (const reader of [sre, manager]) {
    expect(trouble({}, reader)).toMatch(
      /href="\/products\/ecs\?month=2026-11&amp;region=cn-hongkong/u,
    );
    expect(trouble({}, reader)).toMatch(/href="\/targets\/web-hk\/results\?from=/u);
  }
});

test("while it answers everywhere, and in months that are over, there is nothing of it", () => {
  const answering = demoTarget.vantages.slice(0, 2).map((one) => ({
    ...one,
    last: { ...one.last!, outcome: "ok" as const },
  }));
  expect(trouble({ vantages: answering, now: "up" })).toBeNull();
  const frame = { ...demoTarget.frame, status: "closed" as const, revision: 1 };
  expect(renderTarget({ ...demoTarget, frame }, "en", sre)).not.toContain("trouble-title");
});
