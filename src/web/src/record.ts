// The record judged in this browser, with nothing of the daemon's word for it but its public key: the signature of a checkpoint
// (C2SP signed notes, Ed25519), that an event stands in its tree, and that a later tree continues an earlier one (RFC 9162).
import { get, type Schemas } from "./api";
import { bytesOfBase64, bytesOfHex, node, rootOf } from "./proof";

export type Verdict = "holds" | "fails" | "impossible";

export interface Note {
  text: string; // what is signed
  origin: string;
  size: number;
  root: string;
  signatures: { name: string; hash: string; signature: Uint8Array<ArrayBuffer> }[];
}

const hex = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

export function noteOf(note: string): Note | null {
  const border = note.indexOf("\n\n");
  if (border < 0) return null;
  const text = note.slice(0, border + 1);
  const [origin = "", size = "", root = ""] = text.split("\n");
  const signatures = [];
  for (const line of note.slice(border + 2).split("\n")) {
    const match = /^\u2014 (\S+) (\S+)$/.exec(line);
    if (!match) continue;
    const bytes = bytesOfBase64(match[2]!);
    signatures.push({ name: match[1]!, hash: hex(bytes.slice(0, 4)), signature: bytes.slice(4) });
  }
  return { text, origin, size: Number(size), root, signatures };
}

export async function knowsEd25519(): Promise<boolean> {
  try {
    await crypto.subtle.importKey("raw", new Uint8Array(32), { name: "Ed25519" }, false, ["verify"]);
    return true;
  } catch {
    return false;
  }
}

// `keys`: name+hash+base64 of a byte for the algorithm (1) and the key. The hash is worked out anew: a key that is not that of
// its name proves nothing.
export async function signed(note: Note, keys: string[]): Promise<Verdict> {
  if (!(await knowsEd25519())) return "impossible";
  for (const line of keys) {
    const match = /^(.+)\+([0-9a-f]{8})\+(\S+)$/.exec(line);
    if (!match || match[1] !== note.origin) continue;
    const [, name, hash, encoded] = match as unknown as [string, string, string, string];
    const key = bytesOfBase64(encoded);
    if (key.length !== 33 || key[0] !== 1) continue;
    const named = new Uint8Array([...new TextEncoder().encode(`${name}\n`), ...key]);
    if (hex(new Uint8Array(await crypto.subtle.digest("SHA-256", named)).slice(0, 4)) !== hash) continue;
    const imported = await crypto.subtle.importKey("raw", key.slice(1), { name: "Ed25519" }, false, ["verify"]);
    for (const one of note.signatures)
      if (one.name === name && one.hash === hash && (await crypto.subtle.verify({ name: "Ed25519" }, imported, one.signature, new TextEncoder().encode(note.text)))) return "holds";
  }
  return "fails";
}

const base64 = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes));

// RFC 9162 2.1.4.2.
export async function continues(from: number, to: number, proof: Uint8Array<ArrayBuffer>[], fromRoot: Uint8Array, toRoot: Uint8Array): Promise<boolean> {
  if (from === to) return proof.length === 0 && base64(fromRoot) === base64(toRoot);
  if (from === 0) return proof.length === 0;
  if (from > to) return false;
  const path = [...proof];
  if (Number.isInteger(Math.log2(from))) path.unshift(fromRoot as Uint8Array<ArrayBuffer>);
  if (!path.length) return false;
  let place = from - 1;
  let last = to - 1;
  while (place % 2 === 1) {
    place = Math.floor(place / 2);
    last = Math.floor(last / 2);
  }
  let older = path[0]!;
  let newer = path[0]!;
  for (const sibling of path.slice(1)) {
    if (last === 0) return false;
    if (place % 2 === 1 || place === last) {
      older = await node(sibling, older);
      newer = await node(sibling, newer);
      while (place % 2 === 0 && place !== 0) {
        place = Math.floor(place / 2);
        last = Math.floor(last / 2);
      }
    } else {
      newer = await node(newer, sibling);
    }
    place = Math.floor(place / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && base64(older) === base64(fromRoot) && base64(newer) === base64(toRoot);
}

export interface EventVerdict {
  sequence: number;
  leaf: Verdict; // the bytes have the hash that is proven; impossible: they may not be seen whole
  inclusion: Verdict;
  signature: Verdict;
}

// One event against the newest checkpoint: its bytes, its place in the tree, the signature over the tree.
export async function verifyEvent(event: Schemas["RecordedEvent"], keys: string[]): Promise<EventVerdict> {
  const proof = await get("/api/v1/record/proofs/{sequence}", { sequence: String(event.sequence) });
  const note = noteOf(proof.note);
  const verdict: EventVerdict = { sequence: event.sequence, leaf: "fails", inclusion: "fails", signature: "fails" };
  if (event.leaf === null) verdict.leaf = "impossible";
  else {
    const hashed = await crypto.subtle.digest("SHA-256", new Uint8Array([0, ...bytesOfBase64(event.leaf)]));
    verdict.leaf = hex(new Uint8Array(hashed)) === event.leaf_sha256 && event.leaf_sha256 === proof.leaf_sha256 ? "holds" : "fails";
  }
  if (!note || note.origin !== proof.origin || note.size !== proof.size || event.leaf_sha256 !== proof.leaf_sha256) return verdict;
  const root = await rootOf(bytesOfHex(proof.leaf_sha256), proof.leaf_index, proof.size, proof.proof.map(bytesOfBase64));
  verdict.inclusion = root && base64(root) === note.root ? "holds" : "fails";
  verdict.signature = await signed(note, keys);
  return verdict;
}
