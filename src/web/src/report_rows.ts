// A report as lines that a person reads: a label, and what stands there.
import { dayTo, fullTime } from "./format";
import type { Cell, Document } from "./report_form";
import { nameOf } from "./names";
import { t, word } from "./text";

export interface Row {
  key: string;
  label: string;
  text: string;
}

type Inner = Record<string, unknown>;

export function cellWords(cell: Cell): string {
  return t("cell.words", { criterion: word("criterion", cell.criterion), harm: word("harm", cell.harm), certainty: word("certainty", cell.certainty) });
}

// 「続報（第2版）」
export const nameOfVersion = (report: { stage: string; version: number }) => t("version.of_stage", { stage: word("stage", report.stage), number: report.version });

const yesNo = (value: unknown) => (value === true ? t("yes_no.yes") : value === false ? t("yes_no.no") : "");

export function stated(value: unknown): string {
  const { value: at, precision } = (value ?? {}) as { value?: string; precision?: string };
  if (!at) return "";
  // The day alone is known: the clock that the form of the value asks for says nothing.
  if (precision === "day" || precision === "month" || precision === "year") return t("time.no_clock", { day: dayTo(at, precision) });
  return precision && precision !== "minute" ? t("time.with_precision", { time: fullTime(at), precision: word("precision", precision) }) : fullTime(at);
}

function persons(value: unknown): string {
  const { min, max } = (value ?? {}) as { min?: number; max?: number };
  const shown = (number: number) => number.toLocaleString("ja-JP");
  if (min !== undefined && min === max) return t("persons.exactly", { number: shown(min) });
  if (min && max !== undefined) return t("persons.between", { min: shown(min), max: shown(max) });
  if (max !== undefined) return t("persons.at_most", { number: shown(max) });
  if (min !== undefined) return t("persons.at_least", { number: shown(min) });
  return "";
}

// Only what is said; in the order in which it matters.
export function rowsOf(document: Document): Row[] {
  const rows: Row[] = [];
  const add = (key: string, text: unknown) => {
    if (typeof text === "string" && text !== "") rows.push({ key, label: word("member", key), text });
  };
  const inner = (name: string) => (document[name] ?? {}) as Inner;
  const list = (value: unknown) => (Array.isArray(value) ? (value as Inner[]) : []);
  const times = inner("times");
  const impact = inner("impact");
  const grades = inner("classification");
  const actions = inner("actions");
  const contact = inner("contact");
  const choice = (family: string, value: unknown) => (typeof value === "string" ? word(family, value) : "");

  add("title", document.title);
  add("summary", document["summary"]);
  for (const name of ["recognized", "detected", "occurred", "assessed"]) add(`times_${name}`, stated(times[name]));
  add("assessment", choice("assessment", document["assessment"]));
  add("assessment_reason", document["assessment_reason"]);
  add("cyberattack", choice("cyberattack", document["cyberattack"]));
  add("cyberattack_reason", document["cyberattack_reason"]);
  add("large_scale", list(document["large_scale"]).map((cell) => cellWords(cell as unknown as Cell)).join("\n"));
  add("category", choice("category", document["category"]));
  add(
    "systems",
    list(document["systems"])
      .map((system) => {
        const notes = [system["contractor"] && t("system.contractor", { name: String(system["contractor"]) }), system["product"] && t("system.product", { name: String(system["product"]) }), system["shared_platform"] === true && t("system.shared")].filter(Boolean);
        return notes.length ? t("system.with_notes", { name: String(system["name"]), notes: notes.join(t("list.and")) }) : String(system["name"]);
      })
      .join("\n"),
  );
  for (const name of ["confidentiality", "integrity", "availability"]) add(`impact_${name}`, choice("hit", impact[name]));
  add("persons_affected", persons(impact["persons_affected"]));
  add("services", list(impact["services"]).map(String).join("\n"));
  add("classification", ["confidentiality", "integrity", "availability"].map((name) => (grades[name] ? word("label", name, { grade: Number(grades[name]) }) : "")).filter(Boolean).join(t("list.dot")));
  add("own_label", grades["own_label"]);
  add("handling", list(document["handling"]).map(String).join("\n"));
  for (const name of ["isolated_at", "stopped_at", "contained_at", "recovered_at"]) add(name, typeof actions[name] === "string" ? fullTime(actions[name] as string) : "");
  add("evidence_kept", yesNo(actions["evidence_kept"]));
  add("outside_experts", yesNo(actions["outside_experts"]));
  add("actions_note", actions["note"]);
  add(
    "notices_made",
    list(document["notices_made"])
      .map((notice) => [notice["to"], notice["at"] && fullTime(String(notice["at"])), notice["means"], notice["reference"]].filter(Boolean).join(t("list.and")))
      .join("\n"),
  );
  add("police", nameOf(document["police"] as string | undefined));
  add("consent_to_share", yesNo(document["consent_to_share"]));
  add("contact", [contact["role"], contact["means"]].filter(Boolean).join("\n"));
  add("exercise", document["exercise"] === true ? t("yes_no.yes") : "");
  return rows;
}

export interface ComparedRow {
  key: string;
  label: string;
  before: string;
  after: string;
  change: "same" | "added" | "removed" | "changed";
}

export function comparedRows(before: Document, after: Document): ComparedRow[] {
  const old = new Map(rowsOf(before).map((row) => [row.key, row]));
  const current = rowsOf(after);
  const rows: ComparedRow[] = current.map((row) => {
    const was = old.get(row.key);
    old.delete(row.key);
    return { key: row.key, label: row.label, before: was?.text ?? "", after: row.text, change: !was ? "added" : was.text === row.text ? "same" : "changed" };
  });
  for (const row of old.values()) rows.push({ key: row.key, label: row.label, before: row.text, after: "", change: "removed" });
  return rows;
}

interface Change {
  pointer: string;
  before?: unknown;
  after?: unknown;
}

// The document before those changes were made. Pointers as in RFC 6901; arrays are replaced whole or item by item.
export function undone(document: Document, changes: Change[]): Document {
  const copy = structuredClone(document);
  for (const change of [...changes].reverse()) {
    const names = change.pointer.split("/").slice(1).map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"));
    const last = names.pop();
    if (last === undefined) continue;
    let at: Inner = copy;
    for (const name of names) {
      if (at[name] === null || typeof at[name] !== "object") at[name] = {};
      at = at[name] as Inner;
    }
    if (!("before" in change) || change.before === undefined || change.before === null) delete at[last];
    else at[last] = structuredClone(change.before);
  }
  return copy;
}
