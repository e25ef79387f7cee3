"""Debian's python3-jwcrypto, with the same requests as jose_side.mjs. Run by /usr/bin/python3, whose module it is."""

import json
import sys

from jwcrypto import jwe, jwk
from jwcrypto.common import base64url_decode, json_decode, json_encode

ALG, ENC = "ECDH-ES+A256KW", "A256GCM"


def make(request):
    key = jwk.JWK.generate(kty="EC", crv="P-384")
    return {"private": json_decode(key.export_private()), "public": json_decode(key.export_public())}


def key_id(request):
    return {"id": jwk.JWK(**request["key"]).thumbprint()}


def seal(request):
    header = {"enc": ENC} if request.get("alg_at_recipient") else {"alg": ALG, "enc": ENC}
    sealed = jwe.JWE(request["text"].encode(), protected=json_encode(header), aad=request["aad"].encode() or None)
    for member in request["to"]:
        key = jwk.JWK(**member)
        own = {"kid": key.thumbprint()} | ({"alg": ALG} if request.get("alg_at_recipient") else {})
        sealed.add_recipient(key, header=json_encode(own))
    return {"jwe": json_decode(sealed.serialize())}


def open_(request):
    sealed = jwe.JWE()
    sealed.deserialize(json.dumps(request["jwe"]))
    try:
        sealed.decrypt(jwk.JWK(**request["key"]))
    except jwe.InvalidJWEData as error:
        return {"refused": str(error)}
    aad = request["jwe"].get("aad", "")
    return {"text": sealed.payload.decode(), "aad": base64url_decode(aad).decode()}


asked = json.load(sys.stdin)
json.dump({"make": make, "id": key_id, "seal": seal, "open": open_}[asked["do"]](asked), sys.stdout)
