// What somebody is writing, kept on this device until it is sent, thrown away, or its writer signs out.
import { keep, kept, keptObject } from "./kept";
import type { Form } from "./report_form";
import type { Session } from "./session";

interface Draft {
  form: Form;
  savedAt: number;
}

const place = (who: Session, incident: string) => `draft.${who.login}.${incident || "new"}`;

export function draftOf(who: Session, incident: string): Draft | null {
  const found = keptObject<Draft>(place(who, incident));
  return found && typeof found.savedAt === "number" && found.form && Array.isArray(found.form.systems) ? found : null;
}
export function keepDraft(who: Session, incident: string, form: Form, savedAt: number): boolean {
  return keep(place(who, incident), JSON.stringify({ form, savedAt } satisfies Draft));
}
export function dropDraft(who: Session, incident: string) {
  if (kept(place(who, incident)) !== null) keep(place(who, incident), null);
}
// On signing out: a device may be shared.
export function dropAllDrafts() {
  try {
    for (const name of Object.keys(localStorage)) if (name.startsWith("noroshi.draft.")) localStorage.removeItem(name);
  } catch {
    // nothing was kept
  }
}
