// The words of the pages: one catalogue for each language, held together by build.mjs.
import { signal } from "@preact/signals";
import en from "./text/en.json";
import ja from "./text/ja.json";
import { kept, keep } from "./kept";

export type Language = "ja" | "en";
export type Key = keyof typeof ja;

const catalogues: Record<Language, Record<string, string>> = { ja, en };

export const language = signal<Language>(kept("language") === "en" ? "en" : "ja");

export function setLanguage(to: Language) {
  language.value = to;
  keep("language", to);
  document.documentElement.lang = to;
}

type Values = Record<string, string | number>;

function filled(text: string, values: Values | undefined): string {
  return values ? text.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place)) : text;
}

// The words under a key, in the language chosen; {places} filled.
export function t(key: Key, values?: Values): string {
  return filled(catalogues[language.value][key] ?? key, values);
}

// The word for a value of a closed list of the API: word("state", "reported"). A value that is newer than this page stands
// as it came.
export function word(family: string, value: string, values?: Values): string {
  return filled(catalogues[language.value][`${family}.${value}`] ?? value, values);
}

export function hasWord(family: string, value: string): boolean {
  return `${family}.${value}` in catalogues[language.value];
}
