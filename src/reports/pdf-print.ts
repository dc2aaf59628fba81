import type { Content } from "pdfmake";
import type { MonthDocument } from "../core/month-document.ts";
import { reportState } from "../core/report-state.ts";
import type { Lang } from "../core/views.ts";
import { ownerText, toneOf } from "./cover-facts.ts";
import { renderJson } from "./json.ts";
import { coverContent, sizeNote } from "./pdf-cover.ts";
import { creditSections } from "./pdf-credits.ts";
import {
  chartSections,
  placesSection,
  subjectsSection,
  timelinesSection,
  trendSection,
  type Making,
} from "./pdf-figures.ts";
import { printFrame } from "./pdf-frame.ts";
import { changesSection, methodSection, proofSection } from "./pdf-method.ts";
import { operatorSections } from "./pdf-operator.ts";
import { TONE_PAINT } from "./pdf-parts.ts";
import { exclusionSections, malfunctionsSection, outagesSection } from "./pdf-troubles.ts";
import { instantText, monthText } from "./report-words-facts.ts";
import { reportWords } from "./report-words.ts";

/** The report as PDF/A-3b with its JSON embedded, as it was signed. */
export function printPdf(document: MonthDocument, lang: Lang): Promise<Uint8Array> {
  const words = reportWords[lang];
  const { report, timeZone } = document;
  const { month, revision, proof, closing, settledUntil } = report;
  const isFinal = closing !== null;
  const [monthName, owner] = [monthText(month, words), ownerText(document, words)];
  const name = attachmentName(document);
  const state = isFinal ? words.revision(revision) : words.statuses[reportState(report)];
  return printFrame({
    words,
    orientation: "portrait",
    title: `${words.title} ${monthName} ${owner}`,
    keywords: `${month} ${revision} ${lang} ${proof.digest}`,
    at: new Date(closing?.at ?? settledUntil),
    paint: TONE_PAINT[toneOf(report)],
    caveat: isFinal ? "" : words.notFinal(instantText(settledUntil, timeZone)),
    head: `${words.title} · ${monthName} · ${owner}`,
    foot: `${state} · ${proof.digest.slice(0, 23)}`,
    content: contentOf({ document, lang, words }, name),
    json: { name, text: renderJson(report) },
  });
}

function contentOf(making: Making, attachment: string): Content[] {
  const { document, words } = making;
  return [
    ...coverContent(document, words),
    ...sizeNote(document, words),
    ...operatorSections(making),
    ...placesSection(making),
    ...chartSections(making),
    ...creditSections(making),
    ...subjectsSection(making),
    ...outagesSection(making),
    ...malfunctionsSection(making),
    ...exclusionSections(making),
    ...timelinesSection(making),
    ...trendSection(making),
    ...changesSection(making),
    ...methodSection(making),
    ...proofSection(making, attachment),
  ];
}

/** Of plain letters, whatever the account's name: readers save it under this name. */
function attachmentName({ report }: MonthDocument): string {
  const account = report.account === null ? "" : `-${report.account.replaceAll(/[^\w.-]/gu, "_")}`;
  return `report-${report.month}${account}-revision-${report.revision}.json`;
}
