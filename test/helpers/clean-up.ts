import { afterEach } from "vitest";

/**
 * Gives a function to register what a test must stop, in the test or in its `beforeEach`;
 * the last one started is stopped first, after each test.
 */
export function cleanUpAfterEach(): (stop: () => unknown) => void {
  const stops: (() => unknown)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0).toReversed()) await stop();
  });
  return (stop) => stops.push(stop);
}
