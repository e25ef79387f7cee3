// What the body owes, with clocks; what waits for a decision of a second person; what it waits for itself.
import { Fragment } from "preact";
import { addressOf, curlOf, get, getAll, type Schemas } from "../api";
import { Banner } from "../components/banner";
import { ButtonLink } from "../components/button";
import { Countdown, When } from "../components/countdown";
import { CurlLine } from "../components/disclosure";
import { Decide } from "../components/decide";
import { DutyList, nameOfDuty, type Duty } from "../components/duty";
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
            {approval.may_decide ? (
              <>
                <Wanted approval={approval} />
                <Decide path={approval.path} onDone={waiting.again} />
              </>
            ) : (
              <p class="dads-aside">{approval.by_oneself ? t("approvals.own") : t("approvals.other", { role: approval.role.split(", ").map((role) => word("role", role)).join(t("list.and")) })}</p>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

// What is decided, where its name alone does not say it.
function Wanted({ approval }: { approval: Schemas["Approval"] }) {
  const read = useLoaded(async (signal) => {
    switch (approval.kind) {
      case "waiver":
        return { duty: (await get("/api/v1/obligations/{id}", { id: approval.obligation_id! }, {}, signal)) as Schemas["Obligation"] };
      case "annex":
        return { annex: await get("/api/v1/annexes/{id}", { id: approval.id }, {}, signal) };
      case "sealing_key":
        return { key: (await get("/api/v1/sealing-keys", {}, {}, signal)).items.find((one) => one.id === approval.id) };
      case "endpoint":
        return { endpoint: await get("/api/v1/endpoints/{id}", { id: approval.id }, {}, signal) };
      case "relay_switch":
        return { relay: (await get("/api/v1/relay-switch", {}, {}, signal)).requests.find((one) => one.id === approval.id) };
      default:
        return {};
    }
  }, [approval.id]);
  if (read.problem) return <ProblemBanner problem={read.problem} again={read.again} />;
  const { duty, annex, key, endpoint, relay } = read.value ?? {};
  return (
    <>
      {duty && (
        <p>
          {nameOfDuty(duty)} <Countdown due={duty.due_at} />
        </p>
      )}
      {annex && (
        <p>
          {t("approvals.annex", { to: annex.receivers.map(nameOf).join(t("list.and")) })} <Countdown due={annex.permit_by} />
        </p>
      )}
      {key && (
        <p>
          {t("approvals.key")} <code class="dads-hash">{key.key_id}</code>
        </p>
      )}
      {relay && <p>{t(relay.switched_on ? "approvals.relay_on" : "approvals.relay_off")}</p>}
      {endpoint && (
        <dl class="dads-facts">
          <dt>{t("approvals.channel")}</dt>
          <dd>{`${endpoint.channel} (${endpoint.zone})`}</dd>
          {Object.entries(endpoint.settings).map(([name, value]) => (
            <Fragment key={name}>
              <dt>
                <code>{name}</code>
              </dt>
              <dd>
                <bdi class="dads-written">{value}</bdi>
              </dd>
            </Fragment>
          ))}
        </dl>
      )}
    </>
  );
}
