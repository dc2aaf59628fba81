import type { ComponentChildren } from "preact";
import type { Lang, Reader } from "../core/views.ts";
import { formText } from "./form-text.ts";
import { Icon } from "./icons.tsx";
import { Csrf } from "./nav.tsx";
import { pageHref } from "./links.ts";
import { problemText } from "./problem-text.ts";

/** What is wrong with a field, by its name; an empty place means the whole. */
export type FieldProblem = { readonly place: string; readonly message: string };

/** What was typed into a form, and what is wrong with it. */
export type Typed = {
  readonly values: Readonly<Record<string, string>>;
  readonly problems: readonly FieldProblem[];
};

export const NOTHING_TYPED: Typed = { values: {}, problems: [] };

/** A form that changes something: it is answered by a page to go to. */
export function PostForm(props: {
  readonly path: string;
  readonly lang: Lang;
  readonly reader: Reader;
  readonly class?: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Id of what the answer is to show first. */
  readonly anchor?: string;
  readonly children: ComponentChildren;
}) {
  const { path, lang, reader, query, children, anchor } = props;
  return (
    <form
      class={props.class ?? "form"}
      method="post"
      action={pageHref(path, lang, query) + (anchor === undefined ? "" : `#${anchor}`)}
    >
      <Csrf reader={reader} />
      {children}
    </form>
  );
}

/** Above a form that was sent back; `places` are those that have a field of their own. */
export function Refusal(props: {
  readonly typed: Typed;
  readonly lang: Lang;
  readonly places: readonly string[];
  /** The form itself cannot be shown any more: what was typed is, lest it be lost. */
  readonly isGone?: boolean;
}) {
  const { typed, lang, places, isGone = false } = props;
  const t = formText[lang];
  if (typed.problems.length === 0) return null;
  const general = typed.problems.filter(({ place }) => isGone || !places.includes(place));
  const texts = isGone ? Object.values(typed.values).filter((text) => text.trim() !== "") : [];
  return (
    <div class="refusal" role="alert">
      <p class="strong">
        <span class="t-missed">
          <Icon name="warn" />
        </span>{" "}
        {t.mend}
      </p>
      {general.map(({ message }) => (
        <p>
          <Said message={message} lang={lang} />
        </p>
      ))}
      {general.length < typed.problems.length ? <p>{t.mendFields}</p> : null}
      {texts.length === 0 ? null : (
        <>
          <p class="small strong">{t.youTyped}</p>
          {texts.map((text) => (
            <p class="typed">{text}</p>
          ))}
        </>
      )}
    </div>
  );
}

/** A sentence of the service; one that has no translation is marked as English. */
function Said({ message, lang }: { readonly message: string; readonly lang: Lang }) {
  const said = problemText(message, lang);
  return said.lang === lang ? <>{said.text}</> : <span lang={said.lang}>{said.text}</span>;
}

type FieldProps = {
  readonly name: string;
  /** The name by default; it stands once on a page. */
  readonly id?: string;
  readonly label: string;
  readonly typed: Typed;
  readonly lang: Lang;
  readonly hint?: string;
  /** What stands there before anybody types. */
  readonly value?: string;
  readonly required?: boolean;
  /** Not marked as optional, though a browser lets it be empty: another choice may make it so. */
  readonly isNeeded?: boolean;
  /** Places whose problems are shown here; the name by default. */
  readonly places?: readonly string[];
};

function describe({ name, id = name, typed, hint, places = [name] }: FieldProps) {
  const problems = typed.problems.filter(({ place }) => places.includes(place));
  const described = [hint === undefined ? "" : `${id}-hint`, problems.length > 0 ? `${id}-p` : ""]
    .filter((part) => part !== "")
    .join(" ");
  return {
    problems,
    attributes: {
      id,
      name,
      "aria-describedby": described === "" ? undefined : described,
      "aria-invalid": problems.length > 0 ? ("true" as const) : undefined,
    },
  };
}

function Around(props: FieldProps & { readonly children: ComponentChildren }) {
  const { name, id = name, label, hint, lang, children } = props;
  const { required = false, isNeeded = required } = props;
  const { problems } = describe(props);
  return (
    <div class={problems.length > 0 ? "field wrong" : "field"}>
      <label for={id}>
        {label} {isNeeded ? null : <span class="quiet">({formText[lang].optional})</span>}
      </label>
      {hint === undefined ? null : (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {children}
      <Wrongs id={`${id}-p`} problems={problems} lang={lang} />
    </div>
  );
}

/** What is wrong with a field, below it. */
export function Wrongs(props: {
  readonly id?: string;
  readonly problems: readonly FieldProblem[];
  readonly lang: Lang;
}) {
  const { id, problems, lang } = props;
  if (problems.length === 0) return null;
  return (
    <ul class="wrongs" id={id}>
      {problems.map(({ message }) => (
        <li>
          <Icon name="warn" /> <Said message={message} lang={lang} />
        </li>
      ))}
    </ul>
  );
}

const valueOf = ({ typed, name, value = "" }: FieldProps) => typed.values[name] ?? value;

export function TextField(
  props: FieldProps & {
    readonly type?: "text" | "datetime-local" | "date";
    readonly list?: string;
  },
) {
  const { type = "text", required = false, list } = props;
  return (
    <Around {...props}>
      <input
        {...describe(props).attributes}
        type={type}
        value={valueOf(props)}
        required={required}
        list={list}
        autocomplete="off"
      />
    </Around>
  );
}

export function TextArea(props: FieldProps & { readonly rows?: number }) {
  const { rows = 3, required = false } = props;
  return (
    <Around {...props}>
      <textarea {...describe(props).attributes} rows={rows} required={required}>
        {valueOf(props)}
      </textarea>
    </Around>
  );
}

export type Choice = { readonly value: string; readonly text: string };

export function SelectField(props: FieldProps & { readonly choices: readonly Choice[] }) {
  const chosen = valueOf(props);
  return (
    <Around {...props}>
      <select {...describe(props).attributes}>
        {props.choices.map(({ value, text }) => (
          <option value={value} selected={value === chosen}>
            {text}
          </option>
        ))}
      </select>
    </Around>
  );
}

/** What narrows a list down; sent by GET, so that the address keeps it. */
export function FilterForm(props: {
  readonly path: string;
  readonly lang: Lang;
  readonly filters: readonly {
    readonly name: string;
    readonly label: string;
    readonly value: string | null;
    readonly choices: readonly Choice[];
  }[];
  /** Kept as they are. */
  readonly keep?: Readonly<Record<string, string>>;
}) {
  const { path, lang, filters, keep = {} } = props;
  const t = formText[lang];
  const isFiltered = filters.some(({ value }) => value !== null);
  return (
    <form class="filters" method="get" action={path} aria-label={t.filter}>
      <input type="hidden" name="lang" value={lang} />
      {Object.entries(keep).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      {filters.map(({ name, label, value, choices }) => (
        <label>
          <span>{label}</span>
          <select name={name}>
            <option value="">{t.any}</option>
            {choices.map((choice) => (
              <option value={choice.value} selected={choice.value === value}>
                {choice.text}
              </option>
            ))}
          </select>
        </label>
      ))}
      <button type="submit" class="button">
        {t.show}
      </button>
      {isFiltered ? <a href={pageHref(path, lang, keep)}>{t.clear}</a> : null}
    </form>
  );
}

/** The head of a list that becomes blocks on a narrow screen. */
export function ListHead({ texts }: { readonly texts: readonly string[] }) {
  return (
    <thead role="rowgroup">
      <tr role="row">
        {texts.map((text) => (
          <th scope="col" role="columnheader">
            {text}
          </th>
        ))}
      </tr>
    </thead>
  );
}

/** Names and values, one under the other. */
export function Pairs(props: {
  readonly rows: readonly (readonly [string, ComponentChildren])[];
  readonly class?: string;
}) {
  return (
    <dl class={props.class ?? "pairs"}>
      {props.rows.map(([name, value]) => (
        <div>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
