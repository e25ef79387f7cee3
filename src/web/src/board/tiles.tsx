// The forty-seven prefectures as tiles, each where it lies, all of one size: Kagawa is read as easily as Hokkaidō.
import { computed } from "@preact/signals";
import { Icon } from "../components/icon";
import { setQuery } from "../router";
import { t, word } from "../text";
import ja from "../text/ja.json";
import { filters, prefectureOf, drawnRows } from "./data";

// JIS X 0401 code: column, row.
const places: Record<string, [number, number]> = {
  "01": [13, 1], "02": [13, 2], "05": [12, 3], "03": [13, 3], "06": [12, 4], "04": [13, 4],
  "17": [8, 5], "16": [9, 5], "15": [11, 5], "07": [12, 5],
  "41": [1, 6], "40": [2, 6], "35": [3, 6], "32": [4, 6], "31": [5, 6], "28": [6, 6], "26": [7, 6], "18": [8, 6], "21": [9, 6], "20": [10, 6], "10": [11, 6], "09": [12, 6], "08": [13, 6],
  "42": [1, 7], "44": [2, 7], "34": [4, 7], "33": [5, 7], "27": [6, 7], "29": [7, 7], "25": [8, 7], "23": [9, 7], "19": [10, 7], "11": [11, 7], "13": [12, 7], "12": [13, 7],
  "43": [1, 8], "45": [2, 8], "38": [4, 8], "37": [5, 8], "30": [6, 8], "24": [8, 8], "22": [10, 8], "14": [12, 8],
  "46": [1, 9], "39": [4, 9], "36": [5, 9],
  "47": [1, 10],
};

const words = ja as Record<string, string>;
// The registry names prefectures in full, in Japanese.
const codes = new Map(Object.keys(places).map((code) => [words[`prefecture.${code}`] ?? "", code]));
export const prefectureName = (code: string) => words[`prefecture.${code}`] ?? "";
export const prefectureCode = (name: string | null) => (name ? (codes.get(name) ?? "") : "");

const figures = computed(() => {
  const found = new Map<string, { all: number; overdue: number }>();
  for (const row of drawnRows.value) {
    const code = prefectureCode(prefectureOf(row));
    const known = found.get(code) ?? { all: 0, overdue: 0 };
    known.all++;
    if (row.overdue) known.overdue++;
    found.set(code, known);
  }
  return found;
});

export function Tiles() {
  const chosen = prefectureCode(filters.value.prefecture);
  return (
    <div class="board-tiles" role="group" aria-label={t("board.tiles.label")}>
      {Object.entries(places).map(([code, [column, row]]) => {
        const figure = figures.value.get(code);
        const place = { gridColumn: String(column), gridRow: String(row) };
        const name = word("prefecture_short", code);
        if (!figure)
          return (
            <span key={code} class="board-tile" data-long={name.length > 2 || undefined} style={place} aria-hidden="true">
              {name}
            </span>
          );
        const spoken = t(figure.overdue ? "board.tiles.overdue" : "board.tiles.all", { name: word("prefecture", code), number: figure.all, overdue: figure.overdue });
        return (
          <button
            key={code}
            type="button"
            class="board-tile"
            data-long={name.length > 2 || undefined}
            style={place}
            data-overdue={figure.overdue > 0 || undefined}
            aria-pressed={chosen === code}
            title={spoken}
            onClick={() => setQuery({ prefecture: chosen === code ? null : code })}
          >
            <span>{name}</span>
            <b>
              {figure.overdue > 0 && <Icon name="alert" />}
              {figure.overdue || figure.all}
            </b>
            <span class="dads-hidden">{spoken}</span>
          </button>
        );
      })}
    </div>
  );
}
