-- What one delivery costs the database. A claim took the whole backlog of an endpoint in its hands to find the next few; and what is
-- asked of a claimed delivery was planned anew each time, which a function in SQL is. Nothing changes in what either says.
GRANT CREATE ON SCHEMA noroshi TO noroshi_owner, noroshi_apply;

SET LOCAL ROLE noroshi_owner;
SET LOCAL search_path = noroshi, pg_temp;
CREATE INDEX delivery_queued_of_case ON delivery (endpoint_id, incident_id, queued_at, id) WHERE state = 'queued';
RESET ROLE;

SET LOCAL ROLE noroshi_apply;
SET LOCAL search_path = noroshi, pg_temp;

-- As in 0028. The due ones are taken in their order until there are enough; of each the index above says whether it is the first of
-- its incident.
CREATE OR REPLACE FUNCTION claim_deliveries(at timestamptz, lease interval, most integer, per_endpoint integer)
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
      SELECT d.id, d.incident_id, d.message_id, d.queued_at FROM delivery d
      WHERE d.endpoint_id = circuit.endpoint_id AND d.state = 'queued' AND d.next_at <= at
        AND NOT EXISTS (SELECT FROM delivery f WHERE f.endpoint_id = d.endpoint_id AND f.incident_id = d.incident_id
                        AND f.lease_until IS NOT NULL AND lease_holds(f.lease_until, at, lease))
        AND NOT EXISTS (SELECT FROM delivery f WHERE f.endpoint_id = d.endpoint_id AND f.incident_id = d.incident_id
                        AND f.state = 'queued' AND f.next_at <= at AND (f.queued_at, f.id) < (d.queued_at, d.id))
      ORDER BY d.next_at, d.id LIMIT least(room, left_over)
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

-- As in 0028, but that an endpoint which goes on taking what is sent is written down once a second: its row is not held from claims by
-- every transaction that settles.
CREATE OR REPLACE FUNCTION end_delivery(delivery uuid, held_token bigint, at timestamptz, of_outcome text, of_cause text,
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
      WHERE c.endpoint_id = of_endpoint
        AND (c.failures > 0 OR c.open_until IS NOT NULL OR c.last_cause <> '' OR c.last_success_at IS NULL
             OR c.last_success_at NOT BETWEEN at - interval '1 second' AND at);
  ELSE
    UPDATE endpoint_circuit c SET failures = c.failures + 1, last_cause = of_cause WHERE c.endpoint_id = of_endpoint;
  END IF;
  RETURN true;
END
$$;

-- As in 0028, 0032 and 0033, in the language whose plans a session keeps; an alarm is looked for among those of its incident, which
-- an index finds.
CREATE OR REPLACE FUNCTION claimed_endpoint(delivery uuid, held_token bigint)
RETURNS TABLE (id uuid, organization text, channel text, name text, zone text, names text[], "values" text[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
    SELECT e.id, e.organization, e.channel, e.name, e.zone,
           ARRAY(SELECT s.key FROM jsonb_each_text(e.settings) AS s ORDER BY s.key),
           ARRAY(SELECT s.value FROM jsonb_each_text(e.settings) AS s ORDER BY s.key)
    FROM delivery d JOIN endpoint e ON e.id = d.endpoint_id AND e.state = 'active'
    WHERE d.id = delivery AND d.token = held_token AND d.lease_until IS NOT NULL;
END
$$;

CREATE OR REPLACE FUNCTION claimed_message(delivery uuid, held_token bigint)
RETURNS TABLE (kind text, number text, exercise boolean, sender text, recipient text, obligation_id uuid, clause text,
               sentence integer, version integer, automatic boolean, sent_at timestamptz, acknowledge_by timestamptz,
               acknowledged boolean, alarm_code text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
    SELECT m.kind, i.number, i.exercise, m.sender, d.organization, m.obligation_id, m.clause, m.sentence, coalesce(r.version, 0),
           m.automatic, m.sent_at, m.acknowledge_by, m.acknowledged_at IS NOT NULL,
           coalesce((SELECT a.code FROM alarm a WHERE a.incident_id = m.incident_id AND a.event_id = m.event_id LIMIT 1), '')
    FROM delivery d JOIN message m ON m.id = d.message_id JOIN incident i ON i.id = d.incident_id
    LEFT JOIN report r ON r.id = m.report_id
    WHERE d.id = delivery AND d.token = held_token AND d.lease_until IS NOT NULL;
END
$$;

CREATE OR REPLACE FUNCTION claimed_judgements(delivery uuid, held_token bigint)
RETURNS TABLE (organization text, assessment text, cyberattack text, large_scale text[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
    SELECT DISTINCT ON (j.organization) j.organization, j.assessment, j.cyberattack, j.large_scale
    FROM delivery d JOIN judgement j ON j.incident_id = d.incident_id
    WHERE d.id = delivery AND d.token = held_token AND d.lease_until IS NOT NULL
    ORDER BY j.organization, j.revision DESC;
END
$$;

CREATE OR REPLACE FUNCTION claimed_label(delivery uuid, held_token bigint)
RETURNS TABLE (confidentiality integer, integrity integer, availability integer, rule text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
    SELECT l.confidentiality, l.integrity, l.availability, l.rule
    FROM delivery d CROSS JOIN LATERAL label_of_message(d.message_id) AS l
    WHERE d.id = delivery AND d.token = held_token AND d.lease_until IS NOT NULL;
END
$$;

CREATE OR REPLACE FUNCTION claimed_receipt(delivery uuid, held_token bigint) RETURNS TABLE (recipient text, message_id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
    SELECT f.recipient, f.message_id
    FROM delivery d CROSS JOIN LATERAL first_message_to(d.organization, d.incident_id) AS f
    WHERE d.id = delivery AND d.token = held_token AND d.lease_until IS NOT NULL;
END
$$;
RESET ROLE;

-- As in 0018: found by their keys, however full the tables were when the session planned it.
DO $$
DECLARE
  signature text;
BEGIN
  FOREACH signature IN ARRAY ARRAY['claim_deliveries(timestamptz, interval, integer, integer)', 'claimed_endpoint(uuid, bigint)',
      'claimed_message(uuid, bigint)', 'claimed_judgements(uuid, bigint)', 'claimed_label(uuid, bigint)',
      'claimed_receipt(uuid, bigint)', 'end_delivery(uuid, bigint, timestamptz, text, text, text)'] LOOP
    EXECUTE format('ALTER FUNCTION noroshi.%s SET plan_cache_mode = force_generic_plan', signature);
    EXECUTE format('ALTER FUNCTION noroshi.%s SET enable_seqscan = off', signature);
    EXECUTE format('ALTER FUNCTION noroshi.%s SET enable_hashjoin = off', signature);
    EXECUTE format('ALTER FUNCTION noroshi.%s SET enable_mergejoin = off', signature);
  END LOOP;
END
$$;

REVOKE CREATE ON SCHEMA noroshi FROM noroshi_owner, noroshi_apply;
