// Whom these facts reach, by when and under which clause, before anything is sent. Nothing of it is stored.
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { get, Problem, send, type Schemas } from "../api";
import { now } from "../clock";
import { clockTime, duration, durationMilliseconds, shortTime, span } from "../format";
import { centre, nameOf } from "../names";
import type { Document } from "../report_form";
import { session } from "../session";
import { t } from "../text";
import { Banner } from "./banner";
import { dutyName, ruleOf } from "./duty";
import { Disclosure } from "./disclosure";
import { Icon } from "./icon";
import { wordsOf } from "./states";

type Explained = Schemas["ExplainedDuty"];
let editions: Promise<Schemas["Edition"][]> | null = null;

async function editionOf(day: string): Promise<string> {
  editions ??= get("/api/v1/editions").then((answer) => answer.items);
  try {
    const held = await editions;
    const inForce = held.filter((edition) => edition.in_force_from <= day);
    return (inForce.at(-1) ?? held[0])?.id ?? "";
  } catch (error) {
    editions = null;
    throw error;
  }
}

const settle = 350; // milliseconds after the last key

// Whom a case is told to first, once it is judged to be an incident.
export function firstReceiver(): string {
  const who = session.value!;
  return who.organization.kind === "national_agency" ? nameOf(centre()) : t("route.ministry");
}

// That a case which may be an incident has reached nobody yet, and what mends that.
export function NobodyYet({ live, children }: { live?: boolean; children?: ComponentChildren }) {
  return (
    <Banner tone="warning" title={t("route.nobody_yet")} live={live}>
      <p>{t("route.nobody_yet_detail", { body: firstReceiver() })}</p>
      {children}
    </Banner>
  );
}

// `fresh`: nobody knows of the case so far. `onNobody`: whether these facts leave it so.
export function RoutePreview({ organization, document, recognizedAt, fresh, onNobody }: { organization: string; document: Document; recognizedAt: string | null; fresh: boolean; onNobody: (nobody: boolean) => void }) {
  const explanation = useSignal<Schemas["Explanation"] | null>(null);
  const problem = useSignal<Problem | null>(null);
  const { reference: _reference, stage: _stage, ...facts } = document;
  const ready = recognizedAt !== null && typeof facts["assessment"] === "string";
  const asked = JSON.stringify(facts);
  const nobody = fresh && ready && facts["assessment"] === "possible" && explanation.value?.obligations.length === 0;
  useEffect(() => onNobody(nobody), [nobody]);

  useEffect(() => {
    if (!ready) {
      explanation.value = null;
      return;
    }
    const stop = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const edition = await editionOf(recognizedAt!.slice(0, 10));
        const answer = await send(`/api/v1/editions/${edition}/explain`, { method: "POST", body: { organization, ...JSON.parse(asked) }, signal: stop.signal });
        explanation.value = answer.json as Schemas["Explanation"];
        problem.value = null;
      } catch (error) {
        if (stop.signal.aborted) return;
        if (!(error instanceof Problem)) throw error;
        problem.value = error;
      }
    }, settle);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [asked, ready, organization]);

  return (
    <section class="dads-panel dads-route" aria-labelledby="route-title">
      <h2 id="route-title">{t("route.title")}</h2>
      {!ready && <p class="dads-aside">{t("route.not_ready")}</p>}
      {ready && problem.value && (
        <p class="dads-aside">
          <Icon name="info" /> {wordsOf(problem.value).title} {wordsOf(problem.value).detail}
        </p>
      )}
      {ready && !explanation.value && !problem.value && <p class="dads-aside">{t("state_of_page.loading")}</p>}
      {ready && explanation.value && <Explained explanation={explanation.value} organization={organization} recognizedAt={recognizedAt!} nobody={nobody} />}
    </section>
  );
}

function Explained({ explanation, organization, recognizedAt, nobody }: { explanation: Schemas["Explanation"]; organization: string; recognizedAt: string; nobody: boolean }) {
  const outer = explanation.obligations;
  // Who gets this report without a further deed of the reader, and whom his body has to tell besides.
  const byOneself = (duty: Explained) => duty.holder === organization && !isMetBySending(duty);
  const names = (duties: Explained[]) => [...new Set(duties.map((duty) => nameOf(duty.recipient)))].join(t("list.and"));
  const reached = names(outer.filter((duty) => !byOneself(duty)));
  const besides = names(outer.filter(byOneself));
  return (
    <>
      {nobody ? (
        <NobodyYet live />
      ) : (
        <p class="dads-route__sentence" role="status">
          {reached ? t("route.sentence", { bodies: reached }) : t("route.nobody")} {besides && t("route.besides", { bodies: besides })}
        </p>
      )}
      <ol class="dads-route__list">
        {outer.map((duty) => (
          <Step key={duty.clause + duty.sentence + duty.holder + duty.recipient} duty={duty} organization={organization} recognizedAt={recognizedAt} />
        ))}
      </ol>
      {explanation.alarms.map((alarm) => (
        <p class="dads-route__alarm" key={alarm.code + alarm.message}>
          <Icon name="alert" /> {alarm.message}
        </p>
      ))}
      {explanation.inner.length > 0 && (
        <Disclosure summary={t("route.inner", { number: explanation.inner.length })}>
          <ul class="dads-route__inner">
            {explanation.inner.map((duty) => (
              <li key={duty.clause}>
                {dutyName(ruleOf(duty), "")}
                <small>
                  {duty.clause} {t("route.within", { span: duration(duty.target) })}
                </small>
              </li>
            ))}
          </ul>
        </Disclosure>
      )}
      {explanation.notes.map((note) => (
        <p class="dads-aside" key={note.code}>
          {note.message}
        </p>
      ))}
    </>
  );
}

// An own incident's report is the telling of (g) to whom it goes first.
const isMetBySending = (duty: Explained) => ["g.1", "g.2"].includes(ruleOf(duty));

function Step({ duty, organization, recognizedAt }: { duty: Explained; organization: string; recognizedAt: string }) {
  const own = duty.holder === organization;
  const length = durationMilliseconds(duty.target) ?? 0;
  const rule = ruleOf(duty);
  const atOnce = own && isMetBySending(duty);
  const from = duty.opens_on === "receipt" ? now.value : Date.parse(recognizedAt);
  const due = from + length;
  const left = due - now.value;
  return (
    <li data-own={own || undefined}>
      <p class="dads-route__to">
        <strong>{nameOf(duty.recipient)}</strong>
        <span class="dads-route__when">{atOnce ? t("route.at_once") : left < 0 ? t("route.target_passed", { time: shortTime(due, now.value) }) : t("route.target", { time: shortTime(due, now.value), span: span(left, false) })}</span>
      </p>
      <p class="dads-route__how">
        {atOnce ? t("route.by_sending") : own ? t("route.by_you", { duty: dutyName(rule, "") }) : t("route.by_other", { holder: nameOf(duty.holder) })}
        <small>
          {duty.clause}
          {duty.sentence ? t("duty.sentence", { number: duty.sentence }) : ""}
          {atOnce && t("route.target_was", { time: clockTime(due) })}
        </small>
      </p>
      <Disclosure summary={t("route.why")}>
        <ul>
          {duty.because.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      </Disclosure>
    </li>
  );
}
