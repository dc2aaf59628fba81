import { DateTime } from "luxon";
import { changeFieldText } from "./change-field-text.ts";
import { cutDecimal } from "./duration-text.ts";
import { malfunctionWords } from "./malfunction-text.ts";
import type { ReportChange } from "./report.ts";
import type { Lang } from "./views.ts";

const en = {
  added: "new in the report",
  removed: "no longer in the report",
  malfunction: (id: string) => `malfunction ${id}`,
  verdicts: {
    met: "met",
    missed: "missed",
    "insufficient-data": "too little data",
  } satisfies Readonly<Record<string, string>>,
  listOf: (parts: readonly string[]) => parts.join(", "),
};

const zh: Readonly<typeof en> = {
  added: "新增",
  removed: "已移除",
  malfunction: (id) => `故障事件 ${id}`,
  verdicts: { met: "达标", missed: "未达标", "insufficient-data": "数据不足" },
  listOf: (parts) => parts.join("、"),
};

const words: Readonly<Record<Lang, Readonly<typeof en>>> = { en, zh };

/** A change from one revision to the next, as people read it. */
export type ChangeText = {
  readonly subject: string;
  /** What changed of it, or that it came or went. */
  readonly what: string;
  /** Null for nothing, and where it came or went. */
  readonly before: string | null;
  readonly after: string | null;
};

/** A change of `diffReports` in words; the report itself keeps the names and values of its JSON. */
export function changeText(
  change: ReportChange,
  { lang, timeZone }: { readonly lang: Lang; readonly timeZone: string },
): ChangeText {
  const { malfunction, added, removed } = words[lang];
  const [, id] = /^malfunction:(.+)$/u.exec(change.subject) ?? [];
  const subject = id === undefined ? change.subject : malfunction(id);
  const { field, before, after } = change;
  if (field === null) {
    return { subject, what: before === null ? added : removed, before: null, after: null };
  }
  const shown = (value: string | null) =>
    value === null || value === "" ? null : valueText(field, value, { lang, timeZone });
  const what = changeFieldText[lang][field] ?? field;
  return { subject, what, before: shown(before), after: shown(after) };
}

function valueText(
  field: string,
  value: string,
  { lang, timeZone }: { readonly lang: Lang; readonly timeZone: string },
): string {
  const { verdicts, listOf } = words[lang];
  const known: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    verdict: verdicts,
    state: malfunctionWords[lang].states,
  };
  const word = known[field]?.[value];
  if (word !== undefined) return word;
  if (field.endsWith("Percent")) return `${value} %`;
  if (field === "bad") return fractionText(value);
  if (field === "exclusions" || field === "targets") return listOf(value.split(" "));
  if (field === "from" || field === "until") {
    return DateTime.fromISO(value, { zone: timeZone }).toFormat("yyyy-MM-dd HH:mm");
  }
  return shortened(value);
}

/** "21/5 = 4.2", "41/60 ≈ 0.683". */
function fractionText(value: string): string {
  const [num = "0", den] = value.split("/");
  if (den === undefined) return value;
  const isExact = (BigInt(num) * 1000n) % BigInt(den) === 0n;
  return `${value} ${isExact ? "=" : "≈"} ${cutDecimal(Number(num) / Number(den), 3)}`;
}

const LONGEST = 120;

/** The text of a review, as a line. */
function shortened(text: string): string {
  const characters = Array.from(text.replaceAll(/\s+/gu, " "));
  return characters.length <= LONGEST
    ? characters.join("")
    : `${characters.slice(0, LONGEST - 1).join("")}…`;
}
