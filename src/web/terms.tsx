import type { Agreement } from "../core/agreement.ts";
import { durationText } from "../core/duration-text.ts";
import type { Fraction } from "../core/fraction.ts";
import type { Speech } from "./document.tsx";
import { instant, percent } from "./format.ts";
import type { Messages } from "./messages.ts";

/** The agreement's rules in words. */
export function TermsSection({
  terms,
  speech,
}: {
  readonly terms: Agreement;
  readonly speech: Speech;
}) {
  const { t } = speech;
  const rows = [[t.termNames.agreement, terms.id] as const, ...termRows(terms, t)];
  return (
    <details class="card pad terms">
      <summary>
        <h2>{t.terms}</h2>{" "}
        <span class="quiet">
          {[terms.id, `${terms.objectivePercent} %`, durationText(terms.slotMs / 1000, t)].join(
            ", ",
          )}
        </span>
      </summary>
      <dl class="pairs">
        {rows.map(([name, value]) => (
          <div>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function share(fraction: Fraction): string {
  return percent((Number(fraction.num) / Number(fraction.den)) * 100);
}

/** The rules as names and texts. */
export function termRows(terms: Agreement, t: Messages): readonly (readonly [string, string])[] {
  const names = t.termNames;
  const threshold = terms.threshold === null ? "" : share(terms.threshold);
  return [
    [names.holdsFrom, instant(terms.fromMs, terms.timeZone).slice(0, 10)],
    [t.objectiveLabel, `${terms.objectivePercent} %`],
    [names.method, t.method(terms, threshold)],
    [names.slot, durationText(terms.slotMs / 1000, t)],
    [names.scope, t.scopes[terms.scope]],
    ...(terms.method === "all-failed" ? [[names.quorum, t.quorums[terms.quorum]] as const] : []),
    ...(terms.minStretch > 1 ? [[names.minStretch, t.stretch(terms.minStretch)] as const] : []),
    [names.exclusion, t.exclusionRules[terms.exclusion]],
    [names.noData, t.noDataRules[terms.noData]],
    [names.minCoverage, share(terms.minCoverage)],
    ...(terms.credits.length === 0
      ? []
      : [
          [
            names.credits,
            terms.credits
              .map((tier) => t.credit(tier.belowPercent, tier.creditPercent))
              .join(" · "),
          ] as const,
        ]),
  ];
}
