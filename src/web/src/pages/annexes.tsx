// 別紙 of the body's incidents, and the keys to which others seal theirs for this body.
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { addressOf, curlOf, get, type Schemas } from "../api";
import { useAct } from "../act";
import { concernsAnnexes, longestName, mayKeepKeys } from "../annexes";
import { AnnexList, NoAnnexes } from "../components/annexes";
import { Banner } from "../components/banner";
import { Button } from "../components/button";
import { When } from "../components/countdown";
import { Decide } from "../components/decide";
import { CurlLine, Disclosure, NoroshiLine } from "../components/disclosure";
import { TextField } from "../components/field";
import { Heading } from "../components/shell";
import { Empty, ProblemBanner, Shown } from "../components/states";
import { Tag, type TagTone } from "../components/tag";
import { nameOf } from "../names";
import { useLoaded } from "../loading";
import { saveFile } from "../save";
import { makePair, type KeyPair } from "../sealing";
import { session } from "../session";
import { t, word } from "../text";

type Key = Schemas["SealingKey"];
const tones: Record<Key["state"], TagTone> = { proposed: "soon", active: "good", rejected: "quiet", revoked: "quiet" };
// What waits for somebody stands first.
const order = ["asked", "permitted", "sealed", "refused"];

export function Annexes() {
  const who = session.value!;
  const annexes = useLoaded((signal) => get("/api/v1/annexes", {}, {}, signal), [], (event) => concernsAnnexes(event));
  const keys = useLoaded((signal) => get("/api/v1/sealing-keys", {}, {}, signal), [], (event) => event.kind === "event" && event.data.type.startsWith("sealing_key"));
  return (
    <>
      <Heading title={t("place.annexes")} lead={t("annex.lead")} />
      <Shown of={annexes}>
        {({ items }) => (items.length ? <AnnexList annexes={[...items].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || b.asked_at.localeCompare(a.asked_at))} withIncident onDone={annexes.again} /> : <NoAnnexes />)}
      </Shown>
      <CurlLine line={curlOf("GET", addressOf("/api/v1/annexes"))} />
      <section class="dads-section">
        <h2>{t("sealing_key.title", { body: nameOf(who.organization.id) })}</h2>
        <p>{t("sealing_key.lead")}</p>
        <Shown of={keys}>
          {({ items }) => (
            <>
              {items.length ? <Keys keys={items} onDone={keys.again} /> : <Empty title={t("sealing_key.none")}>{mayKeepKeys(who.role) ? <p>{t("sealing_key.none_detail")}</p> : <p>{t("sealing_key.none_other")}</p>}</Empty>}
              {mayKeepKeys(who.role) && <Propose onDone={keys.again} />}
            </>
          )}
        </Shown>
      </section>
    </>
  );
}

function Keys({ keys, onDone }: { keys: Key[]; onDone: () => void }) {
  const who = session.value!;
  return (
    <ul class="dads-cards dads-top">
      {keys.map((key) => (
        <li class="dads-panel" key={key.id}>
          <p class="dads-row">
            <Tag tone={tones[key.state]}>{word("sealing_key_state", key.state)}</Tag>
            <strong>
              <bdi>{key.name}</bdi>
            </strong>
          </p>
          <p>
            <code class="dads-hash">{key.key_id}</code>
          </p>
          <p class="dads-aside">
            {t("approvals.asked", { by: key.asked_by ?? t("person.unknown") })} {key.asked_at && <When at={key.asked_at} />}
          </p>
          {key.decision_reason && (
            <p class="dads-aside">
              <bdi>{key.decided_by}</bdi> {key.decided_at && <When at={key.decided_at} />} <bdi class="dads-written">{key.decision_reason}</bdi>
            </p>
          )}
          {key.revocation_reason && (
            <p class="dads-aside">
              <bdi>{key.revoked_by}</bdi> {key.revoked_at && <When at={key.revoked_at} />} <bdi class="dads-written">{key.revocation_reason}</bdi>
            </p>
          )}
          {key.state === "proposed" && mayKeepKeys(who.role) && key.asked_by !== who.name && (
            <Disclosure summary={t("sealing_key.decide")}>
              <p>{t("sealing_key.decide_help")}</p>
              <Decide path={addressOf("/api/v1/sealing-keys/{id}/decision", { id: key.id })} onDone={onDone} />
            </Disclosure>
          )}
          {key.state === "active" && mayKeepKeys(who.role) && (
            <Disclosure summary={t("sealing_key.revoke")}>
              <Revoke id={key.id} onDone={onDone} />
            </Disclosure>
          )}
        </li>
      ))}
    </ul>
  );
}

function Revoke({ id, onDone }: { id: string; onDone: () => void }) {
  const reason = useSignal("");
  const mistake = useSignal<string | null>(null);
  const act = useAct("/api/v1/sealing-keys/{id}/revocation");
  const submit = async (event: Event) => {
    event.preventDefault();
    mistake.value = reason.value.trim() ? null : t("duty.reason_needed");
    if (!mistake.value && (await act.run({ id }, { reason: reason.value.trim() }))) onDone();
  };
  return (
    <form class="dads-form dads-tight" onSubmit={submit} noValidate>
      {act.problem && <ProblemBanner problem={act.problem} />}
      <p>{t("sealing_key.revoke_help")}</p>
      <TextField label={t("duty.reason")} required mistake={mistake.value} value={reason.value} onValue={(value) => ((reason.value = value), (mistake.value = null))} maxLength={4000} />
      <div class="dads-row">
        <Button type="submit" danger busy={act.busy}>
          {t("sealing_key.revoke_press")}
        </Button>
      </div>
      <CurlLine line={curlOf("POST", addressOf("/api/v1/sealing-keys/{id}/revocation", { id }), { reason: reason.value.trim() })} />
    </form>
  );
}

// The pair is made here: the private half becomes a file of this machine before anybody hears of the public one, and can be saved again
// until the page is left.
function Propose({ onDone }: { onDone: () => void }) {
  const name = useSignal("");
  const mistake = useSignal<string | null>(null);
  const pair = useSignal<KeyPair | null>(null);
  const asked = useSignal(false); // for the pair there is
  const making = useRef(false);
  const act = useAct("/api/v1/sealing-keys");
  const save = ({ id, file }: KeyPair) => saveFile(new Blob([file], { type: "application/json" }), `${session.value!.organization.id}-${id.slice(0, 8)}.jwk`);
  const submit = async (event: Event) => {
    event.preventDefault();
    mistake.value = name.value.trim() ? null : t("sealing_key.need_name");
    if (mistake.value || making.current) return;
    if (!pair.value || asked.value) {
      making.current = true;
      pair.value = await makePair().finally(() => (making.current = false));
      asked.value = false;
      save(pair.value);
    }
    if (await act.run({}, { name: name.value.trim(), public_key: JSON.stringify(pair.value.publicKey) })) {
      asked.value = true;
      name.value = "";
      onDone();
    }
  };
  return (
    <form class="dads-form dads-tight dads-top dads-panel" onSubmit={submit} noValidate>
      <h3>{t("sealing_key.make")}</h3>
      {pair.value && asked.value && (
        <Banner tone="success" title={t("sealing_key.made")} live>
          <p>{t("sealing_key.made_detail")}</p>
          <p>
            <code class="dads-hash">{pair.value.id}</code>
          </p>
          <Button kind="outline" size="small" onClick={() => save(pair.value!)}>
            {t("sealing_key.save_again")}
          </Button>
        </Banner>
      )}
      {act.problem && <ProblemBanner problem={act.problem} />}
      <TextField label={t("sealing_key.name")} help={t("sealing_key.name_help")} required mistake={mistake.value} value={name.value} onValue={(value) => ((name.value = value), (mistake.value = null))} maxLength={longestName} />
      <div class="dads-row">
        <Button type="submit" icon="lock" busy={act.busy}>
          {t("sealing_key.press")}
        </Button>
      </div>
      <NoroshiLine line={"noroshi sealing make-key FILE.jwk > FILE.pub\nnoroshi sealing propose FILE.pub --name NAME"} />
    </form>
  );
}
