-- The record over HTTP: what of an event a caller may be given beside its columns, and cosignatures of witnesses.
GRANT CREATE ON SCHEMA noroshi TO noroshi_owner, noroshi_apply;

SET LOCAL ROLE noroshi_owner;
SET LOCAL search_path = noroshi, pg_temp;
-- A cosignature is checked against the checkpoint and the witness's key before it is kept.
GRANT SELECT ON checkpoint, witness TO noroshi_writer, noroshi_apply;
GRANT SELECT, INSERT ON cosignature TO noroshi_apply;

-- The auditor's filters.
CREATE INDEX event_numbered_of_incident ON event (incident_id, sequence) WHERE sequence IS NOT NULL;
RESET ROLE;

SET LOCAL ROLE noroshi_apply;
SET LOCAL search_path = noroshi, pg_temp;

-- Of numbered events: the hash of the leaf for everybody, since a hash tells of no body; the leaf for those who see the
-- whole event: content of its incident and, where it concerns some, one of them; an event of a body and no incident, that
-- body; one of the record itself, everybody. The person who acted is named to the body for which he did. A person's name
-- that was erased is NULL.
CREATE FUNCTION leaves_of(numbers bigint[])
RETURNS TABLE (sequence bigint, leaf_sha256 bytea, leaf bytea, actor text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  SELECT e.sequence, sha256('\x00'::bytea || e.leaf), CASE WHEN seen.whole THEN e.leaf END,
         CASE WHEN seen.whole AND e.organization = ANY (seen.bodies) THEN convert_from(o.value, 'UTF8') END
  FROM event e
  LEFT JOIN incident_access a ON a.incident_id = e.incident_id AND a.organization = (SELECT caller())
  CROSS JOIN LATERAL (
    SELECT coalesce(a.stands_for, ARRAY[(SELECT caller())]) AS bodies,
           coalesce(CASE WHEN e.type LIKE 'record.%' OR e.type LIKE 'key.%' THEN true
                         WHEN e.incident_id = '00000000-0000-0000-0000-000000000000' THEN (SELECT caller()) = ANY (e.parties)
                         ELSE a.scope = 'content' AND (e.parties IS NULL OR e.parties && a.stands_for) END, false) AS whole
  ) AS seen
  LEFT JOIN event_opening o ON o.event_id = e.id AND o.field = 'actor_name'
  WHERE e.sequence = ANY (numbers)
$$;
REVOKE ALL ON FUNCTION leaves_of(bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION leaves_of(bigint[]) TO noroshi_reader;

-- Keeps a cosignature that the daemon has verified. A witness that repeats itself finds the first; one that was removed
-- meanwhile gets nothing.
CREATE FUNCTION keep_cosignature(of_origin integer, of_size bigint, by_witness text, note_line text, at timestamptz)
RETURNS timestamptz LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
DECLARE
  kept timestamptz;
BEGIN
  PERFORM 1 FROM witness w WHERE w.name = by_witness AND w.removed_at IS NULL;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  INSERT INTO cosignature (origin, size, witness, line, cosigned_at, received_at)
    VALUES (of_origin, of_size, by_witness, note_line, at, clock()) ON CONFLICT DO NOTHING;
  SELECT c.cosigned_at INTO kept FROM cosignature c
    WHERE c.origin = of_origin AND c.size = of_size AND c.witness = by_witness;
  RETURN kept;
END
$$;
REVOKE ALL ON FUNCTION keep_cosignature(integer, bigint, text, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION keep_cosignature(integer, bigint, text, text, timestamptz) TO noroshi_writer;
RESET ROLE;

REVOKE CREATE ON SCHEMA noroshi FROM noroshi_owner, noroshi_apply;
