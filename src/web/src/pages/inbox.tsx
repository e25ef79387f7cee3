// What was sent to the body: what nobody has acknowledged first, by its target; one press acknowledges.
import { useSignal } from "@preact/signals";
import { addressOf, curlOf, getAll, type Schemas } from "../api";
import { useAct } from "../act";
import { Banner } from "../components/banner";
import { Button } from "../components/button";
import { Countdown, urgencyOf, When } from "../components/countdown";
import { CurlLine } from "../components/disclosure";
import { Clause } from "../components/duty";
import { Icon } from "../components/icon";
import { Heading } from "../components/shell";
import { Empty, ProblemBanner, Shown } from "../components/states";
import { ExerciseMark, LabelMark, Tag } from "../components/tag";
import { now } from "../clock";
import { nameOf } from "../names";
import { useLoaded } from "../loading";
import { Link } from "../router";
import { session, type Session } from "../session";
import { AlarmLevel, alarmSentence, alarmsOf, hearsAlarms, mostAlarms, type Alarm } from "./alarms";
import { t, word } from "../text";

export type Message = Schemas["Message"];
const mostWaiting = 400;
const mostDone = 50;

export function Inbox() {
  const who = session.value!;
  const concerns = (event: { kind: string }) => event.kind === "message" || event.kind === "event";
  // Shown together, so that a message moves from one list to the other at once.
  const read = useLoaded(
    async (signal) => {
      const [waiting, done, alarms] = await Promise.all([
        getAll<Message>("/api/v1/inbox", {}, { acknowledged: false }, mostWaiting, signal),
        getAll<Message>("/api/v1/inbox", {}, { acknowledged: true }, mostDone, signal),
        hearsAlarms(who.role) ? getAll<Alarm>("/api/v1/alarms", {}, {}, mostAlarms, signal) : { items: [] },
      ]);
      const acknowledged = new Set(done.items.map((message) => message.id));
      return { waiting: waiting.items.filter((message) => !acknowledged.has(message.id)), cut: waiting.cut, done: done.items, told: alarms.items };
    },
    [],
    concerns,
  );
  const again = read.again;
  return (
    <>
      <Heading title={t("inbox.title", { body: nameOf(who.organization.id) })} lead={t("inbox.lead")} />
      <Shown of={read}>
        {({ waiting, cut, done, told }) => {
          const items = waiting.filter((message) => message.kind !== "alarm");
          const alarms = waiting.filter((message) => message.kind === "alarm");
          const ever = waiting.length + done.length > 0;
          const sorted = [...items].sort((a, b) => (a.acknowledge_by ?? "9").localeCompare(b.acknowledge_by ?? "9"));
          const late = sorted.filter((message) => message.acknowledge_by && Date.parse(message.acknowledge_by) < now.value).length;
          const alarmed = alarms.length > 0 && (
            <section class="dads-section" aria-labelledby="alarms">
            <h2 id="alarms">
              {t("place.alarms")} <span class="dads-number">{t("list.number", { number: alarms.length })}</span>
            </h2>
            <ul class="dads-messages">
              {alarms.map((message) => (
                <MessageRow key={message.id} message={message} alarms={told} onDone={again} />
              ))}
            </ul>
          </section>
          );
          // Nobody is told that all is well above an alarm that he has not read.
          return (
            <>
            {!sorted.length && alarmed}
            <section class="dads-section" aria-labelledby="waiting">
              <h2 id="waiting">
                {t("inbox.waiting")} <span class="dads-number">{t("list.number", { number: items.length })}</span>
              </h2>
              {late > 0 && <Banner tone="error" title={t("inbox.late", { number: late })} />}
              {cut && <Banner tone="info" title={t("list.cut", { most: mostWaiting })} />}
              {sorted.length ? (
                <ul class="dads-messages">
                  {sorted.map((message) => (
                    <MessageRow key={message.id} message={message} onDone={again} />
                  ))}
                </ul>
              ) : alarms.length > 0 ? (
                <p class="dads-aside">{t("inbox.none_besides")}</p>
              ) : (
                <Empty title={ever ? t("inbox.none_waiting") : t("inbox.never")} quiet={ever}>
                  <p>{t("inbox.none_waiting_detail")}</p>
                </Empty>
              )}
            </section>
            {sorted.length > 0 && alarmed}
            {done.length > 0 && (
              <section class="dads-section" aria-labelledby="done">
                <h2 id="done">{t("inbox.done")}</h2>
                <ul class="dads-messages">
                  {done.map((message) => (
                    <MessageRow key={message.id} message={message} alarms={told} onDone={again} />
                  ))}
                </ul>
              </section>
            )}
            </>
          );
        }}
      </Shown>
      <CurlLine line={curlOf("GET", addressOf("/api/v1/inbox", {}, { acknowledged: false }))} />
    </>
  );
}

function MessageRow({ message, alarms = [], onDone }: { message: Message; alarms?: Alarm[]; onDone: () => void }) {
  const isAlarm = message.kind === "alarm";
  const told = isAlarm ? alarmsOf(message, alarms) : [];
  const waits = !message.acknowledged_at;
  return (
    <li data-tone={waits && message.acknowledge_by ? urgencyOf(message.acknowledge_by, now.value) : "over"}>
      <div class="dads-messages__clock">
        {waits ? message.acknowledge_by && <Countdown due={message.acknowledge_by} of={t("inbox.announced", { number: message.number })} /> : <AcknowledgedMark message={message} />}
        <small>
          {t("inbox.sent")} <When at={message.sent_at} />
        </small>
      </div>
      <div class="dads-messages__what">
        <p class="dads-messages__title">
          {message.exercise && <ExerciseMark />}{" "}
          <Link to={`/desk/inbox/${message.id}`}>
            <bdi>{told.length ? told.map(alarmSentence).join(t("list.and")) : message.title ?? word("message", message.kind)}</bdi>
          </Link>
        </p>
        <p class="dads-messages__facts">
          {!isAlarm && <Tag>{word("message", message.kind)}</Tag>}
          {told[0] && <AlarmLevel alarm={told.reduce((most, one) => (one.level > most.level ? one : most))} />}
          {told.length > 0 && message.title && <bdi>{message.title}</bdi>}
          {message.automatic && <Tag tone="soon">{t("inbox.automatic")}</Tag>}
          {!isAlarm && (
            <span>
              {message.from ? nameOf(message.from) : t("inbox.from_system")}
              {message.version ? t("inbox.version", { number: message.version }) : ""}
            </span>
          )}
          <Clause duty={message} />
          <Link to={`/desk/incidents/${message.incident_id}`}>{message.number}</Link>
          {message.label && <LabelMark label={message.label} />}
        </p>
      </div>
      <div class="dads-messages__act dads-no-print">{waits && <Acknowledge message={message} onDone={onDone} quiet={isAlarm} />}</div>
    </li>
  );
}

export function AcknowledgedMark({ message }: { message: Message }) {
  if (!message.acknowledged_at) return null;
  return (
    <span class="dads-acknowledged">
      <Icon name="check" /> {t("inbox.acknowledged")} <bdi>{message.acknowledged_by}</bdi> <When at={message.acknowledged_at} />
    </span>
  );
}

// In whose name it is acknowledged.
export const signerOf = (who: Session) => who.person?.name || who.name || who.login;

// One press, in the name of who is signed in.
export function Acknowledge({ message, onDone, size = "medium", quiet }: { message: Message; onDone: () => void; size?: "medium" | "large"; quiet?: boolean }) {
  const act = useAct("/api/v1/inbox/{message}/acknowledgement");
  const done = useSignal(false);
  const by = signerOf(session.value!);
  const press = async () => {
    if (await act.run({ message: message.id }, { by })) {
      done.value = true;
      onDone();
    }
  };
  return (
    <div class="dads-acknowledge">
      <Button onClick={press} busy={act.busy || done.value} icon="check" size={quiet ? "small" : size} kind={quiet ? "outline" : "solid"}>
        {t("inbox.acknowledge")}
      </Button>
      {act.problem && <ProblemBanner problem={act.problem} />}
    </div>
  );
}
