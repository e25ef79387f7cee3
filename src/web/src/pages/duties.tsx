// What the body owes, with clocks; what waits for a decision of a second person; what it waits for itself.
import { useSignal } from "@preact/signals";
import { addressOf, curlOf, get, getAll, type Schemas } from "../api";
import { useAct } from "../act";
import { Banner } from "../components/banner";
import { Button, ButtonLink } from "../components/button";
import { Countdown, When } from "../components/countdown";
import { CurlLine } from "../components/disclosure";
import { DutyList, nameOfDuty, type Duty } from "../components/duty";
import { RadioGroup, TextArea } from "../components/field";
import { Heading } from "../components/shell";
import { Empty, ProblemBanner, Shown } from "../components/states";
import { now } from "../clock";
import { nameOf } from "../names";
import { Link } from "../router";
import { isCsirt, mayReport, session } from "../session";
import { useLoaded } from "../loading";
import { t, word } from "../text";

const most = 400;
const day = 86_400_000;
const approvers = new Set(["csirt_member", "csirt_head", "external_contact", "exception_officer", "ciso", "section_officer"]);

export function Duties() {
  const who = session.value!;
  const mine = useLoaded((signal) => getAll<Duty>("/api/v1/obligations", {}, { state: "open" }, most, signal), [who.organization.id], (event) => event.kind === "event");
  return (
    <>
      <Heading title={t("duties.title", { body: nameOf(who.organization.id) })} lead={t("duties.lead")} actions={isCsirt(who.role) && <ButtonLink to="/desk/report" size="large" icon="pen">{t("place.report")}</ButtonLink>} />
      {approvers.has(who.role) && <Approvals />}
      <Shown of={mine}>
        {({ items, cut }) => {
          const own = items.filter((duty) => duty.holder === who.organization.id);
          const overdue = own.filter((duty) => Date.parse(duty.due_at) < now.value);
          const soon = own.filter((duty) => Date.parse(duty.due_at) >= now.value && Date.parse(duty.due_at) < now.value + day);
          const later = own.filter((duty) => Date.parse(duty.due_at) >= now.value + day);
          const awaited = items.filter((duty) => duty.holder !== who.organization.id && duty.recipient === who.organization.id && !duty.inner);
          return (
            <>
              {overdue.length > 0 && <Banner tone="error" title={t("duties.late", { number: overdue.length })} />}
              {cut && <Banner tone="info" title={t("list.cut", { most })} />}
              {own.length === 0 && (
                mayReport(who.role) ? (
                  <Empty title={t("duties.none")}>
                    <p>{t("duties.none_detail")}</p>
                    <ButtonLink to="/desk/report">{t("place.report")}</ButtonLink>
                    <p>
                      <code>noroshi report submit FILE</code>
                    </p>
                  </Empty>
                ) : (
                  <Empty title={t("duties.none_own")} />
                )
              )}
              {overdue.length > 0 && (
                <section class="dads-section">
                  <h2>{t("duties.overdue")}</h2>
                  <DutyList caption={t("duties.overdue")} duties={overdue} withIncident onDone={mine.again} />
                </section>
              )}
              {soon.length > 0 && (
                <section class="dads-section">
                  <h2>{t("duties.soon")}</h2>
                  <DutyList caption={t("duties.soon")} duties={soon} withIncident onDone={mine.again} />
                </section>
              )}
              {later.length > 0 && (
                <section class="dads-section">
                  <h2>{t("duties.later")}</h2>
                  <DutyList caption={t("duties.later")} duties={later} withIncident onDone={mine.again} />
                </section>
              )}
              {awaited.length > 0 && (
                <section class="dads-section">
                  <h2>{t("duties.awaited")}</h2>
                  <DutyList caption={t("duties.awaited")} duties={awaited} withIncident onDone={mine.again} />
                </section>
              )}
              <CurlLine line={curlOf("GET", addressOf("/api/v1/obligations", {}, { state: "open" }))} />
            </>
          );
        }}
      </Shown>
    </>
  );
}

// What another person asked for and this one may decide.
function Approvals() {
  const waiting = useLoaded((signal) => get("/api/v1/approvals", {}, {}, signal), [], (event) => event.kind === "event");
  const items = waiting.value?.items ?? [];
  if (!items.length) return waiting.problem ? <ProblemBanner problem={waiting.problem} again={waiting.again} /> : null;
  return (
    <section class="dads-section">
      <h2>{t("approvals.title")}</h2>
      <ul class="dads-cards">
        {items.map((approval) => (
          <li class="dads-panel" key={approval.id}>
            <h3>
              {word("approval", approval.kind)} {approval.incident_id && <Link to={`/desk/incidents/${approval.incident_id}`}>{approval.number}</Link>}
            </h3>
            <p class="dads-written">
              <bdi>{approval.reason}</bdi>
            </p>
            <p class="dads-aside">
              {t("approvals.asked", { by: approval.asked_by ?? t("person.unknown") })} <When at={approval.asked_at} />
            </p>
            {approval.may_decide && approval.kind === "waiver" && approval.obligation_id ? <DecideWaiver obligation={approval.obligation_id} waiver={approval.id} onDone={waiting.again} /> : <p class="dads-aside">{approval.by_oneself ? t("approvals.own") : t("approvals.other", { role: word("role", approval.role) })}</p>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function DecideWaiver({ obligation, waiver, onDone }: { obligation: string; waiver: string; onDone: () => void }) {
  const decision = useSignal<"approved" | "rejected" | "">("");
  const reason = useSignal("");
  const mistakes = useSignal<{ decision?: string | undefined; reason?: string | undefined }>({});
  const act = useAct("/api/v1/obligations/{id}/waivers/{waiver}/decision");
  const duty = useLoaded((signal) => get("/api/v1/obligations/{id}", { id: obligation }, {}, signal), [obligation]);
  const submit = async (event: Event) => {
    event.preventDefault();
    mistakes.value = { ...(decision.value ? {} : { decision: t("approvals.choose") }), ...(reason.value.trim() ? {} : { reason: t("duty.reason_needed") }) };
    if (Object.keys(mistakes.value).length || !decision.value) return;
    if (await act.run({ id: obligation, waiver }, { decision: decision.value, reason: reason.value.trim() })) onDone();
  };
  return (
    <form class="dads-form dads-tight dads-top" onSubmit={submit} noValidate>
      {duty.value && (
        <p>
          {nameOfDuty(duty.value as Schemas["Obligation"])} <Countdown due={(duty.value as Schemas["Obligation"]).due_at} />
        </p>
      )}
      {act.problem && <ProblemBanner problem={act.problem} />}
      <RadioGroup label={t("approvals.decision")} layout="line" value={decision.value} mistake={mistakes.value.decision} onValue={(value) => ((decision.value = value as "approved"), (mistakes.value = { ...mistakes.value, decision: undefined }))} choices={[{ value: "approved", label: t("approvals.approve") }, { value: "rejected", label: t("approvals.reject") }]} />
      <TextArea label={t("duty.reason")} required mistake={mistakes.value.reason} rows={2} value={reason.value} onValue={(value) => ((reason.value = value), (mistakes.value = { ...mistakes.value, reason: undefined }))} maxLength={4000} />
      <div class="dads-row">
        <Button type="submit" busy={act.busy}>
          {t("approvals.press")}
        </Button>
      </div>
      <CurlLine line={curlOf("POST", addressOf("/api/v1/obligations/{id}/waivers/{waiver}/decision", { id: obligation, waiver }), { decision: decision.value || "approved", reason: reason.value.trim() })} />
    </form>
  );
}
