import { describe, expect, test } from "vitest";
import { claimValues, grantOf, provenClaims, type OidcGrant } from "../../src/core/oidc-grant.ts";

const rule = (given: Partial<OidcGrant>): OidcGrant => ({
  claim: "groups",
  value: null,
  role: "viewer",
  accounts: null,
  accountsClaim: null,
  ...given,
});
const KNOWN = ["acme", "globex", "initech"];

describe("what somebody gets", () => {
  const grants = [
    rule({ value: "admins", role: "admin" }),
    rule({ value: "acme", role: "account-manager", accounts: ["acme"] }),
    rule({ value: "globex", role: "account-manager", accounts: ["globex"] }),
    rule({ value: "sre", role: "sre" }),
    rule({ claim: "customers", role: "account-manager", accountsClaim: "customers" }),
  ];
  test.each([
    [{ groups: ["sre", "admins"] }, { role: "admin", accounts: [] }],
    [{ groups: "sre" }, { role: "sre", accounts: [] }],
    [
      { groups: ["sre", "globex", "acme"] },
      { role: "account-manager", accounts: ["acme", "globex"] },
    ],
    [{ customers: ["initech", "gone"] }, { role: "account-manager", accounts: ["initech"] }],
    [
      { groups: ["acme"], customers: ["initech"] },
      { role: "account-manager", accounts: ["acme", "initech"] },
    ],
    // Accounts that are not there make no account manager of everything or nothing.
    [{ customers: ["gone"] }, null],
    [
      { groups: ["sre"], customers: ["gone"] },
      { role: "sre", accounts: [] },
    ],
    [{ groups: ["Admins", "admins "] }, null],
    [{ groups: { admins: true } }, null],
    [{ groups: [["admins"]] }, null],
    [{ groups: null }, null],
    [{}, null],
  ])("%j", (claims, granted) => {
    expect(grantOf(grants, claims, KNOWN)).toEqual(granted);
  });

  test("by a rule without a value is given to whoever has the claim", () => {
    expect(grantOf([rule({ claim: "sub" })], { sub: "1" }, KNOWN)).toEqual({
      role: "viewer",
      accounts: [],
    });
    expect(grantOf([rule({ claim: "sub" })], { sub: "" }, KNOWN)).toBeNull();
  });

  test("by nothing that every object has", () => {
    for (const claim of ["constructor", "__proto__", "toString.name", "constructor.name"]) {
      expect(grantOf([rule({ claim })], {}, KNOWN)).toBeNull();
    }
  });
});

test.each([
  ["groups", ["a", "b"]],
  ["realm_access.roles", ["x"]],
  ["https://example.com/roles", ["y"]],
  ["outer.with.dots.inner", ["z"]],
  ["email_verified", ["true"]],
  ["realm_access", []],
  ["realm_access.none", []],
  ["groups.0", []],
])("the claim %s", (name, values) => {
  const claims = {
    groups: ["a", "b", null, {}],
    realm_access: { roles: ["x"] },
    "https://example.com/roles": "y",
    "outer.with": { "dots.inner": "z" },
    email_verified: true,
  };
  expect(claimValues(claims, name)).toEqual(values);
});

test.each([
  [{}, ["a@b.example"]],
  [{ email_verified: true }, ["a@b.example"]],
  [{ email_verified: "true" }, ["a@b.example"]],
  [{ email_verified: false }, []],
  [{ email_verified: "false" }, []],
  [{ email_verified: null }, []],
])("of a mail address with %j this is built on: %j", (more, values) => {
  const claims = provenClaims({ sub: "1", email: "a@b.example", ...more });
  expect(claimValues(claims, "email")).toEqual(values);
  expect(claimValues(claims, "sub")).toEqual(["1"]);
});
