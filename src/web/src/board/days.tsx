// What came due day by day: met in time, late, or not yet; and whether that is better than the four weeks before.
import { computed } from "@preact/signals";
import { get } from "../api";
import { now } from "../clock";
import { Disclosure } from "../components/disclosure";
import { Shown } from "../components/states";
import { numericDay } from "../format";
import { useLoaded } from "../loading";
import { t } from "../text";
import { filters } from "./data";

const day = 86_400_000;
const shown = 28;
type Day = { day: string; in_time: number; late: number; unmet: number };

// Days of Japan.
const today = computed(() => new Date(now.value + 9 * 3_600_000).toISOString().slice(0, 10));
const sumOf = (days: Day[]) => days.reduce((sum, one) => ({ in_time: sum.in_time + one.in_time, late: sum.late + one.late, unmet: sum.unmet + one.unmet }), { in_time: 0, late: 0, unmet: 0 });
const shareOf = (sum: { in_time: number; late: number; unmet: number }) => {
  const all = sum.in_time + sum.late + sum.unmet;
  return all ? Math.round((sum.in_time / all) * 100) : null;
};
const signed = (number: number) => (number < 0 ? `\u2212${-number}` : `+${number}`);

function Bars({ days }: { days: Day[] }) {
  const width = 420;
  const height = 150;
  const bottom = height - 22;
  const top = Math.max(4, ...days.map((one) => one.in_time + one.late + one.unmet));
  const step = (width - 48) / days.length; // the last label stands out to the right of its bar
  const scale = (value: number) => (value / top) * (bottom - 12);
  return (
    <svg class="board-days" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={t("board.days.label")}>
      {[0, 0.5, 1].map((part) => {
        const value = Math.round(top * part);
        return (
          <g key={part} class="board-days__grid">
            <line x1="30" x2={width} y1={bottom - scale(value)} y2={bottom - scale(value)} />
            <text x="26" y={bottom - scale(value)} dy="0.35em" text-anchor="end">
              {value}
            </text>
          </g>
        );
      })}
      {days.map((one, index) => {
        const x = 32 + index * step;
        let y = bottom;
        const bar = (kind: keyof Omit<Day, "day">) => {
          const size = scale(one[kind]);
          y -= size;
          return size > 0 && <rect key={kind} data-kind={kind} x={x} y={y} width={Math.max(2, step - 3)} height={size} />;
        };
        return (
          <g key={one.day}>
            <title>{t("board.days.one", { day: numericDay(one.day), in_time: one.in_time, late: one.late, unmet: one.unmet })}</title>
            {bar("in_time")}
            {bar("late")}
            {bar("unmet")}
            {(days.length - 1 - index) % 7 === 0 && (
              <text x={x + step / 2 - 1} y={height - 5} text-anchor="middle">
                {numericDay(one.day)}
              </text>
            )}
          </g>
        );
      })}
    </svg>
  );
}

export function Days() {
  const exercise = filters.value.exercises;
  const loaded = useLoaded(
    (signal) => get("/api/v1/board/days", {}, { exercise, from: new Date(Date.parse(`${today.value}T00:00:00+09:00`) - (2 * shown - 1) * day).toISOString() }, signal),
    [exercise, today.value],
    (event) => event.kind === "event" && event.data.type.startsWith("obligation."),
    5000,
  );
  return (
    <Shown of={loaded}>
      {({ items }) => {
        const known = new Map(items.map((one) => [one.day, one]));
        const first = Date.parse(`${today.value}T00:00:00Z`);
        const days = Array.from({ length: 2 * shown }, (_, index) => {
          const name = new Date(first - (2 * shown - 1 - index) * day).toISOString().slice(0, 10);
          return known.get(name) ?? { day: name, in_time: 0, late: 0, unmet: 0 };
        });
        const share = shareOf(sumOf(days.slice(shown)));
        const before = shareOf(sumOf(days.slice(0, shown)));
        return (
          <>
            <p class="board-share">
              {share === null ? t("board.days.none") : <strong>{t("board.days.share", { share })}</strong>}
              {share !== null && <span>{before === null ? t("board.days.nothing_before") : t("board.days.before", { before, change: signed(share - before) })}</span>}
            </p>
            {share !== null && <Bars days={days.slice(shown)} />}
            {share !== null && <ul class="board-legend">
              <li data-tone="done">
                <i aria-hidden="true" />
                {t("board.days.in_time")}
              </li>
              <li data-tone="soon">
                <i aria-hidden="true" />
                {t("board.days.late")}
              </li>
              <li data-tone="overdue">
                <i aria-hidden="true" />
                {t("board.days.unmet")}
              </li>
            </ul>}
            {share !== null && <Disclosure summary={t("board.as_table")}>
              <div class="dads-table" data-dense>
                <table>
                  <caption class="dads-hidden">{t("board.days.label")}</caption>
                  <thead>
                    <tr>
                      <th scope="col">{t("board.days.day")}</th>
                      <th scope="col">{t("board.days.in_time")}</th>
                      <th scope="col">{t("board.days.late")}</th>
                      <th scope="col">{t("board.days.unmet")}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {days.slice(shown).map((one) => (
                      <tr key={one.day}>
                        <th scope="row" data-head={t("board.days.day")}>{numericDay(one.day)}</th>
                        <td data-head={t("board.days.in_time")}>{one.in_time}</td>
                        <td data-head={t("board.days.late")}>{one.late}</td>
                        <td data-head={t("board.days.unmet")}>{one.unmet}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            </Disclosure>}
          </>
        );
      }}
    </Shown>
  );
}
