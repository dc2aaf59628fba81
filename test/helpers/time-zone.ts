/** Runs in another time zone of the process, which its own dates follow. */
export async function inTimeZone<Result>(
  zone: string,
  run: () => Promise<Result>,
): Promise<Result> {
  const { TZ } = process.env;
  try {
    process.env["TZ"] = zone;
    return await run();
  } finally {
    if (TZ === undefined) delete process.env["TZ"];
    else process.env["TZ"] = TZ;
  }
}
