// What calls somebody who looks elsewhere: two tones, once he asked for sound, and a mark in the window's title.
import { signal } from "@preact/signals";

export const sound = signal(false);
let audio: AudioContext | null = null;

// By a press only: browsers let a page sound after one, and nobody is startled by a page that he just opened.
export async function setSound(on: boolean) {
  if (on) {
    audio ??= new AudioContext();
    await audio.resume();
  }
  sound.value = on;
  if (on) call();
}

// Two tones, up: heard across a room, over in a second.
export function call() {
  if (!sound.value || !audio) return;
  const begin = audio.currentTime;
  for (const [delay, frequency] of [
    [0, 660],
    [0.22, 880],
    [0.6, 660],
    [0.82, 880],
  ] as const) {
    const tone = audio.createOscillator();
    const loudness = audio.createGain();
    tone.type = "triangle";
    tone.frequency.value = frequency;
    loudness.gain.setValueAtTime(0, begin + delay);
    loudness.gain.linearRampToValueAtTime(0.35, begin + delay + 0.02);
    loudness.gain.exponentialRampToValueAtTime(0.001, begin + delay + 0.3);
    tone.connect(loudness).connect(audio.destination);
    tone.start(begin + delay);
    tone.stop(begin + delay + 0.32);
  }
}

// The screen stays on while somebody shows a wall, where the browser can. Says whether it does.
export const awake = signal<"on" | "off" | "impossible">("off");

export function stayAwake(): () => void {
  if (!("wakeLock" in navigator)) {
    awake.value = "impossible";
    return () => (awake.value = "off");
  }
  let lock: WakeLockSentinel | null = null;
  let ended = false;
  const ask = async () => {
    if (ended || document.visibilityState !== "visible") return;
    try {
      lock = await navigator.wakeLock.request("screen");
      if (ended) return void lock.release();
      awake.value = "on";
      lock.addEventListener("release", () => !ended && (awake.value = "off"));
    } catch {
      awake.value = "impossible"; // the device saves its battery, or forbids it
    }
  };
  ask();
  document.addEventListener("visibilitychange", ask);
  return () => {
    ended = true;
    document.removeEventListener("visibilitychange", ask);
    lock?.release();
    awake.value = "off";
  };
}
