// Passkeys: the browser's part of WebAuthn, between the daemon's JSON and the browser's bytes.
import { send } from "./api";

export const passkeysAreThere = () => typeof PublicKeyCredential === "function" && isSecureContext;

function bytesOf(text: string): ArrayBuffer {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index);
  return bytes.buffer;
}

function textOf(bytes: ArrayBuffer | null): string | null {
  if (!bytes) return null;
  let binary = "";
  for (const byte of new Uint8Array(bytes)) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

interface SignInOptions {
  challenge: string;
  rp_id: string;
  timeout_ms: number;
  state: string;
}

export interface NewPasskey {
  challenge: string;
  rp_id: string;
  rp_name: string;
  user_id: string;
  user_name: string;
  user_display_name: string;
  algorithms: number[];
  state: string;
}

// The session; null where the person closed the browser's question.
export async function signInByPasskey(): Promise<unknown> {
  const options = (await send("/api/v1/session/passkey/options", { method: "POST", body: {} })).json as SignInOptions;
  const credential = await asked(() =>
    navigator.credentials.get({
      publicKey: { challenge: bytesOf(options.challenge), rpId: options.rp_id, timeout: options.timeout_ms, userVerification: "required" },
    }),
  );
  if (!credential) return null;
  const response = credential.response as AuthenticatorAssertionResponse;
  const body = {
    state: options.state,
    id: credential.id,
    client_data_json: textOf(response.clientDataJSON),
    authenticator_data: textOf(response.authenticatorData),
    signature: textOf(response.signature),
    user_handle: textOf(response.userHandle),
  };
  return (await send("/api/v1/session/passkey", { method: "POST", body })).json;
}

export async function makePasskey(code: string, wanted: NewPasskey): Promise<unknown> {
  const credential = await asked(() =>
    navigator.credentials.create({
      publicKey: {
        challenge: bytesOf(wanted.challenge),
        rp: { id: wanted.rp_id, name: wanted.rp_name },
        user: { id: bytesOf(wanted.user_id), name: wanted.user_name, displayName: wanted.user_display_name },
        pubKeyCredParams: wanted.algorithms.map((alg) => ({ type: "public-key", alg })),
        authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
        attestation: "none",
      },
    }),
  );
  if (!credential) return null;
  const response = credential.response as AuthenticatorAttestationResponse;
  const body = {
    state: wanted.state,
    id: credential.id,
    client_data_json: textOf(response.clientDataJSON),
    attestation_object: textOf(response.attestationObject),
  };
  return (await send(`/api/v1/set-up/${encodeURIComponent(code)}/passkey`, { method: "POST", body })).json;
}

// The browser's own question to the person; null where it was closed, took too long, or has nothing to offer.
async function asked(question: () => Promise<Credential | null>): Promise<PublicKeyCredential | null> {
  try {
    return (await question()) as PublicKeyCredential | null;
  } catch (error) {
    if (error instanceof DOMException) return null;
    throw error;
  }
}
