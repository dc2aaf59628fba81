import type { Agreement } from "../core/agreement.ts";
import { subjectKey, type MonthDocument } from "../core/month-document.ts";
import { compareText } from "../core/subject.ts";
import type { Lang } from "../core/views.ts";
import { instantText, methodText } from "./report-words-facts.ts";
import { reportWords } from "./report-words.ts";

/** How one agreement is counted, or one of the terms that subjects under it inherit. */
export type MethodPart = {
  readonly agreement: string;
  /** Objective, since when, and of an agreement with several terms whose they are. */
  readonly facts: readonly string[];
  readonly lines: readonly string[];
};

export type MethodParts = {
  /** What holds for all of them. */
  readonly common: readonly string[];
  readonly parts: readonly MethodPart[];
};

const NAMES = 12;

type Counted = {
  readonly agreement: string;
  readonly terms: Agreement | null;
  readonly lines: readonly string[];
  readonly subjects: string[];
};

/** The method of each agreement of the report, in the order of their ids. */
export function methodParts(document: MonthDocument, lang: Lang): MethodParts {
  const words = reportWords[lang];
  const counted = countedBy(document, lang);
  const several = new Set(
    counted
      .filter(({ agreement }, index) =>
        counted.some((other, place) => place !== index && other.agreement === agreement),
      )
      .map(({ agreement }) => agreement),
  );
  const texts = counted.flatMap(({ terms, lines }) => (terms === null ? [] : [lines]));
  const isCommon = (line: string) =>
    texts.length > 1 && texts.every((lines) => lines.includes(line));
  const parts = counted.map(({ agreement, terms, lines, subjects }): MethodPart => {
    const left = subjects.length - NAMES;
    const names = words.listOf(subjects.slice(0, NAMES)) + (left > 0 ? ` +${left}` : "");
    return {
      agreement,
      facts: [
        ...(terms === null ? [] : [`${terms.objectivePercent} %`, ...inForce(terms, lang)]),
        ...(several.has(agreement) ? [words.method.holdsFor(names)] : []),
      ],
      lines: terms === null ? lines : lines.filter((line) => !isCommon(line)),
    };
  });
  return { common: (texts[0] ?? []).filter(isCommon), parts };
}

/** The subjects of each agreement, by the words of their terms: equal ones are one. */
function countedBy({ report, terms }: MonthDocument, lang: Lang): Counted[] {
  const known = new Map<string, Counted>();
  const texts = new Map<Agreement, readonly string[]>();
  for (const subject of report.subjects) {
    const own = terms.get(subjectKey(subject)) ?? null;
    const lines =
      own === null ? [reportWords[lang].method.unknown] : (texts.get(own) ?? methodText(own, lang));
    if (own !== null) texts.set(own, lines);
    const key = JSON.stringify([subject.agreement, own?.fromMs ?? null, lines]);
    const same = known.get(key);
    if (same === undefined) {
      const { agreement, id } = subject;
      known.set(key, { agreement, terms: own, lines, subjects: [id] });
    } else {
      same.subjects.push(subject.id);
    }
  }
  return [...known.values()].toSorted((a, b) => compareText(a.agreement, b.agreement));
}

/** Nothing for terms that have always held. */
function inForce({ fromMs, timeZone }: Agreement, lang: Lang): string[] {
  if (fromMs <= 0) return [];
  const from = instantText(new Date(fromMs).toISOString(), timeZone);
  return [reportWords[lang].method.inForce(from.slice(0, 10))];
}
