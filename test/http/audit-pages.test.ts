import { expect, test } from "vitest";
import { disableUser } from "../../src/manage-access.ts";
import { giveToken, SETUP } from "../helpers/access.ts";
import { cleanUpAfterEach } from "../helpers/clean-up.ts";
import { DEMO_NOW } from "../helpers/demo-month.ts";
import { servePeople } from "../helpers/people.ts";

const onEnd = cleanUpAfterEach();

async function serve() {
  const served = await servePeople({ li: "viewer" });
  onEnd(served.close);
  const visitor = await served.enter("li");
  const rows = async (query: string) => {
    const { body, statusCode } = await visitor.get(`/audit?lang=en&${query}`);
    const seqs = [...body.matchAll(/id="entry-(\d+)"/gu)].map(([, seq]) => Number(seq));
    const [, older] = /href="([^"]*before=[^"]*)"/u.exec(body) ?? [];
    return { body, statusCode, seqs, older: older?.replaceAll("&amp;", "&") ?? null };
  };
  return { ...served, visitor, rows };
}

test("shows what each step made of what was before, newest first", async () => {
  const served = await serve();
  await disableUser(served, "li", SETUP);
  const again = await servePeople({ wu: "viewer" });
  onEnd(again.close);
  await disableUser(again, "wu", SETUP);
  const token = await giveToken(again, { role: "viewer" }, again.clock);
  const { body } = await again.app.inject({
    url: "/audit?lang=en",
    headers: { accept: "text/html", authorization: `Bearer ${token}` },
  });
  const [first = "", second = "", third = ""] = body.split('id="entry-').slice(1);
  expect(first).toContain("token.create");
  expect(second).toContain("user.disable");
  expect(second).toMatch(/disabledAt<\/dt><dd> <ins>/u);
  expect(second).not.toContain("passwordHash");
  // Of many fields the number is told, and they unfold.
  expect(second).not.toContain("<summary>");
  expect(first).toMatch(/<summary>\d+ fields<\/summary><dl/u);
  expect(third).toMatch(/role<\/dt><dd> <ins>.*viewer<\/ins>/u);
  // A visitor whose login is over sees nothing.
  expect((await served.visitor.get("/audit")).statusCode).toBe(303);
});

test("is narrowed down by the address, and paged", async () => {
  const { rows, visitor, clock, ...served } = await serve();
  for (let n = 0; n < 60; n += 1) {
    clock.set(DEMO_NOW + n * 60_000);
    await giveToken(served, { role: "viewer", name: `t${n}` }, clock);
  }
  const first = await rows("");
  expect(first.seqs).toHaveLength(50);
  expect(first.seqs[0]).toBe(62);
  const rest = await visitor.get(first.older!);
  expect([...rest.body.matchAll(/id="entry-(\d+)"/gu)]).toHaveLength(12);
  expect(rest.body).toContain("Newest entries");
  expect((await rows("item=token:t7")).seqs).toEqual([10]);
  expect((await rows("item=token:t7&actor=user:li")).seqs).toEqual([]);
  expect((await rows("action=login.begin&actor=user:li")).seqs).toEqual([2]);
  expect((await rows("actor=nobody")).body).toContain("No entry fits");
  const at = (minutes: number) =>
    new Date(DEMO_NOW + minutes * 60_000 + 8 * 3_600_000).toISOString().slice(0, 16);
  const span = await rows(`action=token&from=${at(5)}&until=${at(8)}`);
  expect(span.seqs).toEqual([10, 9, 8]);
  expect(span.body).toContain(`value="${at(5)}"`);
  const more = await rows("action=token");
  expect(more.older).toContain("action=token");
});

test("a time that is none is told, and no list pretends to be the answer", async () => {
  const { rows } = await serve();
  for (const query of ["from=yesterday", "from=2026-11-02&until=2026-11-01"]) {
    const { body, seqs } = await rows(query);
    expect(body).toContain("From and until are times");
    expect(seqs).toEqual([]);
  }
  expect((await rows("item=%00")).statusCode).toBe(400);
});

test("speaks Chinese, and shows what was typed as text", async () => {
  const { visitor } = await serve();
  const { body } = await visitor.get("/audit?lang=zh&actor=%3Cscript%3E");
  expect(body).toContain("审计日志");
  expect(body).not.toContain("<script>");
});
