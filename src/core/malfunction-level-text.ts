import { LEVELS, type Level, type MalfunctionRule, type MalfunctionRules } from "./malfunction.ts";
import { lengthText, malfunctionWords } from "./malfunction-text.ts";
import { productShort } from "./product-name.ts";
import type { Lang } from "./views.ts";

type LevelWords = {
  readonly title: string;
  readonly note: (percent: string) => string;
  readonly products: (names: string) => string;
  readonly regions: (n: number) => string;
  readonly targets: (n: number) => string;
  readonly lasts: (length: string) => string;
  readonly any: string;
  readonly byHand: string;
  readonly comma: string;
  readonly or: string;
  readonly within: (length: string) => string;
};

const en: LevelWords = {
  title: "What P1 to P4 mean",
  note: (percent) =>
    `From P1, the worst, to P4, the least: the first line that fits gives the level, and a person may set another. A loss of less than ${percent} % of the requests opens no malfunction.`,
  products: (names) => `of ${names}`,
  regions: (n) => `in ${n} regions or more`,
  targets: (n) => (n === 1 ? "1 target" : `${n} targets or more`),
  lasts: (length) => `for ${length} or longer`,
  any: "any other outage",
  byHand: "only when a person sets it",
  comma: ", ",
  or: ", or ",
  within: (length) => `somebody must answer within ${length}`,
};

const zh: LevelWords = {
  title: "P1 至 P4 的含义",
  note: (percent) =>
    `P1 最严重，P4 最轻微：按最先符合的一行定级，也可由人工改定。失败请求不足 ${percent} % 的损失不会成为故障事件。`,
  products: (names) => names,
  regions: (n) => `涉及 ${n} 个及以上地域`,
  targets: (n) => `涉及 ${n} 个${n === 1 ? "" : "及以上"}目标`,
  lasts: (length) => `持续 ${length}及以上`,
  any: "其他中断",
  byHand: "仅由人工设定",
  comma: "，",
  or: "；或",
  within: (length) => `须在 ${length}内响应`,
};

const TEXTS: Readonly<Record<Lang, LevelWords>> = { en, zh };

/** What the configuration's rules make of each level, in words: "in 2 regions or more". */
export function levelTexts({ rules, respondWithinMs }: MalfunctionRules, lang: Lang) {
  const words = TEXTS[lang];
  const length = (ms: number) => lengthText(ms, malfunctionWords[lang]);
  const ruleText = ({ products, regions, targets, lastsMs }: MalfunctionRule) => {
    const parts = [
      regions > 1 ? words.regions(regions) : "",
      targets > 1 ? words.targets(targets) : "",
      lastsMs > 0 ? words.lasts(length(lastsMs)) : "",
      products === null
        ? ""
        : words.products(products.map((id) => productShort(id, lang)).join(words.comma)),
    ].filter((part) => part !== "");
    return parts.length === 0 ? words.any : parts.join(words.comma);
  };
  const what = (level: Level) => {
    const mine = rules.filter((rule) => rule.level === level).map(ruleText);
    return mine.length === 0 ? words.byHand : mine.join(words.or);
  };
  const leastPpm = Math.min(...rules.map(({ badPpm }) => badPpm));
  return {
    title: words.title,
    note: rules.length === 0 ? null : words.note(String(leastPpm / 10_000)),
    levels: LEVELS.map((level) => ({
      level,
      what: what(level),
      within: words.within(length(respondWithinMs[level])),
    })),
  };
}
