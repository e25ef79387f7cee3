// Names of bodies, from the registry; asked once a session.
import { signal } from "@preact/signals";
import { get, type Schemas } from "./api";
import { language } from "./text";

export type Organization = Schemas["Organization"];
export const organizations = signal<Map<string, Organization>>(new Map());

export async function askOrganizations() {
  const { items } = await get("/api/v1/organizations");
  organizations.value = new Map(items.map((item) => [item.id, item]));
}

export function nameOf(id: string | null | undefined): string {
  if (!id) return "";
  const found = organizations.value.get(id);
  if (!found) return id;
  return language.value === "en" && found.name_en ? found.name_en : found.name_ja;
}

// The body of every report's last receiver.
export function centre(): string {
  return [...organizations.value.values()].find((body) => body.in_force && (body.kind === "center" || body.also_kind === "center"))?.id ?? "";
}
