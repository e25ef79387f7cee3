"""What is sealed at rest, opened: the form of src/store/content_keys.h written down a second time, for tests that look into tables.

A value of bytes begins with MARK, one of text with U+0001 and goes on in base64url; then the number of its column, the case, a
nonce, and what AES-256-GCM made of it, bound to column and case. A case's key stands in content_key, wrapped by its body's, which is
HKDF-SHA-256 of the epoch's key.
"""

import base64
import re
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MARK = b"\xf5noroshi"
FIELDS = re.findall(r'^    "([a-z_]+\.[a-z_]+)",$',
                    (Path(__file__).resolve().parents[2] / "src/store/content_field.h").read_text(), re.MULTILINE)


def body_key(epoch_key, organization):
    return HKDF(SHA256(), 32, salt=None, info=b"noroshi/body-key/1 " + organization.encode()).derive(epoch_key)


class Content:
    """Opens with the keys in a folder; `sql` asks the database and gives a string a row."""

    def __init__(self, folder, sql):
        self.epochs = {path.stem: bytes.fromhex(path.read_text().strip()) for path in Path(folder).glob("*.key")}
        self.sql = sql
        self.cases = {}

    def key(self, case):
        if case not in self.cases:
            for row in self.sql("SELECT concat_ws('|', replace(incident_id::text, '-', ''), organization, epoch, "
                                "encode(wrapped, 'hex')) FROM content_key;"):
                of, organization, epoch, wrapped = row.split("|")
                wrapped, of = bytes.fromhex(wrapped), bytes.fromhex(of)
                bound = b"noroshi/content-key/1 " + epoch.encode() + b" " + organization.encode() + b" " + of
                self.cases[of] = AESGCM(body_key(self.epochs[epoch], organization)).decrypt(wrapped[:12], wrapped[12:], bound)
        return self.cases[case]

    def open(self, value):
        """Bytes or text as stored; what is not sealed comes back as it is."""
        if isinstance(value, str):
            if not value.startswith("\1"):
                return value
            return self.opened(base64.urlsafe_b64decode(value[1:] + "=" * (-len(value[1:]) % 4))).decode()
        return self.opened(value[len(MARK):]) if value.startswith(MARK) else value

    def open_or_nothing(self, value):
        """Empty where it was altered."""
        try:
            return self.open(value)
        except InvalidTag:
            return value[:0]

    def opened(self, sealed):
        field, case = FIELDS[sealed[0] - 1], sealed[1:17]
        bound = b"noroshi/content/1 " + field.encode() + b" " + case
        return AESGCM(self.key(case)).decrypt(sealed[17:29], sealed[29:], bound)
