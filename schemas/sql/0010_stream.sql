-- The live stream (GET /stream): what wakes it, where the record ends, and the rows of duties for those who see no more.
GRANT CREATE ON SCHEMA noroshi TO noroshi_owner;
SET LOCAL ROLE noroshi_owner;
SET LOCAL search_path = noroshi, pg_temp;

-- As in 0006, and says so once where something was numbered. Only wakes: what is true stands in the table.
CREATE OR REPLACE FUNCTION number_events(held_token bigint, most integer) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = noroshi, pg_temp AS $$
DECLARE
  first_sequence bigint;
  numbered integer;
BEGIN
  SELECT next_sequence INTO first_sequence FROM sequencer WHERE token = held_token FOR UPDATE;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  UPDATE event SET sequence = first_sequence + n.place - 1
  FROM (SELECT u.id, row_number() OVER (ORDER BY u.at, u.id) AS place
        FROM (SELECT id, at FROM event WHERE sequence IS NULL ORDER BY at, id LIMIT most) AS u) AS n
  WHERE event.id = n.id;
  GET DIAGNOSTICS numbered = ROW_COUNT;
  IF numbered > 0 THEN
    UPDATE sequencer SET next_sequence = first_sequence + numbered;
    PERFORM pg_notify('noroshi_numbered', '');
  END IF;
  RETURN numbered;
END
$$;

-- How far the record goes; how many events there are in all is told by any numbered event.
GRANT SELECT (next_sequence) ON sequencer TO noroshi_reader;

-- Who sees the rows of duties only (scope 'duties': the centre before the relay) sees their events too, and those that
-- name the body; nothing else of the incident.
DROP POLICY party ON event;
CREATE POLICY party ON event FOR SELECT TO noroshi_reader USING (EXISTS (
  SELECT FROM incident_access a
  WHERE a.incident_id = event.incident_id AND a.organization = (SELECT caller())
    AND (event.parties && a.stands_for
         OR event.parties IS NULL AND (a.scope = 'content' OR event.type LIKE 'obligation.%'))));

RESET ROLE;
REVOKE CREATE ON SCHEMA noroshi FROM noroshi_owner;
