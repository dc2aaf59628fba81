import { afterAll, beforeAll, expect, test } from "vitest";
import { closeDueMonths } from "../../src/close-due.ts";
import { createHourlyMonth, HOURLY_CONFIG, type HourlyMonth } from "../helpers/hourly-month.ts";
import { makeHome, startNines, type Home, type Service } from "../helpers/nines.ts";
import { waitFor } from "../helpers/wait.ts";

// The service as it is shipped renders in the thread of its own bundle.

let october: HourlyMonth;
let at: Home;
beforeAll(async () => {
  october = await createHourlyMonth();
  await october.fill("web-1", () => "o");
  await closeDueMonths(october);
  at = makeHome();
  at.write("nines.yaml", HOURLY_CONFIG);
});
afterAll(async () => {
  at.remove();
  await october.drop();
});

const start = (...args: string[]) =>
  startNines(args, { at, env: { DATABASE_URL: october.url, NINES_CONFIG: "nines.yaml" } });
const fileOf = async (service: Service, path: string) => {
  const answer = await service.get(path);
  return { answer, text: Buffer.from(await answer.arrayBuffer()).toString("latin1") };
};

test("the API answers with a file where no recorder runs, and a page's file comes over the queue", async () => {
  const alone = await start("--role", "api");
  const running = await fileOf(alone, "/api/v1/reports/2026-11?format=pdf");
  expect(running.text.slice(0, 5)).toBe("%PDF-");
  const page = "/reports/2026-10/files/pdf?account=acme&lang=zh";
  const { url } = await alone.get(page);
  expect(url).toContain("/files/pdf/progress?account=acme&revision=1&lang=zh");
  expect(await alone.json("/healthz")).toMatchObject({ status: "ok" });
  expect((await alone.stop()).status).toBe(0);

  // The job waits for a recorder.
  const whole = await start();
  const isMade = async () => (await fileOf(whole, page)).text.startsWith("%PDF-");
  await waitFor(isMade, { what: "the file", timeoutMs: 40_000 });
  const file = await fileOf(whole, page);
  const api = await fileOf(whole, "/api/v1/reports/2026-10?account=acme&lang=zh&format=pdf");
  expect(api.text).toBe(file.text);
  expect(api.answer.headers.get("etag")).toBe(file.answer.headers.get("etag"));
  expect((await whole.stop()).status).toBe(0);
}, 120_000);
