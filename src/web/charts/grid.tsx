import { PAINT, px } from "./shapes.ts";

type Mark = { readonly y: number; readonly text: string };

/** Lines across, drawn before the figure. */
export function GridLines({ marks }: { readonly marks: readonly Mark[] }) {
  return (
    <>
      {marks.map(({ y }) => (
        <line class="grid" stroke={PAINT.line} x1="0" x2="100%" y1={px(y)} y2={px(y)} />
      ))}
    </>
  );
}

/** Their values, drawn after it and standing on the lines: no gutter, so a phone keeps the width. */
export function GridLabels({ marks }: { readonly marks: readonly Mark[] }) {
  return (
    <>
      {marks.map(({ y, text }) =>
        text === "" ? null : (
          <text class="tick halo" x="0" y={px(y - 4)}>
            {text}
          </text>
        ),
      )}
    </>
  );
}
