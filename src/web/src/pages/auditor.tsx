// For the auditor: the record as it concerns his body, judged in his own browser, and taken along.
import { useSignal } from "@preact/signals";
import { useEffect, useId } from "preact/hooks";
import { addressOf, curlOf, get, Problem, type Schemas } from "../api";
import { Button } from "../components/button";
import { When } from "../components/countdown";
import { CurlLine, Disclosure } from "../components/disclosure";
import type { IconName } from "../components/icon";
import { Heading } from "../components/shell";
import { Empty, ProblemBanner, Shown } from "../components/states";
import { Table } from "../components/table";
import { ExerciseMark, Tag, type TagTone } from "../components/tag";
import { fullDay } from "../format";
import { keep, keptObject } from "../kept";
import { useLoaded } from "../loading";
import { nameOf, organizations } from "../names";
import { bytesOfBase64 } from "../proof";
import { continues, noteOf, signed, verifyEvent, type EventVerdict, type Verdict } from "../record";
import { query, setQuery } from "../router";
import { saveFile } from "../save";
import { language, t, word } from "../text";

type Event_ = Schemas["RecordedEvent"];
type Checkpoint = Schemas["Checkpoint"];

const tones: Record<Verdict, TagTone> = { holds: "good", fails: "bad", impossible: "neutral" };
const icons: Record<Verdict, IconName> = { holds: "check", fails: "alert", impossible: "info" };

function Judged({ verdict, of }: { verdict: Verdict; of: string }) {
  return (
    <Tag tone={tones[verdict]} icon={icons[verdict]}>
      {of} {word("auditor.verdict", verdict)}
    </Tag>
  );
}

interface Remembered {
  origin: string;
  size: number;
  root: string;
}

interface Judgement {
  signature: Verdict;
  history: Verdict | "first"; // against the checkpoint that this browser saw last
  before: Remembered | null;
}

// What this browser saw last stays with it: who rewrites the record later has to answer to it.
async function judge(checkpoint: Checkpoint): Promise<Judgement> {
  const note = noteOf(checkpoint.note);
  const same = note && note.origin === checkpoint.origin && note.size === checkpoint.size && note.root === checkpoint.root;
  const signature: Verdict = same ? await signed(note, checkpoint.keys) : "fails";
  const name = `checkpoint.${checkpoint.origin}`;
  const before = keptObject<Remembered>(name);
  let history: Judgement["history"] = "first";
  if (before && before.size > checkpoint.size) history = "fails";
  else if (before) {
    const proof = before.size === checkpoint.size ? [] : (await get("/api/v1/record/consistency", {}, { from: before.size, to: checkpoint.size })).proof;
    history = (await continues(before.size, checkpoint.size, proof.map(bytesOfBase64), bytesOfBase64(before.root), bytesOfBase64(checkpoint.root))) ? "holds" : "fails";
  }
  // Only what was found good is remembered.
  if (signature !== "fails" && history !== "fails") keep(name, JSON.stringify({ origin: checkpoint.origin, size: checkpoint.size, root: checkpoint.root }));
  return { signature, history, before };
}

function Tree({ checkpoint, judgement }: { checkpoint: Checkpoint; judgement: Judgement | null }) {
  return (
    <section class="dads-panel auditor-tree" aria-labelledby="auditor-tree">
      <h2 id="auditor-tree">{t("auditor.checkpoint")}</h2>
      <p class="dads-row" role="status">
        {judgement ? (
          <>
            <Judged verdict={judgement.signature} of={t("auditor.signature")} />
            {judgement.history === "first" ? <Tag tone="neutral" icon="info">{t("auditor.first_visit")}</Tag> : <Judged verdict={judgement.history} of={t("auditor.history")} />}
          </>
        ) : (
          t("state_of_page.loading")
        )}
      </p>
      {judgement?.signature === "impossible" && <p>{t("auditor.no_ed25519")}</p>}
      {judgement?.before && <p class="dads-aside">{t("auditor.since", { size: judgement.before.size })}</p>}
      {judgement?.history === "fails" && <p class="auditor-bad">{t("auditor.rewritten")}</p>}
      <dl class="dads-facts">
        <dt>{t("auditor.size")}</dt>
        <dd class="dads-number">{checkpoint.size}</dd>
        <dt>{t("auditor.signed_at")}</dt>
        <dd>
          <When at={checkpoint.signed_at} full />
        </dd>
        <dt>{t("auditor.root")}</dt>
        <dd>
          <code>{checkpoint.root}</code>
        </dd>
        <dt>{t("auditor.origin")}</dt>
        <dd>
          <code>{checkpoint.origin}</code>
        </dd>
        <dt>{t("auditor.witnesses")}</dt>
        <dd>{checkpoint.cosignatures.length ? checkpoint.cosignatures.map((one) => <div key={one.witness}><bdi>{one.witness}</bdi> <When at={one.cosigned_at} /></div>) : t("auditor.no_witness")}</dd>
      </dl>
      <Disclosure summary={t("auditor.keys")}>
        <p>{t("auditor.keys_help")}</p>
        <pre tabIndex={0}>
          <code>{checkpoint.keys.join("\n")}</code>
        </pre>
        <pre tabIndex={0}>
          <code>{checkpoint.note}</code>
        </pre>
      </Disclosure>
      <CurlLine line={curlOf("GET", "/api/v1/record/checkpoint")} />
    </section>
  );
}

// The whole result as a file, as the daemon writes it.
function Export({ filters }: { filters: Record<string, string> }) {
  const busy = useSignal("");
  const problem = useSignal<Problem | null>(null);
  const take = async (type: "text/csv" | "application/jsonl") => {
    if (busy.value) return;
    busy.value = type;
    problem.value = null;
    try {
      const response = await fetch(addressOf("/api/v1/record/events", {}, filters), { headers: { Accept: type, "Accept-Language": language.value }, credentials: "same-origin", cache: "no-store" });
      if (!response.ok) {
        const said = await response.json().catch(() => ({}));
        throw new Problem(response.status, said.code ?? "", said.title ?? "", said.detail ?? "");
      }
      // Cut before its end, reading throws: half a record is never given as a whole one.
      saveFile(new Blob([await response.blob()], { type }), `noroshi-record-${new Date().toISOString().slice(0, 10)}.${type === "text/csv" ? "csv" : "jsonl"}`);
    } catch (error) {
      problem.value = error instanceof Problem ? error : new Problem(0, "unreachable", "", "");
    } finally {
      busy.value = "";
    }
  };
  return (
    <section class="dads-panel" aria-labelledby="auditor-export">
      <h2 id="auditor-export">{t("auditor.export")}</h2>
      <p>{t("auditor.export_help")}</p>
      {problem.value && <ProblemBanner problem={problem.value} />}
      <p class="dads-row dads-top">
        <Button kind="outline" size="small" busy={busy.value === "text/csv"} onClick={() => take("text/csv")}>
          CSV
        </Button>
        <Button kind="outline" size="small" busy={busy.value === "application/jsonl"} onClick={() => take("application/jsonl")}>
          JSON Lines
        </Button>
      </p>
      <CurlLine line={`${curlOf("GET", addressOf("/api/v1/record/events", {}, filters))} \\\n  -H 'Accept: text/csv'`} />
      <p class="dads-aside">{t("auditor.terminal")}</p>
      <pre tabIndex={0}>
        <code>noroshi record verify --help</code>
      </pre>
    </section>
  );
}

// A day of Japan, read back with 和暦.
function DayFilter({ label, value, onValue }: { label: string; value: string; onValue: (day: string) => void }) {
  const id = useId();
  return (
    <div class="auditor-day">
      <label for={id}>
        {label} <abbr title={t("time.japan")}>JST</abbr>
      </label>
      <input id={id} class="dads-input" type="date" value={value} onChange={(event) => onValue(event.currentTarget.value)} aria-describedby={`${id}-read`} />
      <small id={`${id}-read`}>{value && fullDay(`${value}T00:00:00+09:00`)}</small>
    </div>
  );
}

const page = 50;

function Events({ keys }: { keys: string[] | null }) {
  const organization = query.value.get("organization") ?? "";
  const from = query.value.get("from") ?? "";
  const to = query.value.get("to") ?? "";
  const filters: Record<string, string> = { ...(organization && { organization }), ...(from && { from }), ...(to && { to }) };
  const first = useLoaded((signal) => get("/api/v1/record/events", {}, { ...filters, limit: page }, signal), [organization, from, to]);
  const more = useSignal<{ items: Event_[]; next: string | null } | null>(null);
  const verdicts = useSignal<Map<number, EventVerdict>>(new Map());
  const progress = useSignal<{ done: number; all: number } | null>(null);
  const problem = useSignal<Problem | null>(null);
  useEffect(() => {
    more.value = null;
    verdicts.value = new Map();
  }, [organization, from, to]);

  const items = [...(first.value?.items ?? []), ...(more.value?.items ?? [])];
  const next = more.value ? more.value.next : (first.value?.next ?? null);
  const further = async () => {
    problem.value = null;
    try {
      // A page may be empty and yet have a next one: what others did lies between.
      let cursor = next;
      const found: Event_[] = [];
      while (cursor && found.length < page) {
        const answer = await get("/api/v1/record/events", {}, { ...filters, limit: page, cursor });
        found.push(...answer.items);
        cursor = answer.next;
      }
      more.value = { items: [...(more.value?.items ?? []), ...found], next: cursor };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problem.value = error;
    }
  };
  const verify = async () => {
    if (!keys || progress.value) return;
    problem.value = null;
    progress.value = { done: 0, all: items.length };
    const found = new Map<number, EventVerdict>();
    try {
      for (let at = 0; at < items.length; at += 4) {
        for (const verdict of await Promise.all(items.slice(at, at + 4).map((item) => verifyEvent(item, keys)))) found.set(verdict.sequence, verdict);
        progress.value = { done: Math.min(items.length, at + 4), all: items.length };
      }
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problem.value = error;
    } finally {
      verdicts.value = found;
      progress.value = null;
    }
  };
  const judged = [...verdicts.value.values()];
  const whole = judged.filter((one) => one.inclusion === "holds" && one.leaf !== "fails" && one.signature === "holds").length;
  const broken = judged.filter((one) => [one.inclusion, one.leaf, one.signature].includes("fails")).length;
  const unsigned = judged.filter((one) => one.signature === "impossible").length;

  return (
    <section aria-labelledby="auditor-events">
      <div class="auditor-bar">
        <h2 id="auditor-events">{t("auditor.events")}</h2>
        <Button icon="lock" busy={!!progress.value} disabled={!keys || !items.length} onClick={verify}>
          {t("auditor.verify", { number: items.length })}
        </Button>
      </div>
      <p class="auditor-result" role="status" data-tone={broken ? "bad" : judged.length ? "good" : undefined}>
        {progress.value
          ? t("auditor.progress", progress.value)
          : judged.length > 0 && (broken ? t("auditor.broken", { broken, all: judged.length }) : unsigned ? t("auditor.unsigned", { number: judged.length }) : t("auditor.whole", { whole, all: judged.length }))}
      </p>
      <div class="auditor-filters">
        <label>
          <span>{t("auditor.filter_body")}</span>
          <select class="dads-input" value={organization} onChange={(event) => setQuery({ organization: event.currentTarget.value })}>
            <option value="">{t("auditor.every_body")}</option>
            {[...organizations.value.keys()].map((id) => (
              <option key={id} value={id} selected={id === organization}>
                {nameOf(id)}
              </option>
            ))}
          </select>
        </label>
        <DayFilter label={t("auditor.filter_from")} value={from} onValue={(day) => setQuery({ from: day })} />
        <DayFilter label={t("auditor.filter_to")} value={to} onValue={(day) => setQuery({ to: day })} />
      </div>
      {problem.value && <ProblemBanner problem={problem.value} />}
      <Shown of={first}>
        {() =>
          items.length === 0 && !next ? (
            <Empty title={t("auditor.none")}>
              <p>{t("auditor.none_detail")}</p>
            </Empty>
          ) : (
            <Table
              caption={t("auditor.caption")}
              rows={items}
              rowKey={(item) => String(item.sequence)}
              rowTone={(item) => {
                const verdict = verdicts.value.get(item.sequence);
                return verdict && [verdict.inclusion, verdict.leaf, verdict.signature].includes("fails") ? "bad" : undefined;
              }}
              columns={[
                { key: "number", head: t("auditor.number"), rowHead: true, whole: true, cell: (item) => <span class="dads-number">{item.sequence}</span> },
                { key: "at", head: t("auditor.at"), cell: (item) => <When at={item.at} /> },
                { key: "what", head: t("auditor.what"), wide: true, cell: (item) => [item.text, item.exercise && [" ", <ExerciseMark key="exercise" />], <small key="type" class="auditor-type">{item.type}</small>] },
                { key: "case", head: t("auditor.case"), whole: true, cell: (item) => item.number ?? "" },
                { key: "who", head: t("auditor.who"), cell: (item) => [item.organization ? nameOf(item.organization) : t("auditor.daemon"), item.actor && <bdi key="actor"> {item.actor}</bdi>] },
                {
                  key: "verdict",
                  head: t("auditor.verdict_head"),
                  cell: (item) => {
                    const verdict = verdicts.value.get(item.sequence);
                    if (!verdict)
                      return (
                        <code class="auditor-leaf" title={item.leaf_sha256}>
                          {item.leaf_sha256.slice(0, 12)}
                        </code>
                      );
                    return (
                      <span class="auditor-verdict">
                        <Judged verdict={verdict.inclusion} of={t("auditor.inclusion")} />
                        <Judged verdict={verdict.signature} of={t("auditor.signature")} />
                        <Judged verdict={verdict.leaf} of={t("auditor.leaf")} />
                      </span>
                    );
                  },
                },
              ]}
            />
          )
        }
      </Shown>
      {next && (
        <p class="dads-row dads-top">
          <Button kind="outline" onClick={further}>
            {t("auditor.more")}
          </Button>
        </p>
      )}
      <Export filters={filters} />
    </section>
  );
}

export function Auditor() {
  const checkpoint = useLoaded((signal) => get("/api/v1/record/checkpoint", {}, {}, signal), []);
  const judgement = useSignal<Judgement | null>(null);
  const problem = useSignal<Problem | null>(null);
  useEffect(() => {
    if (!checkpoint.value) return;
    judge(checkpoint.value).then(
      (found) => (judgement.value = found),
      (error) => {
        if (!(error instanceof Problem)) throw error;
        problem.value = error;
      },
    );
  }, [checkpoint.value]);
  return (
    <div class="auditor">
      <Heading title={t("place.auditor")} lead={t("auditor.lead")} />
      {problem.value && <ProblemBanner problem={problem.value} />}
      <Shown of={checkpoint}>{(value) => <Tree checkpoint={value} judgement={judgement.value} />}</Shown>
      <Events keys={checkpoint.value?.keys ?? null} />
    </div>
  );
}
