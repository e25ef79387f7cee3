// What one can do with an incident: judge it anew, move it on, add a receiver, ask back, tell down.
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { addressOf, curlOf, get, type PostBody, type PostPath, type Schemas } from "../api";
import { useAct } from "../act";
import { nameOf, organizations } from "../names";
import { useLoaded } from "../loading";
import type { Cell } from "../report_form";
import { query, setQuery } from "../router";
import { isCsirt, session } from "../session";
import { t, word, type Key } from "../text";
import { Button, ButtonLink } from "./button";
import { Dialog } from "./dialog";
import { CurlLine } from "./disclosure";
import { RadioGroup, Select, TextArea, type Choice } from "./field";
import { ProblemBanner } from "./states";

export type Incident = Schemas["IncidentDetail"];
type Properties = { incident: Incident; onDone: () => void };

// A button that opens a form in a dialog; the form sends one call. Its name stands in the address, so that a link can open it.
function Deed<P extends PostPath>({ name, title, press, path, parameters, body, check, onDone, children, kind = "outline" }: { name: string; title: string; press: string; path: P; parameters: Record<string, string>; body: () => PostBody<P>; check: () => boolean; onDone: () => void; children: ComponentChildren; kind?: "outline" | "solid" | "text" }) {
  const act = useAct(path);
  const open = query.value.get("do") === name;
  const close = () => {
    if (query.peek().get("do") === name) setQuery({ do: null });
    act.clear();
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!check()) return;
    if (await act.run(parameters, body())) {
      close();
      onDone();
    }
  };
  return (
    <>
      <Button kind={kind} size="small" onClick={() => setQuery({ do: name })}>
        {title}
      </Button>
      <Dialog title={title} open={open} onClose={close}>
        <form class="dads-form dads-tight" onSubmit={submit} noValidate>
          {act.problem && <ProblemBanner problem={act.problem} />}
          {children}
          <div class="dads-row">
            <Button type="submit" busy={act.busy}>
              {press}
            </Button>
          </div>
          <CurlLine line={curlOf("POST", addressOf(path, parameters), body())} />
        </form>
      </Dialog>
    </>
  );
}

const words = (family: string, values: string[]): Choice[] => values.map((value) => ({ value, label: word(family, value) }));

export function Assess({ incident, onDone }: Properties) {
  const own = incident.judgements.find((judgement) => judgement.organization === session.value!.organization.id);
  const assessment = useSignal(own?.assessment ?? "");
  const attack = useSignal<string>(own?.cyberattack ?? "unknown");
  const assessmentReason = useSignal(own?.assessment_reason ?? "");
  const attackReason = useSignal(own?.cyberattack_reason ?? "");
  const cells = useSignal<Cell[]>(own?.large_scale ?? []);
  const mistakes = useSignal<{ assessment?: string | undefined; assessmentReason?: string | undefined; attackReason?: string | undefined }>({});
  const body = () =>
    ({
      assessment: assessment.value || "possible",
      cyberattack: attack.value,
      large_scale: cells.value,
      ...(assessment.value === "not_incident" ? { assessment_reason: assessmentReason.value.trim() } : {}),
      ...(attack.value === "no" ? { cyberattack_reason: attackReason.value.trim() } : {}),
    }) as PostBody<"/api/v1/incidents/{id}/assessments">;
  const check = () => {
    mistakes.value = {
      ...(assessment.value ? {} : { assessment: t("report.need_assessment") }),
      ...(assessment.value === "not_incident" && !assessmentReason.value.trim() ? { assessmentReason: t("duty.reason_needed") } : {}),
      ...(attack.value === "no" && !attackReason.value.trim() ? { attackReason: t("duty.reason_needed") } : {}),
    };
    return !Object.keys(mistakes.value).length;
  };
  return (
    <Deed name="assess" title={t("assess.title")} press={t("assess.press")} path="/api/v1/incidents/{id}/assessments" parameters={{ id: incident.id }} body={body} check={check} onDone={onDone}>
      <p class="dads-aside">{t("assess.lead", { body: nameOf(session.value!.organization.id) })}</p>
      <RadioGroup label={t("member.assessment")} required mistake={mistakes.value.assessment} value={assessment.value} onValue={(value) => ((assessment.value = value as "incident"), (mistakes.value = { ...mistakes.value, assessment: undefined }))} choices={words("assessment", ["incident", "possible", "not_incident"])} />
      {assessment.value === "not_incident" && <TextArea label={t("member.assessment_reason")} required mistake={mistakes.value.assessmentReason} rows={2} value={assessmentReason.value} onValue={(value) => ((assessmentReason.value = value), (mistakes.value = { ...mistakes.value, assessmentReason: undefined }))} maxLength={4000} />}
      <RadioGroup label={t("member.cyberattack")} help={t("assess.attack_help")} layout="line" value={attack.value} onValue={(value) => (attack.value = value)} choices={words("cyberattack", ["yes", "possible", "no", "unknown"])} />
      {attack.value === "no" && <TextArea label={t("member.cyberattack_reason")} required mistake={mistakes.value.attackReason} rows={2} value={attackReason.value} onValue={(value) => ((attackReason.value = value), (mistakes.value = { ...mistakes.value, attackReason: undefined }))} maxLength={4000} />}
      {attack.value !== "no" && (
        <fieldset class="dads-part">
          <legend>{t("member.large_scale")}</legend>
          <div class="dads-part__grid">
            {["life", "body", "property", "territory"].map((criterion) => {
              const cell = cells.value.find((one) => one.criterion === criterion);
              return (
                <Select
                  key={criterion}
                  label={word("criterion", criterion)}
                  value={cell ? `${cell.harm}/${cell.certainty}` : ""}
                  onValue={(choice) => {
                    const others = cells.value.filter((one) => one.criterion !== criterion);
                    const [harm, certainty] = choice.split("/");
                    cells.value = choice ? [...others, { criterion, harm, certainty } as Cell] : others;
                  }}
                  choices={[{ value: "", label: t("report.cell_none") }, ...["feared/may_be", "feared/is", "occurred/may_be", "occurred/is"].map((choice) => ({ value: choice, label: t("cell.choice", { harm: word("harm", choice.split("/")[0]!), certainty: word("certainty", choice.split("/")[1]!) }) }))]}
                />
              );
            })}
          </div>
        </fieldset>
      )}
    </Deed>
  );
}

const next: Record<string, string[]> = {
  assessed: ["contained", "recovered", "reviewed", "closed"],
  contained: ["recovered", "reviewed", "closed"],
  recovered: ["reviewed", "closed"],
  reviewed: ["closed"],
  closed: ["assessed"],
  dismissed: ["assessed"],
};

function Move({ incident, onDone }: Properties) {
  const states = next[incident.state] ?? [];
  const to = useSignal("");
  const reason = useSignal("");
  const mistake = useSignal<string | null>(null);
  if (!states.length) return null;
  const body = () => ({ to: to.value || states[0]!, ...(reason.value.trim() ? { reason: reason.value.trim() } : {}) }) as PostBody<"/api/v1/incidents/{id}/transitions">;
  const check = () => {
    mistake.value = to.value ? null : t("move.need_state");
    return !mistake.value;
  };
  return (
    <Deed name="move" title={t("move.title")} press={t("move.press")} path="/api/v1/incidents/{id}/transitions" parameters={{ id: incident.id }} body={body} check={check} onDone={onDone}>
      <p class="dads-aside">{t("move.now", { state: word("state", incident.state) })}</p>
      <RadioGroup label={t("move.to")} required mistake={mistake.value} value={to.value} onValue={(value) => ((to.value = value), (mistake.value = null))} choices={states.map((value) => ({ value, label: word("move_to", value) }))} />
      <TextArea label={t("move.reason")} rows={2} value={reason.value} onValue={(value) => (reason.value = value)} maxLength={4000} />
    </Deed>
  );
}

// One body out of the registry, and why or what.
function ToBody({ incident, onDone, name, title, press, path, textLabel, textHelp, textName, bodies, most }: Properties & { name: string; title: string; press: string; path: "/api/v1/incidents/{id}/recipients" | "/api/v1/incidents/{id}/inquiries" | "/api/v1/incidents/{id}/notices"; textLabel: Key; textHelp?: Key; textName: "reason" | "text"; bodies: Schemas["Organization"][]; most: number }) {
  const to = useSignal("");
  const text = useSignal("");
  const mistakes = useSignal<{ to?: string | undefined; text?: string | undefined }>({});
  const chosen = to.value || (bodies.length === 1 ? bodies[0]!.id : "");
  const body = () => ({ [textName === "reason" ? "organization" : "to"]: chosen, [textName]: text.value.trim() }) as unknown as PostBody<typeof path>;
  const check = () => {
    mistakes.value = { ...(chosen ? {} : { to: t("to_body.need") }), ...(text.value.trim() ? {} : { text: t("to_body.need_text") }) };
    return !Object.keys(mistakes.value).length;
  };
  return (
    <Deed name={name} title={title} press={press} path={path} parameters={{ id: incident.id }} body={body} check={check} onDone={onDone}>
      <Select label={t("to_body.to")} required mistake={mistakes.value.to} width="full" value={chosen} onValue={(value) => ((to.value = value), (mistakes.value = { ...mistakes.value, to: undefined }))} choices={[{ value: "", label: t("to_body.choose") }, ...bodies.map((one) => ({ value: one.id, label: nameOf(one.id) }))]} />
      <TextArea label={t(textLabel)} help={textHelp && t(textHelp)} required mistake={mistakes.value.text} rows={4} value={text.value} onValue={(value) => ((text.value = value), (mistakes.value = { ...mistakes.value, text: undefined }))} maxLength={most} />
    </Deed>
  );
}

// Bodies one step up or down the chain from this one, as far as they are in this incident.
function neighbours(incident: Incident): { up: string[]; down: string[] } {
  const mine = session.value!.organization;
  const registry = organizations.value;
  const inForce = (id: string) => registry.get(id)?.in_force;
  if (mine.kind === "center") return { up: [], down: [...new Set([...incident.messages.map((message) => message.from ?? ""), incident.organization])].filter((id) => registry.get(id)?.kind === "national_agency" && inForce(id)) };
  const centers = [...registry.values()].filter((body) => body.kind === "center" && body.in_force).map((body) => body.id);
  if (mine.kind === "national_agency") return { up: centers, down: incident.organization === mine.id ? [] : [incident.organization] };
  const supervisors = registry.get(mine.id)?.supervised_by?.filter((scope) => !scope.valid_to).map((scope) => scope.organization) ?? [];
  return { up: [...new Set(supervisors)], down: [] };
}

export function IncidentActions({ incident, onDone }: Properties) {
  const who = session.value!;
  const own = incident.organization === who.organization.id;
  const csirt = isCsirt(who.role);
  const registry = organizations.value;
  const { up, down } = neighbours(incident);
  const listed = (ids: string[]) => ids.map((id) => registry.get(id)).filter((body): body is Schemas["Organization"] => !!body);
  // Whom the daemon would take: who shares the supervision, added by the body or who supervises it; another police, by the body.
  const supervisors = (registry.get(incident.organization)?.supervised_by ?? []).filter((scope) => !scope.valid_to).map((scope) => scope.organization);
  const told = new Set(incident.obligations.map((duty) => duty.recipient));
  const police = own ? [...registry.values()].filter((body) => body.kind === "police" && body.in_force).map((body) => body.id) : [];
  const addable = [...(own || supervisors.includes(who.organization.id) ? supervisors : []), ...police].filter((id) => id !== who.organization.id && !told.has(id));
  const mayAsk = csirt || who.role === "center_liaison";
  const over = incident.state === "closed" || incident.state === "dismissed" || !!incident.erased_at;
  if (incident.erased_at) return null;
  return (
    <div class="dads-actions">
      {own && csirt && !over && (
        <ButtonLink to={`/desk/report/${incident.id}`} size="small" icon="pen">
          {t("report.followup")}
        </ButtonLink>
      )}
      {csirt && <Assess incident={incident} onDone={onDone} />}
      {own && csirt && <Move incident={incident} onDone={onDone} />}
      {csirt && !over && addable.length > 0 && <ToBody incident={incident} onDone={onDone} name="recipient" title={t("recipient.title")} press={t("recipient.press")} path="/api/v1/incidents/{id}/recipients" textLabel="duty.reason" textHelp="recipient.help" textName="reason" bodies={listed([...new Set(addable)])} most={4000} />}
      {mayAsk && [...up, ...down].length > 0 && <ToBody incident={incident} onDone={onDone} name="ask" title={t("ask.title")} press={t("ask.press")} path="/api/v1/incidents/{id}/inquiries" textLabel="ask.text" textHelp="ask.help" textName="text" bodies={listed([...up, ...down])} most={4000} />}
      {mayAsk && down.length > 0 && <ToBody incident={incident} onDone={onDone} name="tell" title={t("tell.title")} press={t("tell.press")} path="/api/v1/incidents/{id}/notices" textLabel="tell.text" textName="text" bodies={listed(down)} most={4000} />}
    </div>
  );
}

// Who of the body responds; whom to ask.
export function ProposePerson({ incident, onDone }: Properties) {
  const open = query.value.get("do") === "propose";
  const person = useSignal("");
  const office = useSignal("handler");
  const note = useSignal("");
  const mistake = useSignal<string | null>(null);
  const candidates = useLoaded(
    async (signal) => (open ? (await get("/api/v1/incidents/{id}/candidates", { id: incident.id }, { function: office.value, limit: 50 }, signal)).items : []),
    [incident.id, office.value, open],
  );
  const body = () => ({ person: person.value, function: office.value, ...(note.value.trim() ? { note: note.value.trim() } : {}) }) as PostBody<"/api/v1/incidents/{id}/assignments">;
  const check = () => {
    mistake.value = person.value ? null : t("people.need");
    return !mistake.value;
  };
  return (
    <Deed name="propose" title={t("people.propose")} press={t("people.press")} path="/api/v1/incidents/{id}/assignments" parameters={{ id: incident.id }} body={body} check={check} onDone={onDone}>
      <RadioGroup label={t("people.office")} layout="line" value={office.value} onValue={(value) => ((office.value = value), (person.value = ""))} choices={words("function", ["head", "deputy", "handler", "external_contact"])} />
      {candidates.problem && <ProblemBanner problem={candidates.problem} again={candidates.again} />}
      {candidates.value && candidates.value.length === 0 ? (
        <p>{t("people.nobody")}</p>
      ) : (
        <RadioGroup label={t("people.whom")} required mistake={mistake.value} value={person.value} onValue={(value) => ((person.value = value), (mistake.value = null))} choices={(candidates.value ?? []).map((one) => ({ value: one.person, label: one.name, help: one.because.join(t("list.and")) }))} />
      )}
      <TextArea label={t("duty.note")} rows={2} value={note.value} onValue={(value) => (note.value = value)} maxLength={4000} />
    </Deed>
  );
}
