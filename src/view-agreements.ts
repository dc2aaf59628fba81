import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import { seesAccount, type Actor } from "./core/access.ts";
import type { Agreement } from "./core/agreement.ts";
import type { AgreementLine, AgreementsModel, AgreementVersion } from "./core/agreement-views.ts";
import { sourceOf } from "./core/built-in-agreements.ts";
import { monthAt, monthBounds } from "./core/month.ts";
import type { Name } from "./core/region-name.ts";
import { compareText } from "./core/subject.ts";
import type { Target } from "./core/target.ts";
import { builtInAgreements } from "./core/to-agreement.ts";

const MOST_NAMED = 6;

/**
 * Every agreement with all of its versions and what it is counted for. An account manager is shown
 * those of their own targets alone: a name may tell of another account.
 */
export function viewAgreements(
  { config, clock }: { readonly config: Config; readonly clock: Pick<Clock, "nowMs"> },
  actor: Actor,
): AgreementsModel {
  const nowMs = clock.nowMs();
  const targets = config.targets.filter(({ account }) => seesAccount(actor, account));
  const users = new Map<string, Target[]>();
  for (const target of targets) {
    for (const id of new Set(target.agreements)) {
      users.set(id, [...(users.get(id) ?? []), target]);
    }
  }
  const ids = [...new Set(config.agreements.map(({ id }) => id))];
  const month = monthAt(nowMs, config.timeZone);
  return {
    nowMs,
    timeZone: config.timeZone,
    month,
    agreements: ids
      .filter((id) => actor.accounts === null || users.has(id))
      .map((id) => lineOf(config, { id, month, users: users.get(id) ?? [] }))
      .toSorted((a, b) => Number(b.targets > 0) - Number(a.targets > 0) || compareText(a.id, b.id)),
  };
}

function lineOf(
  config: Config,
  asked: { readonly id: string; readonly month: string; readonly users: readonly Target[] },
): AgreementLine {
  const { id, month, users } = asked;
  const terms = config.agreements
    .filter((one) => one.id === id)
    .toSorted((a, b) => a.fromMs - b.fromMs);
  // Months are counted by the version in force at their start.
  const present = terms.findLastIndex(
    ({ fromMs, timeZone }) => fromMs <= monthBounds(month, timeZone).fromMs,
  );
  const versions = terms.map((one, index): AgreementVersion => {
    const standing = index === present ? "present" : index < present ? "past" : "to-come";
    const untilMs = terms[index + 1]?.fromMs ?? null;
    return { terms: one, source: findSource(one), standing, untilMs };
  });
  return {
    id,
    versions: versions.toReversed(),
    targets: users.length,
    some: users.slice(0, MOST_NAMED).map((target) => target.id),
    products: [...new Set(users.map(({ product }) => product))].toSorted(compareText),
  };
}

/** One that inherits has no terms of its own: it stands where those it inherits stand. */
function findSource(terms: Agreement): Name {
  const [product] = terms.inherits;
  if (product === undefined) return sourceOf(terms);
  const builtIn = builtInAgreements(terms.timeZone).filter(({ fromMs }) => fromMs === terms.fromMs);
  const isBuiltIn = builtIn.some(
    ({ id, inherits }) => id === terms.id && inherits.join() === terms.inherits.join(),
  );
  const inherited = isBuiltIn ? builtIn.find(({ id }) => id === product) : undefined;
  return sourceOf(inherited ?? terms);
}
