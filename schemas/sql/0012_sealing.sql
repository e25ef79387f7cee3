-- Sealing: the tree grows under a lease with a fencing token, what was signed is kept, and the record's own acts (keys,
-- origins) happen by the owner's word alone, each with its event.
GRANT CREATE ON SCHEMA noroshi TO noroshi_owner, noroshi_apply;

SET LOCAL ROLE noroshi_owner;
SET LOCAL search_path = noroshi, pg_temp;

ALTER TABLE signing_key
  ADD retirement_event_id uuid REFERENCES event,  -- key.retired
  ADD CONSTRAINT retirement_has_event CHECK ((retired_at IS NULL) = (retirement_event_id IS NULL)),
  ADD CONSTRAINT key_of_record_has_event CHECK ((purpose = 'record') = (event_id IS NOT NULL));

-- The sealer's lease: taken or kept; the fencing token where it is the caller's now, else nothing.
CREATE FUNCTION hold_sealer(who uuid, at timestamptz, lease interval) RETURNS bigint
LANGUAGE sql VOLATILE SET search_path = noroshi, pg_temp AS $$
  UPDATE sealer SET holder = who, lease_until = at + lease,
    token = CASE WHEN holder = who THEN token ELSE token + 1 END
  WHERE holder IS NULL OR holder = who OR lease_until <= at OR lease_until > at + 2 * lease
  RETURNING token
$$;

-- Leaves the lease to whoever looks next.
CREATE FUNCTION leave_sealer(held_token bigint) RETURNS void
LANGUAGE sql VOLATILE SET search_path = noroshi, pg_temp AS $$
  UPDATE sealer SET holder = NULL, lease_until = NULL WHERE token = held_token
$$;

-- Lets the tree grow: tiles and size in one. False, and nothing is written, where the token is no longer the holder's or
-- the tree is not the one that was extended. A tile at the edge is replaced by one that begins with it.
CREATE FUNCTION extend_record(held_token bigint, of_origin integer, size_before bigint, size_after bigint,
                              nodes_after bytea, levels bigint[], indexes bigint[], tiles text[]) RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = noroshi, pg_temp AS $$
BEGIN
  PERFORM FROM sealer WHERE token = held_token AND origin = of_origin AND size = size_before FOR UPDATE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  INSERT INTO record_tile (origin, level, index, hashes)
    SELECT of_origin, t.level, t.index, decode(t.hashes, 'base64')
    FROM unnest(levels, indexes, tiles) AS t(level, index, hashes)
  ON CONFLICT (origin, level, index) DO UPDATE SET hashes = EXCLUDED.hashes;
  UPDATE sealer SET size = size_after, nodes = nodes_after;
  RETURN true;
END
$$;

-- Keeps what was signed, and says so. False, and nothing is kept, where the token is no longer the holder's. One size of a
-- tree has one root, for ever.
CREATE FUNCTION keep_checkpoint(held_token bigint, of_origin integer, of_size bigint, of_root bytea, signed text)
RETURNS boolean LANGUAGE plpgsql VOLATILE SET search_path = noroshi, pg_temp AS $$
BEGIN
  PERFORM FROM sealer WHERE token = held_token AND origin = of_origin AND size >= of_size FOR UPDATE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  INSERT INTO checkpoint (origin, size, root, signed_at, note) VALUES (of_origin, of_size, of_root, clock(), signed)
    ON CONFLICT (origin, size) DO NOTHING;
  IF EXISTS (SELECT FROM checkpoint c WHERE c.origin = of_origin AND c.size = of_size AND c.root <> of_root) THEN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'checkpoint_contradicts',
      MESSAGE = 'this size of the tree was signed with another root';
  END IF;
  PERFORM pg_notify('noroshi_checkpoint', '');
  RETURN true;
END
$$;
REVOKE ALL ON FUNCTION hold_sealer(uuid, timestamptz, interval), leave_sealer(bigint),
  extend_record(bigint, integer, bigint, bigint, bytea, bigint[], bigint[], text[]),
  keep_checkpoint(bigint, integer, bigint, bytea, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hold_sealer(uuid, timestamptz, interval), leave_sealer(bigint),
  extend_record(bigint, integer, bigint, bigint, bytea, bigint[], bigint[], text[]),
  keep_checkpoint(bigint, integer, bigint, bytea, text) TO noroshi_sequencer;

-- Events of the record itself concern everybody: they name keys and trees, no body.
CREATE POLICY of_the_record ON event FOR SELECT TO noroshi_reader
  USING (type LIKE 'record.%' OR type LIKE 'key.%');

-- What the record's own acts below write, and nothing that writers use writes.
GRANT SELECT, INSERT, UPDATE (retired_at, retirement_event_id) ON signing_key TO noroshi_apply;
GRANT SELECT, INSERT ON record_origin TO noroshi_apply;
GRANT SELECT, UPDATE ON sealer, sequencer TO noroshi_apply;
GRANT UPDATE (sequence) ON event TO noroshi_apply;
GRANT EXECUTE ON FUNCTION number_events(bigint, integer) TO noroshi_apply;
RESET ROLE;

-- The record's own acts. Called by the owner's connection alone (a member of noroshi_apply): granted to no role.
SET LOCAL ROLE noroshi_apply;
SET LOCAL search_path = noroshi, pg_temp;

-- Events with their openings, as apply() stores those of incidents; without their acts, which the callers store.
CREATE FUNCTION keep_events_of_record(decided jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
BEGIN
  INSERT INTO event (id, type, at, incident_id, organization, role, parties, subject, leaf)
    SELECT id, type, at, incident_id, organization, role, parties, subject, decode(leaf, 'base64')
    FROM jsonb_to_recordset(decided->'events') AS e(id uuid, type text, at timestamptz, incident_id uuid,
      organization text, role text, parties text[], subject uuid, leaf text);
  INSERT INTO event_opening (event_id, field, salt, value)
    SELECT event_id, field, decode(salt, 'base64'), decode(value, 'base64')
    FROM jsonb_to_recordset(decided->'openings') AS o(event_id uuid, field text, salt text, value text);
  PERFORM pg_notify('noroshi_event', '');
END
$$;

-- The first tree, where there is none yet. The name of the one that grows.
CREATE FUNCTION open_record(first_name text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
BEGIN
  PERFORM FROM sealer FOR UPDATE;
  IF NOT EXISTS (SELECT FROM record_origin) THEN
    INSERT INTO record_origin (ordinal, name, first_sequence, opened_at) VALUES (1, first_name, 0, clock());
    UPDATE sealer SET origin = 1, size = 0, nodes = '';
  END IF;
  RETURN (SELECT name FROM record_origin ORDER BY ordinal DESC LIMIT 1);
END
$$;

-- A key with its event key.registered; false where it is there already.
CREATE FUNCTION register_record_key(decided jsonb, key text, subject_public_key bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM signing_key k WHERE k.id = key) THEN
    RETURN false;
  END IF;
  PERFORM keep_events_of_record(decided);
  INSERT INTO signing_key (id, purpose, algorithm, public_key, registered_at, event_id)
    SELECT key, 'record', 'ed25519', subject_public_key, e.at, e.id
    FROM jsonb_to_recordset(decided->'events') AS e(id uuid, at timestamptz);
  RETURN true;
END
$$;

-- Ends a key with its event key.retired; false where there is no such key that signs, or no other one: a record without a
-- key would be sealed no more.
CREATE FUNCTION retire_record_key(decided jsonb, key text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
BEGIN
  PERFORM FROM signing_key k WHERE k.purpose = 'record' AND k.retired_at IS NULL ORDER BY k.id FOR UPDATE;
  IF NOT EXISTS (SELECT FROM signing_key k WHERE k.id = key AND k.purpose = 'record' AND k.retired_at IS NULL)
     OR NOT EXISTS (SELECT FROM signing_key k WHERE k.id <> key AND k.purpose = 'record' AND k.retired_at IS NULL) THEN
    RETURN false;
  END IF;
  PERFORM keep_events_of_record(decided);
  UPDATE signing_key SET retired_at = e.at, retirement_event_id = e.id
    FROM jsonb_to_recordset(decided->'events') AS e(id uuid, at timestamptz) WHERE signing_key.id = key;
  RETURN true;
END
$$;

-- Stops numbering and sealing until this transaction ends, numbers what waits, and says where the record stands. What
-- ends a tree begins with this.
CREATE FUNCTION hold_record() RETURNS TABLE (token bigint, ordinal integer, name text, first_sequence bigint,
                                             next_sequence bigint, size bigint, nodes bytea, at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
#variable_conflict use_column
DECLARE
  numbering bigint;
BEGIN
  SELECT s.token INTO numbering FROM sequencer s FOR UPDATE;
  PERFORM FROM sealer FOR UPDATE;
  -- A counter that was set back would give numbers twice.
  UPDATE sequencer SET next_sequence = greatest(next_sequence, (SELECT coalesce(max(sequence) + 1, 0) FROM event));
  WHILE number_events(numbering, 10000) > 0 LOOP
  END LOOP;
  RETURN QUERY
    SELECT s.token, o.ordinal, o.name, o.first_sequence, q.next_sequence, s.size, s.nodes, clock()
    FROM sealer s, sequencer q, record_origin o ORDER BY o.ordinal DESC LIMIT 1;
END
$$;

-- Begins a tree with its event record.continued as leaf 0. After hold_record(), in its transaction. Whoever held the lease
-- has lost it.
CREATE FUNCTION continue_record(decided jsonb, new_ordinal integer, new_name text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
DECLARE
  first bigint;
BEGIN
  UPDATE sequencer SET next_sequence = next_sequence + 1 RETURNING next_sequence - 1 INTO first;
  PERFORM keep_events_of_record(decided);
  UPDATE event SET sequence = first
    FROM jsonb_to_recordset(decided->'events') AS e(id uuid) WHERE event.id = e.id;
  INSERT INTO record_origin (ordinal, name, first_sequence, opened_at, event_id)
    SELECT new_ordinal, new_name, first, e.at, e.id
    FROM jsonb_to_recordset(decided->'events') AS e(id uuid, at timestamptz);
  UPDATE sealer SET token = token + 1, holder = NULL, lease_until = NULL, origin = new_ordinal, size = 0, nodes = '';
  PERFORM pg_notify('noroshi_numbered', '');
END
$$;

REVOKE ALL ON FUNCTION keep_events_of_record(jsonb), open_record(text), register_record_key(jsonb, text, bytea),
  retire_record_key(jsonb, text), hold_record(), continue_record(jsonb, integer, text) FROM PUBLIC;
RESET ROLE;

REVOKE CREATE ON SCHEMA noroshi FROM noroshi_owner, noroshi_apply;
