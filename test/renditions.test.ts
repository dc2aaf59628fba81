import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { closeMonth } from "../src/close-month.ts";
import { SYSTEM } from "../src/core/access.ts";
import { NotFoundError } from "../src/errors.ts";
import type { Renderer } from "../src/render-apart.ts";
import { findRendition, makeRendition, type RenditionKey } from "../src/renditions.ts";
import { shareReportFiles } from "../src/report-file.ts";
import { reportFormats } from "../src/reports/index.ts";
import { listRenditions } from "../src/store/renditions.ts";
import { verifyAudit } from "../src/verify-audit.ts";
import { createHourlyMonth, OCTOBER, type HourlyMonth } from "./helpers/hourly-month.ts";

let month: HourlyMonth;
beforeAll(async () => {
  month = await createHourlyMonth();
  await month.fill("web-1", (hour) => (hour < 5 ? "f" : "o"));
  await month.fill("web-2", () => "o");
  await closeMonth(month, { month: OCTOBER.month, by: SYSTEM, afresh: false });
});
afterAll(() => month.drop());

const keyOf = (changes: Partial<RenditionKey> = {}): RenditionKey => ({
  month: OCTOBER.month,
  account: "acme",
  revision: 1,
  format: "html",
  lang: "en",
  ...changes,
});

type Render = Renderer["render"];

/** Renders on this thread, and counts. */
const rendered = () =>
  vi.fn<Render>(async (document, { format, lang }) =>
    Buffer.from((await reportFormats[format].render(document, lang)) as string),
  );
const depsOf = (render = rendered()) => ({ ...month, render });

test("a rendition is made once and is the same from then on", async () => {
  const key = keyOf();
  expect(await findRendition(month.db, key)).toBeNull();
  const deps = depsOf();
  const made = await makeRendition(deps, key);
  expect(made).toMatchObject({ ...key, madeAtMs: month.clock.nowMs() });
  expect(made.digest).toBe(`sha256:${createHash("sha256").update(made.bytes).digest("hex")}`);
  expect(Buffer.from(made.bytes).toString()).toContain("web-1");
  // The account has another name since: what was sent to people stays what it was.
  const accounts = month.config.accounts.map((one) => ({ ...one, name: "Renamed" }));
  const again = await makeRendition({ ...deps, config: { ...month.config, accounts } }, key);
  expect(again).toEqual(made);
  expect(deps.render).toHaveBeenCalledTimes(1);
  expect(await findRendition(month.db, key)).toEqual(made);
});

test("two who make it at once get the same bytes: those that were stored first", async () => {
  const key = keyOf({ format: "pdf" });
  let arrived = 0;
  let go = () => {};
  const both = new Promise<void>((resolve) => {
    go = resolve;
  });
  const makers = ["one", "other"].map((text) =>
    makeRendition(
      depsOf(
        vi.fn<Render>(async () => {
          if ((arrived += 1) === 2) go();
          await both;
          return Buffer.from(text);
        }),
      ),
      key,
    ),
  );
  const [one, other] = await Promise.all(makers);
  expect(arrived).toBe(2);
  expect(one).toEqual(other);
  expect(await findRendition(month.db, key)).toEqual(one);
});

test("account, revision, form and language are kept apart, and the report of all is one too", async () => {
  const keys = [
    keyOf({ account: "" }),
    keyOf({ account: "globex" }),
    keyOf({ account: "globex", lang: "zh" }),
    keyOf({ account: "globex", format: "csv" }),
  ];
  const made = [];
  for (const key of keys) made.push(await makeRendition(depsOf(), key));
  expect(new Set(made.map(({ digest }) => digest)).size).toBe(keys.length);
  const [all, globex] = made.map(({ bytes }) => Buffer.from(bytes).toString());
  expect(all).toMatch(/web-1.*web-2/su);
  expect(globex).not.toContain("web-1");
  const place = { month: OCTOBER.month, account: "globex", revision: 1 };
  expect(await listRenditions(month.db, place)).toEqual([
    { format: "csv", lang: "en", madeAtMs: month.clock.nowMs(), digest: made[3]!.digest },
    { format: "html", lang: "en", madeAtMs: month.clock.nowMs(), digest: made[1]!.digest },
    { format: "html", lang: "zh", madeAtMs: month.clock.nowMs(), digest: made[2]!.digest },
  ]);
});

test.each([
  ["a revision that there is not", { revision: 2 }],
  ["a month that is not closed", { month: "2026-11" }],
  ["a month as it stands now", { revision: 0 }],
  ["an account that there is not", { account: "nobody" }],
])("nothing is kept of %s", async (_what, changes) => {
  const deps = depsOf();
  await expect(makeRendition(deps, keyOf(changes))).rejects.toThrow(NotFoundError);
  expect(deps.render).not.toHaveBeenCalled();
});

test("what cannot be rendered is not kept, and is rendered when it is asked for again", async () => {
  const key = keyOf({ lang: "zh" });
  const fails = vi.fn<Render>(() => Promise.reject(new Error("no memory")));
  await expect(makeRendition({ ...month, render: fails }, key)).rejects.toThrow("no memory");
  expect(await findRendition(month.db, key)).toBeNull();
  expect((await makeRendition(depsOf(), key)).bytes.length).toBeGreaterThan(1_000);
});

test("it tells how far it is", async () => {
  const told: number[] = [];
  const onProgress = async (percent: number) => void told.push(percent);
  await makeRendition({ ...depsOf(), onProgress }, keyOf({ format: "xlsx" }));
  expect(told).toEqual(told.toSorted((a, b) => a - b));
  expect(told.length).toBeGreaterThan(2);
});

test("many who ask at once for the same are given one rendering, and the next one another", async () => {
  const readReportFile = shareReportFiles();
  const deps = depsOf();
  const ask = (account: string) =>
    readReportFile(
      deps,
      { month: OCTOBER.month, account, revision: 0 },
      { format: "html", lang: "en" },
    );
  const asked = ["acme", "acme", "globex", "acme"].map(ask);
  const [one, same, others, last] = await Promise.all(asked);
  expect(deps.render).toHaveBeenCalledTimes(2);
  expect([same, last]).toEqual([one, one]);
  expect(others).not.toEqual(one);
  await ask("acme");
  expect(deps.render).toHaveBeenCalledTimes(3);
  const fails = { ...deps, render: () => Promise.reject(new Error("no memory")) };
  const query = { month: OCTOBER.month, account: "acme", revision: 0 };
  const order = { format: "xlsx", lang: "en" } as const;
  await expect(readReportFile(fails, query, order)).rejects.toThrow("no memory");
  expect(
    (await readReportFile({ ...deps, render: async () => Buffer.from("x") }, query, order)).bytes,
  ).toHaveLength(1);
});

test("the database lets nobody change what was made", async () => {
  for (const change of ["update rendition set bytes = 'x'", "delete from rendition"]) {
    await expect(month.db.query(change)).rejects.toThrow("append-only");
  }
});

test("the audit log has the digest of each, and so tells of bytes that were changed since", async () => {
  const { db } = month;
  const made = await makeRendition(depsOf(), keyOf({ format: "zip" }));
  const { rows } = await db.query<{ after: unknown }>(
    "select after from audit where action = 'report.render' and item like '%/zip/en'",
  );
  expect(rows.map(({ after }) => after)).toEqual([
    JSON.stringify({ digest: made.digest, madeAt: new Date(made.madeAtMs).toISOString() }),
  ]);
  expect(await verifyAudit(db)).toBeNull();
  await db.query("alter table rendition disable trigger append_only");
  await db.query("update rendition set bytes = bytes || '\\x00' where format = 'zip'");
  expect(await verifyAudit(db)).toContain("rendition:2026-10/acme/1/zip/en");
});
