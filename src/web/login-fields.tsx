import { Icon } from "./icons.tsx";
import type { LoginText } from "./login-text.ts";

/** A field of a form by which somebody proves who they are. */
export function SecretField(props: {
  readonly id: string;
  readonly name: string;
  readonly label: string;
  /** What a browser's own store of passwords calls it. */
  readonly kind: "username" | "current-password" | "new-password";
  readonly value?: string;
  readonly hint?: string;
  readonly problem?: string | null;
  readonly required?: boolean;
}) {
  const { id, name, label, kind, value = "", hint, problem = null, required = true } = props;
  const described = [hint === undefined ? "" : `${id}-hint`, problem === null ? "" : `${id}-p`]
    .filter((part) => part !== "")
    .join(" ");
  const field = {
    id,
    name,
    autocomplete: kind,
    required,
    "aria-describedby": described === "" ? undefined : described,
    "aria-invalid": problem === null ? undefined : ("true" as const),
  };
  return (
    <div class={problem === null ? "field" : "field wrong"}>
      <label for={id}>{label}</label>
      {hint === undefined ? null : (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {kind === "username" ? (
        <input type="text" {...field} value={value} autocapitalize="none" spellcheck={false} />
      ) : (
        <input type="password" {...field} />
      )}
      {problem === null ? null : (
        <p class="wrongs" id={`${id}-p`}>
          <Icon name="warn" /> {problem}
        </p>
      )}
    </div>
  );
}

/** A password that is to hold from now on, typed twice. */
export function NewPassword({
  t,
  label,
  wrong,
}: {
  readonly t: LoginText;
  readonly label: string;
  /** Of the two the one that will not do. */
  readonly wrong: "password" | "again" | null;
}) {
  return (
    <>
      <SecretField
        id="password"
        name="password"
        label={label}
        kind="new-password"
        hint={t.passwordHint}
        problem={wrong === "password" ? t.badLength : null}
      />
      <SecretField
        id="again"
        name="again"
        label={t.repeat}
        kind="new-password"
        problem={wrong === "again" ? t.badAgain : null}
      />
    </>
  );
}

/** What went wrong with a form as a whole. */
export function Alert({ text }: { readonly text: string | null }) {
  if (text === null) return null;
  return (
    <div class="refusal" role="alert">
      <p>
        <span class="t-missed">
          <Icon name="warn" />
        </span>{" "}
        {text}
      </p>
    </div>
  );
}

/** The line that gives the first access. */
export const FIRST_ADMIN = "nines user add NAME --role admin";
