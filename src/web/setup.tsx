import type { Lang } from "../core/views.ts";
import { pageHref } from "./links.ts";
import { FIRST_ADMIN, NewPassword, SecretField } from "./login-fields.tsx";
import { loginText } from "./login-text.ts";
import { narrowPage } from "./login.tsx";

export type SetupModel = {
  /** Asked for on the machine itself. */
  readonly isHere: boolean;
  readonly name: string;
  /** Fields that will not do. */
  readonly problems: readonly string[];
};

/** The page at `/setup`, while nobody has access. */
export function renderSetup({ isHere, name, problems }: SetupModel, lang: Lang): string {
  const t = loginText[lang];
  const wrong = (["password", "again"] as const).find((field) => problems.includes(field)) ?? null;
  return narrowPage({
    lang,
    title: t.setUpTitle,
    otherHref: pageHref("/setup", lang === "en" ? "zh" : "en"),
    children: isHere ? (
      <>
        <p>{t.setUpNote}</p>
        <form class="form" method="post" action={pageHref("/setup", lang)}>
          <SecretField
            id="name"
            name="name"
            label={t.name}
            kind="username"
            value={name}
            hint={t.nameHint}
            problem={problems.includes("name") ? t.badName : null}
          />
          <NewPassword t={t} label={t.password} wrong={wrong} />
          <button type="submit" class="button primary">
            {t.setUpDone}
          </button>
        </form>
      </>
    ) : (
      <>
        <p>{t.setUpElsewhere}</p>
        <p>
          <code>{FIRST_ADMIN}</code>
        </p>
      </>
    ),
  });
}
