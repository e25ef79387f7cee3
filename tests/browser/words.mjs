// The words that the pages show, by their keys: one journey is walked in either language. BROWSER_TEST_LANGUAGE: ja or en.
import { readFileSync } from "node:fs";

export const language = process.env.BROWSER_TEST_LANGUAGE ?? "ja";
const catalogue = JSON.parse(readFileSync(new URL(`../../src/web/src/text/${language}.json`, import.meta.url), "utf8"));

function textOf(key) {
  const text = catalogue[key];
  if (text === undefined) throw new Error(`${key} stands in no catalogue`);
  return text;
}

// As the page says it: {places} filled.
export const t = (key, values = {}) => textOf(key).replace(/\{(\w+)\}/g, (place, name) => String(values[name] ?? place));

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

// The same where not every place is known: there stands whatever it is.
export function pattern(key, values = {}, { start = false, end = false } = {}) {
  const body = textOf(key)
    .split(/(\{\w+\})/)
    .map((piece) => {
      const name = /^\{(\w+)\}$/.exec(piece)?.[1];
      if (!name) return escaped(piece);
      return name in values ? escaped(String(values[name])) : ".+?";
    })
    .join("");
  return new RegExp((start ? "^" : "") + body + (end ? "$" : ""));
}

// The name of a body, from the registry that the daemon has built in.
const bodies = new Map();
export function learnNames(organizations) {
  for (const body of organizations) bodies.set(body.id, (language === "en" && body.name_en) || body.name_ja);
}
export const nameOf = (id) => {
  if (!bodies.has(id)) throw new Error(`no body ${id}`);
  return bodies.get(id);
};
// As it stands where there is little room: in English its abbreviation.
export const shortNameOf = (id) => (language === "en" ? id.toUpperCase() : nameOf(id));
