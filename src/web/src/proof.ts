// Proves in this browser that an event stands in the signed record (RFC 9162, inclusion): from the leaf's hash and the path to
// the root, compared with the root in the checkpoint. Signatures are checked by `noroshi record verify`.
import { get } from "./api";

export function bytesOfHex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}
export function bytesOfBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

export async function node(left: Uint8Array, right: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const joined = new Uint8Array(1 + left.length + right.length);
  joined[0] = 1;
  joined.set(left, 1);
  joined.set(right, 1 + left.length);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", joined));
}

// RFC 9162 2.1.3.2.
export async function rootOf(leaf: Uint8Array<ArrayBuffer>, index: number, size: number, proof: Uint8Array<ArrayBuffer>[]): Promise<Uint8Array | null> {
  if (index >= size) return null;
  let place = index;
  let last = size - 1;
  let root = leaf;
  for (const sibling of proof) {
    if (last === 0) return null;
    if (place % 2 === 1 || place === last) {
      root = await node(sibling, root);
      while (place % 2 === 0 && place !== 0) {
        place = Math.floor(place / 2);
        last = Math.floor(last / 2);
      }
    } else {
      root = await node(root, sibling);
    }
    place = Math.floor(place / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 ? root : null;
}

export interface Proven {
  holds: boolean;
  origin: string;
  size: number;
  root: string;
  leaf: string;
  sequence: number;
}

export async function prove(sequence: number, signal?: AbortSignal): Promise<Proven> {
  const answer = await get("/api/v1/record/proofs/{sequence}", { sequence: String(sequence) }, {}, signal);
  const [origin = "", sizeLine = "", root = ""] = answer.note.split("\n");
  const made = await rootOf(bytesOfHex(answer.leaf_sha256), answer.leaf_index, answer.size, answer.proof.map(bytesOfBase64));
  const holds = made !== null && btoa(String.fromCharCode(...made)) === root && Number(sizeLine) === answer.size && origin === answer.origin;
  return { holds, origin, size: answer.size, root, leaf: answer.leaf_sha256, sequence };
}
