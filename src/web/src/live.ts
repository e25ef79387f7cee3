// What happens, as it happens: one stream of the daemon for all tabs of this browser, and how fresh what is shown is.
//
// Read by fetch(), not by EventSource: that one tells nothing of comments, by which alone a quiet stream differs from a
// dead one, and cannot say which language it wants. One tab holds a lock of the browser and reads; it passes on to the
// others what it hears. When its tab closes the next one takes over.
import { signal } from "@preact/signals";
import { heardAtLeast, heardNow, shifted } from "./clock";
import { get, send, type Schemas } from "./api";
import { language } from "./text";

export type LiveEvent =
  | { kind: "event"; data: Schemas["StreamEvent"] }
  | { kind: "message"; data: Schemas["Message"] }
  | { kind: "alarm"; data: Schemas["Alarm"] }
  | { kind: "heartbeat"; data: Schemas["Heartbeat"] }
  | { kind: "reset" }; // all lists must be read anew

export type Link = "off" | "connecting" | "live" | "cut";
export const link = signal<Link>("off");
// When the daemon was last heard, by this machine's clock; 0: never.
export const lastHeard = signal(0);

const roles = new Set(["reporter", "csirt_member", "csirt_head", "external_contact", "exception_officer", "ciso", "section_officer", "center_liaison", "police_desk", "crisis_desk", "cymat_member"]);
const withHeartbeat = new Set(["csirt_member", "csirt_head", "external_contact", "ciso", "center_liaison", "police_desk", "crisis_desk"]);
const silenceMilliseconds = 25_000; // the daemon writes a comment every 15 seconds at least
const shiftedEvery = 5000; // milliseconds
const pauses = [500, 1000, 2000, 5000, 10_000];

const listeners = new Set<(event: LiveEvent) => void>();

// Called for everything that comes, in any tab; gives back how to end it.
export function onLive(listener: (event: LiveEvent) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

type Passed = { event: LiveEvent } | { state: Link; heard: number };
let channel: BroadcastChannel | null = null;
let ending: AbortController | null = null;
let cursor: string | null = null;

function take(event: LiveEvent) {
  if (event.kind === "heartbeat") heardNow(event.data.at);
  if (event.kind === "event") heardAtLeast(event.data.at);
  for (const listener of listeners) listener(event);
}

function say(state: Link, heard = lastHeard.value) {
  link.value = state;
  lastHeard.value = heard;
  channel?.postMessage({ state, heard } satisfies Passed);
}

function heard(event: LiveEvent) {
  take(event);
  channel?.postMessage({ event } satisfies Passed);
}

function dispatch(name: string, id: string | null, data: string) {
  if (id) cursor = id;
  if (name === "end") throw new Error("ended by the daemon");
  if (name === "ready") {
    if (!cursor) cursor = (JSON.parse(data) as { cursor?: string }).cursor ?? null;
    return;
  }
  if (name === "reset") {
    cursor = null;
    return heard({ kind: "reset" });
  }
  if (name === "event" || name === "message" || name === "alarm" || name === "heartbeat")
    heard({ kind: name, data: JSON.parse(data) } as LiveEvent);
}

// Server-Sent Events as the standard has them: lines, fields, an empty line ends an item.
function reader() {
  let rest = "";
  let name = "message";
  let id: string | null = null;
  let data: string[] = [];
  return (piece: string) => {
    const lines = (rest + piece).split(/\r\n|\n|\r/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line === "") {
        if (data.length) dispatch(name, id, data.join("\n"));
        name = "message";
        id = null;
        data = [];
        continue;
      }
      if (line.startsWith(":")) continue;
      const colon = line.indexOf(":");
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (field === "event") name = value;
      else if (field === "id") id = value;
      else if (field === "data") data.push(value);
    }
  };
}

async function readOnce(stop: AbortSignal) {
  const silent = new AbortController();
  let timer = setTimeout(() => silent.abort(), silenceMilliseconds);
  const either = AbortSignal.any([stop, silent.signal]);
  try {
    const headers: Record<string, string> = { Accept: "text/event-stream", "Accept-Language": language.value };
    if (cursor) headers["Last-Event-ID"] = cursor;
    const response = await fetch("/api/v1/stream", { headers, credentials: "same-origin", cache: "no-store", signal: either });
    if (response.status === 401) await send("/api/v1/session", { method: "GET" }); // tells that nobody is signed in any more
    if (!response.ok || !response.body) throw new Error(`stream ${response.status}`);
    const feed = reader();
    const decoder = new TextDecoder();
    const body = response.body.getReader();
    for (;;) {
      const { value, done } = await body.read();
      if (done) throw new Error("the stream ended");
      clearTimeout(timer);
      timer = setTimeout(() => silent.abort(), silenceMilliseconds);
      say("live", Date.now());
      feed(decoder.decode(value, { stream: true }));
    }
  } finally {
    clearTimeout(timer);
  }
}

async function readAlways(stop: AbortSignal) {
  for (let failures = 0; !stop.aborted; failures++) {
    const before = lastHeard.value;
    try {
      await readOnce(stop);
    } catch {
      if (stop.aborted) return;
      if (lastHeard.value !== before) failures = 0;
      say("cut");
    }
    const pause = pauses[Math.min(failures, pauses.length - 1)]!;
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, pause + Math.random() * 250);
      const sooner = () => (clearTimeout(timer), resolve(null));
      stop.addEventListener("abort", sooner, { once: true });
      addEventListener("online", sooner, { once: true });
    });
  }
}

// For who is signed in; nothing where his role has no stream.
export function startLive(role: string, holder: string) {
  stopLive();
  if (!roles.has(role)) return;
  ending = new AbortController();
  const stop = ending.signal;
  cursor = null;
  say("connecting", 0);
  if (withHeartbeat.has(role)) {
    const ask = () => get("/api/v1/heartbeat").then((beat) => heardNow(beat.at), () => {});
    ask();
    // A demonstration's clock may run fast, or jump: heartbeats of the stream are too rare for it.
    const timer = setInterval(() => shifted.peek() && !document.hidden && ask(), shiftedEvery);
    stop.addEventListener("abort", () => clearInterval(timer), { once: true });
  }
  channel = new BroadcastChannel(`noroshi.live.${holder}`);
  channel.onmessage = ({ data }: MessageEvent<Passed>) => {
    if ("event" in data) take(data.event);
    else {
      link.value = data.state;
      lastHeard.value = data.heard;
    }
  };
  navigator.locks.request(`noroshi.live.${holder}`, { signal: stop }, () => readAlways(stop)).catch(() => {});
}

export function stopLive() {
  ending?.abort();
  ending = null;
  channel?.close();
  channel = null;
  link.value = "off";
}
