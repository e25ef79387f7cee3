// One deed of a person: sent under one key until it is known what came of it, so that it is never done twice.
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { post, Problem, type Parameters, type PostBody, type Posted, type PostPath } from "./api";

export interface Act<P extends PostPath> {
  busy: boolean;
  problem: Problem | null;
  // The answer, or null where it was refused or is not known; then `problem` says which.
  run: (parameters: Parameters, body: PostBody<P>) => Promise<Posted<P> | null>;
  clear: () => void;
}

export function useAct<P extends PostPath>(path: P): Act<P> {
  const busy = useSignal(false);
  const problem = useSignal<Problem | null>(null);
  const pending = useRef<{ what: string; key: string } | null>(null);

  const run = async (parameters: Parameters, body: PostBody<P>) => {
    if (busy.peek()) return null;
    const what = JSON.stringify([parameters, body]);
    if (pending.current?.what !== what) pending.current = { what, key: crypto.randomUUID() };
    busy.value = true;
    problem.value = null;
    try {
      const answer = await post(path, parameters, body, pending.current.key);
      pending.current = null;
      return answer;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (!error.uncertain) pending.current = null;
      problem.value = error;
      return null;
    } finally {
      busy.value = false;
    }
  };
  return { busy: busy.value, problem: problem.value, run, clear: () => (problem.value = null) };
}
