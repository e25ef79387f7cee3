// Alarms: what was not done in time, in a sentence of the page's language; the newest first.
import { addressOf, curlOf, getAll, type Schemas } from "../api";
import { CurlLine } from "../components/disclosure";
import { When } from "../components/countdown";
import { Clause, dutyName, ruleOf } from "../components/duty";
import { Heading } from "../components/shell";
import { Empty, Shown } from "../components/states";
import { ExerciseMark, Tag } from "../components/tag";
import { shortTime } from "../format";
import { now } from "../clock";
import { nameOf } from "../names";
import { useLoaded } from "../loading";
import { Link } from "../router";
import { session } from "../session";
import { hasWord, t, word } from "../text";

export type Alarm = Schemas["Alarm"];
export const mostAlarms = 400;
const hearers = new Set(["csirt_member", "csirt_head", "external_contact", "ciso", "center_liaison", "police_desk", "crisis_desk"]);
export const hearsAlarms = (role: string) => hearers.has(role);

// "厚生労働省：続報がありません（目標 6月23日 15:00）". What a page has no words for, stands in the daemon's.
export function alarmSentence(alarm: Alarm): string {
  if (!hasWord("alarm", alarm.code)) return alarm.message;
  const duty = alarm.code === "duty_overdue" && alarm.clause ? dutyName(ruleOf({ clause: alarm.clause, sentence: alarm.sentence }), alarm.clause) : "";
  const what = duty ? t("alarms.of_duty", { what: word("alarm", alarm.code), duty }) : word("alarm", alarm.code);
  const sentence = t("alarms.sentence", { body: nameOf(alarm.holder ?? alarm.organization), what });
  return alarm.due_at ? t("alarms.with_target", { sentence, time: shortTime(alarm.due_at, now.value) }) : sentence;
}

export function AlarmLevel({ alarm }: { alarm: Alarm }) {
  if (!alarm.level) return null;
  return <Tag tone={alarm.level > 1 ? "bad" : "soon"}>{t("alarms.level", { level: alarm.level })}</Tag>;
}

// What one message of alarms tells: all of an incident that a body was told at that moment.
export function alarmsOf(message: { incident_id: string; sent_at: string }, alarms: Alarm[]): Alarm[] {
  const sent = Date.parse(message.sent_at);
  const found = alarms.filter((alarm) => alarm.incident_id === message.incident_id && Math.abs(Date.parse(alarm.raised_at) - sent) < 1000);
  const told = new Map(found.map((alarm) => [alarmSentence(alarm), alarm]));
  return [...told.values()];
}

// For those who hear alarms but have no inbox.
export function Alarms() {
  const who = session.value!;
  const read = useLoaded((signal) => getAll<Alarm>("/api/v1/alarms", {}, {}, mostAlarms, signal), [who.organization.id], (event) => event.kind === "alarm" || event.kind === "event");
  return (
    <>
      <Heading title={t("place.alarms")} lead={t("alarms.lead")} />
      <Shown of={read}>
        {({ items }) =>
          items.length ? (
            <ul class="dads-messages">
              {items.map((alarm) => (
                <li key={alarm.id} data-tone="over">
                  <div class="dads-messages__clock">
                    <AlarmLevel alarm={alarm} />
                    <small>
                      <When at={alarm.raised_at} />
                    </small>
                  </div>
                  <div class="dads-messages__what">
                    <p class="dads-messages__title">
                      {alarm.exercise && <ExerciseMark />} {alarmSentence(alarm)}
                    </p>
                    <p class="dads-messages__facts">
                      <Clause duty={alarm} />
                      <Link to={`/desk/incidents/${alarm.incident_id}`}>{alarm.number}</Link>
                    </p>
                  </div>
                </li>
              ))}
            </ul>
          ) : (
            <Empty title={t("alarms.none")} />
          )
        }
      </Shown>
      <CurlLine line={curlOf("GET", addressOf("/api/v1/alarms"))} />
    </>
  );
}
