// Beside the incidents: which bodies keep silent, and who of CYMAT could go.
import { getAll, get, type Schemas } from "../api";
import { now } from "../clock";
import { Icon } from "../components/icon";
import { Shown } from "../components/states";
import { Tag } from "../components/tag";
import { shortSpan } from "../format";
import { useLoaded } from "../loading";
import { nameOf } from "../names";
import { Link, setQuery } from "../router";
import { t, word } from "../text";
import { filters, silences } from "./data";

export function Silent({ most }: { most: number }) {
  const found = silences.value;
  if (!found.length)
    return (
      <p class="board-nothing">
        <Icon name="check" />
        {t("board.silent.none")}
      </p>
    );
  return (
    <>
      <ul class="board-silent">
        {found.slice(0, most).map((one) => (
          <li key={one.body} data-state={one.relays ? "overdue" : "unacknowledged"}>
            <button type="button" aria-pressed={filters.value.agency === one.body} onClick={() => setQuery({ agency: filters.value.agency === one.body ? null : one.body })}>
              <bdi title={nameOf(one.body)}>{nameOf(one.body)}</bdi>
              <span class="board-silent__since">
                <Icon name={one.relays ? "alert" : "clock"} />
                {shortSpan(now.value - one.since)}
              </span>
              <small>
                {[one.relays ? t("board.silent.relays", { number: one.relays }) : "", one.receipts ? t("board.silent.receipts", { number: one.receipts }) : "", one.followups ? t("board.silent.followups", { number: one.followups }) : ""].filter(Boolean).join(t("list.and"))}
              </small>
            </button>
          </li>
        ))}
      </ul>
      {found.length > most && <p class="board-more">{t("board.silent.more", { number: found.length - most })}</p>}
    </>
  );
}

type Request = Schemas["CymatRequest"];
const running = (request: Request) => !["ended", "reported"].includes(request.state) && request.ruling !== "declined";

export function Cymat() {
  const loaded = useLoaded(
    async (signal) => {
      const [pool, requests] = await Promise.all([get("/api/v1/cymat-pool", {}, { limit: 1 }, signal), getAll<Request>("/api/v1/cymat-requests", {}, {}, 200, signal)]);
      return { pool, requests: requests.items.filter((request) => running(request) && request.exercise === filters.peek().exercises) };
    },
    [filters.value.exercises],
    (event) => event.kind === "event" && event.data.type.startsWith("cymat"),
  );
  return (
    <Shown of={loaded}>
      {({ pool, requests }) => (
        <>
          <p class="board-pool">
            <strong>{t("board.cymat.free", { free: pool.free })}</strong>
            <span>{t("board.cymat.busy", { busy: pool.busy, capacity: pool.capacity })}</span>
          </p>
          <meter class="board-pool__meter" min={0} max={Math.max(1, pool.capacity)} value={pool.busy} aria-label={t("board.cymat.meter")} />
          {requests.length === 0 ? (
            <p class="board-nothing">{t("board.cymat.none")}</p>
          ) : (
            <ul class="board-teams">
              {requests.slice(0, 6).map((request) => (
                <li key={request.id}>
                  <span>
                    <Link to={`/desk/incidents/${request.incident_id}`}>{nameOf(request.supported)}</Link>
                    <small>{t("board.cymat.members", { number: request.members.filter((member) => ["agreed", "serving"].includes(member.state)).length })}</small>
                  </span>
                  <Tag tone={request.priority === "urgent" ? "bad" : request.priority === "high" ? "soon" : "neutral"}>{word("cymat_priority", request.priority)}</Tag>
                  <Tag tone="primary">{word("cymat_state", request.state)}</Tag>
                </li>
              ))}
            </ul>
          )}
        </>
      )}
    </Shown>
  );
}
