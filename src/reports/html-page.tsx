import type { VNode } from "preact";
import { renderToString } from "preact-render-to-string";
import type { MonthDocument } from "../core/month-document.ts";
import { reportState } from "../core/report-state.ts";
import type { Lang } from "../core/views.ts";
import { Budgets, HeatMap, Timelines, Trend } from "./html-charts.tsx";
import { Cover } from "./html-cover.tsx";
import { Operator, Places, Subjects } from "./html-figures.tsx";
import { Changes, Method, Proof } from "./html-method.tsx";
import type { Making } from "./html-parts.tsx";
import { Credits, Exclusions, Malfunctions, Outages } from "./html-troubles.tsx";
import { htmlWords } from "./html-words.ts";
import { instantText, monthText } from "./report-words-facts.ts";
import { reportWords } from "./report-words.ts";

/** The body of the page, as HTML. */
export function bodyHtml(document: MonthDocument, lang: Lang): string {
  const making: Making = { document, lang, words: reportWords[lang], own: htmlWords[lang] };
  const sections = SECTIONS.map((section) => renderToString(section(making))).join("\n");
  const cover = renderToString(<Cover {...making} />);
  const contents = renderToString(<Contents {...{ making, links: linksOf(sections) }} />);
  const foot = renderToString(<Foot {...making} />);
  return `${cover}\n${contents}\n<main>${sections}</main>\n${foot}`;
}

const SECTIONS: readonly ((making: Making) => VNode)[] = [
  (making) => <Operator {...making} />,
  (making) => <Places {...making} />,
  (making) => <HeatMap {...making} />,
  (making) => <Budgets {...making} />,
  (making) => <Credits {...making} />,
  (making) => <Subjects {...making} />,
  (making) => <Outages {...making} />,
  (making) => <Malfunctions {...making} />,
  (making) => <Exclusions {...making} />,
  (making) => <Timelines {...making} />,
  (making) => <Trend {...making} />,
  (making) => <Changes {...making} />,
  (making) => <Method {...making} />,
  (making) => <Proof {...making} />,
];

type Link = { readonly id: string; readonly title: string };

/** Of the sections that there are; their titles are words of ours, and escaped already. */
function linksOf(html: string): Link[] {
  return [...html.matchAll(/<section id="([a-z]+)"><h2>([^<]*)<\/h2>/gu)].map(
    ([, id = "", title = ""]) => ({ id, title }),
  );
}

function Contents({ making, links }: { readonly making: Making; readonly links: readonly Link[] }) {
  const { own } = making;
  return (
    <nav aria-label={own.contents}>
      <ul>
        {links.map(({ id, title }) => (
          <li>
            <a href={`#${id}`} dangerouslySetInnerHTML={{ __html: title }} />
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Foot({ document, words }: Making) {
  const { report, timeZone } = document;
  const parts = [
    `${words.title} · ${monthText(report.month, words)}`,
    report.closing === null
      ? words.statuses[reportState(report)]
      : `${words.columns.revision} ${report.revision}`,
    words.timesIn(timeZone),
    report.proof.digest,
  ];
  return (
    <footer>
      {report.closing === null ? (
        <p class="not-final">{words.notFinal(instantText(report.settledUntil, timeZone))}</p>
      ) : null}
      <p>{parts.join(" · ")}</p>
    </footer>
  );
}
