// Sealing and opening annexes (別添) in this browser: JWE (RFC 7516) of the one form of src/sealing/jwe.h. What is sealed opens with
// `noroshi annex open`, and the reverse. A private key is read from a file, used, and kept nowhere.

const agreement = "ECDH-ES+A256KW";
const encryption = "A256GCM";
const curve = { name: "ECDH", namedCurve: "P-384" } as const;
const agreedBits = 384;
const longestKey = 4096; // bytes

export interface PublicJwk {
  kty: "EC";
  crv: "P-384";
  x: string;
  y: string;
}
interface PrivateJwk extends PublicJwk {
  d: string;
}
interface OwnKey {
  key: CryptoKey;
  id: string;
}
interface Recipient {
  header: { kid?: string; epk?: PublicJwk; alg?: string };
  encrypted_key: string;
}
export interface Jwe {
  protected: string;
  recipients: Recipient[];
  aad?: string;
  iv: string;
  ciphertext: string;
  tag: string;
}

// Why not: a key of the catalogue family "sealing_fault".
export type SealingFault = "bad_key" | "other_algorithm" | "not_a_recipient" | "altered" | "other_incident" | "too_large" | "already" | "unreadable" | "failed";
export class SealingError extends Error {
  constructor(readonly fault: SealingFault) {
    super(fault);
  }
}

type Bytes = Uint8Array<ArrayBuffer>;
const utf8 = (text: string): Bytes => new TextEncoder().encode(text);

export function toBase64url(bytes: Bytes): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
export function fromBase64url(text: string): Bytes {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}

function joined(...parts: Bytes[]): Bytes {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

// The thumbprint of RFC 7638: members in the order of their names.
export async function keyId({ crv, kty, x, y }: PublicJwk): Promise<string> {
  return toBase64url(new Uint8Array(await crypto.subtle.digest("SHA-256", utf8(JSON.stringify({ crv, kty, x, y })))));
}

// A new pair; the private half as the file that `noroshi annex open --key` takes.
export interface KeyPair {
  publicKey: PublicJwk;
  id: string;
  file: string;
}
export async function makePair(): Promise<KeyPair> {
  const pair = await crypto.subtle.generateKey(curve, true, ["deriveBits"]);
  const { d, x, y } = await crypto.subtle.exportKey("jwk", pair.privateKey);
  const publicKey: PublicJwk = { kty: "EC", crv: "P-384", x: x!, y: y! };
  const id = await keyId(publicKey);
  return { publicKey, id, file: `${JSON.stringify({ crv: "P-384", d, kid: id, kty: "EC", x, y })}\n` };
}

const importPublic = async ({ kty, crv, x, y }: PublicJwk) => crypto.subtle.importKey("jwk", { kty, crv, x, y }, curve, false, []);

// The bytes of a file that a person chose; throws where it is gone meanwhile, or larger than `most`.
export async function readFile(file: File, most: number): Promise<Bytes> {
  if (file.size > most) throw new SealingError("too_large");
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch {
    throw new SealingError("unreadable");
  }
}

// Throws SealingError.
export async function readPrivateKey(file: File): Promise<OwnKey> {
  if (file.size > longestKey) throw new SealingError("bad_key");
  const text = new TextDecoder().decode(await readFile(file, longestKey));
  try {
    const { kty, crv, d, x, y } = JSON.parse(text) as PrivateJwk;
    const key = await crypto.subtle.importKey("jwk", { kty, crv, d, x, y }, curve, false, ["deriveBits"]);
    return { key, id: await keyId({ kty, crv, x, y }) };
  } catch {
    throw new SealingError("bad_key");
  }
}

// One round of the Concat KDF with SHA-256 (RFC 7518 4.6.2, SP 800-56A 5.8.1), no party named.
async function wrappingKey(own: CryptoKey, other: CryptoKey): Promise<CryptoKey> {
  const agreed = new Uint8Array(await crypto.subtle.deriveBits({ name: "ECDH", public: other }, own, agreedBits));
  const number = (value: number) => new Uint8Array([0, 0, value >> 8, value & 255]);
  const name = utf8(agreement);
  const derived = await crypto.subtle.digest("SHA-256", joined(number(1), agreed, number(name.length), name, number(0), number(0), number(256)));
  return crypto.subtle.importKey("raw", derived, "AES-KW", false, ["wrapKey", "unwrapKey"]);
}

// `namesAlgorithm`: where the protected header of another program does not.
async function wrap(content: CryptoKey, to: PublicJwk, namesAlgorithm: boolean): Promise<Recipient> {
  const ephemeral = await crypto.subtle.generateKey(curve, true, ["deriveBits"]);
  const wrapped = await crypto.subtle.wrapKey("raw", content, await wrappingKey(ephemeral.privateKey, await importPublic(to)), "AES-KW");
  const { x, y } = await crypto.subtle.exportKey("jwk", ephemeral.publicKey);
  const header = { ...(namesAlgorithm ? { alg: agreement } : {}), kid: await keyId(to), epk: { crv: "P-384", kty: "EC", x: x!, y: y! } as PublicJwk };
  return { header, encrypted_key: toBase64url(new Uint8Array(wrapped)) };
}

// What is authenticated beside the text (RFC 7516 5.1 step 14).
const authenticated = (jwe: Pick<Jwe, "protected" | "aad">) => utf8(jwe.aad === undefined ? jwe.protected : `${jwe.protected}.${jwe.aad}`);

// What belongs to a text of an annex: a line each, the last one ended too.
export const annexData = (organization: string, reference: string, idempotencyKey: string) => `${organization}\n${reference}\n${idempotencyKey}\n`;

export async function seal(plaintext: Bytes, data: string, receivers: PublicJwk[]): Promise<Jwe> {
  const content = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt"]);
  const head = { protected: toBase64url(utf8(JSON.stringify({ alg: agreement, enc: encryption }))), aad: toBase64url(utf8(data)) };
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: authenticated(head) }, content, plaintext));
  const recipients = await Promise.all(receivers.map((to) => wrap(content, to, false)));
  const end = sealed.length - 16;
  return { protected: head.protected, recipients, aad: head.aad, iv: toBase64url(iv), ciphertext: toBase64url(sealed.subarray(0, end)), tag: toBase64url(sealed.subarray(end)) };
}

// The protected header; throws where it is none of this form. The daemon takes no other, and is not believed.
function protectedHeader(jwe: Jwe): { alg?: string } {
  try {
    const { alg, enc, ...others } = JSON.parse(new TextDecoder().decode(fromBase64url(jwe.protected)));
    if (enc === encryption && (alg === undefined || alg === agreement) && !Object.keys(others).length && Array.isArray(jwe.recipients)) return { alg };
  } catch {
    // No JWE at all.
  }
  throw new SealingError("other_algorithm");
}

// The content's key, by that of one of its recipients. Throws SealingError.
async function contentKey(jwe: Jwe, own: OwnKey): Promise<CryptoKey> {
  const shared = protectedHeader(jwe);
  for (const { header, encrypted_key } of jwe.recipients) {
    if (header?.kid !== own.id || (shared.alg ?? header.alg) !== agreement || !header.epk) continue;
    try {
      return await crypto.subtle.unwrapKey("raw", fromBase64url(encrypted_key), await wrappingKey(own.key, await importPublic(header.epk)), "AES-KW", "AES-GCM", true, ["decrypt"]);
    } catch {
      // Altered.
    }
  }
  throw new SealingError("not_a_recipient");
}

async function decrypted(jwe: Jwe, key: CryptoKey): Promise<Bytes> {
  try {
    const sealed = joined(fromBase64url(jwe.ciphertext), fromBase64url(jwe.tag));
    return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: fromBase64url(jwe.iv), additionalData: authenticated(jwe) }, key, sealed));
  } catch {
    throw new SealingError("altered");
  }
}

// `organization`, `reference`: of the incident that it has to belong to. Throws SealingError.
export async function open(jwe: Jwe, own: OwnKey, organization: string, reference: string): Promise<Bytes> {
  const plaintext = await decrypted(jwe, await contentKey(jwe, own));
  const lines = new TextDecoder().decode(fromBase64url(jwe.aad ?? "")).split("\n");
  if (lines.length !== 4 || lines[0] !== organization || lines[1] !== reference || !lines[2] || lines[3] !== "") throw new SealingError("other_incident");
  return plaintext;
}

// The same with receivers more: all else stays the same bytes. That it is whole is checked first. Throws SealingError.
export async function rewrap(jwe: Jwe, own: OwnKey, added: PublicJwk[]): Promise<Jwe> {
  const content = await contentKey(jwe, own);
  await decrypted(jwe, content);
  const there = new Set(jwe.recipients.map(({ header }) => header?.kid));
  const names = await Promise.all(added.map(keyId));
  const fresh = added.filter((_, index) => !there.has(names[index]!));
  if (!fresh.length) throw new SealingError("already");
  const namesAlgorithm = protectedHeader(jwe).alg === undefined;
  return { ...jwe, recipients: [...jwe.recipients, ...(await Promise.all(fresh.map((to) => wrap(content, to, namesAlgorithm))))] };
}
