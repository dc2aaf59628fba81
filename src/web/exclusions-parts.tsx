import type { Exclusion, ExclusionScope, ExclusionState } from "../core/exclusion.ts";
import { productShort } from "../core/product-name.ts";
import { regionName } from "../core/region-name.ts";
import { Time, type Speech } from "./document.tsx";
import { instant } from "./format.ts";
import { Badge, type IconName, type Tone } from "./icons.tsx";
import { exclusionsText, type ExclusionsText } from "./exclusions-text.ts";

const LOOK: Readonly<Record<ExclusionState, { readonly icon: IconName; readonly tone: Tone }>> = {
  proposed: { icon: "warn", tone: "minor" },
  approved: { icon: "check", tone: "good" },
  rejected: { icon: "missed", tone: "quiet" },
  withdrawn: { icon: "dash", tone: "quiet" },
};

export function StateBadge({
  state,
  words,
}: {
  readonly state: ExclusionState;
  readonly words: ExclusionsText;
}) {
  return <Badge {...LOOK[state]} text={words.states[state]} />;
}

const MOST_NAMED = 4;

/** A scope in words, cut to a few names. */
export function scopeText(
  scope: ExclusionScope,
  { lang }: Speech,
  most: number = MOST_NAMED,
): string {
  const words = exclusionsText[lang];
  const listed = (names: readonly string[]) => {
    const more = names.length - most;
    const named = names.slice(0, most).join(lang === "zh" ? "、" : ", ");
    return more > 0 ? `${named} ${words.more(more)}` : named;
  };
  if ("all" in scope) return words.scopeAll;
  if ("account" in scope) return words.scopeAccount(scope.account);
  if ("targets" in scope) return listed(scope.targets);
  const products = scope.products?.map((product) => productShort(product, lang));
  const regions = scope.regions?.map((region) => regionName(region)[lang]);
  return words.scopeIn(
    products === undefined ? words.everyProduct : listed(products),
    regions === undefined ? words.everyRegion : listed(regions),
  );
}

/** From and until, the day named once where it is one. */
export function Span(props: {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly zone: string;
}) {
  const { fromMs, untilMs, zone } = props;
  const [from, until] = [instant(fromMs, zone), instant(untilMs, zone)];
  const isOneDay = from.slice(0, 10) === until.slice(0, 10);
  return (
    <span class="nowrap">
      <Time ms={fromMs} zone={zone} />
      {" – "}
      <time dateTime={new Date(untilMs).toISOString()}>{isOneDay ? until.slice(11) : until}</time>
    </span>
  );
}

/** Whether the texts of an exclusion recur. */
export function Recurs({
  exclusion,
  words,
}: {
  readonly exclusion: Exclusion;
  readonly words: ExclusionsText;
}) {
  return exclusion.recurrence === null ? null : <span class="pill">{words.recurs}</span>;
}
