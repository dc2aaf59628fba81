import { may } from "../core/access.ts";
import { statesBefore, type ClaimStep } from "../core/claim.ts";
import type { ClaimLine } from "../core/report-views.ts";
import type { ComponentChildren } from "preact";
import { NOTHING_TYPED, PostForm, Refusal, TextField, type Typed } from "./form-parts.tsx";
import { instant } from "./format.ts";
import { Badge, type IconName, type Tone } from "./icons.tsx";
import { pageHref } from "./links.ts";
import { NO_STEP, Part, type ReportParts, type TypedStep } from "./reports-parts.tsx";

type ClaimLook = { readonly icon: IconName; readonly tone: Tone };
const LOOK: Readonly<Record<ClaimLine["state"], ClaimLook>> = {
  owed: { icon: "warn", tone: "minor" },
  acknowledged: { icon: "warn", tone: "minor" },
  submitted: { icon: "check", tone: "quiet" },
  credited: { icon: "check", tone: "good" },
  refused: { icon: "missed", tone: "missed" },
  lapsed: { icon: "missed", tone: "missed" },
  withdrawn: { icon: "dash", tone: "quiet" },
};

const MOST_CLAIMS = 40;

/** Those that somebody must do something about go first. */
function rankOf({ state }: ClaimLine): number {
  if (state === "owed" || state === "acknowledged") return 0;
  return state === "submitted" || state === "refused" ? 1 : 2;
}

/** The credits of the month and what became of them. */
export function Claims(props: ReportParts & { readonly typed: TypedStep }) {
  const { model, words } = props;
  const claims = model.claims.toSorted((a, b) => rankOf(a) - rankOf(b));
  const shown = claims.slice(0, MOST_CLAIMS);
  return (
    <Part id="claims" title={words.credits}>
      {claims.length === 0 ? (
        <p class="quiet">
          {model.report.status === "running" ? words.creditNotes.running : words.creditsNone}
        </p>
      ) : (
        <div class="card">
          {shown.map((claim) => (
            <Claim {...props} claim={claim} />
          ))}
          {claims.length > shown.length ? (
            <p class="more quiet">{words.moreClaims(claims.length - shown.length)}</p>
          ) : null}
        </div>
      )}
    </Part>
  );
}

function Claim(props: ReportParts & { readonly typed: TypedStep; readonly claim: ClaimLine }) {
  const { claim, model, speech, words, reader, typed } = props;
  const day = (ms: number) => instant(ms, model.timeZone).slice(0, 10);
  const { amount, currency, percent, state } = claim;
  const mayHandle = may({ ...reader, origin: "" }, "handle-claim");
  return (
    <div class="claim" id={`claim-${claim.id}`}>
      <div class="claim-head">
        <h3>{claim.subject}</h3>
        <span class="amount">
          {amount === null ? words.percentOfFee(percent) : `${amount} ${currency}`}
        </span>
        <Badge {...LOOK[state]} text={words.claimStates[state]} />
      </div>
      <p class="claim-notes">
        <span>{claim.agreement}</span>
        {model.report.account === null ? <span>{claim.account}</span> : null}
        {amount === null ? null : <span>{words.percentOfFee(percent)}</span>}
        <span>
          {words.window} {words.windowText(day(claim.claimFromMs), day(claim.claimUntilMs - 1))}
        </span>
        <WindowNote {...{ claim, words }} />
        {claim.reference === null ? null : <span>{words.reference(claim.reference)}</span>}
        {claim.submittedOn === null ? null : <span>{words.submittedOn(claim.submittedOn)}</span>}
        {claim.credited === null ? null : (
          <span>{words.creditedText(`${claim.credited} ${currency}`)}</span>
        )}
        {claim.refusal === null ? null : <span>{words.refusalText(claim.refusal)}</span>}
        {state === "withdrawn" ? null : (
          <a href={pageHref(`/claims/${claim.id}`, speech.lang)}>{words.claimFile}</a>
        )}
      </p>
      {claim.note === null ? null : (
        <p class="small quiet" lang="en">
          {claim.note}
        </p>
      )}
      {mayHandle ? (
        <Steps {...{ ...props, typed: typed.claim === claim.id ? typed : NO_STEP }} />
      ) : null}
    </div>
  );
}

/** How long there is left, while that matters. */
function WindowNote({ claim, words }: { readonly claim: ClaimLine } & Pick<ReportParts, "words">) {
  const { state, opensInDays, closesInDays } = claim;
  if (state !== "owed" && state !== "acknowledged") return null;
  if (opensInDays !== null) return <span>{words.opensIn(opensInDays)}</span>;
  if (closesInDays === null) return <span class="t-missed">{words.windowOver}</span>;
  return <span class="t-minor strong">{words.closesIn(closesInDays)}</span>;
}

const FOLDED = ["submit", "credit", "refuse"] as const;

type StepProps = ReportParts & { readonly typed: TypedStep; readonly claim: ClaimLine };

/** The steps that lead on from where the claim stands. */
function Steps(props: StepProps) {
  const { claim, words, speech } = props;
  const leads = (verb: ClaimStep["verb"]) => statesBefore(verb).includes(claim.state);
  const own = (verb: string): Typed => (props.typed.verb === verb ? props.typed : NOTHING_TYPED);
  const { lang } = speech;
  const steps = [
    leads("acknowledge") ? (
      <PostForm
        path={`/claims/${claim.id}/acknowledge`}
        lang={lang}
        reader={props.reader}
        class="plain-form"
        anchor={`claim-${claim.id}`}
      >
        <button type="submit" class="button primary">
          {words.acknowledge}
        </button>
      </PostForm>
    ) : null,
    leads("submit") ? (
      <Step {...props} verb="submit" title={words.submit} places={["reference", "on"]}>
        <div class="pair-of-fields">
          <TextField
            {...{ lang, typed: own("submit"), name: "reference", required: true }}
            id={`reference-${claim.id}`}
            label={words.referenceLabel}
            hint={words.referenceHint}
            value={claim.reference ?? ""}
          />
          <TextField
            {...{ lang, typed: own("submit"), name: "on", required: true, type: "date" as const }}
            id={`on-${claim.id}`}
            label={words.onLabel}
            value={claim.submittedOn ?? ""}
          />
        </div>
      </Step>
    ) : null,
    leads("credit") ? (
      <Step {...props} verb="credit" title={words.creditStep} places={["amount"]}>
        <TextField
          {...{ lang, typed: own("credit"), name: "amount", required: true }}
          id={`amount-${claim.id}`}
          label={words.amountLabel(claim.currency)}
          value={claim.amount ?? ""}
        />
      </Step>
    ) : null,
    leads("refuse") ? (
      <Step {...props} verb="refuse" title={words.refuse} places={["reason"]}>
        <TextField
          {...{ lang, typed: own("refuse"), name: "reason", required: true }}
          id={`reason-${claim.id}`}
          label={words.reasonLabel}
        />
      </Step>
    ) : null,
  ].filter((step) => step !== null);
  const { typed } = props;
  const isFolded = FOLDED.some((verb) => verb === typed.verb && leads(verb));
  if (steps.length === 0 && typed.problems.length === 0) return null;
  return (
    <>
      {isFolded ? null : <Refusal typed={typed} lang={lang} places={[]} isGone />}
      <div class="claim-steps">{steps}</div>
    </>
  );
}

function Step(
  props: StepProps & {
    readonly verb: "submit" | "credit" | "refuse";
    readonly title: string;
    readonly places: readonly string[];
    readonly children: ComponentChildren;
  },
) {
  const { claim, verb, title, places, typed, speech, reader, children } = props;
  const isThis = typed.verb === verb;
  return (
    <details class="act" open={isThis}>
      <summary>{title}</summary>
      {isThis ? <Refusal typed={typed} lang={speech.lang} places={places} /> : null}
      <PostForm
        path={`/claims/${claim.id}/${verb}`}
        lang={speech.lang}
        reader={reader}
        anchor={`claim-${claim.id}`}
      >
        {children}
        <p class="actions">
          <button type="submit" class="button primary">
            {title}
          </button>
        </p>
      </PostForm>
    </details>
  );
}
