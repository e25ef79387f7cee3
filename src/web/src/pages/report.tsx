// 「報告する」: a first report of five answers, more where it is known, and whom it reaches before it is sent. For an incident
// that is reported already: the same form, filled with what is in force; only the differences are sent.
import { useComputed, useSignal, type Signal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { addressOf, curlOf, get, type Mistake, type PostBody, type Schemas } from "../api";
import { useAct } from "../act";
import { Banner } from "../components/banner";
import { Button, ButtonLink } from "../components/button";
import { When } from "../components/countdown";
import { CurlLine, Disclosure } from "../components/disclosure";
import { Checkbox, RadioGroup, Select, TextArea, TextField, TimeField, timeOf, type Choice, type ChoiceGroup, type TimeValue } from "../components/field";
import { ComparedDocuments, ReportDocument } from "../components/report_document";
import { Receipt } from "../components/receipt";
import { NobodyYet, RoutePreview } from "../components/route_preview";
import { Heading } from "../components/shell";
import { ProblemBanner, Shown } from "../components/states";
import { Steps } from "../components/steps";
import { ExerciseMark } from "../components/tag";
import { DutyList } from "../components/duty";
import { now } from "../clock";
import { draftOf, dropDraft, keepDraft } from "../draft";
import { japaneseParts } from "../format";
import { nameOf, organizations } from "../names";
import { useLoaded } from "../loading";
import { categories } from "../categories";
import { brokenTimes, emptyForm, mergePatch, toDocument, toForm, type Cell, type Document, type Form } from "../report_form";
import { nameOfVersion } from "../report_rows";
import { go } from "../router";
import { isCsirt, mayReport, session, type Session } from "../session";
import { t, word, type Key } from "../text";

type Answer = Schemas["ReportAnswer"];
type Mistakes = Partial<Record<string, string>>;

export function Report({ incident = "" }: Record<string, string>) {
  if (!mayReport(session.value!.role))
    return (
      <>
        <Heading title={t("report.title")} />
        <Banner tone="warning" title={t("report.not_your_role", { role: word("role", session.value!.role) })}>
          <p>{t("problem.role_required")}</p>
        </Banner>
      </>
    );
  return incident ? <FollowUp incident={incident} /> : <Editor who={session.value!} incident="" base={null} stages={["first"]} title={t("report.title")} />;
}

function FollowUp({ incident }: { incident: string }) {
  const read = useLoaded((signal) => get("/api/v1/incidents/{id}", { id: incident }, {}, signal), [incident]);
  return (
    <>
      {!read.value && <Heading title={t("report.followup")} />}
      <Shown of={read}>
        {(detail) =>
          detail.report ? (
            <Editor key={detail.version} who={session.value!} incident={incident} base={detail.report as Document} stages={["followup", "final", "correction"]} title={t("report.followup_of", { number: detail.number })} />
          ) : (
            <Banner tone="info" title={t("report.erased")} />
          )
        }
      </Shown>
    </>
  );
}

// "20261127-0905-3f": a number of the body's own until it gives a better one.
function ownNumber(): string {
  const { year, month, day, clock } = japaneseParts(now.peek());
  return `${year}${month.padStart(2, "0")}${day.padStart(2, "0")}-${clock.replace(":", "")}-${crypto.randomUUID().slice(0, 2)}`;
}

interface EditorProperties {
  who: Session;
  incident: string;
  base: Document | null;
  stages: ("first" | "followup" | "final" | "correction")[];
  title: string;
}

function Editor({ who, incident, base, stages, title }: EditorProperties) {
  const found = useMemo(() => draftOf(who, incident), []);
  const start = useMemo(() => (base ? toForm(base) : { ...emptyForm(), reference: ownNumber(), recognized: japaneseParts(now.peek()) }), []);
  const form = useSignal<Form>(found?.form ?? start);
  const restored = useSignal(found?.savedAt ?? 0);
  const savedAt = useSignal(0);
  const notKept = useSignal(false);
  const step = useSignal(0);
  const stage = useSignal(stages[0]!);
  const mistakes = useSignal<Mistakes>({});
  const answer = useSignal<Answer | null>(null);
  const act = useAct("/api/v1/reports");
  const nobody = useSignal(false);
  const seenMore = useSignal(false);
  const summary = useRef<HTMLDivElement>(null);

  const set = (changes: Partial<Form>) => {
    form.value = { ...form.value, ...changes };
    // What was missing is looked for anew, so that a mistake goes once it is mended; none is added while one writes.
    if (Object.keys(mistakes.value).length) {
      const left = problems();
      const touched = (name: string) => name in changes || Object.keys(changes).some((changed) => name.startsWith(changed) || changed.startsWith(`${name}_`));
      mistakes.value = Object.fromEntries(Object.entries(mistakes.value).filter(([name]) => left[name] || !touched(name)));
    }
    savedAt.value = Date.now();
    notKept.value = !keepDraft(who, incident, form.value, savedAt.value);
  };
  // Nobody knows of the case so far.
  const fresh = !base || base["assessment"] === "possible";
  const document = useComputed(() => toDocument(form.value));
  const baseDocument = useMemo(() => (base ? toDocument(toForm(base)) : null), [base]);
  const patch = useComputed(() => (baseDocument ? (mergePatch(baseDocument, { ...document.value, reference: baseDocument.reference }) as Record<string, unknown> | undefined) : undefined));
  const body = useComputed(
    () => (baseDocument ? { ...patch.value, reference: baseDocument.reference, stage: stage.value } : { ...document.value, stage: "first" }) as unknown as PostBody<"/api/v1/reports">,
  );

  const problems = (): Mistakes => {
    const value = form.value;
    const found: Mistakes = {};
    if (!value.title.trim()) found["title"] = t("report.need_title");
    if (!timeOf(value.recognized)) found["recognized"] = t("report.need_recognized");
    if (!value.assessment) found["assessment"] = t("report.need_assessment");
    if (value.assessment === "not_incident" && !value.assessment_reason.trim()) found["assessment_reason"] = t("duty.reason_needed");
    if (value.cyberattack === "no" && !value.cyberattack_reason.trim()) found["cyberattack_reason"] = t("duty.reason_needed");
    if (!value.reference.trim()) found["reference"] = t("report.need_reference");
    for (const name of brokenTimes(value)) found[name] ??= t("time.not_understood");
    return found;
  };
  const showMistakes = (found: Mistakes) => {
    mistakes.value = found;
    if (!Object.keys(found).length) return false;
    if (Object.keys(found).some((name) => !fields[name]?.detail)) step.value = 0;
    else step.value = 1;
    requestAnimationFrame(() => summary.current?.focus());
    return true;
  };
  const toStep = (index: number) => {
    if (index === 2 && showMistakes(problems())) return;
    step.value = index;
    if (index === 1) seenMore.value = true;
    scrollTo(0, 0);
    requestAnimationFrame(() => window.document.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true }));
  };
  const sendIt = async () => {
    if (showMistakes(problems())) return;
    const given = await act.run({}, body.value);
    if (!given) return;
    dropDraft(who, incident);
    answer.value = given as Answer;
    scrollTo(0, 0);
  };
  // Mistakes that the daemon found go to the fields that they speak of.
  useEffect(() => {
    if (!act.problem?.mistakes.length) return;
    const found: Mistakes = {};
    for (const mistake of act.problem.mistakes) found[fieldOf(mistake)] = mistake.message;
    showMistakes(found);
  }, [act.problem]);

  if (answer.value) return <Sent answer={answer.value} reachable={!fresh || form.value.assessment !== "possible"} />;
  const names = [t("report.step_first"), t("report.step_more"), t("report.step_send")];
  return (
    <>
      <Heading title={title} mark={form.value.exercise && <ExerciseMark />} lead={base ? t("report.followup_lead") : t("report.lead")} />
      <div class="dads-report__bar">
        <Steps names={names} at={step.value} onStep={toStep} skipped={seenMore.value ? [] : [1]} />
        <p class="dads-aside" role="status">
          {notKept.value ? t("draft.not_kept") : savedAt.value ? t("draft.kept") : ""}
        </p>
      </div>
      {restored.value > 0 && (
        <Banner tone="info" title={t("draft.restored")}>
          <p>
            <When at={new Date(restored.value).toISOString()} />
          </p>
          <Button
            kind="outline"
            size="small"
            onClick={() => {
              dropDraft(who, incident);
              form.value = start;
              restored.value = 0;
              savedAt.value = 0;
            }}
          >
            {t("draft.drop")}
          </Button>
        </Banner>
      )}
      {Object.keys(mistakes.value).length > 0 && step.value < 2 && (
        <div ref={summary} tabIndex={-1}>
          <Banner tone="error" title={t("report.mistakes", { number: Object.keys(mistakes.value).length })}>
            <ul>
              {Object.entries(mistakes.value).map(([name, text]) => (
                <li key={name}>
                  <a
                    href={`#field-${name}`}
                    onClick={(event) => {
                      event.preventDefault();
                      step.value = fields[name]?.detail ? 1 : 0;
                      requestAnimationFrame(() => focusField(name));
                    }}
                  >
                    {fields[name] ? `${t(fields[name].label)}${t("list.colon")}` : ""}
                    {text}
                  </a>
                </li>
              ))}
            </ul>
          </Banner>
        </div>
      )}
      {act.problem && !act.problem.mistakes.length && <ProblemBanner problem={act.problem} again={act.problem.uncertain ? sendIt : undefined} />}
      <div class="dads-columns dads-columns--form">
        <div>
          {step.value === 0 && <First form={form} set={set} mistakes={mistakes.value} isFollowUp={!!base} stage={stage} stages={stages} />}
          {step.value === 1 && <More form={form} set={set} mistakes={mistakes.value} who={who} />}
          {step.value === 2 && nobody.value && <NobodyYet />}
          {step.value === 2 && (
            <section class="dads-panel">
              {baseDocument ? (
                <>
                  <h2>{t("report.differences")}</h2>
                  <ComparedDocuments onlyChanges before={baseDocument} after={document.value} names={[t("report.in_force"), t("report.this")]} />
                </>
              ) : (
                <>
                  <h2>{t("report.check")}</h2>
                  <ReportDocument document={document.value} />
                </>
              )}
            </section>
          )}
          <div class="dads-row dads-report__buttons">
            {step.value === 0 && (
              <>
                <Button size="large" onClick={() => toStep(2)}>
                  {t("report.to_send")}
                </Button>
                <Button size="large" kind="outline" onClick={() => toStep(1)}>
                  {t("report.to_more")}
                </Button>
              </>
            )}
            {step.value === 1 && (
              <>
                <Button size="large" onClick={() => toStep(2)}>
                  {t("report.to_send")}
                </Button>
                <Button size="large" kind="outline" onClick={() => toStep(0)}>
                  {t("report.back")}
                </Button>
              </>
            )}
            {step.value === 2 && (
              <>
                <Button size="large" icon="send" busy={act.busy} onClick={sendIt}>
                  {form.value.exercise ? t("report.send_exercise") : t("report.send")}
                </Button>
                <Button size="large" kind="outline" onClick={() => toStep(0)}>
                  {t("report.back")}
                </Button>
              </>
            )}
          </div>
          {step.value === 2 && <CurlLine line={curlOf("POST", addressOf("/api/v1/reports"), body.value)} />}
        </div>
        <aside>
          <RoutePreview organization={who.organization.id} document={document.value} recognizedAt={timeOf(form.value.recognized)} fresh={fresh} onNobody={(is) => (nobody.value = is)} />
        </aside>
      </div>
    </>
  );
}

// The fields that a mistake can speak of: their labels, and whether they stand in the second step.
const fields: Record<string, { label: Key; detail?: boolean }> = {
  title: { label: "member.title" },
  summary: { label: "member.summary" },
  reference: { label: "report.reference" },
  recognized: { label: "member.times_recognized" },
  assessment: { label: "member.assessment" },
  assessment_reason: { label: "member.assessment_reason" },
  cyberattack: { label: "member.cyberattack" },
  cyberattack_reason: { label: "member.cyberattack_reason" },
  occurred: { label: "member.times_occurred", detail: true },
  detected: { label: "member.times_detected", detail: true },
  assessed: { label: "member.times_assessed", detail: true },
  large_scale: { label: "member.large_scale", detail: true },
  category: { label: "member.category", detail: true },
  systems: { label: "member.systems", detail: true },
  persons: { label: "member.persons_affected", detail: true },
  classification: { label: "member.classification", detail: true },
  handling: { label: "member.handling", detail: true },
  isolated_at: { label: "member.isolated_at", detail: true },
  stopped_at: { label: "member.stopped_at", detail: true },
  contained_at: { label: "member.contained_at", detail: true },
  recovered_at: { label: "member.recovered_at", detail: true },
  notices_made: { label: "member.notices_made", detail: true },
  contact: { label: "member.contact", detail: true },
};

function fieldOf(mistake: Mistake): string {
  const [, first = "", second = "", third = ""] = mistake.pointer.split("/");
  if (first === "times" && second in fields) return second;
  if (first === "actions" && second in fields) return second;
  if (first === "impact") return second === "persons_affected" || third === "persons_affected" ? "persons" : "summary";
  return first in fields ? first : "title";
}

function focusField(name: string) {
  const place = window.document.getElementById(`field-${name}`);
  const control = place?.matches("input,select,textarea") ? place : place?.querySelector<HTMLElement>("input,select,textarea");
  (control as HTMLElement | null)?.focus();
}

interface PartProperties {
  form: Signal<Form>;
  set: (changes: Partial<Form>) => void;
  mistakes: Mistakes;
}

const options = (family: string, values: string[]): Choice[] => values.map((value) => ({ value, label: word(family, value) }));

function First({ form, set, mistakes, isFollowUp, stage, stages }: PartProperties & { isFollowUp: boolean; stage: Signal<EditorProperties["stages"][number]>; stages: EditorProperties["stages"] }) {
  const value = form.value;
  return (
    <div class="dads-form">
      {isFollowUp && <RadioGroup label={t("report.stage")} layout="line" value={stage.value} onValue={(next) => (stage.value = next as "followup")} choices={options("stage", stages)} />}
      <TextField id="field-title" label={t("member.title")} help={t("report.title_help")} required mistake={mistakes["title"]} value={value.title} onValue={(title) => set({ title })} maxLength={200} />
      <div id="field-recognized">
        <TimeField label={t("member.times_recognized")} help={t("report.recognized_help")} required mistake={mistakes["recognized"]} value={value.recognized} onValue={(recognized) => set({ recognized })} />
      </div>
      <div id="field-assessment">
        <RadioGroup label={t("member.assessment")} required mistake={mistakes["assessment"]} value={value.assessment} onValue={(assessment) => set({ assessment })} choices={options("assessment", ["incident", "possible", "not_incident"])} />
      </div>
      {value.assessment === "not_incident" && <TextArea id="field-assessment_reason" label={t("member.assessment_reason")} required mistake={mistakes["assessment_reason"]} rows={2} value={value.assessment_reason} onValue={(assessment_reason) => set({ assessment_reason })} maxLength={4000} />}
      <RadioGroup label={t("member.cyberattack")} layout="line" value={value.cyberattack} onValue={(cyberattack) => set({ cyberattack })} choices={options("cyberattack", ["yes", "possible", "no", "unknown"])} />
      {value.cyberattack === "no" && <TextArea id="field-cyberattack_reason" label={t("member.cyberattack_reason")} required mistake={mistakes["cyberattack_reason"]} rows={2} value={value.cyberattack_reason} onValue={(cyberattack_reason) => set({ cyberattack_reason })} maxLength={4000} />}
      <TextArea id="field-summary" label={t("member.summary")} help={t("report.summary_help")} mistake={mistakes["summary"]} rows={5} value={value.summary} onValue={(summary) => set({ summary })} maxLength={20000} />
      {!isFollowUp && (
        <>
          <Checkbox label={t("report.exercise")} help={t("report.exercise_help")} checked={value.exercise} onValue={(exercise) => set({ exercise })} />
          <Disclosure summary={t("report.reference_is", { reference: value.reference })} open={!!mistakes["reference"]}>
            <TextField id="field-reference" label={t("report.reference")} help={t("report.reference_help")} required mistake={mistakes["reference"]} value={value.reference} onValue={(reference) => set({ reference })} width="medium" maxLength={100} />
          </Disclosure>
        </>
      )}
    </div>
  );
}

const cellChoices = ["feared/may_be", "feared/is", "occurred/may_be", "occurred/is"];

function More({ form, set, mistakes, who }: PartProperties & { who: Session }) {
  const value = form.value;
  const precision = (name: "occurred" | "detected" | "assessed") => (
    <Select label={t("report.precision")} width="short" value={value[`${name}_precision`]} onValue={(next) => set({ [`${name}_precision`]: next })} choices={[{ value: "", label: word("precision", "minute") }, ...options("precision", ["hour", "day", "month", "year", "about"])]} />
  );
  const moment = (name: "occurred" | "detected" | "assessed" | "isolated_at" | "stopped_at" | "contained_at" | "recovered_at", label: Key) => (
    <div id={`field-${name}`}>
      <TimeField label={t(label)} mistake={mistakes[name]} value={value[name]} onValue={(next: TimeValue) => set({ [name]: next })} />
    </div>
  );
  const cellOf = (criterion: string) => value.large_scale.find((cell) => cell.criterion === criterion);
  const setCell = (criterion: string, choice: string) => {
    const others = value.large_scale.filter((cell) => cell.criterion !== criterion);
    const [harm, certainty] = choice.split("/");
    set({ large_scale: choice ? [...others, { criterion, harm, certainty } as Cell] : others });
  };
  const groups: ChoiceGroup[] = Object.entries(categories).map(([group, kinds]) => ({ label: word("category_group", group), choices: kinds.map((kind) => ({ value: `${group}/${kind}`, label: word("category", `${group}/${kind}`) })) }));
  const police = [...organizations.value.values()].filter((body) => body.kind === "police" && body.in_force);
  const hit = options("hit", ["yes", "possible", "no", "unknown"]);
  const triple: Choice[] = [{ value: "", label: t("report.unknown") }, ...options("yes_no", ["yes", "no"])];
  return (
    <div class="dads-form">
      <p class="dads-aside">{t("report.more_lead")}</p>
      <fieldset class="dads-part">
        <legend>{t("report.part_times")}</legend>
        {(["detected", "occurred", "assessed"] as const).map((name) => (
          <div class="dads-part__pair" key={name}>
            {moment(name, `member.times_${name}` as Key)}
            {precision(name)}
          </div>
        ))}
      </fieldset>
      <fieldset class="dads-part">
        <legend>{t("report.part_kind")}</legend>
        <Select id="field-category" label={t("member.category")} mistake={mistakes["category"]} width="full" value={value.category} onValue={(category) => set({ category })} choices={[{ value: "", label: t("report.unknown") }]} groups={groups} />
        {value.systems.map((system, index) => {
          const change = (changes: Partial<typeof system>) => set({ systems: value.systems.map((other, at) => (at === index ? { ...other, ...changes } : other)) });
          return (
            <div class="dads-part__item" key={index}>
              <TextField label={t("report.system", { number: index + 1 })} value={system.name} onValue={(name) => change({ name })} maxLength={200} />
              <div class="dads-part__grid">
                <TextField label={t("report.contractor")} value={system.contractor} onValue={(contractor) => change({ contractor })} maxLength={200} />
                <TextField label={t("report.product")} value={system.product} onValue={(product) => change({ product })} maxLength={200} />
              </div>
              <RadioGroup label={t("report.shared")} layout="line" value={system.shared} onValue={(shared) => change({ shared })} choices={triple} />
              <Button kind="text" size="small" onClick={() => set({ systems: value.systems.filter((_, at) => at !== index) })}>
                {t("report.remove", { name: t("report.system", { number: index + 1 }) })}
              </Button>
            </div>
          );
        })}
        <div id="field-systems">
          <Button kind="outline" size="small" onClick={() => set({ systems: [...value.systems, { name: "", contractor: "", product: "", shared: "" }] })}>
            {t("report.add_system")}
          </Button>
        </div>
      </fieldset>
      <fieldset class="dads-part">
        <legend>{t("report.part_impact")}</legend>
        <RadioGroup label={t("member.impact_confidentiality")} layout="line" value={value.confidentiality_hit} onValue={(confidentiality_hit) => set({ confidentiality_hit })} choices={hit} />
        <RadioGroup label={t("member.impact_integrity")} layout="line" value={value.integrity_hit} onValue={(integrity_hit) => set({ integrity_hit })} choices={hit} />
        <RadioGroup label={t("member.impact_availability")} layout="line" value={value.availability_hit} onValue={(availability_hit) => set({ availability_hit })} choices={hit} />
        <div class="dads-part__grid" id="field-persons">
          <TextField label={t("report.persons_min")} mistake={mistakes["persons"]} inputMode="numeric" value={value.persons_min} onValue={(persons_min) => set({ persons_min })} maxLength={14} />
          <TextField label={t("report.persons_max")} inputMode="numeric" value={value.persons_max} onValue={(persons_max) => set({ persons_max })} maxLength={14} />
        </div>
        <TextArea label={t("member.services")} help={t("report.one_per_line")} rows={2} value={value.services} onValue={(services) => set({ services })} />
      </fieldset>
      <fieldset class="dads-part" id="field-large_scale">
        <legend>{t("member.large_scale")}</legend>
        <p class="dads-field__help">{t("report.large_scale_help")}</p>
        <div class="dads-part__grid">
          {["life", "body", "property", "territory"].map((criterion) => {
            const cell = cellOf(criterion);
            return (
              <Select
                key={criterion}
                label={word("criterion", criterion)}
                value={cell ? `${cell.harm}/${cell.certainty}` : ""}
                onValue={(choice) => setCell(criterion, choice)}
                choices={[{ value: "", label: t("report.cell_none") }, ...cellChoices.map((choice) => ({ value: choice, label: t("cell.choice", { harm: word("harm", choice.split("/")[0]!), certainty: word("certainty", choice.split("/")[1]!) }) }))]}
              />
            );
          })}
        </div>
      </fieldset>
      <fieldset class="dads-part" id="field-classification">
        <legend>{t("report.part_label")}</legend>
        <div class="dads-part__grid dads-part__grid--three">
          {(["confidentiality", "integrity", "availability"] as const).map((name) => (
            <Select key={name} label={word("grade_of", name)} value={value[name]} onValue={(next) => set({ [name]: next })} choices={[{ value: "", label: t("report.unknown") }, ...(name === "confidentiality" ? [1, 2, 3] : [1, 2]).map((grade) => ({ value: String(grade), label: word("label", name, { grade }) }))]} />
          ))}
        </div>
        {value.confidentiality === "3" && <Banner tone="warning" title={t("report.grade_three")} />}
        <TextField label={t("member.own_label")} value={value.own_label} onValue={(own_label) => set({ own_label })} width="medium" maxLength={100} />
        <TextArea id="field-handling" label={t("member.handling")} help={t("report.one_per_line")} mistake={mistakes["handling"]} rows={2} value={value.handling} onValue={(handling) => set({ handling })} />
      </fieldset>
      <fieldset class="dads-part">
        <legend>{t("report.part_actions")}</legend>
        {moment("isolated_at", "member.isolated_at")}
        {moment("stopped_at", "member.stopped_at")}
        {moment("contained_at", "member.contained_at")}
        {moment("recovered_at", "member.recovered_at")}
        <RadioGroup label={t("member.evidence_kept")} layout="line" value={value.evidence_kept} onValue={(evidence_kept) => set({ evidence_kept })} choices={triple} />
        <RadioGroup label={t("member.outside_experts")} layout="line" value={value.outside_experts} onValue={(outside_experts) => set({ outside_experts })} choices={triple} />
        <TextArea label={t("member.actions_note")} rows={3} value={value.actions_note} onValue={(actions_note) => set({ actions_note })} maxLength={4000} />
      </fieldset>
      <fieldset class="dads-part" id="field-notices_made">
        <legend>{t("member.notices_made")}</legend>
        {value.notices_made.map((notice, index) => {
          const change = (changes: Partial<typeof notice>) => set({ notices_made: value.notices_made.map((other, at) => (at === index ? { ...other, ...changes } : other)) });
          return (
            <div class="dads-part__item" key={index}>
              <TextField label={t("report.notice_to", { number: index + 1 })} value={notice.to} onValue={(to) => change({ to })} maxLength={200} />
              <TimeField label={t("report.notice_at")} value={notice.at} onValue={(at) => change({ at })} />
              <div class="dads-part__grid">
                <TextField label={t("report.notice_means")} value={notice.means} onValue={(means) => change({ means })} maxLength={200} />
                <TextField label={t("report.notice_reference")} value={notice.reference} onValue={(reference) => change({ reference })} maxLength={100} />
              </div>
              <Button kind="text" size="small" onClick={() => set({ notices_made: value.notices_made.filter((_, at) => at !== index) })}>
                {t("report.remove", { name: t("report.notice_to", { number: index + 1 }) })}
              </Button>
            </div>
          );
        })}
        <div>
          <Button kind="outline" size="small" onClick={() => set({ notices_made: [...value.notices_made, { to: "", at: { year: "", month: "", day: "", clock: "" }, reference: "", means: "" }] })}>
            {t("report.add_notice")}
          </Button>
        </div>
      </fieldset>
      <fieldset class="dads-part" id="field-contact">
        <legend>{t("report.part_contact")}</legend>
        <TextField label={t("report.contact_role")} help={t("report.contact_help")} value={value.contact_role} onValue={(contact_role) => set({ contact_role })} maxLength={200} />
        <TextField label={t("report.contact_means")} value={value.contact_means} onValue={(contact_means) => set({ contact_means })} maxLength={1000} />
        <Select label={t("member.police")} help={t("report.police_help", { body: nameOf(who.organization.id) })} value={value.police} onValue={(next) => set({ police: next })} choices={[{ value: "", label: t("report.police_default") }, ...police.map((body) => ({ value: body.id, label: nameOf(body.id) }))]} />
        <RadioGroup label={t("member.consent_to_share")} help={t("report.consent_help")} layout="line" value={value.consent_to_share} onValue={(consent_to_share) => set({ consent_to_share })} choices={triple} />
      </fieldset>
    </div>
  );
}

// What came of it: stored, never lost, and what is owed now.
// `reachable`: it is not a case that may be an incident and of which nobody knew.
function Sent({ answer, reachable }: { answer: Answer; reachable: boolean }) {
  const open = answer.obligations.filter((duty) => duty.state === "open" && !duty.inner);
  const met = answer.obligations.filter((duty) => duty.state === "fulfilled" && !duty.inner);
  return (
    <>
      <Heading title={t("sent.title", { number: answer.incident.number })} mark={answer.incident.exercise && <ExerciseMark />} />
      {!reachable && answer.obligations.every((duty) => duty.inner || duty.self) && (
        <NobodyYet live>
          {isCsirt(session.value!.role) && (
            <ButtonLink to={`/desk/incidents/${answer.incident.id}?do=assess`} icon="pen">
              {t("sent.assess")}
            </ButtonLink>
          )}
        </NobodyYet>
      )}
      <Banner tone={met.length > 0 ? "success" : "info"} title={t("sent.stored")}>
        <p>
          {nameOfVersion(answer.report)} <When at={answer.receipt.received_at} full />
        </p>
        {met.length > 0 && <p>{t("sent.reached", { bodies: met.map((duty) => nameOf(duty.recipient)).join(t("list.and")) })}</p>}
      </Banner>
      {answer.alarms.map((alarm) => (
        <Banner key={alarm.code + alarm.message} tone="warning" title={alarm.message} />
      ))}
      {open.length > 0 && (
        <section class="dads-section">
          <h2>{t("sent.now_owed")}</h2>
          <DutyList caption={t("sent.now_owed")} duties={open} onDone={() => go(`/desk/incidents/${answer.incident.id}`)} />
        </section>
      )}
      <Receipt answer={answer} />
      <div class="dads-row dads-section">
        <ButtonLink to={`/desk/incidents/${answer.incident.id}`} size="large">
          {t("sent.open")}
        </ButtonLink>
        <ButtonLink to="/desk/duties" kind="outline" size="large">
          {t("place.duties")}
        </ButtonLink>
      </div>
    </>
  );
}
