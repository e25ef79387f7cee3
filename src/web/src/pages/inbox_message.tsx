// One message with the report as it came: acknowledge, relay with a note, ask back; what changed since the version before.
import { useSignal } from "@preact/signals";
import { addressOf, curlOf, get, getAll, type Schemas } from "../api";
import { Banner } from "../components/banner";
import { Countdown, When } from "../components/countdown";
import { CurlLine } from "../components/disclosure";
import { Clause, MeetForm, mayMeet, nameOfDuty, type Duty } from "../components/duty";
import { ComparedDocuments, ReportDocument, ViewNotice } from "../components/report_document";
import { Heading } from "../components/shell";
import { ButtonLink } from "../components/button";
import { Shown } from "../components/states";
import { ExerciseMark, LabelMark, Tag } from "../components/tag";
import { now } from "../clock";
import { clockTime } from "../format";
import { nameOf } from "../names";
import { useLoaded } from "../loading";
import type { Document } from "../report_form";
import { nameOfVersion, undone } from "../report_rows";
import { Link } from "../router";
import { session } from "../session";
import { t, word } from "../text";
import { AlarmLevel, alarmSentence, alarmsOf, hearsAlarms, mostAlarms, type Alarm } from "./alarms";
import { Acknowledge, AcknowledgedMark, signerOf } from "./inbox";

interface Read {
  message: Schemas["MessageDetail"];
  relay: Duty | null;
  told: Alarm[];
}

export function InboxMessage({ message: id }: Record<string, string>) {
  const who = session.value!;
  const read = useLoaded(
    async (signal): Promise<Read> => {
      const message = await get("/api/v1/inbox/{message}", { message: id! }, {}, signal);
      const mayOwe = ["csirt_member", "csirt_head", "external_contact"].includes(who.role);
      const duties = mayOwe ? await get("/api/v1/obligations", {}, { incident: message.incident_id, holder: who.organization.id, state: "open", limit: 100 }, signal) : { items: [] };
      const alarms = message.kind === "alarm" && hearsAlarms(who.role) ? (await getAll<Alarm>("/api/v1/alarms", {}, {}, mostAlarms, signal)).items : [];
      return { message, told: alarmsOf(message, alarms), relay: duties.items.find((duty) => duty.opens_on === "receipt" && mayMeet(duty)) ?? null };
    },
    [id],
    (event) => event.kind === "event" && "incident_id" in event.data,
  );
  return (
    <>
      <Shown of={read}>{(found) => <Content {...found} again={read.again} />}</Shown>
      {!read.value && read.problem && <Heading title={t("place.inbox")} />}
    </>
  );
}

function Content({ message, relay, told, again }: Read & { again: () => void }) {
  const document = (message.report?.document ?? null) as Document | null;
  const changes = message.report?.changes ?? [];
  const relayed = useSignal("");
  return (
    <>
      <Heading
        mark={
          <>
            {message.exercise && <ExerciseMark />}
            <Tag>{word("message", message.kind)}</Tag>
            <Clause duty={message} />
            <LabelMark label={message.label} />
          </>
        }
        title={message.title ?? word("message", message.kind)}
        lead={
          <>
            {message.from ? nameOf(message.from) : t("inbox.from_system")} <When at={message.sent_at} full />
          </>
        }
        actions={
          <ButtonLink to={`/desk/incidents/${message.incident_id}`} kind="outline">
            {t("message.incident", { number: message.number })}
          </ButtonLink>
        }
      />
      {relayed.value && (
        <Banner tone="success" title={relayed.value} live>
          <Link to={`/desk/incidents/${message.incident_id}`}>{t("message.incident", { number: message.number })}</Link>
        </Banner>
      )}
      {message.erased_at && <Banner tone="info" title={t("message.erased")} />}
      {/* On a phone in this order: the receipt, what came, what to do about it. */}
      <div class="dads-columns dads-columns--message">
        <section class="dads-panel" data-strong={!message.acknowledged_at || undefined}>
          <h2>{t("message.acknowledgement")}</h2>
          {message.acknowledged_at ? (
            <p>
              <AcknowledgedMark message={message} />
            </p>
          ) : (
            <>
              {message.acknowledge_by && (
                <p>
                  <Countdown due={message.acknowledge_by} of={t("inbox.announced", { number: message.number })} big />
                </p>
              )}
              <Acknowledge message={message} onDone={again} size="large" />
              <CurlLine line={curlOf("POST", addressOf("/api/v1/inbox/{message}/acknowledgement", { message: message.id }), { by: signerOf(session.value!) })} />
            </>
          )}
        </section>
        <div>
          {message.note && (
            <section class="dads-panel">
              <h2>{message.kind === "alarm" ? t("message.alarm_text") : t("message.note")}</h2>
              {told.length ? (
                told.map((alarm) => (
                  <p class="dads-written" key={alarm.id}>
                    <AlarmLevel alarm={alarm} /> {alarmSentence(alarm)}
                  </p>
                ))
              ) : (
                <p class="dads-written">
                  <bdi>{message.note}</bdi>
                </p>
              )}
            </section>
          )}
          {document && message.report && (
            <>
              {changes.length > 0 && message.report.version > 1 && (
                <section class="dads-panel">
                  <h2>{t("message.changes", { number: message.report.version - 1 })}</h2>
                  <ComparedDocuments onlyChanges before={undone(document, changes)} after={document} names={[t("version.number", { number: message.report.version - 1 }), t("version.number", { number: message.report.version })]} />
                </section>
              )}
              <section class="dads-panel">
                <h2>{nameOfVersion(message.report)}</h2>
                <ReportDocument document={document} />
              </section>
            </>
          )}
          {!document && !message.note && message.kind !== "alarm" && <p class="dads-aside">{t("message.no_report")}</p>}
          {document && !message.report && <ViewNotice document={document} />}
          <section class="dads-panel">
            <h2>{t("message.facts")}</h2>
            <dl class="dads-facts dads-facts--stacked">
              <dt>{t("incidents.number")}</dt>
              <dd>
                <Link to={`/desk/incidents/${message.incident_id}`}>{message.number}</Link>
              </dd>
              {message.receipt_number && <dt>{t("message.receipt")}</dt>}
              {message.receipt_number && (
                <dd>
                  <code>{message.receipt_number}</code>
                </dd>
              )}
              {message.reference && <dt>{t("message.reference")}</dt>}
              {message.reference && (
                <dd>
                  <bdi>{message.reference}</bdi>
                </dd>
              )}
              {message.report?.sha256 && <dt>{t("message.hash")}</dt>}
              {message.report?.sha256 && (
                <dd>
                  <code class="dads-hash">{message.report.sha256}</code>
                </dd>
              )}
            </dl>
          </section>
        </div>
        {relay && (
          <section class="dads-panel" data-strong>
            <h2>{nameOfDuty(relay)}</h2>
            <p>
              <Countdown due={relay.due_at} of={nameOfDuty(relay)} big />
            </p>
            <MeetForm
              duty={relay}
              onDone={(method) => {
                if (method === "relay") relayed.value = t("message.relayed", { time: clockTime(now.peek()), body: nameOf(relay.recipient) });
                again();
              }}
            />
          </section>
        )}
      </div>
    </>
  );
}
