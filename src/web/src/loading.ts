// What a page shows of the daemon: read when it opens, read anew when something happens that concerns it.
import { useSignal, type Signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Problem } from "./api";
import { onLive, type LiveEvent } from "./live";
import { language } from "./text";

export interface Loaded<T> {
  value: T | null; // the last that was read; stays while it is read anew
  problem: Problem | null; // of the last reading
  loading: boolean;
  readAt: number; // by this machine's clock
  again: () => void;
}

const settle = 120; // events come in bursts: one reading for all of them

// `read` is called again when one of `of` changes, and after an event that `concerns` says yes to; `wait` milliseconds after it,
// where that is costly and need not be at once.
export function useLoaded<T>(read: (signal: AbortSignal) => Promise<T>, of: unknown[], concerns?: (event: LiveEvent) => boolean, wait = settle): Loaded<T> {
  const state: Signal<Omit<Loaded<T>, "again">> = useSignal({ value: null, problem: null, loading: true, readAt: 0 });
  const running = useRef<AbortController | null>(null);
  const latest = useRef({ read, concerns });
  latest.current = { read, concerns };

  const again = async () => {
    running.current?.abort();
    const mine = (running.current = new AbortController());
    state.value = { ...state.peek(), loading: true };
    try {
      const value = await latest.current.read(mine.signal);
      if (!mine.signal.aborted) state.value = { value, problem: null, loading: false, readAt: Date.now() };
    } catch (error) {
      if (mine.signal.aborted) return;
      if (!(error instanceof Problem)) throw error;
      state.value = { ...state.peek(), problem: error, loading: false };
    }
  };

  useEffect(() => {
    state.value = { ...state.peek(), value: null, problem: null };
  }, of);
  useEffect(() => {
    again();
    let timer: ReturnType<typeof setTimeout> | undefined;
    // A burst is one reading; what comes while it runs is another one after it, so that a steady flow cannot starve it.
    const soon = () => {
      timer = undefined;
      if (state.peek().loading) timer = setTimeout(soon, wait);
      else again();
    };
    const ended = onLive((event) => {
      if (event.kind === "reset" || latest.current.concerns?.(event)) timer ??= setTimeout(soon, wait);
    });
    return () => {
      ended();
      clearTimeout(timer);
      running.current?.abort();
    };
  }, [...of, language.value]);

  return { ...state.value, again };
}
