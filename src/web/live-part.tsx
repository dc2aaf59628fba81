import type { ComponentChildren } from "preact";
import type { Lang } from "../core/views.ts";
import { overviewText } from "./overview-text.ts";

/** A part that takes the place of itself when something has changed; `name` once on a page. */
export function LivePart(props: { readonly name: string; readonly children: ComponentChildren }) {
  return <div data-live={props.name}>{props.children}</div>;
}

/** Shown while the page refreshes by itself. */
export function LiveMark({ lang }: { readonly lang: Lang }) {
  const words = overviewText[lang];
  return (
    <span class="live-mark" data-live-mark hidden title={words.liveNote}>
      {words.liveMark}
    </span>
  );
}
