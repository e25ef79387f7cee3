// What is done with annexes beside what every call does: the keys to seal to, the sealed content, and sending it.
import { addressOf, get, send, type Schemas } from "./api";
import type { LiveEvent } from "./live";
import { keyId, type Jwe, type PublicJwk } from "./sealing";
import { isCsirt } from "./session";

export type Annex = Schemas["Annex"];

const jose = "application/jose+json";
const patience = 300_000; // milliseconds: an annex may have 17 MiB
// Bytes. The daemon takes 24 MiB of JWE, which is base64 with its recipients.
export const longestAnnex = 17 << 20;

export const mayOpen = (role: string) => isCsirt(role) || ["center_liaison", "police_desk", "crisis_desk"].includes(role);
export const maySeeAnnexes = (role: string) => mayOpen(role) || role === "section_officer" || role === "ciso";
export const mayKeepKeys = (role: string) => ["csirt_head", "section_officer", "ciso", "center_liaison", "police_desk", "crisis_desk"].includes(role);

export const longestName = 66; // characters: 200 bytes, of three each at most

// A message may make a receiver more.
export const concernsAnnexes = (event: LiveEvent, incident?: string) => event.kind === "event" && (!incident || event.data.incident_id === incident) && /^(annex|message)\./.test(event.data.type);

export interface KeysOf {
  body: string;
  keys: { jwk: PublicJwk; id: string }[];
}

// The active keys of each body. An id is reckoned here: it can be compared by telephone whatever the daemon says.
export async function keysOf(bodies: string[], signal?: AbortSignal): Promise<KeysOf[]> {
  return Promise.all(
    bodies.map(async (body) => {
      const { items } = await get("/api/v1/sealing-keys", {}, { organization: body }, signal);
      const found = items.flatMap((item) => (item.jwk ? [item.jwk as PublicJwk] : []));
      return { body, keys: await Promise.all(found.map(async (jwk) => ({ jwk, id: await keyId(jwk) }))) };
    }),
  );
}

// Each once: a body may have registered another's key, which is public.
export function distinct(all: KeysOf[]): PublicJwk[] {
  return [...new Map(all.flatMap(({ keys }) => keys).map(({ id, jwk }) => [id, jwk])).values()];
}

export async function readContent(annex: Annex): Promise<Jwe> {
  const { json } = await send(addressOf("/api/v1/annexes/{id}/content", { id: annex.id }), { method: "GET", headers: { Accept: jose }, patience });
  return json as Jwe; // what it is worth, sealing.ts finds out
}

// `what`: the annex itself, or the same for further keys.
export async function sendContent(annex: Annex, what: "content" | "wrapping", jwe: Jwe, key: string): Promise<void> {
  await send(addressOf(`/api/v1/annexes/{id}/${what}`, { id: annex.id }), { method: "POST", body: jwe, mediaType: jose, headers: { "Idempotency-Key": key }, patience });
}

// A name for what was opened. How it ends is never its sender's choice: by what it begins with, and what cannot be run where that is
// not known.
export function fileNameOf(annex: Annex, content: Uint8Array): string {
  return `${`${annex.number} ${annex.name}`.replaceAll(/[\\/:*?"<>|\p{Cc}\p{Cf}]/gu, "_").slice(0, 120)}.${kindOf(content)}`;
}

function kindOf(content: Uint8Array): string {
  const begins = (...bytes: number[]) => bytes.every((byte, index) => content[index] === byte);
  if (begins(0x25, 0x50, 0x44, 0x46)) return "pdf";
  if (begins(0x89, 0x50, 0x4e, 0x47)) return "png";
  if (begins(0xff, 0xd8, 0xff)) return "jpg";
  if (begins(0x50, 0x4b, 3, 4)) {
    // What an office wrote names its parts in the folder at its end.
    const folder = new TextDecoder("latin1").decode(content.subarray(-65_536));
    return folder.includes("word/document.xml") ? "docx" : folder.includes("xl/workbook.xml") ? "xlsx" : folder.includes("ppt/presentation.xml") ? "pptx" : "zip";
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(content).includes("\0") ? "bin" : "txt";
  } catch {
    return "bin";
  }
}
