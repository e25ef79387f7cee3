// What the body owes, with clocks; what waits for a decision of a second person; what it waits for itself.
import { Fragment } from "preact";
import { addressOf, curlOf, get, getAll, type Schemas } from "../api";
import { Banner } from "../components/banner";
import { ButtonLink } from "../components/button";
import { Countdown, When } from "../components/countdown";
import { CurlLine } from "../components/disclosure";
import { Decide } from "../components/decide";
import { DutyList, nameOfDuty, type Duty } from "../components/duty";
import { Icon } from "../components/icon";
import { Heading } from "../components/shell";
import { Empty, ProblemBanner, Shown } from "../components/states";
import { LabelMark } from "../components/tag";
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
            {approval.may_decide ? (
              <Deciding approval={approval} onDone={waiting.again} />
            ) : (
              <p class="dads-aside">{approval.by_oneself ? t("approvals.own") : t("approvals.other", { role: approval.role.split(", ").map((role) => word("role", role)).join(t("list.and")) })}</p>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

// What is decided; it can be, once it is read.
type Asked =
  | { kind: "waiver"; duty: Schemas["Obligation"] }
  | { kind: "annex"; annex: Schemas["Annex"] }
  | { kind: "sealing_key"; key: Schemas["SealingKey"] }
  | { kind: "endpoint"; endpoint: Schemas["Endpoint"] }
  | { kind: "relay_switch"; on: boolean }
  | { kind: "label_change"; from: Schemas["IncidentDetail"]["label"]; to: Schemas["LabelChange"] }
  | { kind: "erasure" }
  | { kind: "gone" };

async function readAsked(approval: Schemas["Approval"], signal: AbortSignal): Promise<Asked> {
  const { id } = approval;
  switch (approval.kind) {
    case "waiver":
      return { kind: "waiver", duty: (await get("/api/v1/obligations/{id}", { id: approval.obligation_id! }, {}, signal)) as Schemas["Obligation"] };
    case "annex":
      return { kind: "annex", annex: await get("/api/v1/annexes/{id}", { id }, {}, signal) };
    case "sealing_key": {
      const key = (await get("/api/v1/sealing-keys", {}, {}, signal)).items.find((one) => one.id === id);
      return key ? { kind: "sealing_key", key } : { kind: "gone" };
    }
    case "endpoint":
      return { kind: "endpoint", endpoint: await get("/api/v1/endpoints/{id}", { id }, {}, signal) };
    case "relay_switch": {
      const asked = (await get("/api/v1/relay-switch", {}, {}, signal)).requests.find((one) => one.id === id);
      return asked ? { kind: "relay_switch", on: asked.switched_on } : { kind: "gone" };
    }
    case "label_change": {
      const incident = await get("/api/v1/incidents/{id}", { id: approval.incident_id! }, {}, signal);
      const to = incident.label_changes.find((one) => one.id === id);
      return to ? { kind: "label_change", from: incident.label, to } : { kind: "gone" };
    }
    case "erasure":
      return { kind: "erasure" };
  }
}

function Deciding({ approval, onDone }: { approval: Schemas["Approval"]; onDone: () => void }) {
  const read = useLoaded((signal) => readAsked(approval, signal), [approval.id]);
  return (
    <Shown of={read}>
      {(asked) =>
        asked.kind === "gone" ? (
          <p class="dads-aside">{t("approvals.gone")}</p>
        ) : (
          <>
            <Wanted asked={asked} />
            <Decide path={approval.path} onDone={onDone} />
          </>
        )
      }
    </Shown>
  );
}

function Wanted({ asked }: { asked: Asked }) {
  switch (asked.kind) {
    case "waiver":
      return (
        <p>
          {nameOfDuty(asked.duty)} <Countdown due={asked.duty.due_at} />
        </p>
      );
    case "annex":
      return (
        <p>
          {t("approvals.annex", { to: asked.annex.receivers.map(nameOf).join(t("list.and")) || t("annex.to_nobody") })} <Countdown due={asked.annex.permit_by} />
        </p>
      );
    case "sealing_key":
      return (
        <p>
          {t("approvals.key")} <code class="dads-hash">{asked.key.key_id}</code>
        </p>
      );
    case "relay_switch":
      return <p>{asked.on ? t("approvals.relay_on") : t("approvals.relay_off")}</p>;
    case "label_change":
      return (
        <p class="dads-row">
          <LabelMark label={asked.from} /> <Icon name="arrow" /> <LabelMark label={{ ...asked.to, restrictions: [] }} />
        </p>
      );
    case "endpoint":
      return <EndpointFacts endpoint={asked.endpoint} />;
    default:
      return null;
  }
}

function EndpointFacts({ endpoint: { channel, zone, settings, filter } }: { endpoint: Schemas["Endpoint"] }) {
  const facts = { channel, zone, kinds: filter.kinds.join(", "), role: filter.role, least_severity: filter.least_severity, ...settings };
  return (
    <dl class="dads-facts">
      {Object.entries(facts).map(
        ([name, value]) =>
          value && (
            <Fragment key={name}>
              <dt>
                <code>{name}</code>
              </dt>
              <dd>
                <bdi class="dads-written">{value}</bdi>
              </dd>
            </Fragment>
          ),
      )}
    </dl>
  );
}
