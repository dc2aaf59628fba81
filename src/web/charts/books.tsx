import type { DayState } from "../../core/views.ts";
import { PAINT, px } from "./shapes.ts";

export type Book = {
  readonly state: DayState;
  readonly name: string;
  /** Slots, for the width only. */
  readonly size: number;
};

/** The four books as one stacked bar; a book that is not empty never vanishes. */
export function BooksBar({
  books,
  label,
}: {
  readonly books: readonly Book[];
  readonly label: string;
}) {
  const total = books.reduce((sum, book) => sum + book.size, 0);
  if (total === 0) return null;
  const shares = books.map((book) =>
    book.size === 0 ? 0 : Math.max(0.8, (book.size / total) * 100),
  );
  const scale = 100 / shares.reduce((sum, share) => sum + share, 0);
  const starts = shares.map((_, index) =>
    shares.slice(0, index).reduce((sum, share) => sum + share * scale, 0),
  );
  return (
    <svg class="books" width="100%" height="14" role="img" aria-label={label}>
      <title>{label}</title>
      {books.map((book, index) =>
        book.size === 0 ? null : (
          <rect
            class={`s-${book.state}`}
            fill={PAINT[book.state]}
            x={`${px(starts[index] ?? 0)}%`}
            width={`${px((shares[index] ?? 0) * scale)}%`}
            height="14"
          >
            <title>{book.name}</title>
          </rect>
        ),
      )}
    </svg>
  );
}

/** A plain square, where the bar has no heights to tell the books apart: the number stands beside it. */
export function BookSwatch({ state }: { readonly state: DayState }) {
  return (
    <svg class="swatch" width="10" height="10" aria-hidden="true">
      <rect class={`s-${state}`} fill={PAINT[state]} width="10" height="10" rx="2" />
    </svg>
  );
}
