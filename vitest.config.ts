import { defineConfig } from "vitest/config";

/** Need no server: they run at once, on any machine. Everything else may use the servers. */
const pure = [
  "test/{core,web}/**/!(*.browser).test.{ts,tsx}",
  "test/{config,docs,layers,tidy}.test.ts",
];

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: "pure", include: pure, testTimeout: 15_000 } },
      {
        extends: true,
        test: {
          name: "services",
          include: ["test/**/*.test.{ts,tsx}"],
          exclude: pure,
          globalSetup: ["test/setup/install-servers.ts", "test/helpers/global-setup.ts"],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
