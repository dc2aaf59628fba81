import MarkdownIt from "markdown-it";

/**
 * No HTML of the writer's, no pictures that would tell others who reads, links that go to pages, and
 * no definitions: one person's would make links of another's words in the same document.
 */
const markdown = new MarkdownIt({ html: false, linkify: false, typographer: false });
markdown.disable(["image", "reference"]);
markdown.validateLink = (url) => /^(?:https?:\/\/|mailto:)/iu.test(url.trim());

/** Below the headings of the page that it stands on. */
const LOWER = 3;
const LOWEST = 6;

/** What people wrote, as HTML that is safe on our pages. */
export function proseHtml(text: string): string {
  return render(text, () => true);
}

/** A text of ours that quotes what people wrote. */
export function documentHtml(text: string): string {
  return render(text, ({ level }) => level > 0);
}

/** Headings for which `isLower` holds do not stand among those of the page. */
function render(text: string, isLower: (token: { readonly level: number }) => boolean): string {
  const tokens = markdown.parse(text, {});
  for (const link of tokens.flatMap(({ children }) => children ?? [])) {
    if (link.type === "link_open") link.attrSet("rel", "noopener noreferrer nofollow");
  }
  for (const token of tokens) {
    const depth = /^h([1-6])$/u.exec(token.tag)?.[1];
    if (depth === undefined || !isLower(token)) continue;
    token.tag = `h${Math.min(Number(depth) + LOWER, LOWEST)}`;
  }
  return markdown.renderer.render(tokens, markdown.options, {});
}
