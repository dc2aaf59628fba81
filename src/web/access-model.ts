import type { Lang, Reader } from "../core/views.ts";
import type { AccessText } from "./access-text.ts";
import type { Typed } from "./form-parts.tsx";

type Given = {
  readonly name: string;
  readonly role: string;
  readonly accounts: readonly string[];
  readonly createdBy: string;
  readonly createdAtMs: number;
};
export type ShownUser = Given & {
  readonly issuer: string | null;
  readonly disabledAtMs: number | null;
};
export type ShownToken = Given & {
  readonly expiresAtMs: number | null;
  readonly revokedAtMs: number | null;
};

export type AccessModel = {
  readonly users: readonly ShownUser[];
  readonly tokens: readonly ShownToken[];
  readonly timeZone: string;
  readonly nowMs: number;
  /** What was typed into the forms, and what is wrong with it. */
  readonly user: Typed;
  readonly token: Typed;
  /** Into those of a user: the role and the accounts, and the other password. */
  readonly rights: Typed & { readonly name: string };
  readonly password: Typed & { readonly name: string };
  /** What was made a moment ago and is shown this once. */
  readonly secret: {
    readonly kind: "user" | "password" | "token";
    readonly name: string;
    readonly text: string;
  } | null;
};

export type AccessShown = {
  readonly model: AccessModel;
  readonly lang: Lang;
  readonly reader: Reader;
  readonly t: AccessText;
};
