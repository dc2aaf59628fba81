import type { ClaimState } from "./claim.ts";
import type { Lang } from "./views.ts";

/** What the pages, the files and the errors call the states of a claim. */
export const claimStates: Readonly<Record<Lang, Readonly<Record<ClaimState, string>>>> = {
  en: {
    owed: "to claim",
    acknowledged: "being claimed",
    submitted: "submitted",
    credited: "credited",
    refused: "refused",
    lapsed: "lapsed",
    withdrawn: "withdrawn",
  },
  zh: {
    owed: "待索赔",
    acknowledged: "索赔中",
    submitted: "已提交",
    credited: "已赔付",
    refused: "被拒",
    lapsed: "已过期",
    withdrawn: "已撤销",
  },
};
