// 別紙: content of confidentiality 3, asked for, permitted, sealed in this browser to the keys of its receivers, opened in theirs.
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { addressOf, curlOf, Problem } from "../api";
import { useAct } from "../act";
import { distinct, fileNameOf, keysOf, longestAnnex, longestName, mayOpen, readContent, sendContent, type Annex, type KeysOf } from "../annexes";
import { nameOf } from "../names";
import { useLoaded } from "../loading";
import { Link } from "../router";
import { saveFile } from "../save";
import { annexData, open, readFile, readPrivateKey, rewrap, seal, SealingError, type Jwe, type SealingFault } from "../sealing";
import { isCsirt, session } from "../session";
import { t, word } from "../text";
import { Banner } from "./banner";
import { Button } from "./button";
import { Countdown, When } from "./countdown";
import { Decide } from "./decide";
import { CurlLine, Disclosure, NoroshiLine } from "./disclosure";
import { FileField, TextField } from "./field";
import { Empty, ProblemBanner, Shown } from "./states";
import { Tag, type TagTone } from "./tag";

const tones: Record<Annex["state"], TagTone> = { asked: "soon", permitted: "primary", refused: "quiet", sealed: "good" };

export function AnnexList({ annexes, withIncident, onDone }: { annexes: Annex[]; withIncident?: boolean; onDone: () => void }) {
  return (
    <ul class="dads-cards">
      {annexes.map((annex) => (
        <li class="dads-panel" key={annex.id} data-annex={annex.id}>
          <p class="dads-row">
            <Tag tone={tones[annex.state]}>{word("annex_state", annex.state)}</Tag>
            {annex.state === "asked" && <Countdown due={annex.permit_by} of={t("annex.announced", { number: annex.number })} />}
            {withIncident && <Link to={`/desk/incidents/${annex.incident_id}?tab=annexes`}>{annex.number}</Link>}
          </p>
          <p class="dads-strip__title">
            <bdi>{annex.name}</bdi>
          </p>
          <Told annex={annex} />
          <Deeds annex={annex} among={withIncident} onDone={onDone} />
        </li>
      ))}
    </ul>
  );
}

// Whose it is, to whom it goes, who did what when.
function Told({ annex }: { annex: Annex }) {
  return (
    <>
      <dl class="dads-facts">
        <dt>{t("annex.from")}</dt>
        <dd>{nameOf(annex.organization)}</dd>
        <dt>{t("annex.to")}</dt>
        <dd>{annex.receivers.map(nameOf).join(t("list.and")) || t("annex.to_nobody")}</dd>
        <dt>{t("annex.asked")}</dt>
        <dd>
          {annex.asked_by && <bdi>{annex.asked_by} </bdi>}
          <When at={annex.asked_at} />
        </dd>
        {annex.decided_at && (
          <>
            <dt>{annex.state === "refused" ? t("annex.refused") : t("annex.permitted")}</dt>
            <dd>
              {annex.decided_by && <bdi>{annex.decided_by} </bdi>}
              <When at={annex.decided_at} /> <bdi class="dads-written">{annex.decision_reason}</bdi>
            </dd>
          </>
        )}
        {annex.sealed_at && (
          <>
            <dt>{t("annex.sealed")}</dt>
            <dd>
              {annex.sealed_by && <bdi>{annex.sealed_by} </bdi>}
              <When at={annex.sealed_at} />
            </dd>
          </>
        )}
        {annex.sha256 && (
          <>
            <dt>{t("annex.hash")}</dt>
            <dd>
              <code class="dads-hash">{annex.sha256}</code>
            </dd>
          </>
        )}
      </dl>
      {annex.keys.length > 0 && (
        <Disclosure summary={t("annex.keys", { number: annex.keys.length })}>
          <ul>
            {annex.keys.map((key) => (
              <li key={key.organization + key.key_id}>
                {nameOf(key.organization)} <code class="dads-hash">{key.key_id}</code>
              </li>
            ))}
          </ul>
        </Disclosure>
      )}
      {annex.unreadable_to.length > 0 && (
        <Banner tone="error" title={t("annex.unreadable", { bodies: annex.unreadable_to.map(nameOf).join(t("list.and")) })}>
          <p>{t("annex.unreadable_detail")}</p>
        </Banner>
      )}
    </>
  );
}

// What whoever sits here can do with it now. `among`: many of them stand on the page.
function Deeds({ annex, among, onDone }: { annex: Annex; among?: boolean | undefined; onDone: () => void }) {
  const who = session.value!;
  const closed = annex.incident_state === "closed";
  if (annex.state === "asked") {
    const mayPermit = annex.own && who.role === "section_officer" && annex.asked_by !== who.name;
    return mayPermit ? <Decide path={addressOf("/api/v1/annexes/{id}/permission", { id: annex.id })} onDone={onDone} /> : <p class="dads-aside">{t("annex.waits")}</p>;
  }
  const mayReplace = annex.unreadable_to.length > 0 || annex.receivers.some((body) => !annex.keys.some((key) => key.organization === body));
  const maySend = annex.own && isCsirt(who.role) && !closed && annex.receivers.length > 0 && (annex.state === "permitted" || (annex.state === "sealed" && mayReplace));
  const opens = annex.state === "sealed" && annex.sha256 && mayOpen(who.role) && annex.keys.some((key) => key.organization === who.organization.id);
  // Another receiver is another form: what was chosen for fewer does not go to more.
  const send = <Send key={annex.receivers.join()} annex={annex} onDone={onDone} />;
  return (
    <>
      {maySend && (annex.state === "permitted" ? send : <Disclosure summary={t("annex.send_again")} later children={send} />)}
      {opens && (among ? <Disclosure summary={t("annex.open_here")} children={<Open annex={annex} />} /> : <Open annex={annex} />)}
      {opens && !closed && <Disclosure summary={t("annex.add")} later children={<AddKeys annex={annex} onDone={onDone} />} />}
      {opens && !annex.own && (
        <Disclosure summary={t("annex.cannot_open")}>
          <p>{t("annex.cannot_open_detail")}</p>
          <NoroshiLine line={`noroshi annex unreadable ${annex.id} --reason REASON --sign-with FILE.pem`} />
        </Disclosure>
      )}
    </>
  );
}

// Of one deed that seals, opens or sends: what is missing in the form, what was wrong in the file, what the daemon said.
function useDeed() {
  const busy = useSignal(false);
  const mistake = useSignal<string | null>(null);
  const fault = useSignal<SealingFault | null>(null);
  const problem = useSignal<Problem | null>(null);
  const run = async (work: () => Promise<void>) => {
    if (busy.peek()) return;
    busy.value = true;
    fault.value = problem.value = null;
    try {
      await work();
    } catch (error) {
      if (error instanceof Problem) problem.value = error;
      else fault.value = error instanceof SealingError ? error.fault : "failed";
    } finally {
      busy.value = false;
    }
  };
  return { busy, mistake, fault, problem, run };
}

function Wrong({ deed }: { deed: ReturnType<typeof useDeed> }) {
  return (
    <>
      {deed.problem.value && <ProblemBanner problem={deed.problem.value} />}
      {deed.fault.value && <Banner tone="error" live title={word("sealing_fault", deed.fault.value)} />}
    </>
  );
}

// What was sealed goes again as it is where it is not known whether it arrived; where it was refused, keys may be others by now.
async function sendSealed(annex: Annex, what: "content" | "wrapping", sealed: { current: { jwe: Jwe; key: string } | null }, refused: () => void) {
  const { jwe, key } = sealed.current!;
  try {
    await sendContent(annex, what, jwe, key);
  } catch (error) {
    if (error instanceof Problem && error.uncertain) throw error;
    sealed.current = null;
    refused();
    throw error;
  }
  sealed.current = null;
}

function Send({ annex, onDone }: { annex: Annex; onDone: () => void }) {
  const receivers = useLoaded((signal) => keysOf([...annex.receivers, annex.organization], signal), [annex.id]);
  const file = useSignal<File | null>(null);
  const sealed = useRef<{ file: File; jwe: Jwe; key: string } | null>(null);
  const deed = useDeed();
  const without = (receivers.value ?? []).filter(({ body, keys }) => !keys.length && body !== annex.organization);
  const submit = (event: Event) => {
    event.preventDefault();
    const chosen = file.value;
    if (!chosen) return void (deed.mistake.value = t("annex.need_file"));
    deed.run(async () => {
      if (sealed.current?.file !== chosen) {
        const key = crypto.randomUUID();
        const plaintext = await readFile(chosen, longestAnnex);
        sealed.current = { file: chosen, key, jwe: await seal(plaintext, annexData(annex.incident_organization, annex.reference, key), distinct(receivers.value!)) };
      }
      await sendSealed(annex, "content", sealed, receivers.again);
      onDone();
    });
  };
  return (
    <Shown of={receivers}>
      {(list) => (
        <form class="dads-form dads-tight dads-top" onSubmit={submit} noValidate>
          <Wrong deed={deed} />
          {without.length > 0 && (
            <Banner tone="warning" title={t("annex.no_key", { bodies: without.map(({ body }) => nameOf(body)).join(t("list.and")) })}>
              <p>{t("annex.no_key_detail")}</p>
              <Button kind="outline" size="small" onClick={receivers.again}>
                {t("annex.look_again")}
              </Button>
            </Banner>
          )}
          <div>
            <p>{t("annex.sealed_to")}</p>
            <KeyList of={list} />
          </div>
          <FileField label={t("annex.file")} help={t("annex.file_help")} required mistake={deed.mistake.value} onFile={(chosen) => ((file.value = chosen), (deed.mistake.value = null))} />
          <div class="dads-row">
            <Button type="submit" icon="lock" busy={deed.busy.value} disabled={without.length > 0}>
              {t("annex.send")}
            </Button>
          </div>
          <NoroshiLine line={`noroshi annex send ${annex.id} FILE`} />
        </form>
      )}
    </Shown>
  );
}

function KeyList({ of }: { of: KeysOf[] }) {
  return (
    <ul>
      {of.flatMap(({ body, keys }) =>
        keys.map(({ id }) => (
          <li key={body + id}>
            {nameOf(body)} <code class="dads-hash">{id}</code>
          </li>
        )),
      )}
    </ul>
  );
}

function OwnKeyField({ deed, onFile }: { deed: ReturnType<typeof useDeed>; onFile: (file: File | null) => void }) {
  return <FileField label={t("annex.key")} help={t("annex.key_help")} required mistake={deed.mistake.value} accept=".jwk,.json" onFile={(chosen) => ((deed.mistake.value = deed.fault.value = null), onFile(chosen))} />;
}

function Open({ annex }: { annex: Annex }) {
  const file = useSignal<File | null>(null);
  const opened = useSignal(false);
  const deed = useDeed();
  const submit = (event: Event) => {
    event.preventDefault();
    const chosen = file.value;
    if (!chosen) return void (deed.mistake.value = t("annex.need_key"));
    deed.run(async () => {
      opened.value = false;
      const own = await readPrivateKey(chosen);
      const content = await open(await readContent(annex), own, annex.incident_organization, annex.reference);
      saveFile(new Blob([content], { type: "application/octet-stream" }), fileNameOf(annex, content));
      opened.value = true;
    });
  };
  return (
    <form class="dads-form dads-tight dads-top" onSubmit={submit} noValidate>
      <Wrong deed={deed} />
      <OwnKeyField deed={deed} onFile={(chosen) => ((file.value = chosen), (opened.value = false))} />
      <div class="dads-row">
        <Button type="submit" kind="outline" icon="lock" busy={deed.busy.value}>
          {t("annex.open")}
        </Button>
        <span role="status">{opened.value && t("annex.opened")}</span>
      </div>
      <NoroshiLine line={`noroshi annex open ${annex.id} --key FILE.jwk --out FILE`} />
    </form>
  );
}

// For a body that came later, or a key that is new: by whoever can open it.
function AddKeys({ annex, onDone }: { annex: Annex; onDone: () => void }) {
  const there = new Set(annex.keys.map((key) => key.key_id));
  const bodies = [...new Set([...annex.receivers, annex.organization, session.value!.organization.id])];
  const missing = useLoaded(async (signal) => (await keysOf(bodies, signal)).map(({ body, keys }) => ({ body, keys: keys.filter(({ id }) => !there.has(id)) })).filter(({ keys }) => keys.length), [annex.id, annex.revision]);
  const file = useSignal<File | null>(null);
  const pending = useRef<{ jwe: Jwe; key: string } | null>(null);
  const deed = useDeed();
  const submit = (event: Event) => {
    event.preventDefault();
    const chosen = file.value;
    if (!chosen) return void (deed.mistake.value = t("annex.need_key"));
    deed.run(async () => {
      pending.current ??= { jwe: await rewrap(await readContent(annex), await readPrivateKey(chosen), distinct(missing.value!)), key: crypto.randomUUID() };
      await sendSealed(annex, "wrapping", pending, missing.again);
      onDone();
    });
  };
  return (
    <Shown of={missing}>
      {(list) =>
        list.length ? (
          <form class="dads-form dads-tight" onSubmit={submit} noValidate>
            <Wrong deed={deed} />
            <KeyList of={list} />
            <OwnKeyField deed={deed} onFile={(chosen) => ((file.value = chosen), (pending.current = null))} />
            <div class="dads-row">
              <Button type="submit" kind="outline" busy={deed.busy.value}>
                {t("annex.add_press")}
              </Button>
            </div>
            <NoroshiLine line={`noroshi annex rewrap ${annex.id} --key FILE.jwk --to ${list[0]!.body}`} />
          </form>
        ) : (
          <p class="dads-aside">{word("sealing_fault", "already")}</p>
        )
      }
    </Shown>
  );
}

export function AskAnnex({ incident, onDone }: { incident: string; onDone: () => void }) {
  const name = useSignal("");
  const mistake = useSignal<string | null>(null);
  const act = useAct("/api/v1/incidents/{id}/annexes");
  const submit = async (event: Event) => {
    event.preventDefault();
    mistake.value = name.value.trim() ? null : t("annex.need_name");
    if (mistake.value) return;
    if (await act.run({ id: incident }, { name: name.value.trim() })) {
      name.value = "";
      onDone();
    }
  };
  return (
    <form class="dads-form dads-tight dads-top" onSubmit={submit} noValidate>
      {act.problem && <ProblemBanner problem={act.problem} />}
      <TextField label={t("annex.name")} help={t("annex.name_help")} required mistake={mistake.value} value={name.value} onValue={(value) => ((name.value = value), (mistake.value = null))} maxLength={longestName} />
      <div class="dads-row">
        <Button type="submit" kind="outline" busy={act.busy}>
          {t("annex.ask")}
        </Button>
      </div>
      <CurlLine line={curlOf("POST", addressOf("/api/v1/incidents/{id}/annexes", { id: incident }), { name: name.value.trim() })} />
    </form>
  );
}

export function NoAnnexes() {
  return (
    <Empty title={t("annex.none")}>
      <p>{t("annex.none_detail")}</p>
    </Empty>
  );
}
