import type { Message, MessageStatus } from "../core/message.ts";

const STATUS_WORDS = {
  en: {
    opened: "Open",
    update: "Update",
    resolved: "Resolved",
    notice: "Notice",
    digest: "Digest",
    test: "Test",
  },
  zh: {
    opened: "发生",
    update: "更新",
    resolved: "恢复",
    notice: "通知",
    digest: "汇总",
    test: "测试",
  },
} as const satisfies Record<Message["lang"], Record<MessageStatus, string>>;

/** One word for where a message stands. */
export function statusWord({ lang, status }: Message): string {
  return STATUS_WORDS[lang][status];
}

/** Whether it belongs to something that opens and ends; the others stand alone. */
export function isLasting({ status }: Message): boolean {
  return status === "opened" || status === "update" || status === "resolved";
}

/**
 * At most so many UTF-16 units, which is how receivers count; what is cut ends in "…". No character
 * is cut in half.
 */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, limit - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
