import type { Lang, Reader } from "../core/views.ts";
import { renderDocument, type Speech } from "./document.tsx";
import { monthName } from "./format.ts";
import { pageHref } from "./links.ts";
import { reportPageHref } from "./reports.tsx";
import { reportsText } from "./reports-text.ts";
import { copyScript } from "./scripts.ts";
import { messages } from "./text.ts";

const en = {
  title: (subject: string, month: string) => `Claim for ${subject}, ${month}`,
  lead: "Ready to be pasted into the provider's ticket: the claim in English and in Chinese, and below it what it rests on.",
  text: "Text of the claim",
  copy: "Copy the text",
  copied: "Copied.",
  file: "As a file",
  back: "Back to the claim, to note when it was submitted",
};
type ClaimText = Readonly<typeof en>;

const zh: ClaimText = {
  title: (subject: string, month: string) => `${subject} 的索赔（${month}）`,
  lead: "可直接粘贴到云厂商的工单中：索赔正文为英文和中文，其后是所依据的证据。",
  text: "索赔正文",
  copy: "复制文本",
  copied: "已复制。",
  file: "下载为文件",
  back: "返回该索赔，登记提交日期",
};

const claimText: Readonly<Record<Lang, ClaimText>> = { en, zh };

export type ClaimTextModel = {
  readonly id: number;
  readonly month: string;
  readonly account: string;
  readonly subject: string;
  /** Markdown. */
  readonly text: string;
};

/** The page at `/claims/7`: what is sent to the provider, to be copied. */
export function renderClaimText(model: ClaimTextModel, lang: Lang, reader: Reader): string {
  const { id, month, account, subject, text } = model;
  const speech: Speech = { lang, t: messages[lang] };
  const words = claimText[lang];
  const reports = reportsText[lang];
  const title = words.title(subject, monthName(month, speech.t));
  const back = reportPageHref(lang, month, { account });
  return renderDocument({
    reader,
    path: "/reports",
    speech,
    title,
    otherHref: pageHref(`/claims/${id}`, lang === "en" ? "zh" : "en"),
    month,
    timeZoneNote: null,
    scripts: [copyScript.path],
    children: (
      <>
        <p class="crumbs">
          <a href={pageHref("/reports", lang)}>{reports.allReports}</a>
          <a href={back}>{reports.report}</a>
        </p>
        <div class="page-head">
          <h1>{title}</h1>
          <div class="page-tools">
            <button type="button" class="button primary" data-copy="claim-text" hidden>
              {words.copy}
            </button>
            <a class="button" href={pageHref(`/api/v1/claims/${id}/file`, lang)}>
              {words.file}
            </a>
            <span class="quiet" role="status" data-copied={words.copied}></span>
          </div>
        </div>
        <section class="card pad field claim-text">
          <label for="claim-text">{words.text}</label>
          <p class="hint">{words.lead}</p>
          <textarea id="claim-text" rows={24} readOnly spellcheck={false}>
            {text}
          </textarea>
          <p>
            <a href={`${back}#claim-${id}`}>{words.back}</a>
          </p>
        </section>
      </>
    ),
  });
}
