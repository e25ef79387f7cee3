-- Heartbeats: what a daemon signs and what it says of a body's open business, so that a receiver can miss it.
GRANT CREATE ON SCHEMA noroshi TO noroshi_owner, noroshi_apply;

SET LOCAL ROLE noroshi_owner;
SET LOCAL search_path = noroshi, pg_temp;

-- The public halves of keys; the private ones are files of the daemons. Registered by the owner's connection at a start.
CREATE TABLE signing_key (
  id text PRIMARY KEY CHECK (id ~ '^[0-9a-f]{16}$'),  -- the first 8 bytes of the SHA-256 of public_key
  purpose text NOT NULL CHECK (purpose IN ('heartbeat')),
  algorithm text NOT NULL CHECK (algorithm IN ('ed25519')),
  public_key bytea NOT NULL UNIQUE,  -- SubjectPublicKeyInfo, DER (RFC 8410)
  registered_at timestamptz NOT NULL
);
REVOKE ALL ON signing_key FROM PUBLIC;
GRANT SELECT ON signing_key TO noroshi_reader;
GRANT EXECUTE ON FUNCTION shown_length(interval) TO noroshi_reader;
RESET ROLE;

SET LOCAL ROLE noroshi_apply;
SET LOCAL search_path = noroshi, pg_temp;

-- How far the record has come, and whether alarms come late: clocks wait to be rung, or events to be numbered, longer than
-- that. Figures that tell of no body.
CREATE FUNCTION pulse(patience interval) RETURNS TABLE (next_sequence bigint, clocks_behind boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
DECLARE
  late timestamptz := clock() - patience;
BEGIN
  RETURN QUERY SELECT coalesce((SELECT max(e.sequence) + 1 FROM event e), 0)::bigint,
                      EXISTS (SELECT FROM incident_clock c WHERE c.rings_at < late)
                        OR EXISTS (SELECT FROM event u WHERE u.sequence IS NULL AND u.at < late);
END
$$;
REVOKE ALL ON FUNCTION pulse(interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pulse(interval) TO noroshi_reader;
RESET ROLE;

REVOKE CREATE ON SCHEMA noroshi FROM noroshi_owner, noroshi_apply;
