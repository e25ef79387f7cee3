// Light, dark, or as the system says. The page bears what is shown (style/ground.css); first.ts sets it before anything is painted.
import { effect, signal } from "@preact/signals";
import { keep, kept } from "./kept";

export type Colours = "system" | "light" | "dark";
const first = kept("colours");
export const colours = signal<Colours>(first === "light" || first === "dark" ? first : "system");

const system = matchMedia("(prefers-color-scheme: dark)");
const systemIsDark = signal(system.matches);
system.addEventListener("change", () => (systemIsDark.value = system.matches));

effect(() => {
  document.documentElement.dataset["colours"] = colours.value === "system" ? (systemIsDark.value ? "dark" : "light") : colours.value;
});

export function setColours(to: Colours) {
  colours.value = to;
  keep("colours", to === "system" ? null : to);
}
