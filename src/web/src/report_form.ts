// A report as a person fills it in, and back: every field may stay unknown; what was not touched stays as it was.
import type { Schemas } from "./api";
import { isNoTime, noTime, timeOf, type TimeValue } from "./components/field";
import { japaneseParts } from "./format";

export type Cell = Schemas["Cell"];
// The document as the API takes and gives it; typed loosely because a view may leave members out.
export type Document = Record<string, unknown> & {
  reference?: string;
  stage?: string;
  title?: string;
  view?: Schemas["ReportView"];
};

export interface SystemForm {
  name: string;
  contractor: string;
  product: string;
  shared: string;
}
export interface NoticeForm {
  to: string;
  at: TimeValue;
  reference: string;
  means: string;
}
export interface Form {
  reference: string;
  title: string;
  summary: string;
  recognized: TimeValue;
  recognized_precision: string;
  occurred: TimeValue;
  occurred_precision: string;
  detected: TimeValue;
  detected_precision: string;
  assessed: TimeValue;
  assessed_precision: string;
  assessment: string;
  assessment_reason: string;
  cyberattack: string;
  cyberattack_reason: string;
  large_scale: Cell[];
  category: string;
  systems: SystemForm[];
  confidentiality_hit: string;
  integrity_hit: string;
  availability_hit: string;
  persons_min: string;
  persons_max: string;
  services: string;
  confidentiality: string;
  integrity: string;
  availability: string;
  own_label: string;
  handling: string;
  isolated_at: TimeValue;
  stopped_at: TimeValue;
  contained_at: TimeValue;
  recovered_at: TimeValue;
  evidence_kept: string;
  outside_experts: string;
  actions_note: string;
  notices_made: NoticeForm[];
  police: string;
  consent_to_share: string;
  exercise: boolean;
  contact_role: string;
  contact_means: string;
}

export const emptyForm = (): Form => ({
  reference: "",
  title: "",
  summary: "",
  recognized: noTime,
  recognized_precision: "",
  occurred: noTime,
  occurred_precision: "",
  detected: noTime,
  detected_precision: "",
  assessed: noTime,
  assessed_precision: "",
  assessment: "",
  assessment_reason: "",
  cyberattack: "unknown",
  cyberattack_reason: "",
  large_scale: [],
  category: "",
  systems: [],
  confidentiality_hit: "unknown",
  integrity_hit: "unknown",
  availability_hit: "unknown",
  persons_min: "",
  persons_max: "",
  services: "",
  confidentiality: "",
  integrity: "",
  availability: "",
  own_label: "",
  handling: "",
  isolated_at: noTime,
  stopped_at: noTime,
  contained_at: noTime,
  recovered_at: noTime,
  evidence_kept: "",
  outside_experts: "",
  actions_note: "",
  notices_made: [],
  police: "",
  consent_to_share: "",
  exercise: false,
  contact_role: "",
  contact_means: "",
});

const lines = (text: string) => text.split("\n").map((line) => line.trim()).filter(Boolean);
const yesNo = (value: string) => (value === "yes" ? true : value === "no" ? false : undefined);
const number = (text: string) => {
  const digits = text.normalize("NFKC").replace(/[,\s\u4eba]/gu, "");
  return /^\d+$/.test(digits) ? Number(digits) : undefined;
};

// Without what is undefined or empty: what is not said is unknown.
function pruned(value: unknown): unknown {
  if (Array.isArray(value)) return value.length ? value.map(pruned) : undefined;
  if (value !== null && typeof value === "object") {
    const entries = Object.entries(value).map(([name, inner]) => [name, pruned(inner)] as const).filter(([, inner]) => inner !== undefined);
    return entries.length ? Object.fromEntries(entries) : undefined;
  }
  return value === "" ? undefined : value;
}

export function toDocument(form: Form): Document {
  const stated = (time: TimeValue, precision: string) => {
    const value = timeOf(time);
    return value ? { value, precision } : undefined;
  };
  const known = (value: string) => (value === "unknown" ? undefined : value);
  return (pruned({
    reference: form.reference.trim(),
    title: form.title.trim(),
    summary: form.summary.trim(),
    times: {
      occurred: stated(form.occurred, form.occurred_precision),
      detected: stated(form.detected, form.detected_precision),
      recognized: stated(form.recognized, form.recognized_precision),
      assessed: stated(form.assessed, form.assessed_precision),
    },
    assessment: form.assessment,
    assessment_reason: form.assessment === "not_incident" ? form.assessment_reason.trim() : undefined,
    cyberattack: known(form.cyberattack),
    cyberattack_reason: form.cyberattack === "no" ? form.cyberattack_reason.trim() : undefined,
    large_scale: form.large_scale,
    category: form.category,
    systems: form.systems.filter((system) => system.name.trim()).map((system) => ({ name: system.name.trim(), shared_platform: yesNo(system.shared), contractor: system.contractor.trim(), product: system.product.trim() })),
    impact: {
      confidentiality: known(form.confidentiality_hit),
      integrity: known(form.integrity_hit),
      availability: known(form.availability_hit),
      persons_affected: { min: number(form.persons_min), max: number(form.persons_max) },
      services: lines(form.services),
    },
    classification: { confidentiality: number(form.confidentiality), integrity: number(form.integrity), availability: number(form.availability), own_label: form.own_label.trim() },
    handling: lines(form.handling),
    actions: {
      isolated_at: timeOf(form.isolated_at) ?? undefined,
      stopped_at: timeOf(form.stopped_at) ?? undefined,
      contained_at: timeOf(form.contained_at) ?? undefined,
      recovered_at: timeOf(form.recovered_at) ?? undefined,
      evidence_kept: yesNo(form.evidence_kept),
      outside_experts: yesNo(form.outside_experts),
      note: form.actions_note.trim(),
    },
    notices_made: form.notices_made.filter((notice) => notice.to.trim()).map((notice) => ({ to: notice.to.trim(), at: timeOf(notice.at) ?? undefined, reference: notice.reference.trim(), means: notice.means.trim() })),
    police: form.police,
    consent_to_share: yesNo(form.consent_to_share),
    exercise: form.exercise || undefined,
    contact: { role: form.contact_role.trim(), means: form.contact_means.trim() },
  }) ?? {}) as Document;
}

type Inner = Record<string, unknown>;
const inner = (of: unknown, name: string): Inner => {
  const value = (of as Inner | undefined)?.[name];
  return value !== null && typeof value === "object" ? (value as Inner) : {};
};
const text = (value: unknown) => (typeof value === "string" ? value : typeof value === "number" ? String(value) : "");
const time = (value: unknown): TimeValue => (typeof value === "string" ? japaneseParts(Date.parse(value)) : noTime);
const asYesNo = (value: unknown) => (value === true ? "yes" : value === false ? "no" : "");
const list = (value: unknown): Inner[] => (Array.isArray(value) ? (value as Inner[]) : []);

export function toForm(document: Document): Form {
  const times = inner(document, "times");
  const impact = inner(document, "impact");
  const persons = inner(impact, "persons_affected");
  const grades = inner(document, "classification");
  const actions = inner(document, "actions");
  const contact = inner(document, "contact");
  const stated = (name: string) => ({ value: time(inner(times, name)["value"]), precision: text(inner(times, name)["precision"]) });
  return {
    reference: text(document.reference),
    title: text(document.title),
    summary: text(document["summary"]),
    recognized: stated("recognized").value,
    recognized_precision: stated("recognized").precision,
    occurred: stated("occurred").value,
    occurred_precision: stated("occurred").precision,
    detected: stated("detected").value,
    detected_precision: stated("detected").precision,
    assessed: stated("assessed").value,
    assessed_precision: stated("assessed").precision,
    assessment: text(document["assessment"]),
    assessment_reason: text(document["assessment_reason"]),
    cyberattack: text(document["cyberattack"]) || "unknown",
    cyberattack_reason: text(document["cyberattack_reason"]),
    large_scale: list(document["large_scale"]) as Cell[],
    category: text(document["category"]),
    systems: list(document["systems"]).map((system) => ({ name: text(system["name"]), contractor: text(system["contractor"]), product: text(system["product"]), shared: asYesNo(system["shared_platform"]) })),
    confidentiality_hit: text(impact["confidentiality"]) || "unknown",
    integrity_hit: text(impact["integrity"]) || "unknown",
    availability_hit: text(impact["availability"]) || "unknown",
    persons_min: text(persons["min"]),
    persons_max: text(persons["max"]),
    services: list(impact["services"]).map(text).join("\n"),
    confidentiality: text(grades["confidentiality"]),
    integrity: text(grades["integrity"]),
    availability: text(grades["availability"]),
    own_label: text(grades["own_label"]),
    handling: list(document["handling"]).map(text).join("\n"),
    isolated_at: time(actions["isolated_at"]),
    stopped_at: time(actions["stopped_at"]),
    contained_at: time(actions["contained_at"]),
    recovered_at: time(actions["recovered_at"]),
    evidence_kept: asYesNo(actions["evidence_kept"]),
    outside_experts: asYesNo(actions["outside_experts"]),
    actions_note: text(actions["note"]),
    notices_made: list(document["notices_made"]).map((notice) => ({ to: text(notice["to"]), at: time(notice["at"]), reference: text(notice["reference"]), means: text(notice["means"]) })),
    police: text(document["police"]),
    consent_to_share: asYesNo(document["consent_to_share"]),
    exercise: document["exercise"] === true,
    contact_role: text(contact["role"]),
    contact_means: text(contact["means"]),
  };
}

// RFC 7396: what makes `to` of `from`. Undefined: nothing.
export function mergePatch(from: unknown, to: unknown): unknown {
  if (JSON.stringify(from) === JSON.stringify(to)) return undefined;
  const isObject = (value: unknown): value is Inner => value !== null && typeof value === "object" && !Array.isArray(value);
  if (!isObject(from) || !isObject(to)) return to === undefined ? null : to;
  const patch: Inner = {};
  for (const name of new Set([...Object.keys(from), ...Object.keys(to)])) {
    const changed = mergePatch(from[name], to[name]);
    if (changed !== undefined) patch[name] = changed;
  }
  return Object.keys(patch).length ? patch : undefined;
}

// The times that are half filled in.
export function brokenTimes(form: Form): string[] {
  const names = ["recognized", "occurred", "detected", "assessed", "isolated_at", "stopped_at", "contained_at", "recovered_at"] as const;
  return names.filter((name) => !isNoTime(form[name]) && !timeOf(form[name]));
}
