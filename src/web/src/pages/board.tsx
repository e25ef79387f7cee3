// The centre's board: what is late and who holds it, at a glance and as it happens.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Cymat, Silent } from "../board/aside";
import { awake, call, setSound, sound, stayAwake } from "../board/attention";
import { boardCut, boardLoading, boardProblem, boardReadAt, chosen, counts, filters, newLarge, onLarge, readBoard, agencies, watchBoard, type Counts, type Show } from "../board/data";
import { Days } from "../board/days";
import { Flow } from "../board/flow";
import { CaseList } from "../board/list";
import { prefectureCode, prefectureName, Tiles } from "../board/tiles";
import { now } from "../clock";
import { Banner } from "../components/banner";
import { Button } from "../components/button";
import { Icon, type IconName } from "../components/icon";
import { Freshness, Heading } from "../components/shell";
import { ProblemBanner } from "../components/states";
import { clockTime, fullTime, span } from "../format";
import { lastHeard, link } from "../live";
import { nameOf } from "../names";
import { Link, query, setQuery } from "../router";
import { language, t, word } from "../text";

const shows: Show[] = ["all", "overdue", "soon", "unacknowledged", "large", "silent"];

// The address decides what is shown, so that it can be sent to a colleague.
function readFilters() {
  const asked = query.value;
  const show = asked.get("show") as Show | null;
  filters.value = {
    show: show && shows.includes(show) ? show : "all",
    agency: asked.get("agency") ?? "",
    prefecture: prefectureName(asked.get("prefecture") ?? ""),
    exercises: asked.get("exercises") === "1",
  };
}

interface CounterLook {
  show: Show;
  icon: IconName;
  number: number;
  beside: string;
}

function countersOf(sum: Counts): CounterLook[] {
  return [
    { show: "overdue", icon: "alert", number: sum.overdue, beside: t("board.count.overdue_new", { number: sum.overdueNew }) },
    { show: "soon", icon: "clock", number: sum.soon, beside: t("board.count.of", { number: sum.all }) },
    { show: "unacknowledged", icon: "person", number: sum.unacknowledged, beside: t("board.count.silent", { number: sum.silent }) },
    { show: "large", icon: "phone", number: sum.large, beside: t("board.count.large_new", { number: sum.largeNew }) },
  ];
}

function Counters({ still }: { still?: boolean }) {
  return (
    <ul class="board-counters">
      {countersOf(counts.value).map(({ show, icon, number, beside }) => {
        const inside = (
          <>
            <span class="board-counter__name">
              <Icon name={icon} />
              {word("board.count", show)}
            </span>
            <strong>{number}</strong>
            <small>{beside}</small>
          </>
        );
        return (
          <li key={show} data-show={show} data-some={number > 0 || undefined}>
            {still ? (
              <div class="board-counter">{inside}</div>
            ) : (
              <button type="button" class="board-counter" aria-pressed={filters.value.show === show} onClick={() => setQuery({ show: filters.value.show === show ? null : show })}>
                {inside}
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}

// What everybody must know first: that this is old, or that something great has begun.
function Warnings() {
  const cut = link.value === "cut" || (link.value === "connecting" && boardReadAt.value > 0 && Date.now() - boardReadAt.value > 10_000);
  void now.value;
  return (
    <>
      {cut && (
        <div class="board-cut" role="alert">
          <Icon name="alert" />
          <strong>{lastHeard.value ? t("fresh.old", { span: span(Date.now() - lastHeard.value) }) : t("fresh.connecting")}</strong>
          <span>{t("board.cut")}</span>
        </div>
      )}
      {newLarge.value.length > 0 && (
        <Banner tone="error" live title={t("board.new_large", { number: newLarge.value.length })}>
          <ul>
            {newLarge.value.slice(-5).map((item) => (
              <li key={item.id}>
                <Link to={`/desk/incidents/${item.id}`}>{item.number}</Link> <bdi>{item.content?.title}</bdi>
              </li>
            ))}
          </ul>
          <Button kind="outline" size="small" onClick={() => (newLarge.value = [])}>
            {t("board.seen")}
          </Button>
        </Banner>
      )}
    </>
  );
}

function Chosen() {
  const { show, agency, prefecture, exercises } = filters.value;
  const chip = (name: string, text: string) => (
    <button type="button" class="board-chip" key={name} onClick={() => setQuery({ [name]: null })}>
      {text}
      <Icon name="cross" />
      <span class="dads-hidden">{t("board.filter.drop")}</span>
    </button>
  );
  const held = agencies.value;
  return (
    <div class="board-filters">
      <h2>
        {t("board.list")} <small class="dads-number">{t("board.list_count", { number: chosen.value.length })}</small>
      </h2>
      {show !== "all" && chip("show", word("board.show", show))}
      {agency && chip("agency", nameOf(agency))}
      {prefecture && chip("prefecture", word("prefecture", prefectureCode(prefecture)))}
      <label class="dads-switch-select">
        <span class="dads-hidden">{t("board.filter.agency")}</span>
        <select value={agency} onChange={(event) => setQuery({ agency: event.currentTarget.value })}>
          <option value="">{t("board.filter.every_agency")}</option>
          {[...new Set([...held, ...(agency ? [agency] : [])])].map((id) => (
            <option key={id} value={id} selected={id === agency}>
              {nameOf(id)}
            </option>
          ))}
        </select>
      </label>
      <label class="board-check">
        <input type="checkbox" checked={exercises} onChange={(event) => setQuery({ exercises: event.currentTarget.checked ? "1" : null })} />
        {t("board.filter.exercises")}
      </label>
    </div>
  );
}

// On a phone the page itself scrolls: a few first, and all when they are asked for.
function List() {
  const few = useSignal(matchMedia("(max-width: 48rem)").matches);
  const hidden = few.value ? chosen.value.length - 12 : 0;
  return (
    <>
      <div class="board-pane" tabIndex={0} role="region" aria-label={t("board.list")}>
        <CaseList most={hidden > 0 ? 12 : undefined} />
      </div>
      {hidden > 0 && (
        <Button kind="outline" onClick={() => (few.value = false)}>
          {t("board.show_all", { number: chosen.value.length })}
        </Button>
      )}
    </>
  );
}

function Wall() {
  useEffect(() => {
    document.documentElement.dataset["wall"] = "";
    const ended = stayAwake();
    const pressed = (event: KeyboardEvent) => event.key === "Escape" && setQuery({ wall: null });
    addEventListener("keydown", pressed);
    return () => {
      delete document.documentElement.dataset["wall"];
      ended();
      removeEventListener("keydown", pressed);
    };
  }, []);
  return (
    <div class="board-wall">
      <div class="board-wall__top">
        <p class="board-wall__name" aria-hidden="true">
          {t("place.board")}
        </p>
        {filters.value.exercises && <span class="dads-exercise">{t("mark.exercise")}</span>}
        <span class="board-wall__now">
          <Freshness />
          <time dateTime={new Date(now.value).toISOString()}>{clockTime(now.value, true)}</time>
        </span>
      </div>
      <Warnings />
      <Counters still />
      <div class="board-wall__two">
        <section class="board-pane" aria-label={t("board.list")}>
          <CaseList fit />
        </section>
        <section aria-labelledby="wall-silent">
          <h2 id="wall-silent">{t("board.silent.title")}</h2>
          <Silent most={7} />
        </section>
      </div>
      <p class="board-wall__end">
        {t("board.wall.end")}
        {awake.value === "impossible" && ` ${t("board.wall.not_awake")}`}
        <button type="button" class="dads-hidden" onClick={() => setQuery({ wall: null })}>
          {t("board.wall.leave")}
        </button>
      </p>
    </div>
  );
}

// By itself: the clock's every second draws it alone.
function ReadAt() {
  return <p class="dads-aside">{t("board.read_at", { time: fullTime(now.value) })}</p>;
}

export function Board() {
  readFilters();
  useEffect(() => {
    const ended = watchBoard();
    onLarge(() => call());
    return () => {
      ended();
      setSound(false);
    };
  }, []);
  // After the heading has set it.
  useEffect(() => {
    const mark = newLarge.value.length;
    document.title = `${mark ? t("board.title_mark", { number: mark }) : ""}${t("place.board")}${t("list.bar")}${t("brand.name")}`;
  }, [newLarge.value.length, language.value]);

  if (query.value.get("wall") === "1")
    return (
      <>
        <h1 class="dads-hidden" tabIndex={-1}>
          {t("place.board")}
        </h1>
        <Wall />
      </>
    );
  return (
    <div class="board">
      <Heading
        title={t("place.board")}
        actions={
          <>
            <button type="button" class="dads-button" data-kind="outline" data-size="small" aria-pressed={sound.value} onClick={() => setSound(!sound.value)}>
              <Icon name={sound.value ? "sound" : "mute"} />
              <span>{sound.value ? t("board.sound.on") : t("board.sound.off")}</span>
            </button>
            <Button kind="outline" size="small" onClick={() => setQuery({ wall: "1" })}>
              {t("board.wall.enter")}
            </Button>
          </>
        }
      />
      <Warnings />
      {boardProblem.value && <ProblemBanner problem={boardProblem.value} again={readBoard} />}
      {boardCut.value && <Banner tone="warning" title={t("board.too_many")} />}
      {boardReadAt.value === 0 ? (
        boardLoading.value && (
          <p class="dads-loading" role="status">
            {t("state_of_page.loading")}
          </p>
        )
      ) : (
        <>
          <Counters />
          <div class="board-two">
            <section class="board-cases">
              <Chosen />
              <p class="dads-aside board-order">{t("board.order")}</p>
              <List />
            </section>
            <div class="board-side">
              <section class="dads-panel" aria-labelledby="board-silent">
                <h2 id="board-silent">{t("board.silent.title")}</h2>
                <Silent most={4} />
              </section>
              <section class="dads-panel" aria-labelledby="board-tiles">
                <h2 id="board-tiles">{t("board.tiles.title")}</h2>
                <Tiles />
              </section>
            </div>
          </div>
          <div class="board-three">
            <section class="dads-panel" aria-labelledby="board-flow">
              <h2 id="board-flow">{t("board.flow.title")}</h2>
              <Flow />
            </section>
            <div class="board-pair">
              <section class="dads-panel" aria-labelledby="board-days">
                <h2 id="board-days">{t("board.days.title")}</h2>
                <Days />
              </section>
              <section class="dads-panel" aria-labelledby="board-cymat">
                <h2 id="board-cymat">{t("board.cymat.title")}</h2>
                <Cymat />
              </section>
            </div>
          </div>
          <ReadAt />
        </>
      )}
    </div>
  );
}
