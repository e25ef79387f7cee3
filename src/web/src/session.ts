// Who is signed in.
import { signal } from "@preact/signals";
import { onSessionGone, Problem, send, useCsrf } from "./api";
import { dropAllDrafts } from "./draft";
import { go, path } from "./router";
import { language } from "./text";

export interface Body {
  id: string;
  name?: string; // absent where the registry does not have it
  name_ja?: string;
  name_en?: string | null;
  kind?: string;
}

export function nameOfBody(body: Body): string {
  return (language.value === "en" ? body.name_en : null) || body.name_ja || body.name || body.id;
}

export interface Session {
  organization: Body;
  role: string;
  name: string;
  login: string; // as it is written at sign-in: "jps/duty-1"
  person: { id: string; name: string } | null;
  csrf: string;
  ends_at: string;
  clock_shifted: boolean;
  methods: { passkeys: number; passphrase: boolean };
}

// null: nobody. undefined: not asked yet.
export const session = signal<Session | null | undefined>(undefined);
// Why nobody could be asked.
export const sessionProblem = signal<Problem | null>(null);

export function begin(answer: unknown): Session {
  const begun = answer as Session;
  useCsrf(begun.csrf);
  session.value = begun;
  return begun;
}

export async function askSession() {
  sessionProblem.value = null;
  try {
    begin((await send("/api/v1/session", { method: "GET" })).json);
  } catch (error) {
    if (error instanceof Problem && error.status === 401) session.value = null;
    else if (error instanceof Problem) sessionProblem.value = error;
    else throw error;
  }
}

export async function signOut(everywhere: boolean) {
  await send(everywhere ? "/api/v1/session/all" : "/api/v1/session", { method: "DELETE" });
  dropAllDrafts();
  forget();
  go("/sign-in?out=1");
}

function forget() {
  useCsrf("");
  session.value = null;
}

// The session ended under an open page: sign in and come back to where one was.
onSessionGone(() => {
  if (!session.value) return;
  forget();
  const back = path.value + location.search;
  go(`/sign-in?ended=1&to=${encodeURIComponent(back)}`);
});

const csirt = ["csirt_member", "csirt_head", "external_contact"];
export const isCsirt = (role: string) => csirt.includes(role);
export const mayReport = (role: string) => isCsirt(role) || role === "reporter";

// The first page after sign-in: what this office is for.
export function homeOf(who: Session): string {
  if (who.role === "center_liaison") return "/desk/board";
  if (who.role === "operator") return "/desk/operator";
  if (who.role === "auditor") return "/desk/auditor";
  if (who.role === "reporter") return "/desk/report";
  if (who.role === "exception_officer" || who.role === "section_officer" || who.role === "ciso") return "/desk/duties";
  if (who.role === "police_desk" || who.role === "crisis_desk" || who.role === "cymat_member") return "/desk/inbox";
  return who.organization.kind === "national_agency" ? "/desk/inbox" : "/desk/duties";
}
