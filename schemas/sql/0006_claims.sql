-- Claims by state with a lease and a fencing token: a worker that slept past its lease writes nothing. Time is always
-- an argument that the caller read from clock(); no transaction stays open while something is sent.
SET LOCAL ROLE noroshi_owner;
SET LOCAL search_path = noroshi, pg_temp;

-- Up to `most` due rows, leased until at + lease; their tokens rise. A lease further ahead than twice its length is no
-- lease (the clock was set back).
CREATE FUNCTION claim_outbox(at timestamptz, lease interval, most integer)
RETURNS TABLE (message_id uuid, channel text, token bigint, attempts integer)
LANGUAGE sql VOLATILE SET search_path = noroshi, pg_temp AS $$
  UPDATE outbox o SET lease_until = at + lease, token = o.token + 1, attempts = o.attempts + 1
  FROM (
    SELECT c.message_id, c.channel FROM outbox c
    WHERE c.state IN ('queued', 'sent') AND c.next_at <= at
      AND (c.lease_until IS NULL OR c.lease_until <= at OR c.lease_until > at + 2 * lease)
    ORDER BY c.next_at LIMIT most FOR UPDATE SKIP LOCKED) AS due
  WHERE o.message_id = due.message_id AND o.channel = due.channel
  RETURNING o.message_id, o.channel, o.token, o.attempts
$$;

-- Ends a claim: the row's new state and when to look at it again. False where the lease was lost to another worker.
CREATE FUNCTION settle_outbox(message uuid, through text, claimed_token bigint, new_state text, again_at timestamptz)
RETURNS boolean LANGUAGE plpgsql VOLATILE SET search_path = noroshi, pg_temp AS $$
BEGIN
  UPDATE outbox SET state = new_state, next_at = again_at, lease_until = NULL
    WHERE message_id = message AND channel = through AND token = claimed_token AND lease_until IS NOT NULL;
  RETURN FOUND;
END
$$;

REVOKE ALL ON FUNCTION claim_outbox(timestamptz, interval, integer),
  settle_outbox(uuid, text, bigint, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION claim_outbox(timestamptz, interval, integer),
  settle_outbox(uuid, text, bigint, text, timestamptz) TO noroshi_delivery;

-- The sequencer's lease: taken or kept; the fencing token where it is the caller's now, else nothing.
CREATE FUNCTION hold_sequencer(who uuid, at timestamptz, lease interval) RETURNS bigint
LANGUAGE sql VOLATILE SET search_path = noroshi, pg_temp AS $$
  UPDATE sequencer SET holder = who, lease_until = at + lease,
    token = CASE WHEN holder = who THEN token ELSE token + 1 END
  WHERE holder IS NULL OR holder = who OR lease_until <= at OR lease_until > at + 2 * lease
  RETURNING token
$$;

-- Numbers up to `most` unnumbered events without gaps, oldest first, and returns how many. Claimed by state: neither the
-- order of commits nor a long transaction can hide one. Nothing where the token is no longer the holder's.
CREATE FUNCTION number_events(held_token bigint, most integer) RETURNS integer
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
  UPDATE sequencer SET next_sequence = first_sequence + numbered;
  RETURN numbered;
END
$$;
REVOKE ALL ON FUNCTION hold_sequencer(uuid, timestamptz, interval), number_events(bigint, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hold_sequencer(uuid, timestamptz, interval), number_events(bigint, integer)
  TO noroshi_sequencer;

RESET ROLE;
REVOKE CREATE ON SCHEMA noroshi FROM noroshi_owner;
