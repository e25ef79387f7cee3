// For who keeps the daemon running: whether it is well, what waits, where messages go and which did not arrive. Nothing of a report.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { addressOf, curlOf, get, getAll, Problem, send, type Schemas } from "../api";
import { Button } from "../components/button";
import { When } from "../components/countdown";
import { CurlLine } from "../components/disclosure";
import { clauseOf, dutyName } from "../components/duty";
import { Mistake } from "../components/field";
import type { IconName } from "../components/icon";
import { Heading } from "../components/shell";
import { Empty, ProblemBanner, Shown } from "../components/states";
import { Table } from "../components/table";
import { Tabs } from "../components/tabs";
import { Tag, type TagTone } from "../components/tag";
import { fullDay, span } from "../format";
import { metrics, readiness, version, type Check, type Series } from "../health";
import { useLoaded, type Loaded } from "../loading";
import { nameOf } from "../names";
import { query, setQuery } from "../router";
import { session } from "../session";
import { hasWord, t, word } from "../text";

const seconds = 15;

// The operator has no stream: what he sees is asked again every quarter of a minute while somebody looks.
function useAgain(loaded: Loaded<unknown>) {
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === "visible" && loaded.again(), seconds * 1000);
    return () => clearInterval(timer);
  }, []);
}

const toneOf = (status: string): TagTone => (status === "ok" || status === "ready" ? "good" : status === "off" ? "quiet" : status === "warning" ? "soon" : "bad");
const iconOf = (status: string): IconName => (status === "ok" || status === "ready" ? "check" : status === "off" ? "info" : status === "warning" ? "clock" : "alert");
// What is switched off is well, but says nothing.
const statusOf = (check: Check) => (check.status === "ok" && check["state"] === "off" ? "off" : check.status);

function State({ status }: { status: string }) {
  return (
    <Tag tone={toneOf(status)} icon={iconOf(status)}>
      {word("operator.status", status)}
    </Tag>
  );
}

// Figures as people say them: the name tells the unit.
function figure(name: string, value: unknown): string {
  if (typeof value === "number") {
    if (name.endsWith("_bytes")) return `${(value / 2 ** 30).toFixed(1)} GiB`;
    if (name.endsWith("_seconds")) return value < 1 ? `${Math.round(value * 1000)} ms` : span(value * 1000);
    return String(Math.round(value * 10) / 10);
  }
  return typeof value === "string" ? value : JSON.stringify(value);
}

function Figures({ check }: { check: Check }) {
  const shown = Object.entries(check).filter(([name]) => name !== "status" && name !== "detail" && name !== "remedy");
  return (
    <>
      {typeof check.detail === "string" && <p>{check.detail}</p>}
      {shown.length > 0 && (
        <p class="operator-figures">
          {shown.map(([name, value]) => (
            <span key={name}>
              {hasWord("operator.figure", name) ? word("operator.figure", name) : name} <b>{figure(name, value)}</b>
            </span>
          ))}
        </p>
      )}
    </>
  );
}

function Health() {
  const ready = useLoaded(readiness, []);
  const built = useLoaded(version, []);
  useAgain(ready);
  const order = (status: string) => ["unavailable", "failed", "error", "warning"].indexOf(status) + 1 || 99;
  return (
    <Shown of={ready}>
      {({ status, stopping, checks }) => (
        <div class="operator-health">
          <p class="operator-verdict" data-tone={toneOf(status)}>
            <State status={stopping ? "stopping" : status} />
            <span>{status === "ready" ? t("operator.ready") : t("operator.not_ready")}</span>
          </p>
          {checks ? (
            <ul class="operator-checks">
              {Object.entries(checks)
                .sort(([, a], [, b]) => order(a.status) - order(b.status))
                .map(([name, check]) => (
                  <li key={name} data-tone={toneOf(statusOf(check))}>
                    <h2>
                      {hasWord("operator.check", name) ? word("operator.check", name) : name} <State status={statusOf(check)} />
                    </h2>
                    {statusOf(check) !== "off" && <Figures check={check} />}
                  </li>
                ))}
            </ul>
          ) : (
            <p class="dads-aside">{t("operator.no_detail")}</p>
          )}
          <section class="dads-panel">
            <h2>{t("operator.doctor")}</h2>
            <p>{t("operator.doctor_help")}</p>
            <pre tabIndex={0}>
              <code>noroshi --data DIR doctor</code>
            </pre>
          </section>
          <Shown of={built}>
            {(it) => (
              <dl class="dads-facts">
                <dt>{t("operator.version")}</dt>
                <dd>
                  {it.version} ({it.build_type})
                </dd>
                {it.libraries &&
                  Object.entries(it.libraries).map(([name, text]) => [<dt key={name}>{hasWord("operator.library", name) ? word("operator.library", name) : name}</dt>, <dd key={`${name}-value`}>{String(text)}</dd>])}
                {it.configuration_sha256 && <dt>{t("operator.configuration")}</dt>}
                {it.configuration_sha256 && (
                  <dd>
                    <code>{it.configuration_sha256}</code>
                  </dd>
                )}
              </dl>
            )}
          </Shown>
        </div>
      )}
    </Shown>
  );
}

// What of /metrics somebody asks at night, in this order; the age beside the number where there is one.
const queues: { name: string; age?: string }[] = [
  { name: "noroshi_outbox_messages", age: "noroshi_outbox_oldest_age_seconds" },
  { name: "noroshi_dead_messages" },
  { name: "noroshi_unnumbered_events", age: "noroshi_unnumbered_oldest_age_seconds" },
  { name: "noroshi_record_unsealed_events", age: "noroshi_record_behind_seconds" },
  { name: "noroshi_clocks_behind", age: "noroshi_clocks_oldest_behind_seconds" },
  { name: "noroshi_writer_queue" },
  { name: "noroshi_streams_open" },
];
const quiet = new Set(["noroshi_streams_open"]); // not a queue: the more the better
const bad = new Set(["noroshi_dead_messages", "noroshi_clocks_behind"]);

function Queues() {
  const loaded = useLoaded(metrics, []);
  useAgain(loaded);
  return (
    <Shown of={loaded}>
      {(series) => {
        const value = (name: string) => series.find((one) => one.name === name)?.value ?? 0;
        const sum = (name: string, pick: (one: Series) => boolean = () => true) => series.filter((one) => one.name === name && pick(one)).reduce((all, one) => all + one.value, 0);
        const rules = [...new Set(series.filter((one) => one.name === "noroshi_obligations_open").map((one) => one.labels["rule"]!))].sort((a, b) => clauseOf(a).localeCompare(clauseOf(b)));
        const failed = sum("noroshi_http_request_duration_seconds_count", (one) => one.labels["status"]!.startsWith("5"));
        return (
          <>
            <ul class="operator-queues">
              {queues.map(({ name, age }) => {
                const number = value(name);
                const tone: TagTone = quiet.has(name) || number === 0 ? "good" : bad.has(name) ? "bad" : value(age ?? "") > 60 ? "soon" : "good";
                return (
                  <li key={name} data-tone={tone}>
                    <span>{word("operator.queue", name)}</span>
                    <strong>{number}</strong>
                    <Tag tone={tone} icon={tone === "good" ? "check" : "alert"}>
                      {age && number > 0 ? t("operator.oldest", { span: span(value(age) * 1000) }) : word("operator.status", tone === "good" ? "ok" : "warning")}
                    </Tag>
                  </li>
                );
              })}
            </ul>
            <p class="dads-aside">
              {t("operator.requests", { number: sum("noroshi_http_request_duration_seconds_count"), failed, memory: Math.round(value("process_resident_memory_bytes") / 2 ** 20) })}
            </p>
            {rules.length === 0 ? (
              <Empty title={t("operator.no_duties")} />
            ) : (
              <Table
                narrow
                caption={t("operator.duties")}
                rows={rules}
                rowKey={(rule) => rule}
                rowTone={(rule) => (sum("noroshi_obligations_overdue", (one) => one.labels["rule"] === rule) ? "bad" : undefined)}
                columns={[
                  { key: "rule", head: t("operator.clause"), rowHead: true, wide: true, cell: (rule) => [dutyName(rule, ""), " ", <span class="dads-clause" key="clause">{clauseOf(rule)}</span>] },
                  { key: "open", head: t("operator.open"), align: "end", cell: (rule) => sum("noroshi_obligations_open", (one) => one.labels["rule"] === rule) },
                  { key: "overdue", head: t("operator.overdue"), align: "end", cell: (rule) => sum("noroshi_obligations_overdue", (one) => one.labels["rule"] === rule) },
                ]}
              />
            )}
          </>
        );
      }}
    </Shown>
  );
}

type Endpoint = Schemas["Endpoint"];
type Delivery = Schemas["Delivery"];

function Receivers() {
  const loaded = useLoaded((signal) => get("/api/v1/endpoints", {}, {}, signal), []);
  useAgain(loaded);
  return (
    <Shown of={loaded}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty title={t("operator.no_receivers")}>
            <p>{t("operator.no_receivers_detail")}</p>
            <pre tabIndex={0}>
              <code>noroshi endpoint propose --help</code>
            </pre>
          </Empty>
        ) : (
          <Table
            caption={t("operator.receivers_caption", { body: nameOf(session.value?.organization.id) })}
            rows={items}
            rowKey={(one) => one.id}
            rowTone={(one) => (one.circuit?.open || one.state === "disabled" ? "bad" : undefined)}
            columns={[
              { key: "name", head: t("operator.name"), rowHead: true, cell: (one) => <bdi>{one.name}</bdi> },
              { key: "channel", head: t("operator.channel"), cell: (one) => one.channel },
              { key: "zone", head: t("operator.zone"), cell: (one) => word("operator.zone", one.zone) },
              { key: "state", head: t("operator.state"), cell: (one) => <Tag tone={one.state === "active" ? "good" : one.state === "disabled" ? "bad" : "neutral"}>{word("operator.endpoint", one.state)}</Tag> },
              {
                key: "circuit",
                head: t("operator.circuit"),
                wide: true,
                cell: (one) =>
                  !one.circuit ? (
                    t("operator.never")
                  ) : one.circuit.failures === 0 ? (
                    <>
                      {t("operator.last_success")} {one.circuit.last_success_at && <When at={one.circuit.last_success_at} />}
                    </>
                  ) : (
                    t("operator.failures", { number: one.circuit.failures, cause: one.circuit.last_cause ?? "" })
                  ),
              },
            ]}
          />
        )
      }
    </Shown>
  );
}

// Sent again, one after the other: each has its own key, and what became of each is told.
function Dead() {
  const loaded = useLoaded(
    async (signal) => {
      const [deliveries, endpoints] = await Promise.all([getAll<Delivery>("/api/v1/deliveries", {}, { state: "dead" }, 1000, signal), get("/api/v1/endpoints", {}, {}, signal).catch(() => ({ items: [] as Endpoint[] }))]);
      return { ...deliveries, names: new Map(endpoints.items.map((one) => [one.id, one.name])) };
    },
    [],
  );
  const marked = useSignal<Set<string>>(new Set());
  const reason = useSignal("");
  const need = useSignal(false);
  const busy = useSignal(false);
  const done = useSignal<{ sent: number; refused: Problem[] } | null>(null);
  const last = useSignal<string | null>(null);

  const mark = (ids: string[], on: boolean) => {
    const next = new Set(marked.value);
    for (const id of ids) on ? next.add(id) : next.delete(id);
    marked.value = next;
  };
  const items = loaded.value?.items ?? [];
  const ofReceivers = new Map<string, string[]>();
  for (const item of items) ofReceivers.set(item.endpoint_id, [...(ofReceivers.get(item.endpoint_id) ?? []), item.id]);

  const replay = async () => {
    need.value = !reason.value.trim();
    if (need.value || busy.value || !marked.value.size) return;
    busy.value = true;
    const refused: Problem[] = [];
    let sent = 0;
    for (const id of items.map((item) => item.id).filter((one) => marked.value.has(one))) {
      try {
        await send(addressOf("/api/v1/deliveries/{id}/replay", { id }), { method: "POST", body: { reason: reason.value.trim() }, headers: { "Idempotency-Key": crypto.randomUUID() } });
        sent++;
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        refused.push(error);
        if (error.status === 0) break;
      }
    }
    busy.value = false;
    done.value = { sent, refused };
    marked.value = new Set();
    loaded.again();
  };

  return (
    <>
      {done.value && (
        <p class="operator-done" role="status">
          <Tag tone={done.value.refused.length ? "soon" : "good"} icon={done.value.refused.length ? "alert" : "check"}>
            {t("operator.replayed", { sent: done.value.sent })}
          </Tag>
          {done.value.refused.length > 0 && ` ${t("operator.not_replayed", { number: done.value.refused.length })}`}
        </p>
      )}
      {done.value?.refused[0] && <ProblemBanner problem={done.value.refused[0]} />}
      <Shown of={loaded}>
        {({ items, cut, names }) =>
          items.length === 0 ? (
            <Empty title={t("operator.no_dead")}>
              <p>{t("operator.no_dead_detail")}</p>
            </Empty>
          ) : (
            <>
              <p>{t("operator.dead_lead")}</p>
              <div class="dads-row operator-marks">
                <Button kind="outline" size="small" onClick={() => mark(items.map((item) => item.id), true)}>
                  {t("operator.mark_all", { number: items.length })}
                </Button>
                {[...ofReceivers].map(([endpoint, ids]) => (
                  <Button key={endpoint} kind="outline" size="small" onClick={() => mark(ids, true)}>
                    {t("operator.mark_receiver", { name: names.get(endpoint) ?? endpoint.slice(0, 8), number: ids.length })}
                  </Button>
                ))}
                {marked.value.size > 0 && (
                  <Button kind="text" size="small" onClick={() => (marked.value = new Set())}>
                    {t("operator.mark_none")}
                  </Button>
                )}
              </div>
              <Table
                caption={cut ? t("operator.dead_cut") : t("operator.dead_caption")}
                rows={items}
                rowKey={(item) => item.id}
                columns={[
                  {
                    key: "mark",
                    head: t("operator.mark"),
                    cell: (item) => (
                      <input
                        class="operator-box"
                        type="checkbox"
                        aria-label={t("operator.mark_one", { number: item.number, channel: item.channel })}
                        checked={marked.value.has(item.id)}
                        onClick={(event) => {
                          // Shift marks everything since the last one.
                          const from = last.value ? items.findIndex((one) => one.id === last.value) : -1;
                          const to = items.indexOf(item);
                          const range = event.shiftKey && from >= 0 ? items.slice(Math.min(from, to), Math.max(from, to) + 1) : [item];
                          mark(range.map((one) => one.id), event.currentTarget.checked);
                          last.value = item.id;
                        }}
                      />
                    ),
                  },
                  { key: "number", head: t("operator.case"), rowHead: true, cell: (item) => item.number },
                  { key: "to", head: t("operator.to"), cell: (item) => [nameOf(item.organization), names.get(item.endpoint_id) && <small key="name"> {names.get(item.endpoint_id)}</small>] },
                  { key: "channel", head: t("operator.channel"), cell: (item) => item.channel },
                  { key: "cause", head: t("operator.cause"), cell: (item) => <code>{item.cause}</code> },
                  { key: "attempts", head: t("operator.attempts"), align: "end", cell: (item) => item.attempts },
                  { key: "queued", head: t("operator.queued"), cell: (item) => <When at={item.queued_at} /> },
                ]}
              />
              <form
                class="operator-replay"
                onSubmit={(event) => {
                  event.preventDefault();
                  replay();
                }}
              >
                <label class="dads-field__label" for="replay-reason">
                  {t("operator.reason")}
                  <span class="dads-field__required">{t("field.required")}</span>
                </label>
                <input id="replay-reason" class="dads-input" value={reason.value} onInput={(event) => (reason.value = event.currentTarget.value)} aria-required aria-invalid={need.value || undefined} aria-describedby={need.value ? "replay-need" : undefined} />
                {need.value && <Mistake id="replay-need" text={t("operator.need_reason")} />}
                <Button type="submit" icon="send" busy={busy.value} disabled={!marked.value.size}>
                  {marked.value.size ? t("operator.replay", { number: marked.value.size }) : t("operator.replay_none")}
                </Button>
                <CurlLine line={curlOf("POST", addressOf("/api/v1/deliveries/{id}/replay", { id: [...marked.value][0] ?? items[0]!.id }), { reason: reason.value.trim() || t("operator.reason_example") })} />
              </form>
            </>
          )
        }
      </Shown>
    </>
  );
}

function Law() {
  const loaded = useLoaded(async (signal) => {
    const [editions, keys] = await Promise.all([get("/api/v1/editions", {}, {}, signal), get("/api/v1/keys", {}, {}, signal)]);
    return { editions: editions.items, keys: keys.items };
  }, []);
  return (
    <Shown of={loaded}>
      {({ editions, keys }) => (
        <div class="operator-law">
          <Table
            caption={t("operator.editions")}
            rows={editions}
            rowKey={(one) => one.id}
            columns={[
              { key: "id", head: t("operator.edition"), rowHead: true, whole: true, cell: (one) => <code>{one.id}</code> },
              { key: "title", head: t("operator.title"), wide: true, cell: (one) => one.title },
              { key: "from", head: t("operator.from"), whole: true, cell: (one) => <time dateTime={one.in_force_from}>{fullDay(`${one.in_force_from}T00:00:00+09:00`)}</time> },
              { key: "later", head: t("operator.later"), cell: (one) => (one.later_not_held ? t("operator.later_is", { names: one.later_not_held.names, from: fullDay(`${one.later_not_held.from}T00:00:00+09:00`) }) : t("operator.later_none")) },
            ]}
          />
          <Table
            caption={t("operator.keys")}
            rows={keys}
            rowKey={(one) => one.id}
            columns={[
              { key: "id", head: t("operator.key"), rowHead: true, cell: (one) => <code>{one.id}</code> },
              { key: "purpose", head: t("operator.purpose"), cell: (one) => (hasWord("operator.purposes", one.purpose) ? word("operator.purposes", one.purpose) : one.purpose) },
              { key: "algorithm", head: t("operator.algorithm"), cell: (one) => one.algorithm },
              { key: "at", head: t("operator.registered"), cell: (one) => <When at={one.registered_at} /> },
            ]}
          />
        </div>
      )}
    </Shown>
  );
}

export function Operator() {
  return (
    <div class="operator">
      <Heading title={t("place.operator")} lead={t("operator.lead", { seconds })} />
      <Tabs
        label={t("operator.tabs")}
        chosen={query.value.get("tab") ?? "health"}
        onChoose={(tab) => setQuery({ tab: tab === "health" ? null : tab })}
        tabs={[
          { id: "health", label: t("operator.health"), content: () => <Health /> },
          { id: "queues", label: t("operator.queues"), content: () => <Queues /> },
          { id: "receivers", label: t("operator.receivers"), content: () => <Receivers /> },
          { id: "dead", label: t("operator.dead"), content: () => <Dead /> },
          { id: "law", label: t("operator.law"), content: () => <Law /> },
        ]}
      />
    </div>
  );
}
