// Times with what is left of them. The ticking text is never announced; only that an hour is left, or none.
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { now } from "../clock";
import { fullTime, shortTime, span } from "../format";
import { t } from "../text";
import { Icon } from "./icon";

const hour = 3_600_000;
export type Urgency = "bad" | "soon" | "good";

export function urgencyOf(due: string | number, at: number): Urgency {
  const left = (typeof due === "number" ? due : Date.parse(due)) - at;
  return left < 0 ? "bad" : left <= hour ? "soon" : "good";
}

const announced = signal("");
// The one place of a page that speaks up.
export function Announcer() {
  return (
    <p class="dads-hidden" role="status" aria-live="polite">
      {announced}
    </p>
  );
}
export function announce(text: string) {
  announced.value = "";
  requestAnimationFrame(() => (announced.value = text));
}

// `of`: what is due, in the words in which a crossing is announced.
export function Countdown({ due, of, big }: { due: string; of?: string; big?: boolean }) {
  const left = Date.parse(due) - now.value;
  const urgency = urgencyOf(due, now.value);
  const before = useRef(urgency);
  useEffect(() => {
    if (before.current !== urgency && of) announce(urgency === "bad" ? t("clock.now_overdue", { of }) : urgency === "soon" ? t("clock.now_soon", { of }) : "");
    before.current = urgency;
  }, [urgency]);
  return (
    <time class="dads-countdown" dateTime={due} title={fullTime(due)} data-urgency={urgency} data-big={big || undefined}>
      <Icon name={urgency === "bad" ? "alert" : "clock"} />
      <span>{urgency === "bad" ? t("clock.over", { span: span(left) }) : t("clock.left", { span: span(left) })}</span>
    </time>
  );
}

export function When({ at, full }: { at: string; full?: boolean }) {
  return (
    <time dateTime={at} title={fullTime(at)} class="dads-when">
      {full ? fullTime(at) : shortTime(at, now.value)}
    </time>
  );
}
