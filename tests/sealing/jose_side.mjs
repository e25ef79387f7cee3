// npm's jose: a request as JSON on standard input, the answer as JSON on standard output.
//   {"do": "make"}                                                        → {"private", "public"} (JWK)
//   {"do": "id", "key"}                                                   → {"id"}
//   {"do": "seal", "to": [JWK…], "text", "aad", "alg_at_recipient"?}      → {"jwe"}
//   {"do": "open", "key", "jwe"}                                          → {"text", "aad"} or {"refused"}
import { readFileSync } from "node:fs";
import * as jose from "jose";

const alg = "ECDH-ES+A256KW";
const enc = "A256GCM";
const request = JSON.parse(readFileSync(0, "utf8"));

const actions = {
  async make() {
    const pair = await jose.generateKeyPair(alg, { crv: "P-384", extractable: true });
    return { private: await jose.exportJWK(pair.privateKey), public: await jose.exportJWK(pair.publicKey) };
  },
  async id() {
    return { id: await jose.calculateJwkThumbprint(request.key, "sha256") };
  },
  async seal() {
    const sealing = new jose.GeneralEncrypt(new TextEncoder().encode(request.text));
    sealing.setProtectedHeader(request.alg_at_recipient ? { enc } : { alg, enc });
    if (request.aad) sealing.setAdditionalAuthenticatedData(new TextEncoder().encode(request.aad));
    for (const key of request.to) {
      const kid = await jose.calculateJwkThumbprint(key, "sha256");
      const header = request.alg_at_recipient ? { alg, kid } : { kid };
      sealing.addRecipient(await jose.importJWK(key, alg)).setUnprotectedHeader(header);
    }
    return { jwe: await sealing.encrypt() };
  },
  async open() {
    try {
      const opened = await jose.generalDecrypt(request.jwe, await jose.importJWK(request.key, alg));
      const text = (bytes) => (bytes ? new TextDecoder().decode(bytes) : "");
      return { text: text(opened.plaintext), aad: text(opened.additionalAuthenticatedData) };
    } catch (error) {
      if (!(error instanceof jose.errors.JOSEError)) throw error;
      return { refused: error.code };
    }
  },
};

process.stdout.write(JSON.stringify(await actions[request.do]()));
