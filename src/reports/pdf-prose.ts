import MarkdownIt from "markdown-it";
import type { Content } from "pdfmake";
import { PAINT } from "./chart-svg.ts";

const markdown = new MarkdownIt({ html: false, linkify: false, typographer: false });

/**
 * What people wrote, Markdown, as paragraphs, headings, lists and code; of a link, a picture or a
 * table its text. Cut after so many characters, which "…" shows.
 */
export function proseContent(text: string, limit: number): Content[] {
  const cut =
    text.length > limit ? `${text.slice(0, limit).replace(/[\uD800-\uDBFF]$/u, "")}…` : text;
  const contents: Content[] = [];
  let depth = 0;
  let isHeading = false;
  for (const token of markdown.parse(cut, {})) {
    if (/^(?:bullet|ordered)_list_open$/u.test(token.type)) depth += 1;
    else if (/^(?:bullet|ordered)_list_close$/u.test(token.type)) depth -= 1;
    else if (token.type === "heading_open") isHeading = true;
    else if (token.type === "heading_close") isHeading = false;
    else if (token.type === "inline") {
      const mark = depth > 0 ? "· " : "";
      contents.push({
        text: mark + plainText(token),
        bold: isHeading,
        margin: [depth * 8, 0, 0, 2],
      });
    } else if (token.type === "fence" || token.type === "code_block") {
      contents.push({
        text: token.content.trimEnd(),
        color: PAINT.quiet,
        fontSize: 7.5,
        preserveLeadingSpaces: true,
        margin: [6, 0, 0, 2],
      });
    }
  }
  return contents;
}

type Inline = { readonly content: string; readonly children: readonly Piece[] | null };
type Piece = { readonly type: string; readonly content: string; readonly children?: unknown };

function plainText({ content, children }: Inline): string {
  if (children === null) return content;
  return children
    .map((piece) => {
      if (piece.type === "softbreak") return " ";
      return piece.type === "hardbreak" ? "\n" : piece.content;
    })
    .join("");
}
