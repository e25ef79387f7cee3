// One incident: its story, its duties with clocks, what went to whom, who responds, its report in every version, its proof.
import { useSignal } from "@preact/signals";
import { addressOf, curlOf, get, getAll, Problem, type Schemas } from "../api";
import { useAct } from "../act";
import { concernsAnnexes, maySeeAnnexes, type Annex } from "../annexes";
import { AnnexList, AskAnnex, NoAnnexes } from "../components/annexes";
import { Banner } from "../components/banner";
import { Button, ButtonAway } from "../components/button";
import { Countdown, When } from "../components/countdown";
import { CurlLine } from "../components/disclosure";
import { Clause, DutyList, mayMeet, MeetDuty, nameOfDuty, type Fulfillment } from "../components/duty";
import { Select, TextField } from "../components/field";
import { Icon } from "../components/icon";
import { IncidentActions, ProposePerson, type Incident } from "../components/incident_actions";
import { ComparedDocuments, ReportDocument } from "../components/report_document";
import { Heading } from "../components/shell";
import { Empty, ProblemBanner, Shown } from "../components/states";
import { Table } from "../components/table";
import { Tabs } from "../components/tabs";
import { ExerciseMark, IncidentState, LabelMark, Tag } from "../components/tag";
import { Timeline } from "../components/timeline";
import { now } from "../clock";
import { fullTime } from "../format";
import { nameOf } from "../names";
import { useLoaded, type Loaded } from "../loading";
import { prove, type Proven } from "../proof";
import type { Document } from "../report_form";
import { cellWords, nameOfVersion, stated, undone } from "../report_rows";
import { query, setQuery } from "../router";
import { isCsirt, session } from "../session";
import { language, t, word } from "../text";
import { Acknowledge, AcknowledgedMark } from "./inbox";
import { InquiryList, type Inquiry } from "./inquiries";

const askers = new Set(["csirt_member", "csirt_head", "external_contact", "ciso", "center_liaison"]);

export function IncidentPage({ id }: Record<string, string>) {
  const read = useLoaded(
    (signal) => get("/api/v1/incidents/{id}", { id: id! }, {}, signal),
    [id],
    (event) => "data" in event && "incident_id" in event.data && event.data.incident_id === id,
  );
  return (
    <>
      {!read.value && read.problem && <Heading title={t("place.incidents")} />}
      <Shown of={read}>{(incident) => <Content incident={incident} again={read.again} />}</Shown>
    </>
  );
}

function Content({ incident, again }: { incident: Incident; again: () => void }) {
  const who = session.value!;
  const inquiries = useLoaded(
    async (signal) => (askers.has(who.role) ? (await getAll<Inquiry>("/api/v1/incidents/{id}/inquiries", { id: incident.id }, {}, 100, signal)).items : []),
    [incident.id],
    (event) => "data" in event && "incident_id" in event.data && event.data.incident_id === incident.id,
  );
  const annexes = useLoaded(
    async (signal) => (maySeeAnnexes(who.role) ? await get("/api/v1/incidents/{id}/annexes", { id: incident.id }, {}, signal) : { items: [] }),
    [incident.id],
    (event) => concernsAnnexes(event, incident.id),
  );
  // Who met what, and how: told to who owed it and to whom it was owed, a duty at a time. Read anew when another is met.
  const told = incident.obligations.filter((duty) => duty.fulfilled_at && !duty.self && (duty.holder === who.organization.id || duty.recipient === who.organization.id));
  const met = useLoaded(async (signal) => {
    const found = new Map<string, Fulfillment>();
    for (const detail of await Promise.all(told.map((duty) => get("/api/v1/obligations/{id}", { id: duty.id }, {}, signal)))) if (detail.fulfillment) found.set(detail.id, detail.fulfillment);
    return found;
  }, [told.map((duty) => duty.id).join()]);
  const ways = met.value ?? new Map<string, Fulfillment>();
  const outer = incident.obligations.filter((duty) => !duty.inner);
  const open = incident.obligations.filter((duty) => duty.state === "open").sort((a, b) => a.due_at.localeCompare(b.due_at));
  const mine = open.filter((duty) => mayMeet(duty));
  const waiting = incident.messages.filter((message) => message.to === who.organization.id && !message.acknowledged_at && message.acknowledge_by);
  // Of the own body or towards it; of all where it has none, as for who looks on.
  const concerned = open.filter((duty) => duty.holder === who.organization.id || duty.recipient === who.organization.id);
  const nearest = concerned.length ? concerned : open;
  const urgent = nearest[0];
  const recognized = (incident.report as { times?: { recognized?: { precision?: string } } } | null)?.times?.recognized;
  const vague = ["day", "month", "year"].includes(recognized?.precision ?? "");
  const tab = query.value.get("tab") ?? "timeline";
  return (
    <>
      <Heading
        mark={
          <>
            {incident.exercise && <ExerciseMark />}
            <span class="dads-clause">{incident.number}</span>
            <IncidentState state={incident.state} />
            <LabelMark label={incident.label} />
          </>
        }
        title={incident.title}
        lead={
          <>
            {nameOf(incident.organization)}
            {t("list.dot")}
            {t("incident.recognized")} {vague ? stated(recognized) : <When at={incident.recognized_at} full />}
          </>
        }
        actions={
          <>
            <Button kind="outline" size="small" icon="print" onClick={() => print()}>
              {t("incident.print")}
            </Button>
            {!incident.label?.enforced.includes("no_export") && (
              <ButtonAway size="small" href={addressOf("/api/v1/incidents/{id}/print", { id: incident.id }, { language: language.value })}>
                {t("incident.pdf")}
              </ButtonAway>
            )}
          </>
        }
      />
      {incident.erased_at && <Banner tone="info" title={t("message.erased")} />}
      {incident.large_scale.length > 0 && (
        <Banner tone="error" title={t("incident.large_scale")}>
          <ul>
            {incident.large_scale.map((cell) => (
              <li key={cellWords(cell)}>{cellWords(cell)}</li>
            ))}
          </ul>
        </Banner>
      )}
      {waiting.map((message) => (
        <div class="dads-panel dads-strip" data-strong key={message.id}>
          <div>
            <p class="dads-strip__title">{t("incident.acknowledge", { from: message.from ? nameOf(message.from) : t("inbox.from_system"), kind: word("message", message.kind) })}{message.version ? t("inbox.version", { number: message.version }) : ""}</p>
            <Countdown due={message.acknowledge_by!} of={t("inbox.announced", { number: message.number })} />
          </div>
          <Acknowledge message={message} onDone={again} />
        </div>
      ))}
      {urgent && (
        <div class="dads-panel dads-strip">
          <div>
            <p class="dads-aside">{Date.parse(urgent.due_at) < now.value ? t("incident.latest") : t("incident.next")}</p>
            <p class="dads-strip__title">
              {nameOf(urgent.holder)}
              {!urgent.inner && (
                <>
                  {" "}
                  <Icon name="arrow" /> {nameOf(urgent.recipient)}
                </>
              )}
              {t("list.colon")}
              {nameOfDuty(urgent)}
            </p>
            <Clause duty={urgent} />
          </div>
          <div class="dads-strip__clock">
            <Countdown due={urgent.due_at} of={nameOfDuty(urgent)} big />
            <MeetDuty duty={urgent} kind="solid" onDone={again} />
          </div>
        </div>
      )}
      <IncidentActions incident={incident} onDone={again} />
      {incident.truncated && <Banner tone="info" title={t("incident.truncated")} />}
      <div class="dads-no-print dads-section">
        <Tabs
          label={t("incident.tabs")}
          chosen={tab}
          onChoose={(next) => setQuery({ tab: next === "timeline" ? null : next })}
          tabs={[
            { id: "timeline", label: t("incident.timeline"), content: () => <Timeline incident={incident} met={ways} /> },
            { id: "duties", label: t("incident.duties"), count: open.length, content: () => <AllDuties incident={incident} mine={mine.length} again={again} /> },
            { id: "report", label: t("incident.report"), count: incident.reports.length, content: () => <Versions incident={incident} /> },
            { id: "messages", label: t("incident.messages"), count: incident.messages.length, content: () => <Messages incident={incident} /> },
            { id: "inquiries", label: t("place.inquiries"), count: inquiries.value?.length, content: () => <Asked inquiries={inquiries.value ?? []} again={inquiries.again} /> },
            ...(maySeeAnnexes(who.role) ? [{ id: "annexes", label: t("place.annexes"), count: annexes.value?.items.length, content: () => <Sealed incident={incident} annexes={annexes} /> }] : []),
            { id: "people", label: t("incident.people"), count: incident.assignments.filter((one) => !one.ended_at).length, content: () => <People incident={incident} again={again} /> },
            { id: "proof", label: t("incident.proof"), content: () => <Proof incident={incident} /> },
          ]}
        />
        <CurlLine line={curlOf("GET", addressOf("/api/v1/incidents/{id}", { id: incident.id }))} />
      </div>
      <Printed incident={incident} outer={outer} met={ways} />
    </>
  );
}

function AllDuties({ incident, mine, again }: { incident: Incident; mine: number; again: () => void }) {
  const order = (duty: Incident["obligations"][number]) => (duty.state === "open" ? duty.due_at : `~${duty.due_at}`);
  const sorted = [...incident.obligations].sort((a, b) => order(a).localeCompare(order(b)));
  const outer = sorted.filter((duty) => !duty.inner);
  const inner = sorted.filter((duty) => duty.inner);
  if (!sorted.length) return <Empty title={t("incident.no_duties")} />;
  return (
    <>
      {mine > 0 && <p class="dads-aside">{t("incident.mine", { number: mine, all: sorted.filter((duty) => duty.state === "open").length })}</p>}
      {outer.length > 0 && (
        <section class="dads-section">
          <h2>{t("duties.outer_of_all")}</h2>
          <DutyList caption={t("duties.outer_of_all")} duties={outer} records onDone={again} />
        </section>
      )}
      {inner.length > 0 && (
        <section class="dads-section">
          <h2>{t("duties.inner")}</h2>
          <DutyList caption={t("duties.inner")} duties={inner} records onDone={again} />
        </section>
      )}
    </>
  );
}

// The document of each version, the newest first: made back from the one in force by what each changed.
function documentsOf(incident: Incident): (Document | null)[] {
  const versions = [...incident.reports].sort((a, b) => a.version - b.version);
  const documents: (Document | null)[] = Array(versions.length).fill(null);
  let current = incident.report as Document | null;
  for (let index = versions.length - 1; index >= 0; index--) {
    documents[index] = current;
    const changes = versions[index]!.changes;
    current = current && changes ? undone(current, changes) : null;
  }
  return documents;
}

function Versions({ incident }: { incident: Incident }) {
  const versions = [...incident.reports].sort((a, b) => a.version - b.version);
  const documents = documentsOf(incident);
  const last = versions.length - 1;
  const left = useSignal(Math.max(0, last - 1));
  const right = useSignal(last);
  if (!incident.report || last < 0) return <Empty title={t("report.erased")} />;
  const nameAt = (index: number) => nameOfVersion(versions[index]!);
  const choices = versions.map((version, index) => ({ value: String(index), label: nameOfVersion(version) }));
  const [before, after] = [documents[left.value], documents[right.value]];
  return (
    <>
      {last > 0 && (
        <section class="dads-section">
          <h2>{t("version.beside")}</h2>
          <div class="dads-filters">
            <Select label={t("version.left")} value={String(left.value)} onValue={(value) => (left.value = Number(value))} choices={choices} />
            <Select label={t("version.right")} value={String(right.value)} onValue={(value) => (right.value = Number(value))} choices={choices} />
          </div>
          {before && after ? <ComparedDocuments before={before} after={after} names={[nameAt(left.value), nameAt(right.value)]} /> : <p class="dads-aside">{t("version.not_seen")}</p>}
        </section>
      )}
      <section class="dads-section">
        <h2>{t("version.in_force", { name: nameAt(last) })}</h2>
        <ReportDocument document={incident.report as Document} />
      </section>
      <section class="dads-section">
      <Table
        caption={t("version.all")}
        rows={[...versions].reverse()}
        rowKey={(row) => row.id}
        columns={[
          { key: "version", head: t("version.head"), rowHead: true, cell: (row) => nameOfVersion(row) },
          { key: "by", head: t("version.by"), cell: (row) => nameOf(row.submitted_by) },
          { key: "at", head: t("version.at"), cell: (row) => <When at={row.received_at} /> },
          { key: "hash", head: t("message.hash"), cell: (row) => <code class="dads-hash">{row.sha256 ?? ""}</code> },
        ]}
      />
      </section>
    </>
  );
}

function Messages({ incident }: { incident: Incident }) {
  if (!incident.messages.length) return <Empty title={t("incident.no_messages")} />;
  return (
    <Table
      caption={t("incident.messages_caption")}
      rows={[...incident.messages].sort((a, b) => b.sent_at.localeCompare(a.sent_at))}
      rowKey={(row) => row.id}
      rowTone={(row) => (!row.acknowledged_at && row.acknowledge_by && Date.parse(row.acknowledge_by) < now.value ? "bad" : undefined)}
      columns={[
        {
          key: "to",
          head: t("message.to"),
          rowHead: true,
          cell: (row) => (
            <>
              {row.from ? nameOf(row.from) : t("inbox.from_system")} <Icon name="arrow" /> <strong>{nameOf(row.to)}</strong>
            </>
          ),
        },
        {
          key: "kind",
          head: t("message.kind"),
          cell: (row) => (
            <>
              {word("message", row.kind)}
              {row.version ? t("inbox.version", { number: row.version }) : ""} <Clause duty={row} />
            </>
          ),
        },
        { key: "sent", head: t("inbox.sent"), cell: (row) => <When at={row.sent_at} /> },
        { key: "ack", head: t("message.acknowledgement"), cell: (row) => (row.acknowledged_at ? <AcknowledgedMark message={row} /> : row.acknowledge_by ? <Countdown due={row.acknowledge_by} /> : word("message_state", row.state)) },
      ]}
    />
  );
}

function Asked({ inquiries, again }: { inquiries: Inquiry[]; again: () => void }) {
  if (!inquiries.length)
    return (
      <Empty title={t("inquiries.none")}>
        <p>{t("inquiries.none_detail")}</p>
      </Empty>
    );
  return <InquiryList inquiries={inquiries} onDone={again} />;
}

function Sealed({ incident, annexes }: { incident: Incident; annexes: Loaded<{ items: Annex[] }> }) {
  const who = session.value!;
  // An agency may have one of its own in a case that it received; everybody else in his own alone.
  const mayHave = incident.organization === who.organization.id || who.organization.kind === "national_agency";
  return (
    <Shown of={annexes}>
      {({ items }) => (
        <>
          {items.length ? <AnnexList annexes={items} onDone={annexes.again} /> : <NoAnnexes />}
          {isCsirt(who.role) && mayHave && incident.state !== "closed" && !incident.erased_at && <AskAnnex incident={incident.id} onDone={annexes.again} />}
        </>
      )}
    </Shown>
  );
}

function People({ incident, again }: { incident: Incident; again: () => void }) {
  const who = session.value!;
  const rows = incident.assignments;
  return (
    <>
      {rows.length ? (
        <Table
          caption={t("people.caption", { body: nameOf(who.organization.id) })}
          rows={rows}
          rowKey={(row) => row.id}
          columns={[
            { key: "name", head: t("people.name"), rowHead: true, cell: (row) => <bdi>{row.name}</bdi> },
            { key: "function", head: t("people.office"), cell: (row) => word("function", row.function) },
            {
              key: "state",
              head: t("people.state"),
              cell: (row) => (
                <span class="dads-row dads-row--tight">
                  <Tag tone={row.state === "active" ? "good" : row.ended_at ? "quiet" : "primary"}>{word("assignment", row.state)}</Tag>
                  {row.off_duty && <Tag tone="soon">{t("people.off_duty")}</Tag>}
                </span>
              ),
            },
            { key: "since", head: t("people.since"), cell: (row) => <When at={row.activated_at ?? row.accepted_at ?? row.proposed_at} /> },
            { key: "act", head: t("people.act"), cell: (row) => (row.person === who.person?.id && !row.ended_at ? <OwnAssignment incident={incident.id} assignment={row} onDone={again} /> : row.warning ?? "") },
          ]}
        />
      ) : (
        <Empty title={t("people.none")}>
          <p>{t("people.none_detail")}</p>
        </Empty>
      )}
      {isCsirt(who.role) && !incident.erased_at && (
        <p class="dads-row dads-top">
          <ProposePerson incident={incident} onDone={again} />
        </p>
      )}
    </>
  );
}

function OwnAssignment({ incident, assignment, onDone }: { incident: string; assignment: Schemas["Assignment"]; onDone: () => void }) {
  const answer = useAct("/api/v1/incidents/{id}/assignments/{assignment}/answer");
  const begin = useAct("/api/v1/incidents/{id}/assignments/{assignment}/activation");
  const place = { id: incident, assignment: assignment.id };
  const problem = answer.problem ?? begin.problem;
  const declining = useSignal(false);
  const reason = useSignal("");
  const mistake = useSignal<string | null>(null);
  const decline = async () => {
    mistake.value = reason.value.trim() ? null : t("duty.reason_needed");
    if (!mistake.value && (await answer.run(place, { accepted: false, reason: reason.value.trim() }))) onDone();
  };
  return (
    <div class="dads-row">
      {assignment.state === "proposed" && !declining.value && (
        <>
          <Button size="small" busy={answer.busy} onClick={async () => (await answer.run(place, { accepted: true })) && onDone()}>
            {t("people.accept")}
          </Button>
          <Button size="small" kind="text" onClick={() => (declining.value = true)}>
            {t("people.decline")}
          </Button>
        </>
      )}
      {declining.value && (
        <>
          <TextField label={t("people.decline_reason")} required mistake={mistake.value} value={reason.value} onValue={(value) => ((reason.value = value), (mistake.value = null))} maxLength={4000} />
          <Button size="small" kind="outline" busy={answer.busy} onClick={decline}>
            {t("people.decline")}
          </Button>
        </>
      )}
      {assignment.state === "accepted" && (
        <Button size="small" busy={begin.busy} onClick={async () => (await begin.run(place, {})) && onDone()}>
          {t("people.begin")}
        </Button>
      )}
      {problem && <ProblemBanner problem={problem} />}
      {assignment.state === "proposed" && <CurlLine line={curlOf("POST", addressOf("/api/v1/incidents/{id}/assignments/{assignment}/answer", place), declining.value ? { accepted: false, reason: reason.value.trim() } : { accepted: true })} />}
      {assignment.state === "accepted" && <CurlLine line={curlOf("POST", addressOf("/api/v1/incidents/{id}/assignments/{assignment}/activation", place), {})} />}
    </div>
  );
}

// That each version stands in the signed record: computed in this browser from what the daemon gives.
function Proof({ incident }: { incident: Incident }) {
  const state = useSignal<{ proven: Proven[]; problem: Problem | null; busy: boolean }>({ proven: [], problem: null, busy: false });
  const events = incident.timeline.filter((entry) => entry.sequence !== null && entry.type === "report.received");
  const press = async () => {
    state.value = { proven: [], problem: null, busy: true };
    try {
      const proven: Proven[] = [];
      for (const event of events) proven.push(await prove(event.sequence!));
      state.value = { proven, problem: null, busy: false };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      state.value = { proven: [], problem: error, busy: false };
    }
  };
  const { proven, problem, busy } = state.value;
  return (
    <>
      <p>{t("proof.lead")}</p>
      <p class="dads-row dads-top">
        <Button icon="lock" busy={busy} onClick={press}>
          {t("proof.press")}
        </Button>
      </p>
      {problem && <ProblemBanner problem={problem} again={press} />}
      {proven.map((one, index) => (
        <div class="dads-top" key={one.sequence}>
          <Banner tone={one.holds ? "success" : "error"} title={one.holds ? t("proof.holds", { number: one.sequence }) : t("proof.fails", { number: one.sequence })} live>
            <dl class="dads-facts">
              <dt>{t("proof.version")}</dt>
              <dd>{index + 1}</dd>
              <dt>{t("proof.origin")}</dt>
              <dd>
                <code class="dads-hash">{one.origin}</code>
              </dd>
              <dt>{t("proof.size")}</dt>
              <dd>{one.size}</dd>
              <dt>{t("proof.leaf")}</dt>
              <dd>
                <code class="dads-hash">{one.leaf}</code>
              </dd>
              <dt>{t("proof.root")}</dt>
              <dd>
                <code class="dads-hash">{one.root}</code>
              </dd>
            </dl>
          </Banner>
        </div>
      ))}
      <p class="dads-aside">{t("proof.signature")}</p>
      {events[0] && <CurlLine line={curlOf("GET", addressOf("/api/v1/record/proofs/{sequence}", { sequence: String(events[0].sequence) }))} />}
    </>
  );
}

// On paper: all of it, with label and hash.
function Printed({ incident, outer, met }: { incident: Incident; outer: Incident["obligations"]; met: Map<string, Fulfillment> }) {
  const newest = [...incident.reports].sort((a, b) => b.version - a.version)[0];
  return (
    <div class="dads-print-only">
      <h2>{t("incident.report")}</h2>
      {incident.report && <ReportDocument document={incident.report as Document} />}
      <h2>{t("incident.duties")}</h2>
      <Table
        caption=""
        rows={outer}
        rowKey={(row) => row.id}
        columns={[
          { key: "duty", head: t("print.duty"), rowHead: true, cell: (row) => `${nameOfDuty(row)} ${row.clause}` },
          { key: "who", head: t("print.who"), cell: (row) => `${nameOf(row.holder)} → ${nameOf(row.recipient)}` },
          { key: "due", head: t("print.due"), cell: (row) => fullTime(row.due_at) },
          { key: "state", head: t("print.state"), cell: (row) => (row.fulfilled_at ? fullTime(row.fulfilled_at) : word("duty_state", row.state)) },
        ]}
      />
      <h2>{t("incident.timeline")}</h2>
      <Timeline incident={incident} met={met} />
      <p class="dads-printed-hash">
        {incident.number} {newest && t("version.number", { number: newest.version })} SHA-256 {newest?.sha256} {t("print.at", { time: fullTime(now.value) })}
      </p>
    </div>
  );
}
