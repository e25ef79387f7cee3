// The story of an incident: what happened, by whom, and what was owed until when. What one decision brought stands together.
import type { Schemas } from "../api";
import { now } from "../clock";
import { clockTime, fullDay, fullTime } from "../format";
import { nameOf } from "../names";
import { nameOfVersion } from "../report_rows";
import { t, word } from "../text";
import { nameOfDuty, Clause, Met, type Duty, type Fulfillment } from "./duty";
import { Disclosure } from "./disclosure";
import { Icon, type IconName } from "./icon";

type Entry = Schemas["TimelineEntry"];

interface Moment {
  at: number;
  key: string;
  entries: Entry[];
  passed: Duty[]; // whose target was here and was not met until then
}

// What follows from something else: told in one line.
const minor = (type: string) => /^(incident\.moved|access\.|obligation\.(opened|superseded)|message\.|incident\.opened|label\.given|delivery\.)/.test(type);
const icons: [RegExp, IconName][] = [
  [/^report\./, "send"],
  [/^obligation\.fulfilled|acknowledged/, "check"],
  [/^alarm\./, "alert"],
  [/^assignment\.|^staff\.|^person\./, "person"],
  [/^incident\.assessed|^handling|^step|^instruction/, "pen"],
];
const iconOf = (type: string): IconName => icons.find(([pattern]) => pattern.test(type))?.[1] ?? "info";

function momentsOf(timeline: Entry[], duties: Duty[], nowAt: number): Moment[] {
  const moments = new Map<string, Moment>();
  for (const entry of timeline) {
    const key = `${entry.at} ${entry.organization ?? ""}`;
    const moment = moments.get(key) ?? { at: Date.parse(entry.at), key, entries: [], passed: [] };
    moment.entries.push(entry);
    moments.set(key, moment);
  }
  for (const duty of duties) {
    const due = Date.parse(duty.due_at);
    const metLate = duty.fulfilled_at ? Date.parse(duty.fulfilled_at) > due : duty.state === "open";
    if (due > nowAt || !metLate || duty.inner) continue;
    const key = `due ${duty.due_at}`;
    const moment = moments.get(key) ?? { at: due, key, entries: [], passed: [] };
    moment.passed.push(duty);
    moments.set(key, moment);
  }
  return [...moments.values()].sort((a, b) => a.at - b.at);
}

// `met`: how duties were met, by the duty's id, as far as it was read.
export function Timeline({ incident, met }: { incident: Schemas["IncidentDetail"]; met: Map<string, Fulfillment> }) {
  const { timeline, obligations: duties } = incident;
  const byId = new Map(duties.map((duty) => [duty.id, duty]));
  const detail = detailsOf(incident);
  let day = "";
  return (
    <ol class="dads-timeline">
      {momentsOf(timeline, duties, now.value).map((moment) => {
        const newDay = fullDay(moment.at);
        const heading = newDay !== day;
        day = newDay;
        return (
          <>
            {heading && (
              <li class="dads-timeline__day" key={`day ${newDay}`}>
                <h2>{newDay}</h2>
              </li>
            )}
            <MomentItem key={moment.key} moment={moment} byId={byId} detail={detail} met={met} />
          </>
        );
      })}
    </ol>
  );
}

// What an entry is about, in a few words: of an event only its kind, its moment and its subject are told.
function detailsOf(incident: Schemas["IncidentDetail"]): (entry: Entry) => string {
  const reports = new Map(incident.reports.map((report) => [report.id, report]));
  const messages = new Map(incident.messages.map((message) => [message.id, message]));
  const alarms = new Map(incident.alarms.map((alarm) => [alarm.id, alarm]));
  const people = new Map(incident.assignments.map((one) => [one.id, one]));
  return (entry) => {
    const subject = entry.subject ?? "";
    const report = reports.get(subject);
    if (report) return nameOfVersion(report);
    const message = messages.get(subject);
    if (message) {
      const way = t("timeline.way", { from: message.from ? nameOf(message.from) : t("timeline.system"), to: nameOf(message.to) });
      return message.acknowledged_by && /acknowledged/.test(entry.type) ? `${way} ${message.acknowledged_by}` : way;
    }
    const alarm = alarms.get(subject);
    if (alarm) return t("timeline.alarm", { level: alarm.level, body: nameOf(alarm.organization), role: alarm.role ? word("role", alarm.role) : "" });
    const person = people.get(subject);
    if (person) return `${word("function", person.function)} ${person.name}`;
    if (/assess|judg/.test(entry.type)) {
      const judgement = incident.assessments.find((one) => one.made_at === entry.at && one.organization === entry.organization);
      if (judgement) return `${word("assessment", judgement.assessment)}${t("list.dot")}${word("cyberattack", judgement.cyberattack)}`;
    }
    return "";
  };
}

function MomentItem({ moment, byId, detail, met }: { moment: Moment; byId: Map<string, Duty>; detail: (entry: Entry) => string; met: Map<string, Fulfillment> }) {
  const clock = <time dateTime={new Date(moment.at).toISOString()}>{clockTime(moment.at)}</time>;
  if (moment.passed.length)
    return (
      <li class="dads-timeline__item" data-tone="bad">
        {clock}
        <Icon name="alert" class="dads-timeline__mark" />
        <div>
          {moment.passed.map((duty) => (
            <p key={duty.id}>
              <strong>{t("timeline.target_passed")}</strong> {nameOf(duty.holder)} <Icon name="arrow" /> {nameOf(duty.recipient)} {nameOfDuty(duty)} <Clause duty={duty} />
            </p>
          ))}
        </div>
      </li>
    );
  const major = moment.entries.filter((entry) => !minor(entry.type));
  const opened = moment.entries.filter((entry) => entry.type === "obligation.opened").map((entry) => byId.get(entry.subject ?? "")).filter((duty): duty is Duty => !!duty);
  const rest = moment.entries.filter((entry) => minor(entry.type) && entry.type !== "obligation.opened");
  const shown = major.length ? major : rest.slice(0, 1);
  const behind = major.length ? rest : rest.slice(1);
  const first = shown[0] ?? moment.entries[0]!;
  return (
    <li class="dads-timeline__item" data-tone={first.type.startsWith("alarm") ? "soon" : undefined}>
      {clock}
      <Icon name={iconOf(first.type)} class="dads-timeline__mark" />
      <div>
        {shown.map((entry) => {
          const duty = byId.get(entry.subject ?? "");
          const how = entry.type === "obligation.fulfilled" && met.get(entry.subject ?? "");
          return (
            <p key={entry.id}>
              <strong>{entry.text}</strong> {duty ? `${nameOfDuty(duty)} ` : <bdi>{detail(entry)}</bdi>}
              {duty && <Clause duty={duty} />}
              {how && (
                <span class="dads-timeline__how">
                  <Met how={how} />
                </span>
              )}
            </p>
          );
        })}
        <p class="dads-timeline__who">
          {first.organization ? nameOf(first.organization) : t("timeline.system")}
          {first.role && `${t("list.dot")}${word("role", first.role)}`}
        </p>
        {opened.length > 0 && (
          <Disclosure summary={t("timeline.opened", { number: opened.length })}>
            <ul>
              {opened.map((duty) => (
                <li key={duty.id}>
                  {nameOfDuty(duty)} {!duty.inner && `${nameOf(duty.holder)} → ${nameOf(duty.recipient)} `}
                  <Clause duty={duty} /> {t("timeline.until", { time: fullTime(duty.due_at) })}
                </li>
              ))}
            </ul>
          </Disclosure>
        )}
        {behind.length > 0 && (
          <Disclosure summary={t("timeline.rest", { number: behind.length })}>
            <ul>
              {behind.map((entry) => (
                <li key={entry.id}>
                  {entry.text} <bdi>{detail(entry)}</bdi>
                </li>
              ))}
            </ul>
          </Disclosure>
        )}
      </div>
    </li>
  );
}
