// Light, dark, or as the system says.
import { signal } from "@preact/signals";
import { keep, kept } from "./kept";

export type Colours = "system" | "light" | "dark";
const first = kept("colours");
export const colours = signal<Colours>(first === "light" || first === "dark" ? first : "system");

export function setColours(to: Colours) {
  colours.value = to;
  keep("colours", to === "system" ? null : to);
  if (to === "system") delete document.documentElement.dataset["colours"];
  else document.documentElement.dataset["colours"] = to;
}
