import { ROLES } from "../core/access.ts";
import type { Lang } from "../core/views.ts";
import type { AccessText } from "./access-text.ts";
import { SelectField, TextField, type Typed } from "./form-parts.tsx";
import { roleNames } from "./login-text.ts";

/** What somebody may do, and the accounts of an account manager. */
export function RoleFields(props: {
  /** What the ids of the fields begin with. */
  readonly id: string;
  readonly typed: Typed;
  readonly lang: Lang;
  readonly t: AccessText;
  /** What they have now. */
  readonly present?: { readonly role: string; readonly accounts: readonly string[] };
}) {
  const { id, typed, lang, t, present } = props;
  return (
    <>
      <SelectField
        id={`${id}-role`}
        name="role"
        label={t.role}
        {...{ typed, lang }}
        value={present?.role ?? ""}
        choices={ROLES.map((value) => ({ value, text: roleNames[lang][value] }))}
        required
      />
      <TextField
        id={`${id}-accounts`}
        name="accounts"
        label={t.accounts}
        {...{ typed, lang }}
        value={present?.accounts.join(", ") ?? ""}
        hint={t.accountsHint}
      />
    </>
  );
}
