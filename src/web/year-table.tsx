import type { ComponentChildren } from "preact";
import type { MonthCounts } from "../core/year-report.ts";
import { ListHead } from "./form-parts.tsx";
import type { YearParts } from "./year-parts.ts";

/** A table that becomes blocks on a narrow screen. */
function Table(props: { readonly heads: readonly string[]; readonly children: ComponentChildren }) {
  return (
    <table class="list tight" role="table">
      <ListHead texts={props.heads} />
      <tbody role="rowgroup">{props.children}</tbody>
    </table>
  );
}

export function List(props: {
  readonly heads: readonly string[];
  readonly children: ComponentChildren;
  /** More of the same, behind a line that says how many. */
  readonly more?: { readonly said: string; readonly rows: readonly ComponentChildren[] };
}) {
  const { heads, children, more } = props;
  return (
    <div class="card">
      <Table heads={heads}>{children}</Table>
      {more === undefined || more.rows.length === 0 ? null : (
        <details class="rest">
          <summary>{more.said}</summary>
          <Table heads={heads}>{more.rows}</Table>
        </details>
      )}
    </div>
  );
}

/** What says nothing where there is little room. */
export const ASIDE = "aside";
export const asideIf = (isNothing: boolean, look?: string) => (isNothing ? ASIDE : look);

export function Cell(props: {
  readonly label?: string;
  readonly look?: string | undefined;
  readonly children: ComponentChildren;
}) {
  const { label, look, children } = props;
  return (
    <td role="cell" class={look} data-label={label}>
      {children}
    </td>
  );
}

export function Counts({
  counts,
  words,
}: { readonly counts: MonthCounts } & Pick<YearParts, "words">) {
  return (
    <>
      <Cell label={words.kept} look={asideIf(counts.kept === 0)}>
        {counts.kept}
      </Cell>
      <Cell label={words.missed} look={asideIf(counts.missed === 0, "t-missed strong")}>
        {counts.missed}
      </Cell>
      <Cell label={words.undecidedHead} look={asideIf(counts.undecided === 0)}>
        {counts.undecided}
      </Cell>
      <Cell label={words.notClosedHead} look={asideIf(counts.notClosed === 0)}>
        {counts.notClosed}
      </Cell>
    </>
  );
}

export const countHeads = ({ words }: YearParts) => [
  words.kept,
  words.missed,
  words.undecidedHead,
  words.notClosedHead,
];
