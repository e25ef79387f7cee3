-- What ten thousand clocks in one second cost: fewer index entries for each event and alarm, numbering that finds its rows
-- directly, duties whose clocks move within their page. Nothing of what the tables hold or refuse changes.
GRANT CREATE ON SCHEMA noroshi TO noroshi_owner, noroshi_apply;
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

-- As in 0002, 0004, 0006, 0008, 0012 and 0015, in the language whose plans a session keeps: what is asked with each ring, each
-- batch of numbers and each seal is else parsed and planned anew with every call.
CREATE OR REPLACE FUNCTION clock() RETURNS timestamptz LANGUAGE plpgsql VOLATILE PARALLEL RESTRICTED
SET search_path = noroshi, pg_temp AS $$
BEGIN
  RETURN (SELECT CASE WHEN rate = 1 THEN clock_timestamp() + (shown_at - real_at)
                      ELSE shown_at + (clock_timestamp() - real_at) * rate END
          FROM clock_setting);
END
$$;

CREATE OR REPLACE FUNCTION shown_length(length interval) RETURNS interval LANGUAGE plpgsql STABLE
SET search_path = noroshi, pg_temp AS $$
BEGIN
  RETURN (SELECT length * rate FROM clock_setting);
END
$$;

CREATE OR REPLACE FUNCTION locked_incidents() RETURNS uuid[] LANGUAGE plpgsql STABLE
SET search_path = noroshi, pg_temp AS $$
BEGIN
  RETURN coalesce(nullif(current_setting('noroshi.locked', true), ''), '{}')::uuid[];
END
$$;

CREATE OR REPLACE FUNCTION hold_sequencer(who uuid, at timestamptz, lease interval) RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path = noroshi, pg_temp AS $$
DECLARE
  held_token bigint;
BEGIN
  UPDATE sequencer SET holder = who, lease_until = at + lease,
    token = CASE WHEN holder = who THEN token ELSE token + 1 END
  WHERE holder IS NULL OR holder = who OR lease_until <= at OR lease_until > at + 2 * lease
  RETURNING token INTO held_token;
  RETURN held_token;
END
$$;

CREATE OR REPLACE FUNCTION hold_sealer(who uuid, at timestamptz, lease interval) RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path = noroshi, pg_temp AS $$
DECLARE
  held_token bigint;
BEGIN
  UPDATE sealer SET holder = who, lease_until = at + lease,
    token = CASE WHEN holder = who THEN token ELSE token + 1 END
  WHERE holder IS NULL OR holder = who OR lease_until <= at OR lease_until > at + 2 * lease
  RETURNING token INTO held_token;
  RETURN held_token;
END
$$;

CREATE OR REPLACE FUNCTION claim_clocks(at timestamptz, lease interval, most integer)
RETURNS TABLE (incident_id uuid, token bigint)
LANGUAGE plpgsql VOLATILE SET search_path = noroshi, pg_temp AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
    UPDATE incident_clock c SET lease_until = at + lease, token = c.token + 1
    FROM (
      SELECT d.incident_id FROM incident_clock d
      WHERE d.rings_at <= at AND (d.lease_until IS NULL OR d.lease_until <= at OR d.lease_until > at + 2 * lease)
      ORDER BY d.rings_at LIMIT most FOR UPDATE SKIP LOCKED) AS due
    WHERE c.incident_id = due.incident_id
    RETURNING c.incident_id, c.token;
END
$$;

CREATE OR REPLACE FUNCTION next_unclaimed_ring() RETURNS timestamptz LANGUAGE plpgsql STABLE
SET search_path = noroshi, pg_temp AS $$
BEGIN
  RETURN (SELECT rings_at FROM incident_clock WHERE rings_at IS NOT NULL AND lease_until IS NULL
          ORDER BY rings_at LIMIT 1);
END
$$;

CREATE OR REPLACE FUNCTION bodies_with_person(at timestamptz) RETURNS SETOF text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
BEGIN
  RETURN QUERY
    SELECT DISTINCT t.organization FROM token t
    WHERE t.role IN ('csirt_member', 'csirt_head', 'external_contact', 'ciso', 'center_liaison', 'police_desk',
                     'crisis_desk')
      AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > at);
END
$$;

CREATE OR REPLACE FUNCTION listeners(at timestamptz) RETURNS TABLE (organization text, asked_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
BEGIN
  RETURN QUERY
    SELECT b.body, p.asked_at
    FROM bodies_with_person(at) AS b(body) LEFT JOIN body_presence p ON p.organization = b.body;
END
$$;
RESET ROLE;

SET LOCAL ROLE noroshi_apply;
SET LOCAL search_path = noroshi, pg_temp;
CREATE OR REPLACE FUNCTION held_claims(claims jsonb) RETURNS SETOF uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
BEGIN
  RETURN QUERY
    SELECT c.incident_id FROM incident_clock c
    JOIN jsonb_to_recordset(claims) AS m(incident uuid, token bigint) ON c.incident_id = m.incident AND c.token = m.token
    ORDER BY c.incident_id FOR UPDATE OF c;
END
$$;

CREATE OR REPLACE FUNCTION relaying_bodies() RETURNS SETOF text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
BEGIN
  RETURN QUERY
    SELECT latest.organization FROM (
      SELECT DISTINCT ON (organization) organization, switched_on FROM relay_switch
      WHERE decision = 'approved' ORDER BY organization, decided_at DESC, id DESC) AS latest
    WHERE latest.switched_on;
END
$$;
RESET ROLE;
REVOKE CREATE ON SCHEMA noroshi FROM noroshi_owner, noroshi_apply;

-- Planned once a session, for rows that are found by their keys: what a list holds, and how full the tables were when the
-- session began, does not change how it is stored. Else the first calls of each session are planned one by one, with the
-- whole document copied into every plan. A later definition of one of these states it again.
DO $$
DECLARE
  signature text;
BEGIN
  FOREACH signature IN ARRAY ARRAY['open_group(jsonb)', 'apply(jsonb)', 'apply_erasures(jsonb)', 'held_claims(jsonb)',
      'claim_clocks(timestamptz, interval, integer)', 'next_unclaimed_ring()'] LOOP
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
