// Duties: what is owed, by whom, under which clause, until when; and how a person meets them.
import { useSignal } from "@preact/signals";
import { addressOf, curlOf, get, type Schemas } from "../api";
import { useAct } from "../act";
import { now } from "../clock";
import { duration } from "../format";
import { centre, nameOf } from "../names";
import { useLoaded } from "../loading";
import { Link } from "../router";
import { isCsirt, session } from "../session";
import { hasWord, language, t, word } from "../text";
import { Button } from "./button";
import { Countdown, urgencyOf, When } from "./countdown";
import { CurlLine, Disclosure } from "./disclosure";
import { Dialog } from "./dialog";
import { isNoTime, noTime, RadioGroup, TextArea, TextField, TimeField, timeOf, type Choice } from "./field";
import { ProblemBanner, Shown } from "./states";
import { ExerciseMark, Tag } from "./tag";
import { Icon } from "./icon";

export type Duty = Schemas["Obligation"];

// A few words for a rule of an edition; what a page does not know, stands in the words of the law.
export function dutyName(rule: string, words: string): string {
  return hasWord("duty", rule) ? word("duty", rule, { centre: nameOf(centre()) || t("place.centre") }) : words || rule;
}
// The name that the editions give a rule: "2.2.4(2)(g)" with its sentence is "g.2", "2.2.4(3)(a)" is "3.a".
export function ruleOf(duty: { clause: string; sentence?: number }): string {
  const match = /\((\d)\)\((\w)\)(.*)$/.exec(duty.clause);
  if (!match) return "";
  const [, part, letter, rest] = match;
  if (part === "3") return `3.${letter}`;
  if (rest?.includes("decision")) return `${letter}.decide`;
  return duty.sentence ? `${letter}.${duty.sentence}` : letter!;
}

// The other way round, in words.
export function clauseOf(rule: string): string {
  const [letter, rest] = rule.split(".");
  if (letter === "3") return `2.2.4(3)(${rest})`;
  return `2.2.4(2)(${letter})${rest && rest !== "decide" ? t("duty.sentence", { number: rest }) : ""}`;
}

export const nameOfDuty = (duty: Duty) => dutyName(duty.rule, language.value === "ja" ? duty.words || duty.gloss_ja || duty.gloss : duty.gloss);

export function Clause({ duty }: { duty: { clause: string | null; sentence?: number } }) {
  if (!duty.clause) return null;
  return (
    <span class="dads-clause">
      {duty.clause.replace(" decision", "")}
      {duty.sentence ? t("duty.sentence", { number: duty.sentence }) : ""}
    </span>
  );
}

export function DutyState({ duty }: { duty: Duty }) {
  if (duty.state === "open") return <Countdown due={duty.due_at} of={t("duty.announced", { number: duty.number, duty: nameOfDuty(duty) })} />;
  const tone = duty.state === "fulfilled" ? (duty.late_by ? "soon" : "good") : "quiet";
  return (
    <span class="dads-row dads-row--tight">
      <Tag tone={tone} icon={duty.state === "fulfilled" ? "check" : undefined}>
        {word("duty_state", duty.state)}
      </Tag>
      {duty.late_by && <span class="dads-late">{t("duty.late_by", { span: duration(duty.late_by) })}</span>}
    </span>
  );
}

type Method = Schemas["FulfillmentCommand"]["method"];

function methodsOf(duty: Duty): Method[] {
  if (duty.inner && duty.rule !== "h.decide") return ["done"];
  if (duty.rule === "h") return session.value?.role === "csirt_head" ? ["police_report", "consultation", "decided_not_needed"] : ["police_report", "consultation"];
  if (duty.rule === "i") return ["telephone", "relay", "in_person"]; // the quickest means first
  if (duty.opens_on === "receipt") return ["relay", "telephone", "in_person"];
  return ["telephone", "in_person", "report"];
}

export function mayMeet(duty: Duty): boolean {
  const who = session.value;
  return !!who && duty.state === "open" && duty.holder === who.organization.id && isCsirt(who.role);
}

// Opens the dialog in which a duty is met. A duty that a judgement meets leads to the judgement.
export function MeetDuty({ duty, size = "small", kind = "outline", onDone }: { duty: Duty; size?: "small" | "medium"; kind?: "solid" | "outline"; onDone: () => void }) {
  const open = useSignal(false);
  if (!mayMeet(duty)) return null;
  if (duty.rule === "b" || duty.rule === "h.decide")
    return (
      <Link class="dads-button" data-kind={kind} data-size={size} to={`/desk/incidents/${duty.incident_id}?do=assess`}>
        <span>{t("duty.judge")}</span>
      </Link>
    );
  const done = () => {
    open.value = false;
    onDone();
  };
  return (
    <>
      <Button kind={kind} size={size} onClick={() => (open.value = true)}>
        {duty.rule === "g.3" ? t("duty.relay") : duty.inner ? t("duty.done") : t("duty.meet")}
      </Button>
      <Dialog title={nameOfDuty(duty)} open={open.value} onClose={() => (open.value = false)}>
        <MeetForm duty={duty} onDone={done} />
        <Disclosure summary={t("waiver.ask")}>
          <WaiverForm duty={duty} onDone={done} />
        </Disclosure>
      </Dialog>
    </>
  );
}

export function MeetForm({ duty, onDone }: { duty: Duty; onDone: (method: Method) => void }) {
  const methods = methodsOf(duty);
  const method = useSignal<Method>(methods[0]!);
  const note = useSignal("");
  const reference = useSignal("");
  const at = useSignal(noTime);
  const mistake = useSignal<string | null>(null);
  const act = useAct("/api/v1/obligations/{id}/fulfillments");
  const leaves = method.value === "relay" || method.value === "report";
  const noteNeeded = method.value === "decided_not_needed";
  const choices: Choice[] = methods.map((value) => ({ value, label: word("method", value) }));
  const body = () => ({
    method: method.value,
    ...(note.value.trim() ? { note: note.value.trim() } : {}),
    ...(reference.value.trim() && !leaves ? { reference: reference.value.trim() } : {}),
    ...(timeOf(at.value) && !leaves ? { at: timeOf(at.value)! } : {}),
  });
  const submit = async (event: Event) => {
    event.preventDefault();
    mistake.value = noteNeeded && !note.value.trim() ? t("duty.reason_needed") : null;
    if (mistake.value || (!isNoTime(at.value) && !timeOf(at.value))) return;
    if (await act.run({ id: duty.id }, body())) onDone(method.value);
  };
  return (
    <form class="dads-form dads-tight" onSubmit={submit} noValidate>
      <p class="dads-aside">
        {nameOf(duty.holder)} <Icon name="arrow" /> {duty.inner ? t("duty.inner") : nameOf(duty.recipient)} <Clause duty={duty} />
      </p>
      {act.problem && <ProblemBanner problem={act.problem} />}
      {choices.length > 1 && <RadioGroup label={t("duty.how")} value={method.value} onValue={(value) => (method.value = value as Method)} choices={choices} />}
      <TextArea label={noteNeeded ? t("duty.reason") : t("duty.note")} help={leaves ? t("duty.note_goes") : undefined} required={noteNeeded} mistake={mistake.value} value={note.value} onValue={(value) => ((note.value = value), (mistake.value = null))} rows={3} maxLength={4000} />
      {!leaves && (
        <Disclosure summary={t("duty.more")}>
          <div class="dads-form dads-tight">
            <TimeField label={t("duty.at")} help={t("duty.at_help")} value={at.value} onValue={(value) => (at.value = value)} mistake={!isNoTime(at.value) && !timeOf(at.value) ? t("time.not_understood") : null} />
            <TextField label={t("duty.reference")} value={reference.value} onValue={(value) => (reference.value = value)} width="medium" maxLength={100} />
          </div>
        </Disclosure>
      )}
      <div class="dads-row">
        <Button type="submit" busy={act.busy} icon={leaves ? "send" : "check"}>
          {leaves ? (method.value === "relay" ? t("duty.relay_press") : t("duty.send_press")) : t("duty.record_press")}
        </Button>
      </div>
      <CurlLine line={curlOf("POST", addressOf("/api/v1/obligations/{id}/fulfillments", { id: duty.id }), body())} />
    </form>
  );
}

// An exception is asked for by one and decided by another.
function WaiverForm({ duty, onDone }: { duty: Duty; onDone: () => void }) {
  const reason = useSignal("");
  const mistake = useSignal<string | null>(null);
  const act = useAct("/api/v1/obligations/{id}/waivers");
  const submit = async (event: Event) => {
    event.preventDefault();
    mistake.value = reason.value.trim() ? null : t("duty.reason_needed");
    if (mistake.value) return;
    if (await act.run({ id: duty.id }, { reason: reason.value.trim() })) onDone();
  };
  return (
    <form class="dads-form dads-tight" onSubmit={submit} noValidate>
      {act.problem && <ProblemBanner problem={act.problem} />}
      <TextArea label={t("duty.reason")} help={t("waiver.help")} required mistake={mistake.value} value={reason.value} onValue={(value) => ((reason.value = value), (mistake.value = null))} rows={3} maxLength={4000} />
      <div class="dads-row">
        <Button type="submit" kind="outline" busy={act.busy}>
          {t("waiver.press")}
        </Button>
      </div>
      <CurlLine line={curlOf("POST", addressOf("/api/v1/obligations/{id}/waivers", { id: duty.id }), { reason: reason.value.trim() })} />
    </form>
  );
}

export type Fulfillment = Schemas["Fulfillment"];

// Who met a duty, how, and what he wrote of it: "電話で連絡した 当直 ..." in a line, and the note under it.
export function Met({ how }: { how: Fulfillment }) {
  return (
    <>
      {hasWord("met", how.method) ? word("met", how.method) : word("method", how.method)}
      {how.by && (
        <>
          {t("list.dot")}
          <bdi>{how.by}</bdi>
        </>
      )}
      {how.reference && (
        <>
          {t("list.dot")}
          {t("duty.reference")} <bdi>{how.reference}</bdi>
        </>
      )}
      {how.note && (
        <span class="dads-written dads-said">
          <bdi>{how.note}</bdi>
        </span>
      )}
    </>
  );
}

// How a duty came to its end, and every exception that was asked for. Shown to who owes it and to whom it is owed.
function DutyRecord({ id, state }: { id: string; state: string }) {
  const read = useLoaded((signal) => get("/api/v1/obligations/{id}", { id }, {}, signal), [id, state]);
  return (
    <Shown of={read}>
      {({ fulfillment, waivers }) => (
        <>
          {fulfillment && (
            <p>
              <When at={fulfillment.at} full /> <Met how={fulfillment} />
            </p>
          )}
          {waivers.map((waiver) => (
            <div key={waiver.id}>
              <p>
                <Tag tone={waiver.decision === "pending" ? "soon" : "quiet"}>{word("waiver_decision", waiver.decision)}</Tag> <When at={waiver.asked_at} />
              </p>
              <p>
                {t("approvals.asked", { by: waiver.asked_by ?? t("person.unknown") })}
                <span class="dads-written dads-said">
                  <bdi>{waiver.reason}</bdi>
                </span>
              </p>
              {waiver.decided_at && (
                <p>
                  {t("waiver.decided", { by: waiver.decided_by ?? t("person.unknown") })} <When at={waiver.decided_at} />
                  <span class="dads-written dads-said">
                    <bdi>{waiver.decision_reason}</bdi>
                  </span>
                </p>
              )}
            </div>
          ))}
          {!fulfillment && !waivers.length && <p class="dads-aside">{t("duty.no_record")}</p>}
        </>
      )}
    </Shown>
  );
}

// The list of a page: the most urgent first, as the daemon gives them. `records`: how each was met can be opened.
export function DutyList({ duties, caption, withIncident, records, onDone }: { duties: Duty[]; caption: string; withIncident?: boolean; records?: boolean; onDone: () => void }) {
  const mine = session.value?.organization.id;
  return (
    <section class="dads-duties" aria-label={caption}>
      <ul>
        {duties.map((duty) => (
          <li key={duty.id} data-tone={duty.state === "open" ? urgencyOf(duty.due_at, now.value) : "over"}>
            <div class="dads-duties__clock">
              <DutyState duty={duty} />
              <small>
                {duty.state === "open" ? t("duty.target") : duty.fulfilled_at ? t("duty.met_at") : t("duty.target")} <When at={duty.state !== "open" && duty.fulfilled_at ? duty.fulfilled_at : duty.due_at} />
              </small>
            </div>
            <div class="dads-duties__what">
              <p class="dads-duties__name">
                {duty.exercise && <ExerciseMark />} {nameOfDuty(duty)}
              </p>
              <p class="dads-duties__who">
                <span>{nameOf(duty.holder)}</span>
                {duty.inner ? (
                  <span class="dads-clause">{t("duty.inner")}</span>
                ) : (
                  <>
                    <Icon name="arrow" />
                    <span>{nameOf(duty.recipient)}</span>
                  </>
                )}
                <Clause duty={duty} />
                {withIncident && <Link to={`/desk/incidents/${duty.incident_id}`}>{duty.number}</Link>}
              </p>
              {records && !duty.self && (duty.state !== "open" || !duty.inner) && (duty.holder === mine || duty.recipient === mine) && (
                <Disclosure summary={t("duty.record")} later>
                  <DutyRecord id={duty.id} state={duty.state} />
                </Disclosure>
              )}
            </div>
            <div class="dads-duties__act dads-no-print">
              <MeetDuty duty={duty} onDone={onDone} />
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
