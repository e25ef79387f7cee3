// The daemon's API: every call of every page goes through here. Shapes come from schemas/api/openapi.json.
import type { components, paths } from "../generated/api";
import { heardDate } from "./clock";
import { language } from "./text";

export type Schemas = components["schemas"];

export interface Mistake {
  pointer: string;
  code: string;
  message: string;
}

// Why a call was refused (RFC 9457), or that nobody answered (status 0).
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly mistakes: Mistake[] = [],
    readonly retryAfter: number | null = null,
  ) {
    super(title);
  }
  // Whether it is not known what came of it: the same call may be sent again under the same key.
  get uncertain(): boolean {
    return this.status === 0 || this.status >= 500 || this.status === 429 || this.status === 408;
  }
}

type Answer<O> = O extends { responses: infer R }
  ? { [S in keyof R]: S extends 200 | 201 ? (R[S] extends { content: { "application/json": infer J } } ? J : undefined) : never }[keyof R]
  : never;
type Body<O> = O extends { requestBody?: { content: { "application/json": infer J } } } ? J : undefined;

export type GetPath = { [P in keyof paths]: paths[P] extends { get: object } ? P : never }[keyof paths];
export type PostPath = { [P in keyof paths]: paths[P] extends { post: object } ? P : never }[keyof paths];
export type Got<P extends GetPath> = paths[P] extends { get: infer O } ? Answer<O> : never;
export type Posted<P extends PostPath> = paths[P] extends { post: infer O } ? Answer<O> : never;
export type PostBody<P extends PostPath> = paths[P] extends { post: infer O } ? Body<O> : never;

export type Parameters = Record<string, string>;
export type Query = Record<string, string | number | boolean | undefined>;

// "/api/v1/incidents/{id}" with its parameters, and a query.
export function addressOf(path: string, parameters: Parameters = {}, query: Query = {}): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(parameters[name] ?? ""));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== "") search.set(name, String(value));
  return search.size ? `${filled}?${search}` : filled;
}

let csrf = "";
let whenSessionIsGone = () => {};

// Of the session; needed with every call that changes something.
export function useCsrf(token: string) {
  csrf = token;
}
export function onSessionGone(listener: () => void) {
  whenSessionIsGone = listener;
}

// Codes of 401 that say: whoever sat here has to sign in again.
const signedOut = new Set(["no_session", "token_missing", "token_invalid"]);

interface Sent {
  method: string;
  body?: unknown;
  mediaType?: string; // of the body, where it is other JSON than most
  headers?: Record<string, string>;
  signal?: AbortSignal;
  patience?: number; // milliseconds, without a signal
}

const patience = 30_000;

async function problemOf(response: Response): Promise<Problem> {
  const retryAfter = Number(response.headers.get("Retry-After")) || null;
  try {
    const problem = await response.json();
    return new Problem(response.status, problem.code ?? "", problem.title ?? "", problem.detail ?? "", problem.errors ?? [], retryAfter);
  } catch {
    return new Problem(response.status, "", "", "", [], retryAfter);
  }
}

// Any call; throws a Problem. For calls that openapi.json has not, and below the typed ones.
export async function send(address: string, sent: Sent): Promise<{ status: number; etag: string | null; json: unknown }> {
  const headers: Record<string, string> = { Accept: "application/json", "Accept-Language": language.value, ...sent.headers };
  if (sent.body !== undefined) headers["Content-Type"] = sent.mediaType ?? "application/json";
  if (sent.method !== "GET" && csrf) headers["X-CSRF-Token"] = csrf;
  let response: Response;
  try {
    response = await fetch(address, {
      method: sent.method,
      headers,
      body: sent.body === undefined ? undefined : JSON.stringify(sent.body),
      credentials: "same-origin",
      cache: "no-store",
      redirect: "error",
      signal: sent.signal ?? AbortSignal.timeout(sent.patience ?? patience),
    });
  } catch (error) {
    if (sent.signal?.aborted) throw error;
    throw new Problem(0, "unreachable", "", "");
  }
  heardDate(response.headers.get("Date"), response.headers.get("Noroshi-Clock") === "shifted");
  if (response.status === 304) return { status: 304, etag: response.headers.get("ETag"), json: null };
  if (!response.ok) {
    const problem = await problemOf(response);
    if (response.status === 401 && signedOut.has(problem.code)) whenSessionIsGone();
    throw problem;
  }
  let json: unknown = null;
  try {
    if (response.status !== 204) json = await response.json();
  } catch (error) {
    if (sent.signal?.aborted) throw error;
    throw new Problem(0, "unreachable", "", ""); // cut within the answer
  }
  return { status: response.status, etag: response.headers.get("ETag"), json };
}

export async function get<P extends GetPath>(path: P, parameters?: Parameters, query?: Query, signal?: AbortSignal): Promise<Got<P>> {
  return (await send(addressOf(path, parameters, query), { method: "GET", signal })).json as Got<P>;
}

// A call that changes something. The same key with the same body is done once, however often it is sent.
export async function post<P extends PostPath>(path: P, parameters: Parameters, body: PostBody<P>, key: string): Promise<Posted<P>> {
  const headers: Record<string, string> = { "Idempotency-Key": key };
  return (await send(addressOf(path, parameters), { method: "POST", body: body ?? {}, headers })).json as Posted<P>;
}

// All pages of a list, at most `most` of its items; `cut` where there would be more.
export async function getAll<T>(path: GetPath, parameters: Parameters, query: Query, most: number, signal?: AbortSignal): Promise<{ items: T[]; cut: boolean }> {
  const items: T[] = [];
  let cursor: string | undefined;
  for (;;) {
    const address = addressOf(path, parameters, { ...query, limit: Math.min(200, most), cursor });
    const page = (await send(address, { method: "GET", signal })).json as { items: T[]; next: string | null };
    items.push(...page.items);
    if (!page.next) return { items, cut: false };
    if (items.length >= most) return { items, cut: true };
    cursor = page.next;
  }
}

// What a person at a terminal would send instead.
export function curlOf(method: "GET" | "POST", address: string, body?: unknown): string {
  const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  const lines = [`curl ${quoted(location.origin + address)}`, `-H "Authorization: Bearer $TOKEN"`];
  if (method === "POST") {
    lines.push(`-H "Idempotency-Key: $(uuidgen)"`, `-H 'Content-Type: application/json'`, `-d ${quoted(JSON.stringify(body ?? {}, null, 1))}`);
  }
  return lines.join(" \\\n  ");
}
