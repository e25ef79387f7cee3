// What only the daemon itself can tell: /readyz and /metrics, which answer with what they know even where not all is well.
import { get, Problem } from "./api";
import { language } from "./text";

async function ask(address: string, accept: string, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(address, { headers: { Accept: accept, "Accept-Language": language.value }, credentials: "same-origin", cache: "no-store", redirect: "error", signal });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new Problem(0, "unreachable", "", "");
  }
}

export interface Check {
  status: string;
  detail?: string;
  [figure: string]: unknown;
}
export interface Readiness {
  status: string;
  stopping?: boolean;
  checks?: Record<string, Check>;
}

export async function readiness(signal: AbortSignal): Promise<Readiness> {
  const response = await ask("/readyz", "application/json", signal);
  if (response.status !== 200 && response.status !== 503) throw new Problem(response.status, "", "", "");
  const said = await response.json();
  return said.status === "ready" || said.status === "unavailable" ? said : { status: "unavailable", ...said };
}

// The text format of Prometheus: each series with its labels.
export interface Series {
  name: string;
  labels: Record<string, string>;
  value: number;
}

export function seriesOf(text: string): Series[] {
  const found: Series[] = [];
  for (const line of text.split("\n")) {
    const match = /^([a-z_:][\w:]*)(?:\{(.*)\})? (\S+)$/i.exec(line);
    if (!match || line.startsWith("#")) continue;
    const labels: Record<string, string> = {};
    for (const [, name, value] of (match[2] ?? "").matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) labels[name!] = value!;
    found.push({ name: match[1]!, labels, value: Number(match[3]) });
  }
  return found;
}

export async function metrics(signal: AbortSignal): Promise<Series[]> {
  const response = await ask("/metrics", "text/plain", signal);
  if (!response.ok) throw new Problem(response.status, "", "", "");
  return seriesOf(await response.text());
}

export const version = (signal: AbortSignal) => get("/version", {}, {}, signal);
