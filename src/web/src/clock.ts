// What time it is by the daemon: clocks and targets are counted by its time, not by this machine's. A demonstration shows a
// time of its own (Noroshi-Clock: shifted), which only heartbeats and events tell.
import { computed, signal } from "@preact/signals";

const offset = signal(0); // milliseconds: the daemon's time less this machine's
export const shifted = signal(false);
const tick = signal(Date.now());

// Milliseconds since 1970 by the daemon, once a second.
export const now = computed(() => tick.value + offset.value);

setInterval(() => (tick.value = Date.now()), 1000);
document.addEventListener("visibilitychange", () => (tick.value = Date.now()));

let known = false; // told by the daemon's own statements, which are finer than a Date field

// The field of any answer: whole seconds of real time.
export function heardDate(field: string | null, isShifted: boolean) {
  shifted.value = isShifted;
  if (isShifted || known || !field) return;
  const at = Date.parse(field);
  // Half a second in the middle, and no correction for less than that which the field can tell.
  if (!Number.isNaN(at) && Math.abs(at + 500 - Date.now() - offset.value) > 1500) offset.value = at + 500 - Date.now();
}

// A time that the daemon says it is now.
export function heardNow(at: string) {
  const time = Date.parse(at);
  if (Number.isNaN(time)) return;
  known = true;
  if (Math.abs(time - Date.now() - offset.value) > 250) offset.value = time - Date.now();
}

// Something happened at that time: it is at least as late.
export function heardAtLeast(at: string) {
  const time = Date.parse(at);
  if (shifted.value && !Number.isNaN(time) && time > Date.now() + offset.value) offset.value = time - Date.now();
}
