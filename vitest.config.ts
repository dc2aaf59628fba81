import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Need no server: they run at once, on any machine. Everything else may use the servers. */
const pure = [
  "test/{core,web}/**/!(*.browser).test.{ts,tsx}",
  "test/{config,docs,layers,tidy}.test.ts",
];

/** The whole service's tests wait for minutes to pass: begun last, they would be waited for. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => moduleId.includes("/test/e2e/");
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => Number(isLong(b)) - Number(isLong(a)));
  }
}

export default defineConfig({
  test: {
    // One more than the smallest machine has processors: there is always one that waits.
    maxWorkers: 3,
    sequence: { sequencer: LongFirst },
    projects: [
      {
        extends: true,
        // They hold nothing from one test to the next, so one process runs them all.
        test: { name: "pure", include: pure, testTimeout: 60_000, isolate: false },
      },
      {
        extends: true,
        test: {
          name: "services",
          include: ["test/**/*.test.{ts,tsx}"],
          exclude: pure,
          globalSetup: ["test/setup/install-servers.ts", "test/helpers/global-setup.ts"],
          setupFiles: ["test/setup/cheap-passwords.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
