import { may, type Permission } from "../core/access.ts";
import type { Lang, Reader } from "../core/views.ts";
import { pageHref } from "./links.ts";
import { navText, type NavText } from "./nav-text.ts";

type Entry = { readonly path: string; readonly word: keyof NavText; readonly may: Permission };

/** The pages that every page leads to. To add one: its line here, its word in both languages. */
const ENTRIES: readonly Entry[] = [
  { path: "/", word: "overview", may: "read" },
  { path: "/malfunctions", word: "malfunctions", may: "read" },
  { path: "/exclusions", word: "exclusions", may: "read" },
  { path: "/reports", word: "reports", may: "read" },
  { path: "/agreements", word: "agreements", may: "read" },
  { path: "/inbox", word: "inbox", may: "read" },
  { path: "/monitor", word: "monitor", may: "read-all" },
  { path: "/access", word: "access", may: "manage-access" },
  { path: "/audit", word: "audit", may: "read-all" },
];

/** Where a reader can go; nothing that they may not read. */
export function Nav({
  reader,
  lang,
  path,
}: {
  readonly reader: Reader;
  readonly lang: Lang;
  /** Of the present page: its entry is marked. */
  readonly path: string;
}) {
  const t = navText[lang];
  const actor = { ...reader, origin: "" };
  const entries = ENTRIES.filter((entry) => may(actor, entry.may));
  return (
    <nav class="nav" aria-label={t.menu}>
      <ul class="wide">
        {entries.map((entry) => (
          <li>
            <a
              href={pageHref(entry.path, lang)}
              aria-current={entry.path === path ? "page" : undefined}
            >
              {t[entry.word]}
              {entry.path === "/inbox" && reader.unread > 0 ? ` (${reader.unread})` : ""}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** What a form that changes something sends back: no other site knows it. */
export function Csrf({ reader }: { readonly reader: Reader }) {
  return reader.csrf === null ? null : <input type="hidden" name="_csrf" value={reader.csrf} />;
}

/** Whoever is on this machine, while nobody has access. */
export const NOBODY = "local";

/** Finds a target from any page; on a phone the menu is beside it, and opens what follows. */
export function Search({ reader, lang }: { readonly reader: Reader; readonly lang: Lang }) {
  const t = navText[lang];
  return (
    <>
      <form class="search" role="search" action="/search" method="get">
        <input type="hidden" name="lang" value={lang} />
        <input type="search" name="q" aria-label={t.search} placeholder={t.search} />
      </form>
      <details class="menu">
        <summary>
          {t.menu}
          {reader.unread > 0 ? ` (${reader.unread})` : ""}
        </summary>
      </details>
    </>
  );
}

/** Who reads, and the way out. */
export function ReaderTools({ reader, lang }: { readonly reader: Reader; readonly lang: Lang }) {
  const t = navText[lang];
  const name = reader.name.replace(/^user:/u, "");
  return (
    <>
      {reader.name === NOBODY ? <a href={pageHref("/setup", lang)}>{t.setUp}</a> : null}
      {reader.csrf === null ? null : (
        <form class="reader" action="/logout" method="post">
          <Csrf reader={reader} />
          <a href={pageHref("/login/mine", lang)} title={name}>
            {name}
          </a>
          <button type="submit" class="plain-button">
            {t.logOut}
          </button>
        </form>
      )}
    </>
  );
}
