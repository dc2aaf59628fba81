/** An exact rational number; `den` is positive. Not reduced unless a function says so. */
export type Fraction = { readonly num: bigint; readonly den: bigint };
