import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { loadConfig, readConfig, sandboxFile, sandboxWish } from "../../src/cli/open.ts";
import { sandboxConfigYaml } from "../../src/sandbox/config-yaml.ts";
import { SERVER_SPECS } from "../../src/sandbox/fleet.ts";

const directory = mkdtempSync(join(tmpdir(), "nines-open-"));
afterAll(() => rmSync(directory, { recursive: true }));

const HEAD = "version: 1\ntimeZone: Asia/Shanghai\n";

describe("a file that asks for the sandbox", () => {
  test.each([
    ["as it is documented", `${HEAD}sandbox: quiet # nothing breaks\n`],
    ["with a byte order mark", `\uFEFFsandbox: quiet\n${HEAD}`],
    ["with a space before the colon", `${HEAD}sandbox : quiet\n`],
    ["with quotes around the key", `${HEAD}"sandbox": 'quiet'\n`],
    ["without a line end", `${HEAD}sandbox: quiet`],
  ])("has its targets, %s", (_, text) => {
    expect(sandboxWish(text)).toBe("quiet");
    const file = join(directory, "nines.yaml");
    writeFileSync(file, text);
    expect(loadConfig(file, {}).targets.length).toBeGreaterThan(20);
  });

  test.each([
    ["is JSON", `{"version": 1, "timeZone": "Asia/Shanghai", "sandbox": "quiet"}`],
    ["is indented", " version: 1\n sandbox: quiet\n"],
    ["ends its document", `${HEAD}sandbox: quiet\n...\n`],
  ])("is refused when it %s, and told how to write it", (_, text) => {
    expect(() => sandboxWish(text)).toThrow("keys stand at the start of their lines");
  });

  test("must say how itself", () => {
    expect(() => sandboxWish(`${HEAD}sandbox: \${MOOD}\n`)).toThrow("lively or quiet");
  });
});

test("other verbs read what the service left for a file that asks for the sandbox", () => {
  const file = join(directory, "quiet.yaml");
  const own = `${HEAD}sandbox: quiet\nchannels: [{ id: letters, kind: inbox }]\n`;
  writeFileSync(file, own);
  const servers = SERVER_SPECS.map((spec) => ({ ...spec, address: "127.0.0.1:4711" }));
  writeFileSync(sandboxFile({ dataDir: directory }), sandboxConfigYaml({ servers }, own));
  const { config } = readConfig({ env: { NINES_DATA_DIR: directory } }, file);
  expect(config.channels.map(({ id }) => id)).toEqual(["letters"]);
  expect(JSON.stringify(config.targets)).toContain("127.0.0.1:4711");
});

test("a file that only speaks of the sandbox does not ask for it", () => {
  expect(sandboxWish(`${HEAD}# sandbox: quiet\nchannels: [{ id: sandbox }]\n`)).toBeNull();
});
