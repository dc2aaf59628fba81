import { describe, expect, test } from "vitest";
import { InvalidInputError } from "../src/errors.ts";
import { configOf } from "./helpers/app.ts";

const configText = (oidc: string, publicUrl = "https://nines.example") => `
version: 1
vantages: [{ id: here, controls: [] }]
accounts: [{ id: acme }, { id: globex }]
${publicUrl === "" ? "" : `publicUrl: ${publicUrl}`}
login:
  oidc:
${oidc.replaceAll(/^/gmu, "    ")}
targets: []
`;

const MINIMAL = `
issuer: https://id.example.com/realms/acme
clientId: nines
grants: [{ claim: groups, value: sre, role: sre }]`;

const problemsOf = (text: string) => {
  try {
    configOf(text);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return error.problems.map(({ place, message }) => `${place.split(" ")[1]}: ${message}`);
  }
};

test("a provider takes few words", () => {
  expect(configOf(configText(MINIMAL)).oidc).toEqual({
    issuer: "https://id.example.com/realms/acme",
    clientId: "nines",
    clientSecret: null,
    clientAuth: null,
    label: "id.example.com",
    scopes: ["openid", "profile", "email"],
    nameClaim: "preferred_username",
    grants: [{ claim: "groups", value: "sre", role: "sre", accounts: null, accountsClaim: null }],
  });
  expect(configOf("version: 1\ntargets: []\n").oidc).toBeNull();
});

test("a login that is not used ends after two hours, or as long as is said", () => {
  const idleOf = (more: string) =>
    configOf(`version: 1\ntargets: []\n${more}`).loginIdleMs / 60_000;
  expect([idleOf(""), idleOf("login: {}"), idleOf("login: { idle: 12h }")]).toEqual([
    120, 120, 720,
  ]);
  for (const idle of ["14m", "13h", "2"]) {
    const told = problemsOf(`version: 1\ntargets: []\nlogin: { idle: ${idle} }`);
    expect(told, idle).toEqual([expect.stringMatching(/^login\.idle: /u)]);
  }
});

describe("what is wrong is named", () => {
  const withGrant = (grant: string) => MINIMAL.replace(/\{.*\}/u, `{ ${grant} }`);
  test.each([
    [MINIMAL.replace("https://id", "http://id"), /oidc.issuer: .*is not encrypted/u],
    [MINIMAL.replace("https://id.example.com", "http://localhost.evil"), /is not encrypted/u],
    [`${MINIMAL}\nclientSecret: ""`, /clientSecret: .*is empty/u],
    [withGrant("claim: groups, role: boss"), /grants\[0\].role/u],
    [withGrant("claim: g, role: account-manager"), /role: is account-manager: give either/u],
    [
      withGrant("claim: g, role: account-manager, accounts: [acme], accountsClaim: a"),
      /role: is account-manager: give either/u,
    ],
    [
      withGrant("claim: g, role: account-manager, accounts: [acmee]"),
      /accounts\[0\]: names account "acmee", which is not defined; did you mean "acme"/u,
    ],
    [withGrant("claim: g, role: sre, accounts: [acme]"), /accounts: is for account managers/u],
    [withGrant("claim: g, role: sre, accountsClaim: a"), /accountsClaim: is for account managers/u],
    [MINIMAL.replace(/grants:.*/u, "grants: []"), /grants: .*is empty/u],
  ])("%s", (oidc, told) => {
    expect(problemsOf(configText(oidc))).toContainEqual(expect.stringMatching(told));
  });

  test("and that people could not be sent back", () => {
    expect(problemsOf(configText(MINIMAL, ""))).toEqual([
      expect.stringContaining('login.oidc: needs "publicUrl"'),
    ]);
    expect(
      problemsOf(configText(MINIMAL.replace("https://id.example.com", "http://127.0.0.1:1"))),
    ).toEqual([]);
  });
});
