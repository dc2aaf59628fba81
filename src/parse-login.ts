import type { OidcSettings } from "./config.ts";
import { parseDuration } from "./core/duration.ts";
import type { LoginEntry } from "./core/login-schema.ts";
import { unknownId } from "./parse-targets.ts";
import type { Finding } from "./yaml-source.ts";

/** What is asked for besides openid. */
const DEFAULT_SCOPES = ["profile", "email"];

const DEFAULT_IDLE_MS = 2 * 3_600_000;

/** After how long without use a login ends. */
export function toLoginIdleMs(entry: LoginEntry | undefined): number {
  return parseDuration(entry?.idle ?? "") ?? DEFAULT_IDLE_MS;
}

export function toOidc(entry: LoginEntry | undefined): OidcSettings | null {
  const oidc = entry?.oidc;
  if (oidc === undefined) return null;
  return {
    issuer: oidc.issuer,
    clientId: oidc.clientId,
    clientSecret: oidc.clientSecret ?? null,
    clientAuth: oidc.clientAuth ?? null,
    label: oidc.label ?? new URL(oidc.issuer).host,
    scopes: ["openid", ...(oidc.scopes ?? DEFAULT_SCOPES).filter((scope) => scope !== "openid")],
    nameClaim: oidc.nameClaim ?? "preferred_username",
    grants: oidc.grants.map(({ claim, value, role, accounts, accountsClaim }) => ({
      claim,
      value: value ?? null,
      role,
      accounts: accounts ?? null,
      accountsClaim: accountsClaim ?? null,
    })),
  };
}

/** What the entry says wrongly about accounts, and what it needs besides. */
export function loginFindings(
  entry: LoginEntry | undefined,
  scope: { readonly accountIds: readonly string[]; readonly publicUrl: string | undefined },
): Finding[] {
  const oidc = entry?.oidc;
  if (oidc === undefined) return [];
  const findings = oidc.grants.flatMap((grant, index): Finding[] => {
    const path = ["login", "oidc", "grants", index];
    const wrong = (key: string, message: string): Finding => ({
      path: [...path, key],
      at: "value",
      message,
    });
    const { role, accounts, accountsClaim } = grant;
    const unknown = (accounts ?? []).flatMap((id, at): Finding[] => {
      if (scope.accountIds.includes(id)) return [];
      const message = unknownId("names account", id, scope.accountIds);
      return [{ path: [...path, "accounts", at], at: "value", message }];
    });
    if (role === "account-manager") {
      if ((accounts === undefined) === (accountsClaim === undefined)) {
        return [wrong("role", 'is account-manager: give either "accounts" or "accountsClaim"')];
      }
      return unknown;
    }
    const given = accounts === undefined ? accountsClaim && "accountsClaim" : "accounts";
    if (given === undefined || given === "") return [];
    return [wrong(given, `is for account managers; ${role} sees every account: remove the key`)];
  });
  if (scope.publicUrl !== undefined) return findings;
  const message = 'needs "publicUrl": the provider sends people back there';
  return [...findings, { path: ["login", "oidc"], at: "value", message }];
}
