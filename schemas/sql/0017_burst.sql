-- What ten thousand clocks in one second cost: fewer index entries for each event and alarm, numbering that finds its rows
-- directly, duties whose clocks move within their page. Nothing of what the tables hold or refuse changes.
GRANT CREATE ON SCHEMA noroshi TO noroshi_owner;
SET LOCAL ROLE noroshi_owner;
SET LOCAL search_path = noroshi, pg_temp;

-- As in 0010. The rows are taken by where they lie: joined by id, the policy `number_once` offers the index of what is
-- unnumbered, of which id is the second column, and each row costs a walk through all of it. Nobody else changes an event,
-- and whoever numbers holds the row of the sequencer, so no row moves in between.
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
  FROM (SELECT u.row, row_number() OVER (ORDER BY u.at, u.id) AS place
        FROM (SELECT ctid AS row, id, at FROM event WHERE sequence IS NULL ORDER BY at, id LIMIT most) AS u) AS n
  WHERE event.ctid = n.row;
  GET DIAGNOSTICS numbered = ROW_COUNT;
  IF numbered > 0 THEN
    UPDATE sequencer SET next_sequence = first_sequence + numbered;
    PERFORM pg_notify('noroshi_numbered', '');
  END IF;
  RETURN numbered;
END
$$;
GRANT SELECT (ctid) ON event TO noroshi_sequencer;

-- An event is entered once without a number and once with it. What is not numbered needs no place among the numbers.
ALTER TABLE event DROP CONSTRAINT event_sequence_key;
CREATE UNIQUE INDEX event_sequence ON event (sequence) WHERE sequence IS NOT NULL;

-- Alarms of routing have no subject and no clock, so none of them is the same as another: the index that holds each level
-- to be told once finds the alarms of an incident as well.
DROP INDEX alarm_once;
CREATE UNIQUE INDEX alarm_once ON alarm (incident_id, subject, clock, round, level, organization, code, holder);
DROP INDEX alarm_of_incident;

-- All duties of a case may ring in one transaction: each row finds room for its next version on its own page, and no index
-- is touched. What was there before is packed as it was.
ALTER TABLE obligation SET (fillfactor = 45);
RESET ROLE;
REVOKE CREATE ON SCHEMA noroshi FROM noroshi_owner;

-- Planned once a session, for rows that are found by their keys: what a list holds, and how full the tables were when the
-- session began, does not change how it is stored. Else the first calls of each session are planned one by one, with the
-- whole document copied into every plan. A later definition of one of these states it again.
DO $$
DECLARE
  signature text;
BEGIN
  FOREACH signature IN ARRAY ARRAY['open_group(jsonb)', 'apply(jsonb)', 'apply_erasures(jsonb)'] LOOP
    EXECUTE format('ALTER FUNCTION noroshi.%s SET plan_cache_mode = force_generic_plan', signature);
    EXECUTE format('ALTER FUNCTION noroshi.%s SET enable_seqscan = off', signature);
    EXECUTE format('ALTER FUNCTION noroshi.%s SET enable_hashjoin = off', signature);
    EXECUTE format('ALTER FUNCTION noroshi.%s SET enable_mergejoin = off', signature);
  END LOOP;
END
$$;
-- In the order of the index, which forgets on the way what is numbered by now; a bitmap would meet it again each time.
ALTER FUNCTION noroshi.number_events(bigint, integer) SET enable_seqscan = off;
ALTER FUNCTION noroshi.number_events(bigint, integer) SET enable_bitmapscan = off;
