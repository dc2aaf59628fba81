import type { tableWordsEn } from "./tables-words-en.ts";

/** The columns of each table, in order. A language that lacks one does not compile. */
export type TableColumns = typeof tableWordsEn.tables;
export type TableName = keyof TableColumns;

type Columns<Name extends TableName> = Readonly<
  Record<keyof TableColumns[Name]["columns"], string>
>;

/** What README.txt says. */
export type TableWords = {
  readonly title: (month: string) => string;
  readonly notFinal: string;
  readonly revision: (revision: number) => string;
  readonly general: (timeZone: string) => readonly string[];
  readonly noSlots: string;
  readonly joined: string;
  readonly left: (subjects: number) => string;
  readonly tables: {
    readonly [Name in TableName]: { readonly what: string; readonly columns: Columns<Name> };
  };
};
