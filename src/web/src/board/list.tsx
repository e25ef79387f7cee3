// Incidents by urgency. Only what is near the window is in the page, so that five hundred cost as much as twenty.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Empty } from "../components/states";
import { ExerciseMark, Tag } from "../components/tag";
import { Icon } from "../components/icon";
import { now } from "../clock";
import { shortSpan, span } from "../format";
import { nameOf } from "../names";
import { Link } from "../router";
import { t, word } from "../text";
import { Chain } from "./chain";
import { chosen, shortName, type Row } from "./data";
import { icons } from "./state_mark";

// "2.2.4(2)(g)" is (g) to everybody here.
const briefClause = (clause: string | null) => clause?.replace(/^2\.2\.4\(2\)/, "") ?? "";

// Who has to do what, and how long it is over: the first thing that is read.
function Urgency({ row }: { row: Row }) {
  const left = row.due ? Date.parse(row.due) - now.value : 0;
  const text = !row.due
    ? word("board.state", row.state)
    : row.state === "overdue"
      ? t("board.over", { span: -left < 86_400_000 ? span(left, false) : shortSpan(left) })
      : t("board.left", { span: left < 86_400_000 ? span(left) : shortSpan(left) });
  return (
    <p class="board-urgency" data-state={row.state}>
      <Icon name={icons[row.state]} />
      <strong>{text}</strong>
      {row.holder && (
        <span>
          <small>{row.state === "unacknowledged" ? t("board.receipt") : row.inner ? t("board.inner", { clause: briefClause(row.clause) }) : briefClause(row.clause)}</small>
          <bdi title={nameOf(row.holder)}>{shortName(row.holder)}</bdi>
        </span>
      )}
    </p>
  );
}

function Case({ row, place, of }: { row: Row; place: number; of: number }) {
  const { item } = row;
  // What is counted as overdue has to be seen in its row; beside the marks there is no room for it.
  const inner = row.innerOverdue > 0 && !row.inner && <small class="board-case__inner">{t("board.inner_overdue", { number: row.innerOverdue })}</small>;
  return (
    <li class="board-case" data-state={row.state} data-large={row.large || undefined} data-id={item.id} aria-setsize={of} aria-posinset={place}>
      <div class="board-case__what">
        <Urgency row={row} />
        <p class="board-case__name">
          <Link to={`/desk/incidents/${item.id}`}>{item.number}</Link>
          {row.large && (
            <Tag tone="bad" icon="alert">
              {t("board.large_mark")}
            </Tag>
          )}
          {!row.large && !row.silent && inner}
          {row.silent && (
            <span title={t("board.silent_detail")}>
              <Tag tone="soon">{t("board.silent_mark")}</Tag>
            </span>
          )}
          {item.exercise && <ExerciseMark />}
        </p>
        <p class="board-case__title">
          {(row.large || row.silent) && inner}
          <bdi>{item.content?.title ?? (item.content ? t("board.no_title") : nameOf(row.organization))}</bdi>
        </p>
      </div>
      <Chain row={row} />
    </li>
  );
}

const around = 6; // rows drawn beyond either end of the window

// `most`: at first on a phone. `fit`: on a wall, which nobody scrolls, as many whole rows as there is room for.
export function CaseList({ most, fit }: { most?: number; fit?: boolean }) {
  const list = useRef<HTMLOListElement>(null);
  const window_ = useSignal({ from: 0, to: 24 });
  const printing = useSignal(false);
  const all = chosen.value;
  const room = useSignal(fit ? 6 : Infinity);
  const total = Math.min(most ?? Infinity, room.value, all.length);

  const height = () => {
    const element = list.current;
    return element ? parseFloat(getComputedStyle(element).getPropertyValue("--row")) * parseFloat(getComputedStyle(document.documentElement).fontSize) || 80 : 80;
  };
  useEffect(() => {
    let asked = 0;
    const look = () => {
      asked = 0;
      const element = list.current;
      if (!element) return;
      const row = height();
      // The pane scrolls by itself on a desk, with the page on a phone: what is to be seen of it is the same question.
      const pane = element.parentElement!.getBoundingClientRect();
      if (fit) room.value = Math.max(1, Math.floor((element.parentElement!.clientHeight + 1) / row));
      const top = Math.max(0, pane.top);
      const above = top - element.getBoundingClientRect().top;
      const from = Math.max(0, Math.floor(above / row) - around);
      const to = Math.ceil((above + Math.max(0, Math.min(innerHeight, pane.bottom) - top)) / row) + around;
      const before = window_.peek();
      if (from !== before.from || to !== before.to) window_.value = { from, to };
    };
    const later = () => (asked ||= requestAnimationFrame(look));
    const print = () => (printing.value = true);
    const printed = () => (printing.value = false);
    look();
    if (!performance.getEntriesByName("noroshi.board.shown").length) performance.mark("noroshi.board.shown"); // for who measures
    addEventListener("scroll", later, { passive: true, capture: true });
    addEventListener("resize", later);
    addEventListener("beforeprint", print);
    addEventListener("afterprint", printed);
    return () => {
      cancelAnimationFrame(asked);
      removeEventListener("scroll", later, { capture: true });
      removeEventListener("resize", later);
      removeEventListener("beforeprint", print);
      removeEventListener("afterprint", printed);
    };
  }, []);

  if (!total)
    return (
      <Empty title={t("board.none")}>
        <p>{t("board.none_detail")}</p>
      </Empty>
    );
  const from = printing.value ? 0 : Math.min(window_.value.from, Math.max(0, total - 1));
  const to = printing.value ? total : Math.min(total, window_.value.to);
  return (
    <ol class="board-list" ref={list} aria-label={t("board.list")}>
      {from > 0 && <li class="board-list__gap" aria-hidden="true" style={{ height: `calc(var(--row) * 1rem * ${from})` }} />}
      {all.slice(from, to).map((row, index) => (
        <Case key={row.item.id} row={row} place={from + index + 1} of={total} />
      ))}
      {to < total && <li class="board-list__gap" aria-hidden="true" style={{ height: `calc(var(--row) * 1rem * ${total - to})` }} />}
    </ol>
  );
}
