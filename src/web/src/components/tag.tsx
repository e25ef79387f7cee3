import type { ComponentChildren } from "preact";
import { t, word } from "../text";
import { Icon, type IconName } from "./icon";

export type TagTone = "neutral" | "primary" | "good" | "soon" | "bad" | "quiet";

// A word about a thing: tone, word and mostly a drawing, so that nothing hangs on colour alone.
export function Tag({ tone = "neutral", icon, children }: { tone?: TagTone; icon?: IconName; children: ComponentChildren }) {
  return (
    <span class="dads-tag" data-tone={tone}>
      {icon && <Icon name={icon} />}
      {children}
    </span>
  );
}

export function ExerciseMark() {
  return <span class="dads-exercise">{t("mark.exercise")}</span>;
}

export function IncidentState({ state }: { state: string }) {
  const tone: TagTone = state === "closed" || state === "dismissed" ? "quiet" : state === "reported" || state === "assessed" ? "primary" : "good";
  return <Tag tone={tone}>{word("state", state)}</Tag>;
}

// Labels as the standard words them: 機密性2 and so on, with restrictions.
export function LabelMark({ label }: { label: { own_label: string | null; confidentiality: number | null; integrity: number | null; availability: number | null; restrictions: string[] } | null }) {
  if (!label) return <Tag tone="quiet">{t("label.none")}</Tag>;
  const grade = (name: string, value: number | null) => (value === null ? "" : word("label", name, { grade: value }));
  const words = [grade("confidentiality", label.confidentiality), grade("integrity", label.integrity), grade("availability", label.availability)].filter(Boolean);
  return (
    <span class="dads-label">
      <Icon name="lock" />
      {words.length ? words.join(t("list.dot")) : t("label.none")}
      {label.own_label && <bdi> {t("label.own", { own: label.own_label })}</bdi>}
      {label.restrictions.map((restriction) => (
        <bdi class="dads-label__restriction" key={restriction}>
          {restriction}
        </bdi>
      ))}
    </span>
  );
}
