-- The key with which the holder of a token signs what he sends, where he has one. Leaves name it by its SHA-256, so that
-- one put in its place later is found.
SET LOCAL ROLE noroshi_owner;
SET LOCAL search_path = noroshi, pg_temp;

ALTER TABLE token ADD signing_key bytea CHECK (length(signing_key) BETWEEN 40 AND 200);  -- SubjectPublicKeyInfo, DER

RESET ROLE;
