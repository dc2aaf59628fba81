import type { Lang } from "../core/views.ts";

/** The texts of the page on which one waits for a form of a report. */
const en = {
  title: (format: string, month: string, who: string) => `${format} of the report ${month}: ${who}`,
  lead: "A closed month's report is rendered once and then kept: everybody gets the same bytes.",
  progress: "Being prepared",
  waiting: "It waits for its turn: reports are rendered one after the other.",
  waitingLong:
    "If it still waits after some minutes, no process runs that has the role recorder: tell your administrator.",
  active: "It is being prepared. This page shows by itself when it is ready.",
  made: "It is ready.",
  get: (format: string) => `Download the ${format}`,
  madeAt: "Made",
  digest: "SHA-256 of the file",
  failed: "It could not be prepared.",
  problems: {
    "too-large":
      "It needs more memory than one report may take. Have it for one account at a time, or as CSV or JSON.",
    other:
      "Try again. If it fails once more, the log of the service says why, at the job render-report.",
  },
  again: "Try again",
  back: "Back to the report",
};
export type ReportFileText = Readonly<typeof en>;

const zh: ReportFileText = {
  title: (format, month, who) => `${month}报告（${format}）：${who}`,
  lead: "已定稿月份的报告只生成一次并保存，所有人得到的文件完全相同。",
  progress: "生成进度",
  waiting: "正在排队：报告逐份生成。",
  waitingLong: "如果几分钟后仍在排队，说明没有运行承担 recorder 角色的进程，请联系管理员。",
  active: "正在生成，完成后本页会自动显示。",
  made: "已生成。",
  get: (format) => `下载 ${format}`,
  madeAt: "生成时间",
  digest: "文件的 SHA-256",
  failed: "生成失败。",
  problems: {
    "too-large": "所需内存超过单份报告的上限。请按账号分别下载，或下载 CSV、JSON。",
    other: "请重试。如果再次失败，服务日志中 render-report 任务的记录会说明原因。",
  },
  again: "重试",
  back: "返回报告",
};

export const reportFileText: Readonly<Record<Lang, ReportFileText>> = { en, zh };
