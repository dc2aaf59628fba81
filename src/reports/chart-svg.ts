/** Colours of the report's charts and pages: on white, of at least 4.5 to 1 where they carry text. */
export const PAINT = {
  good: "#46a57a",
  minor: "#e0a526",
  missed: "#c81e37",
  excluded: "#5a7bc2",
  "no-data": "#b4bdc9",
  ink: "#1b2733",
  quiet: "#5b6878",
  line: "#dde3ea",
  pale: "#f4f6f9",
  accent: "#1f66b8",
} as const;

/** Two decimals are a fiftieth of a point: enough, and half the bytes. */
export const px = (value: number) => String(Math.round(value * 100) / 100);

export function escapeXml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/**
 * A chart of its own: presentation attributes only, so that it passes a strict policy, and no font,
 * so that it takes that of the page.
 */
export function svgChart(
  size: { readonly width: number; readonly height: number },
  label: string,
  body: readonly string[],
): string {
  const { width, height } = size;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${px(width)}" height="${px(height)}" `,
    `viewBox="0 0 ${px(width)} ${px(height)}" role="img" aria-label="${escapeXml(label)}">`,
    ...body,
    "</svg>",
  ].join("");
}

type TextLook = {
  readonly size?: number;
  readonly fill?: string;
  readonly anchor?: "start" | "middle" | "end";
  readonly bold?: boolean;
};

export function svgText(
  text: string,
  at: { readonly x: number; readonly y: number },
  { size = 7, fill = PAINT.quiet, anchor = "start", bold = false }: TextLook = {},
): string {
  const weight = bold ? ' font-weight="bold"' : "";
  return (
    `<text x="${px(at.x)}" y="${px(at.y)}" font-size="${px(size)}" fill="${fill}" ` +
    `text-anchor="${anchor}"${weight}>${escapeXml(text)}</text>`
  );
}

export type Box = {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
};

export function rectPath({ x, y, width, height }: Box): string {
  return `M${px(x)} ${px(y)}h${px(width)}v${px(height)}h${px(-width)}z`;
}

/** Many boxes of one colour are one path: a month has thousands. */
export function svgBoxes(boxes: readonly Box[], fill: string): string {
  return boxes.length === 0 ? "" : `<path fill="${fill}" d="${boxes.map(rectPath).join("")}"/>`;
}

export function svgLine(box: {
  readonly from: readonly [x: number, y: number];
  readonly to: readonly [x: number, y: number];
  readonly stroke?: string;
  readonly width?: number;
}): string {
  const [x1, y1] = box.from;
  const [x2, y2] = box.to;
  return (
    `<line x1="${px(x1)}" y1="${px(y1)}" x2="${px(x2)}" y2="${px(y2)}" ` +
    `stroke="${box.stroke ?? PAINT.line}" stroke-width="${px(box.width ?? 0.5)}"/>`
  );
}

/** Ideographs are as wide as high, Latin letters a little over half of it. */
function characterWidth(character: string, size: number): number {
  return /[\u2e80-\uffff]/u.test(character) ? size : size * 0.58;
}

function textWidth(text: string, size: number): number {
  let width = 0;
  for (const character of text) width += characterWidth(character, size);
  return width;
}

/** The text, cut with an ellipsis where it is wider than its place. */
export function fitText(text: string, width: number, size: number): string {
  let used = 0;
  let fitting = "";
  for (const character of text) {
    used += characterWidth(character, size);
    if (used > width - size * 0.6) return `${fitting}…`;
    fitting += character;
  }
  return text;
}

/** Swatches with their names, from the left. */
export function svgLegend(
  entries: readonly { readonly fill: string; readonly name: string }[],
  at: { readonly x: number; readonly y: number },
): string {
  let { x } = at;
  return entries
    .map(({ fill, name }) => {
      const swatch = svgBoxes([{ x, y: at.y - 5.6, width: 7, height: 7 }], fill);
      const text = svgText(name, { x: x + 10, y: at.y });
      x += 24 + textWidth(name, 7);
      return swatch + text;
    })
    .join("");
}
