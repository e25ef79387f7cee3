-- Deliveries that are due: claimed by state with a lease and a fencing token, an attempt written before anything is sent.
-- A circuit for each endpoint keeps one that does not answer from holding up the others.
GRANT CREATE ON SCHEMA noroshi TO noroshi_owner, noroshi_apply;

SET LOCAL ROLE noroshi_owner;
SET LOCAL search_path = noroshi, pg_temp;
-- The key with which daemons sign what they send: one for all of them.
ALTER TABLE signing_key
  DROP CONSTRAINT signing_key_purpose_check,
  ADD CONSTRAINT signing_key_purpose_check CHECK (purpose IN ('heartbeat', 'record', 'delivery'));
CREATE UNIQUE INDEX signing_key_one_of_delivery ON signing_key (purpose) WHERE purpose = 'delivery';

ALTER TABLE endpoint_circuit ADD served_at timestamptz;  -- when something was last claimed for it
CREATE INDEX delivery_due_of_endpoint ON delivery (endpoint_id, next_at) WHERE state = 'queued';
CREATE INDEX delivery_in_flight ON delivery (endpoint_id, incident_id) WHERE lease_until IS NOT NULL;
CREATE INDEX attempt_open ON attempt (delivery_id) WHERE ended_at IS NULL;
RESET ROLE;

SET LOCAL ROLE noroshi_apply;
SET LOCAL search_path = noroshi, pg_temp;

-- Whether a lease holds at that time. One further ahead than twice its length is none (the clock was set back).
CREATE FUNCTION lease_holds(until timestamptz, at timestamptz, lease interval) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$ SELECT coalesce(until > at AND until <= at + 2 * lease, false) $$;

-- Up to `most` due deliveries with what a channel may know of each, no content. Of an endpoint at most `per_endpoint` at
-- once, of one incident one, so that what belongs together arrives in order; of an endpoint that failed last, one: a probe.
-- Whoever was served longest ago comes first.
CREATE FUNCTION claim_deliveries(at timestamptz, lease interval, most integer, per_endpoint integer)
RETURNS TABLE (delivery_id uuid, attempt_id uuid, token bigint, attempts integer, queued_at timestamptz,
               endpoint_id uuid, incident_id uuid, message_id uuid)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
#variable_conflict use_column
DECLARE
  circuit record;
  room integer;
  left_over integer := most;
BEGIN
  INSERT INTO endpoint_circuit (endpoint_id)
    SELECT e.id FROM endpoint e WHERE e.state = 'active'
      AND NOT EXISTS (SELECT FROM endpoint_circuit c WHERE c.endpoint_id = e.id)
    ON CONFLICT DO NOTHING;
  FOR circuit IN
    SELECT c.endpoint_id, c.failures FROM endpoint_circuit c JOIN endpoint e ON e.id = c.endpoint_id
    WHERE e.state = 'active' AND (c.open_until IS NULL OR c.open_until <= at)
      AND EXISTS (SELECT FROM delivery d WHERE d.endpoint_id = c.endpoint_id AND d.state = 'queued' AND d.next_at <= at)
    ORDER BY c.served_at NULLS FIRST, c.endpoint_id FOR UPDATE OF c SKIP LOCKED
  LOOP
    EXIT WHEN left_over <= 0;
    SELECT CASE WHEN circuit.failures > 0 THEN 1 ELSE per_endpoint END - count(*) INTO room FROM delivery d
      WHERE d.endpoint_id = circuit.endpoint_id AND d.lease_until IS NOT NULL AND lease_holds(d.lease_until, at, lease);
    CONTINUE WHEN room <= 0;
    UPDATE endpoint_circuit SET served_at = at WHERE endpoint_id = circuit.endpoint_id;
    FOR delivery_id, incident_id, message_id, queued_at IN
      SELECT o.id, o.incident_id, o.message_id, o.queued_at FROM (
        SELECT DISTINCT ON (d.incident_id) d.id, d.incident_id, d.message_id, d.queued_at, d.next_at FROM delivery d
        WHERE d.endpoint_id = circuit.endpoint_id AND d.state = 'queued' AND d.next_at <= at
          AND NOT EXISTS (SELECT FROM delivery f WHERE f.endpoint_id = d.endpoint_id AND f.incident_id = d.incident_id
                          AND f.lease_until IS NOT NULL AND lease_holds(f.lease_until, at, lease))
        ORDER BY d.incident_id, d.queued_at, d.id) AS o
      ORDER BY o.next_at, o.id LIMIT least(room, left_over)
    LOOP
      endpoint_id := circuit.endpoint_id;
      UPDATE delivery d SET lease_until = at + lease, token = d.token + 1, tried = d.tried + 1
        WHERE d.id = delivery_id RETURNING d.token, d.tried INTO token, attempts;
      -- Of a worker that ended between sending and saying so: what came of it nobody knows.
      UPDATE attempt SET ended_at = at, outcome = 'lost', cause = 'worker_lost'
        WHERE attempt.delivery_id = claim_deliveries.delivery_id AND ended_at IS NULL;
      attempt_id := gen_random_uuid();
      INSERT INTO attempt (id, delivery_id, token, started_at) VALUES (attempt_id, delivery_id, token, at);
      left_over := left_over - 1;
      RETURN NEXT;
    END LOOP;
  END LOOP;
END
$$;

-- What went wrong is written down and the delivery waits; the circuit of its endpoint opens at the third failure in a row,
-- for half a minute, and twice as long after each probe that fails too, up to a quarter of an hour. False where the lease was
-- lost to another worker: what is written is the other's to say.
CREATE FUNCTION postpone_delivery(delivery uuid, held_token bigint, of_cause text, of_detail text, at timestamptz,
                                  again_at timestamptz) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
DECLARE
  of_endpoint uuid;
BEGIN
  UPDATE delivery d SET next_at = again_at, lease_until = NULL
    WHERE d.id = delivery AND d.token = held_token AND d.lease_until IS NOT NULL AND d.state = 'queued'
    RETURNING d.endpoint_id INTO of_endpoint;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  UPDATE attempt a SET ended_at = at, outcome = 'again', cause = of_cause, detail = of_detail
    WHERE a.delivery_id = delivery AND a.token = held_token AND a.ended_at IS NULL;
  UPDATE endpoint_circuit c SET failures = c.failures + 1, last_cause = of_cause, open_until = CASE WHEN c.failures >= 2
      THEN at + least(interval '30 seconds' * (2 ^ least(c.failures - 2, 10)), interval '15 minutes') END
    WHERE c.endpoint_id = of_endpoint;
  RETURN true;
END
$$;

-- Within the transaction that settles it, its incident being locked: whether the delivery is the caller's still. Its row
-- stays locked; its attempt is closed, and the circuit of the endpoint hears of it. With no outcome nothing was attempted, and
-- nobody has claimed it since.
CREATE FUNCTION end_delivery(delivery uuid, held_token bigint, at timestamptz, of_outcome text, of_cause text,
                             of_detail text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
DECLARE
  of_endpoint uuid;
BEGIN
  UPDATE delivery d SET lease_until = NULL
    WHERE d.id = delivery AND d.token = held_token AND (d.lease_until IS NOT NULL OR of_outcome = '') AND d.state = 'queued'
    RETURNING d.endpoint_id INTO of_endpoint;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  IF of_outcome = '' THEN
    UPDATE attempt a SET ended_at = at, outcome = 'lost', cause = 'worker_lost'
      WHERE a.delivery_id = delivery AND a.ended_at IS NULL;
    RETURN true;
  END IF;
  UPDATE attempt a SET ended_at = at, outcome = of_outcome, cause = of_cause, detail = of_detail
    WHERE a.delivery_id = delivery AND a.token = held_token AND a.ended_at IS NULL;
  IF of_cause = 'acknowledged_meanwhile' THEN
    RETURN true;  -- nothing was sent: of the endpoint nothing was learned
  END IF;
  IF of_outcome IN ('delivered', 'sent') THEN
    UPDATE endpoint_circuit c SET failures = 0, open_until = NULL, last_cause = '', last_success_at = at
      WHERE c.endpoint_id = of_endpoint;
  ELSE
    UPDATE endpoint_circuit c SET failures = c.failures + 1, last_cause = of_cause WHERE c.endpoint_id = of_endpoint;
  END IF;
  RETURN true;
END
$$;

-- Where a claimed delivery goes; nothing where the endpoint is not active any more.
CREATE FUNCTION claimed_endpoint(delivery uuid, held_token bigint)
RETURNS TABLE (id uuid, organization text, channel text, name text, zone text, names text[], "values" text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  SELECT e.id, e.organization, e.channel, e.name, e.zone,
         ARRAY(SELECT s.key FROM jsonb_each_text(e.settings) AS s ORDER BY s.key),
         ARRAY(SELECT s.value FROM jsonb_each_text(e.settings) AS s ORDER BY s.key)
  FROM delivery d JOIN endpoint e ON e.id = d.endpoint_id AND e.state = 'active'
  WHERE d.id = delivery AND d.token = held_token AND d.lease_until IS NOT NULL
$$;

-- What a channel may know of a message whose delivery is claimed: none of its content.
CREATE FUNCTION claimed_message(delivery uuid, held_token bigint)
RETURNS TABLE (kind text, number text, exercise boolean, sender text, recipient text, obligation_id uuid, clause text,
               sentence integer, version integer, automatic boolean, sent_at timestamptz, acknowledge_by timestamptz,
               acknowledged boolean, alarm_code text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  SELECT m.kind, i.number, i.exercise, m.sender, d.organization, m.obligation_id, m.clause, m.sentence, coalesce(r.version, 0),
         m.automatic, m.sent_at, m.acknowledge_by, m.acknowledged_at IS NOT NULL,
         coalesce((SELECT a.code FROM alarm a WHERE a.event_id = m.event_id LIMIT 1), '')
  FROM delivery d JOIN message m ON m.id = d.message_id JOIN incident i ON i.id = d.incident_id
  LEFT JOIN report r ON r.id = m.report_id
  WHERE d.id = delivery AND d.token = held_token AND d.lease_until IS NOT NULL
$$;

-- How the bodies hold the incident of a claimed delivery: how grave it is follows from it (routing/target.h).
CREATE FUNCTION claimed_judgements(delivery uuid, held_token bigint)
RETURNS TABLE (organization text, assessment text, cyberattack text, large_scale text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  SELECT DISTINCT ON (j.organization) j.organization, j.assessment, j.cyberattack, j.large_scale
  FROM delivery d JOIN judgement j ON j.incident_id = d.incident_id
  WHERE d.id = delivery AND d.token = held_token AND d.lease_until IS NOT NULL
  ORDER BY j.organization, j.revision DESC
$$;

-- Its content, for a channel that seals it for its receiver alone.
CREATE FUNCTION claimed_content(delivery uuid, held_token bigint)
RETURNS TABLE (title text, note text, report bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  SELECT i.title, m.note, coalesce(r.bytes, ''::bytea)
  FROM delivery d JOIN message m ON m.id = d.message_id JOIN incident i ON i.id = d.incident_id
  LEFT JOIN report r ON r.id = m.report_id
  WHERE d.id = delivery AND d.token = held_token AND d.lease_until IS NOT NULL
$$;

-- When the next delivery comes due that no circuit holds back; nothing where none waits.
CREATE FUNCTION next_delivery(at timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  SELECT min(greatest(w.next_at, c.open_until)) FROM endpoint e
  LEFT JOIN endpoint_circuit c ON c.endpoint_id = e.id
  CROSS JOIN LATERAL (SELECT min(d.next_at) AS next_at FROM delivery d
                      WHERE d.endpoint_id = e.id AND d.state = 'queued' AND d.lease_until IS NULL) AS w
  WHERE e.state = 'active' AND w.next_at IS NOT NULL
$$;

-- Of endpoints that are served no more: what waits for them is settled as dead by the worker that finds it.
CREATE FUNCTION stranded_deliveries(most integer) RETURNS TABLE (delivery_id uuid, incident_id uuid, token bigint, attempts integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  SELECT d.id, d.incident_id, d.token, d.tried FROM endpoint e JOIN delivery d ON d.endpoint_id = e.id AND d.state = 'queued'
  WHERE e.state IN ('disabled', 'withdrawn') ORDER BY d.id LIMIT most
$$;

-- What stands on the page behind the link that was sent to that endpoint: as little as what carried the link. The daemon has
-- checked the link; nothing where the endpoint was withdrawn since.
CREATE FUNCTION linked_message(of_message uuid, of_endpoint uuid)
RETURNS TABLE (organization text, kind text, number text, exercise boolean, sender text, clause text, sent_at timestamptz,
               acknowledged_at timestamptz, acknowledged_by text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  SELECT d.organization, m.kind, i.number, i.exercise, m.sender, m.clause, m.sent_at, m.acknowledged_at, m.acknowledged_by
  FROM delivery d JOIN endpoint e ON e.id = d.endpoint_id JOIN message m ON m.id = d.message_id
  JOIN incident i ON i.id = d.incident_id
  WHERE d.message_id = of_message AND d.endpoint_id = of_endpoint AND e.state IN ('active', 'disabled')
$$;

REVOKE ALL ON FUNCTION lease_holds(timestamptz, timestamptz, interval),
  claim_deliveries(timestamptz, interval, integer, integer),
  postpone_delivery(uuid, bigint, text, text, timestamptz, timestamptz),
  end_delivery(uuid, bigint, timestamptz, text, text, text), claimed_endpoint(uuid, bigint), claimed_message(uuid, bigint), claimed_content(uuid, bigint),
  claimed_judgements(uuid, bigint), next_delivery(timestamptz), stranded_deliveries(integer),
  linked_message(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION claim_deliveries(timestamptz, interval, integer, integer),
  postpone_delivery(uuid, bigint, text, text, timestamptz, timestamptz), claimed_endpoint(uuid, bigint),
  claimed_message(uuid, bigint), claimed_content(uuid, bigint), claimed_judgements(uuid, bigint), next_delivery(timestamptz), stranded_deliveries(integer)
  TO noroshi_delivery;
GRANT EXECUTE ON FUNCTION linked_message(uuid, uuid) TO noroshi_reader;
GRANT EXECUTE ON FUNCTION end_delivery(uuid, bigint, timestamptz, text, text, text) TO noroshi_writer;
RESET ROLE;

REVOKE CREATE ON SCHEMA noroshi FROM noroshi_owner, noroshi_apply;
