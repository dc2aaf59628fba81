import type { Lang } from "../core/views.ts";
import { kindText, reportWords } from "./report-words.ts";

/** The reasons for a revision that the service gives itself, and how they read in Chinese. */
const OWN: readonly (readonly [RegExp, (...parts: readonly string[]) => string])[] = [
  [/^the month is over$/u, () => "服务周期已结束"],
  [/^counted again$/u, () => "重新统计"],
  [/^late results of ([\d-]+) to ([\d-]+)$/u, (from, until) => `${from} 至 ${until} 的结果迟到`],
  [/^late results of ([\d-]+)$/u, (day) => `${day} 的结果迟到`],
  [
    /^exclusion (\d+) \(([a-z-]+)\) approved by (.+)$/u,
    (id, kind = "", name) => `除外时段 ${id}（${kindText(kind, reportWords.zh)}）由 ${name} 批准`,
  ],
  [/^exclusion (\d+) withdrawn by (.+)$/u, (id, name) => `除外时段 ${id} 由 ${name} 撤回`],
  [/^malfunction (\d+) reviewed$/u, (id) => `故障事件 ${id} 已复盘`],
  [/^malfunction (\d+) changed$/u, (id) => `故障事件 ${id} 有变更`],
  [/^malfunction (\d+) taken out$/u, (id) => `故障事件 ${id} 已移除`],
];

/** The kind of an exclusion as people read it. */
function plain(part: string): string {
  return part.replace(/(?<=^exclusion \d+ \()[a-z-]+(?=\))/u, (kind) =>
    kindText(kind, reportWords.en).toLowerCase(),
  );
}

/** Why a revision was made; what a person wrote stays as it is. */
export function closingReason(reason: string, lang: Lang): string {
  const own = reason.split("; ").map((part) => part.replace(/ by user:(\S+)$/u, " by $1"));
  const parts = own.map(ownReason);
  if (!parts.every((part) => part !== null)) return reason;
  return lang === "en" ? own.map(plain).join("; ") : parts.join("；");
}

function ownReason(part: string): string | null {
  for (const [pattern, write] of OWN) {
    const found = pattern.exec(part);
    if (found !== null) return write(...found.slice(1));
  }
  return null;
}
