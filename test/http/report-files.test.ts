import { createHash } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { JobState } from "../../src/queues.ts";
import { TOO_LARGE } from "../../src/render-apart.ts";
import { makeRendition } from "../../src/renditions.ts";
import { bearer } from "../helpers/access.ts";
import { getPage, postForm } from "../helpers/pages.ts";
import { tellStory, type Story, type Who } from "../helpers/pages-story.ts";
import { createReportQueue } from "../helpers/report-queue.ts";
import { waitFor } from "../helpers/wait.ts";

// The forms of a report as files: those that are kept, those that one waits for, and those sent at once.

const reports = createReportQueue();
const { jobs } = reports;
let story: Story;
/** What the thread would make: it says what it was asked for. */
let rendered: string[] = [];
let held: Promise<void> = Promise.resolve();
const render = async (
  { report }: { report: { month: string; account: string | null; revision: number } },
  { format, lang }: { format: string; lang: string },
) => {
  rendered.push(`${report.month} ${report.account} ${report.revision} ${format} ${lang}`);
  const said = `${rendered.at(-1)} ${rendered.length}`;
  await held;
  return Buffer.from(said);
};
beforeAll(async () => {
  story = await tellStory({ reportQueue: () => reports.queue, render });
}, 60_000);
afterAll(() => story.close());
beforeEach(() => {
  jobs.clear();
  rendered = [];
});

const get = (who: Who, url: string) => getPage(story, who, url);
const PLACE = "/reports/2026-10/files";
const jobId = (format: string, lang = "en", account = "acme") =>
  `2026-10.1.${format}.${lang}.${account}`;
const put = (format: string, job: Pick<JobState, "state"> & Partial<JobState>) =>
  jobs.set(jobId(format), { name: "render-report", data: {}, percent: 0, problem: null, ...job });

/** As the job does it. */
function make(format: "pdf" | "html" | "xlsx" | "zip", account = "acme") {
  const { month } = story;
  const key = { month: "2026-10", account, revision: 1, format, lang: "en" } as const;
  return makeRendition({ ...month, render }, key);
}

describe("a form that was not made yet", () => {
  test("is put on the queue once, and one is led to where one waits", async () => {
    const answer = await get("acme", `${PLACE}/pdf?lang=zh`);
    expect(answer.statusCode).toBe(303);
    expect(answer.headers["location"]).toBe(
      `${PLACE}/pdf/progress?account=acme&revision=1&lang=zh`,
    );
    await get("acme", `${PLACE}/pdf?account=acme&revision=1&lang=zh`);
    expect([...jobs]).toEqual([
      [
        jobId("pdf", "zh"),
        expect.objectContaining({
          name: "render-report",
          data: { month: "2026-10", account: "acme", revision: 1, format: "pdf", lang: "zh" },
        }),
      ],
    ]);
    expect(rendered).toEqual([]);
  });

  test("of all accounts is another one", async () => {
    const answer = await get("admin", `${PLACE}/pdf?lang=en`);
    expect(answer.headers["location"]).toBe(`${PLACE}/pdf/progress?revision=1&lang=en`);
    expect([...jobs.keys()]).toEqual([jobId("pdf", "en", "")]);
  });

  test("waits for its turn, with a page that looks again by itself", async () => {
    const { body, statusCode } = await get("acme", `${PLACE}/pdf/progress?lang=en`);
    expect(statusCode).toBe(200);
    expect(body).toContain("PDF of the report October 2026: Acme Retail");
    expect(body).toContain("It waits for its turn");
    expect(body).toMatch(/<noscript><meta http-equiv="refresh" content="\d+"\s*\/?><\/noscript>/u);
    expect(body).toMatch(/<div data-live-every="\d+"><progress max="100" aria-label="[^"]+"/u);
    expect(body).not.toContain(`href="${PLACE}/pdf?`);
    // Looking alone has put it there.
    expect([...jobs.keys()]).toEqual([jobId("pdf")]);
  });

  test("shows how far it is", async () => {
    put("pdf", { state: "active", percent: 40 });
    const { body } = await get("acme", `${PLACE}/pdf/progress?lang=en`);
    expect(body).toContain("It is being prepared.");
    expect(body).toMatch(/<progress max="100"[^>]* value="40"/u);
    expect((await get("acme", `${PLACE}/pdf/progress?lang=zh`)).body).toContain("正在排队");
  });

  test("that failed says what to do, and is begun again by a button", async () => {
    put("pdf", { state: "failed", problem: "connection to 10.0.0.1 lost" });
    const failed = await get("acme", `${PLACE}/pdf/progress?lang=en`);
    expect(failed.body).toContain("It could not be prepared.");
    expect(failed.body).toContain("the log of the service says why");
    expect(failed.body).not.toMatch(/10\.0\.0\.1|http-equiv="refresh"|data-live-every/u);
    const action = /<form[^>]* action="([^"]+)"/u.exec(failed.body.split("file-wait")[1] ?? "");
    const url = action?.[1]?.replaceAll("&amp;", "&") ?? "";
    expect(url).toBe(`${PLACE}/pdf?account=acme&revision=1&lang=en`);
    await get("acme", url);
    expect(jobs.get(jobId("pdf"))).toMatchObject({ state: "failed" });
    const again = await postForm(story, "acme", { url, fields: {} });
    expect(again.statusCode).toBe(303);
    expect(again.headers["location"]).toBe(`${PLACE}/pdf/progress?account=acme&revision=1&lang=en`);
    expect(jobs.get(jobId("pdf"))).toMatchObject({ state: "waiting" });
    put("pdf", { state: "failed", problem: `${TOO_LARGE}; have it as csv` });
    const large = await get("acme", `${PLACE}/pdf/progress?lang=en`);
    expect(large.body).toContain("It needs more memory than one report may take.");
  });
});

describe("a form that was made", () => {
  test("is sent as a file, with its digest as its tag", async () => {
    const { bytes, digest } = await make("pdf");
    const { headers, statusCode, rawPayload } = await get("acme", `${PLACE}/pdf?lang=en`);
    expect(statusCode).toBe(200);
    expect(rawPayload.equals(Buffer.from(bytes))).toBe(true);
    expect(headers).toMatchObject({
      etag: `"${digest}"`,
      "content-type": "application/pdf",
      "content-disposition": 'attachment; filename="sla-2026-10-acme.pdf"',
    });
    expect(digest).toBe(`sha256:${createHash("sha256").update(rawPayload).digest("hex")}`);
    expect(jobs.size).toBe(0);
  });

  test("is offered where one waited for it, and is part of the report's proof", async () => {
    const { digest } = await make("pdf");
    const hex = digest.replace("sha256:", "");
    const { body } = await get("acme", `${PLACE}/pdf/progress?lang=en`);
    expect(body).toContain("It is ready.");
    expect(body).toContain(
      `href="${PLACE}/pdf?account=acme&amp;revision=1&amp;lang=en">Download the PDF</a>`,
    );
    expect(body).toContain(hex);
    expect(body).not.toMatch(/http-equiv="refresh"|data-live-every/u);
    const report = await get("acme", "/reports/2026-10?lang=en");
    expect(report.body).toContain(`title="${hex}">${hex.slice(0, 16)}…`);
    expect(report.body).toContain("PDF, English");
    expect((await get("acme", "/reports/2026-10?lang=zh")).body).toContain("PDF，英文");
  });

  test("is what the API gives, and what one has already is not sent again", async () => {
    const api = "/api/v1/reports/2026-10?account=acme&format=zip";
    const ask = (headers = {}) =>
      story.served.app.inject({ url: api, headers: { ...bearer(story.tokens.acme), ...headers } });
    const [first, second] = [await ask(), await ask()];
    expect(rendered).toEqual(["2026-10 acme 1 zip en"]);
    expect(second.rawPayload.equals(first.rawPayload)).toBe(true);
    const etag = String(first.headers["etag"]);
    expect(etag).toMatch(/^"sha256:[0-9a-f]{64}"$/u);
    const page = await get("acme", `${PLACE}/zip?lang=en`);
    expect(page.headers["etag"]).toBe(etag);
    for (const known of [etag, `"x", W/${etag}`, "*"]) {
      const { statusCode, body } = await ask({ "if-none-match": known });
      expect([statusCode, body]).toEqual([304, ""]);
    }
    expect((await ask({ "if-none-match": '"x"' })).statusCode).toBe(200);
  });

  test("as text has a weak tag: it may be compressed on its way", async () => {
    const { digest } = await make("html");
    const { headers } = await get("acme", `${PLACE}/html?lang=en`);
    expect(headers["etag"]).toBe(`W/"${digest}"`);
  });
});

describe("what is sent at once", () => {
  test.each(["json", "csv"])(
    "the %s of a closed month, which is the report alone",
    async (form) => {
      const { statusCode, headers } = await get("acme", `${PLACE}/${form}?lang=en`);
      expect(statusCode).toBe(200);
      expect(headers["content-disposition"]).toBe(
        `attachment; filename="sla-2026-10-acme.${form}"`,
      );
      expect(headers["etag"]).toBeUndefined();
      const wait = await get("acme", `${PLACE}/${form}/progress?lang=en`);
      expect(wait.headers["location"]).toBe(`${PLACE}/${form}?account=acme&lang=en`);
      expect(rendered).toEqual([]);
    },
  );

  test("a running month, and a closed one as it would be counted now: none is kept", async () => {
    for (const [month, query] of [
      ["2026-11", ""],
      ["2026-10", "&revision=0"],
    ] as const) {
      rendered = [];
      const url = `/reports/${month}/files/pdf?lang=en${query}`;
      const [one, other] = [await get("acme", url), await get("acme", url)];
      expect([one.statusCode, other.statusCode]).toEqual([200, 200]);
      expect(rendered).toHaveLength(2);
      expect(one.headers["etag"]).toBeUndefined();
    }
    expect(jobs.size).toBe(0);
    const { rows } = await story.month.db.query("select from rendition where revision = 0");
    expect(rows).toHaveLength(0);
  });
});

describe("those who ask at once for what is rendered while they wait", () => {
  let release = () => {};
  beforeEach(() => {
    held = new Promise((resolve) => {
      release = resolve;
    });
  });
  afterEach(() => {
    release();
    held = Promise.resolve();
  });
  const ask = (query: string) =>
    story.served.app.inject({
      url: `/api/v1/reports/${query}`,
      headers: bearer(story.tokens.admin),
    });

  test("are told to come again when there is too much, but for what needs no rendering", async () => {
    const langs = ["en", "zh"].flatMap((lang) => [`acme&lang=${lang}`, `globex&lang=${lang}`]);
    const asked = langs.map((one) => ask(`2026-11?format=pdf&account=${one}`));
    await waitFor(() => rendered.length === asked.length);
    const refused = await ask("2026-11?format=xlsx");
    expect(refused.statusCode).toBe(503);
    expect(refused.headers["retry-after"]).toBe("5");
    expect(refused.json()).toMatchObject({ detail: expect.stringContaining("a little while") });
    expect((await ask("2026-11?format=csv")).statusCode).toBe(200);
    await makeRendition(
      { ...story.month, render: async () => Buffer.from("kept") },
      {
        month: "2026-10",
        account: "globex",
        revision: 1,
        format: "zip",
        lang: "zh",
      },
    );
    expect((await ask("2026-10?format=zip&account=globex&lang=zh")).body).toBe("kept");
    release();
    const answers = await Promise.all(asked);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200]);
    expect((await ask("2026-11?format=xlsx")).statusCode).toBe(200);
  });
});

test.each([
  ["another account's", "globex", `${PLACE}/pdf?account=acme`, 404],
  ["an account's that there is not", "admin", `${PLACE}/pdf?account=nobody`, 404],
  ["of a revision that there is not", "acme", `${PLACE}/pdf?revision=2`, 404],
  ["in a form that there is not", "acme", `${PLACE}/docx`, 400],
] as const)("a file %s is not there", async (_what, who, url, status) => {
  for (const place of [url, url.replace(/(files\/\w+)/u, "$1/progress")]) {
    expect((await get(who, place)).statusCode).toBe(status);
  }
  expect((await postForm(story, who, { url, fields: {} })).statusCode).toBe(status);
  expect(jobs.size).toBe(0);
});
