-- Delivery beside the inbox: endpoints of bodies, deliveries to them, attempts, circuits. Takes the place of `outbox`, which
-- nothing filled. What happens to endpoints and deliveries stands in the record; leases, attempts and circuits do not.
GRANT CREATE ON SCHEMA noroshi TO noroshi_owner, noroshi_apply;

SET LOCAL ROLE noroshi_owner;
SET LOCAL search_path = noroshi, pg_temp;

-- Where a body wants its messages beside its inbox: asked for by one person, decided by another (2.1.1(8)).
CREATE TABLE endpoint (
  id uuid PRIMARY KEY,
  organization text NOT NULL,
  channel text NOT NULL CHECK (channel <> ''),
  name text NOT NULL CHECK (name <> '' AND octet_length(name) <= 200),
  zone text NOT NULL CHECK (zone IN ('internet', 'government_lan', 'closed')),
  settings jsonb NOT NULL CHECK (jsonb_typeof(settings) = 'object'),
  kinds text[] NOT NULL CHECK (kinds <@ ARRAY['report', 'relay', 'notice', 'alarm']),  -- of messages; none: all
  role text NOT NULL,   -- of alarms; '': all
  least_severity text NOT NULL CHECK (least_severity IN ('', 'large_scale', 'attack', 'ordinary')),  -- severity of the incident; '': any
  state text NOT NULL CHECK (state IN ('proposed', 'active', 'rejected', 'disabled', 'withdrawn')),
  cause text NOT NULL DEFAULT '',  -- why the daemon disabled it
  asked_by uuid NOT NULL,
  asked_by_name text NOT NULL,
  asked_at timestamptz NOT NULL,
  decided_by uuid,
  decided_by_name text NOT NULL DEFAULT '',
  decision_reason text NOT NULL DEFAULT '',
  decided_at timestamptz,
  changed_by_name text NOT NULL DEFAULT '',  -- who disabled, resumed or withdrew it last; '': the daemon, or nobody
  change_reason text NOT NULL DEFAULT '',
  changed_at timestamptz,
  revision integer NOT NULL DEFAULT 1 CHECK (revision >= 1),
  event_id uuid NOT NULL REFERENCES event,
  CONSTRAINT endpoint_decided_has_decider CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
  CONSTRAINT endpoint_used_when_decided CHECK (
    CASE state WHEN 'proposed' THEN decided_at IS NULL WHEN 'withdrawn' THEN true ELSE decided_at IS NOT NULL END),
  CONSTRAINT endpoint_four_eyes CHECK (decided_at IS NULL OR decided_by IS DISTINCT FROM asked_by),
  CONSTRAINT endpoint_cause_of_disabled CHECK (cause = '' OR state = 'disabled')
);
CREATE INDEX endpoint_of_body ON endpoint (organization, asked_at);
CREATE INDEX endpoint_active ON endpoint (organization) WHERE state = 'active';
-- Who reads what, and with which secrets' names: no samples of it.
ALTER TABLE endpoint ALTER settings SET STATISTICS 0, ALTER name SET STATISTICS 0,
  ALTER decision_reason SET STATISTICS 0, ALTER change_reason SET STATISTICS 0;

CREATE TABLE endpoint_transition (from_state text, to_state text, PRIMARY KEY (from_state, to_state));
INSERT INTO endpoint_transition VALUES
  ('proposed', 'active'), ('proposed', 'rejected'), ('proposed', 'withdrawn'),
  ('active', 'disabled'), ('active', 'withdrawn'), ('disabled', 'active'), ('disabled', 'withdrawn');

-- One message on its way to one endpoint. next_at, lease_until, token and tried are of the workers and in no event.
CREATE TABLE delivery (
  id uuid PRIMARY KEY,
  message_id uuid NOT NULL REFERENCES message,
  incident_id uuid NOT NULL REFERENCES incident,
  endpoint_id uuid NOT NULL REFERENCES endpoint,
  organization text NOT NULL,  -- whose endpoint
  channel text NOT NULL,
  state text NOT NULL CHECK (state IN ('queued', 'sent', 'delivered', 'dead')),
  attempts integer NOT NULL CHECK (attempts >= 0),  -- when it was last settled
  cause text NOT NULL CHECK (cause ~ '^[a-z0-9_]{0,64}$'),
  queued_at timestamptz NOT NULL,  -- last: a replay queues it again
  next_at timestamptz NOT NULL,
  lease_until timestamptz,
  token bigint NOT NULL DEFAULT 0,
  tried integer NOT NULL DEFAULT 0 CHECK (tried >= 0),  -- attempts begun so far
  revision integer NOT NULL DEFAULT 1 CHECK (revision >= 1),
  event_id uuid NOT NULL REFERENCES event,
  CONSTRAINT delivery_once UNIQUE (message_id, endpoint_id),
  CONSTRAINT delivery_dead_has_cause CHECK (state <> 'dead' OR cause <> '')
) WITH (fillfactor = 70);
CREATE INDEX delivery_of_incident ON delivery (incident_id);
CREATE INDEX delivery_of_endpoint ON delivery (endpoint_id, queued_at);
CREATE INDEX delivery_dead ON delivery (organization, queued_at) WHERE state = 'dead';

CREATE TABLE endpoint_circuit (
  endpoint_id uuid PRIMARY KEY REFERENCES endpoint,
  failures integer NOT NULL DEFAULT 0 CHECK (failures >= 0),  -- in a row
  open_until timestamptz,     -- nothing goes there before; NULL: closed
  probing_until timestamptz,  -- one attempt is on its way to see; real lease, shown time
  last_cause text NOT NULL DEFAULT '',
  last_success_at timestamptz
);

-- -- What the outbox was for ------------------------------------------------------------------------------------------

RESET ROLE;
SET LOCAL ROLE noroshi_apply;
SET LOCAL search_path = noroshi, pg_temp;
-- As in 0007, of deliveries. What a carrier has taken over (sent) waits for nobody here.
CREATE OR REPLACE FUNCTION count_waiting()
RETURNS TABLE (unnumbered_events bigint, oldest_unnumbered interval, outbox_messages bigint, oldest_outbox interval,
               dead_messages bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
DECLARE
  now_at timestamptz := clock();
BEGIN
  RETURN QUERY
    SELECT e.number, now_at - e.oldest, w.number, now_at - w.oldest, d.number
    FROM (SELECT count(*) AS number, min(at) AS oldest FROM event WHERE sequence IS NULL) AS e,
         (SELECT count(*) AS number, min(queued_at) AS oldest FROM delivery WHERE state = 'queued') AS w,
         -- What may still be sent again: an operator is not told for ever of what nobody needs any more.
         (SELECT count(*) AS number FROM delivery d JOIN message m ON m.id = d.message_id JOIN endpoint e ON e.id = d.endpoint_id
          WHERE d.state = 'dead' AND m.acknowledged_at IS NULL AND e.state <> 'withdrawn') AS d;
END
$$;
RESET ROLE;

SET LOCAL ROLE noroshi_owner;
SET LOCAL search_path = noroshi, pg_temp;
DROP FUNCTION claim_outbox(timestamptz, interval, integer);
DROP FUNCTION settle_outbox(uuid, text, bigint, text, timestamptz);
DROP TABLE attempt, outbox;

-- One try: a row before anything is sent, closed after. `detail` is for the operator: no secret, nothing of a report.
CREATE TABLE attempt (
  id uuid PRIMARY KEY,
  delivery_id uuid NOT NULL REFERENCES delivery,
  token bigint NOT NULL,
  started_at timestamptz NOT NULL,
  ended_at timestamptz,
  outcome text CHECK (outcome IN ('delivered', 'sent', 'again', 'refused', 'gone', 'lost')),  -- lost: its worker died
  cause text NOT NULL DEFAULT '' CHECK (cause ~ '^[a-z0-9_]{0,64}$'),
  detail text NOT NULL DEFAULT '' CHECK (octet_length(detail) <= 200),
  CONSTRAINT attempt_ended_has_outcome CHECK ((ended_at IS NULL) = (outcome IS NULL))
);
CREATE INDEX attempt_of_delivery ON attempt (delivery_id, started_at);
ALTER TABLE attempt ALTER detail SET STATISTICS 0;

-- -- What never happens -----------------------------------------------------------------------------------------------

CREATE FUNCTION check_endpoint_transition() RETURNS trigger LANGUAGE plpgsql SET search_path = noroshi, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' AND NEW.state = 'proposed' AND NEW.revision = 1
      OR TG_OP = 'UPDATE' AND EXISTS (
        SELECT FROM endpoint_transition WHERE from_state = OLD.state AND to_state = NEW.state) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'endpoint_transition',
    MESSAGE = 'no such transition of an endpoint';
END
$$;
CREATE TRIGGER endpoint_begins BEFORE INSERT ON endpoint FOR EACH ROW EXECUTE FUNCTION check_endpoint_transition();
CREATE TRIGGER endpoint_transition BEFORE UPDATE OF state ON endpoint FOR EACH ROW
  WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION check_endpoint_transition();

CREATE FUNCTION check_delivery_transition() RETURNS trigger LANGUAGE plpgsql SET search_path = noroshi, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' AND NEW.state = 'queued' AND NEW.attempts = 0 AND NEW.cause = '' AND NEW.revision = 1
      OR TG_OP = 'UPDATE' AND EXISTS (
        SELECT FROM message_transition WHERE from_state = OLD.state AND to_state = NEW.state) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'delivery_transition',
    MESSAGE = 'no such transition of a delivery';
END
$$;
CREATE TRIGGER delivery_begins BEFORE INSERT ON delivery FOR EACH ROW EXECUTE FUNCTION check_delivery_transition();
CREATE TRIGGER delivery_transition BEFORE UPDATE OF state ON delivery FOR EACH ROW
  WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION check_delivery_transition();

-- Two persons approved an endpoint as it is; a delivery stays of its message and endpoint. Neither is deleted.
CREATE FUNCTION refuse_other_endpoint() RETURNS trigger LANGUAGE plpgsql SET search_path = noroshi, pg_temp AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND (OLD.id, OLD.organization, OLD.channel, OLD.name, OLD.zone, OLD.settings, OLD.kinds, OLD.role,
        OLD.least_severity, OLD.asked_by, OLD.asked_by_name, OLD.asked_at)
      = (NEW.id, NEW.organization, NEW.channel, NEW.name, NEW.zone, NEW.settings, NEW.kinds, NEW.role,
        NEW.least_severity, NEW.asked_by, NEW.asked_by_name, NEW.asked_at)
      AND (OLD.decided_at IS NULL OR (OLD.decided_by, OLD.decided_by_name, OLD.decision_reason, OLD.decided_at)
        = (NEW.decided_by, NEW.decided_by_name, NEW.decision_reason, NEW.decided_at)) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'unchangeable',
    MESSAGE = 'this row is never changed';
END
$$;
CREATE TRIGGER endpoint_unchangeable BEFORE UPDATE OR DELETE ON endpoint FOR EACH ROW
  EXECUTE FUNCTION refuse_other_endpoint();
CREATE FUNCTION refuse_other_delivery() RETURNS trigger LANGUAGE plpgsql SET search_path = noroshi, pg_temp AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND (OLD.id, OLD.message_id, OLD.incident_id, OLD.endpoint_id, OLD.organization, OLD.channel)
      = (NEW.id, NEW.message_id, NEW.incident_id, NEW.endpoint_id, NEW.organization, NEW.channel) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'unchangeable',
    MESSAGE = 'this row is never changed';
END
$$;
CREATE TRIGGER delivery_unchangeable BEFORE UPDATE OR DELETE ON delivery FOR EACH ROW
  EXECUTE FUNCTION refuse_other_delivery();
CREATE TRIGGER endpoint_two_persons AFTER UPDATE OF decided_at ON endpoint FOR EACH ROW
  WHEN (NEW.decided_at IS NOT NULL) EXECUTE FUNCTION refuse_one_authority();

-- -- Who sees what ----------------------------------------------------------------------------------------------------

DO $$
DECLARE
  table_name text;
BEGIN
  FOREACH table_name IN ARRAY ARRAY['endpoint', 'delivery', 'attempt', 'endpoint_circuit'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', table_name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', table_name);
    EXECUTE format('REVOKE ALL ON %I FROM PUBLIC', table_name);
    EXECUTE format('CREATE POLICY apply ON %I TO noroshi_apply USING (true) WITH CHECK (true)', table_name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO noroshi_apply', table_name);
  END LOOP;
  FOREACH table_name IN ARRAY ARRAY['delivery', 'attempt', 'endpoint_circuit'] LOOP
    EXECUTE format('CREATE POLICY claim ON %I TO noroshi_delivery USING (true) WITH CHECK (true)', table_name);
    EXECUTE format('GRANT SELECT ON %I TO noroshi_delivery', table_name);
  END LOOP;
END
$$;
REVOKE ALL ON endpoint_transition FROM PUBLIC;
GRANT SELECT ON endpoint_transition TO noroshi_apply;
-- A worker claims and counts; what becomes of a delivery is decided by a writer.
GRANT UPDATE (next_at, lease_until, token, tried) ON delivery TO noroshi_delivery;
GRANT INSERT, UPDATE ON attempt, endpoint_circuit TO noroshi_delivery;
CREATE POLICY claim ON endpoint FOR SELECT TO noroshi_delivery USING (true);
GRANT SELECT (id, organization, channel, zone, state) ON endpoint TO noroshi_delivery;

CREATE POLICY locked ON endpoint FOR SELECT TO noroshi_writer USING (organization = (SELECT locked_body()));
CREATE POLICY locked ON delivery FOR SELECT TO noroshi_writer
  USING (incident_id = ANY ((SELECT locked_incidents())::uuid[]));
GRANT SELECT ON endpoint, delivery TO noroshi_writer;

CREATE POLICY own ON endpoint FOR SELECT TO noroshi_reader USING (organization = (SELECT caller()));
CREATE POLICY own ON endpoint_circuit FOR SELECT TO noroshi_reader USING (
  EXISTS (SELECT FROM endpoint e WHERE e.id = endpoint_circuit.endpoint_id));
-- Sender and recipient of the message, by its own policy.
CREATE POLICY sender_or_recipient ON delivery FOR SELECT TO noroshi_reader USING (
  EXISTS (SELECT FROM message m WHERE m.id = delivery.message_id));
CREATE POLICY sender_or_recipient ON attempt FOR SELECT TO noroshi_reader USING (
  EXISTS (SELECT FROM delivery d WHERE d.id = attempt.delivery_id));
GRANT SELECT ON endpoint, endpoint_circuit TO noroshi_reader;
GRANT SELECT (id, message_id, incident_id, endpoint_id, organization, channel, state, attempts, cause, queued_at, next_at,
  tried, revision, event_id) ON delivery TO noroshi_reader;
GRANT SELECT (id, delivery_id, started_at, ended_at, outcome, cause) ON attempt TO noroshi_reader;

-- As in 0008: that a message did not get through to an endpoint is for its recipient and its sender.
DROP POLICY told ON alarm;
CREATE POLICY told ON alarm FOR SELECT TO noroshi_reader USING (EXISTS (
  SELECT FROM incident_access a
  WHERE a.incident_id = alarm.incident_id AND a.organization = (SELECT caller())
    AND CASE WHEN alarm.clock IS NOT NULL THEN alarm.organization = ANY (a.stands_for) OR alarm.holder = ANY (a.stands_for)
        WHEN alarm.code = 'delivery_dead' THEN alarm.organization = ANY (a.stands_for)
        ELSE a.scope = 'content'
          AND (alarm.code NOT LIKE 'large_scale_%' OR alarm.organization = ANY (a.stands_for)
               OR EXISTS (SELECT FROM judgement j WHERE j.incident_id = alarm.incident_id AND j.of_originator
                            AND j.organization = alarm.organization)) END));
RESET ROLE;

SET LOCAL ROLE noroshi_apply;
SET LOCAL search_path = noroshi, pg_temp;

-- As in 0026; of an endpoint, approved is that it became active.
CREATE OR REPLACE FUNCTION refuse_one_authority() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = noroshi, pg_temp AS $$
DECLARE
  approved boolean := CASE TG_TABLE_NAME WHEN 'endpoint' THEN to_jsonb(NEW)->>'state' = 'active'
                      ELSE to_jsonb(NEW)->>'decision' = 'approved' END;
BEGIN
  IF NEW.decided_by IS NULL OR same_authority(NEW.asked_by, NEW.asked_at, NEW.decided_by, NEW.decided_at)
      OR approved AND eyes_unproven(NEW.asked_by, NEW.decided_by) THEN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_TABLE_NAME || '_two_persons',
      MESSAGE = 'who asks and who decides differ, through delegation too';
  END IF;
  RETURN NULL;
END
$$;
-- For a writer that has sent messages: whose endpoints are active, and what they take. Neither settings nor names.
CREATE FUNCTION active_endpoints(bodies text[])
RETURNS TABLE (id uuid, organization text, channel text, zone text, kinds text[], role text, least_severity text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  SELECT id, organization, channel, zone, kinds, role, least_severity FROM endpoint
  WHERE state = 'active' AND organization = ANY (bodies) ORDER BY organization, asked_at, id
$$;
-- The case that a delivery is of, so that a command on it can be decided; and whether its endpoint is active.
CREATE FUNCTION incident_of_delivery(delivery uuid) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = noroshi, pg_temp AS $$
  SELECT d.incident_id FROM delivery d WHERE d.id = incident_of_delivery.delivery
$$;
CREATE FUNCTION endpoint_is_active(delivery uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = noroshi, pg_temp AS $$
  SELECT coalesce((SELECT e.state = 'active' FROM delivery d JOIN endpoint e ON e.id = d.endpoint_id
    WHERE d.id = endpoint_is_active.delivery AND d.incident_id = ANY ((SELECT locked_incidents())::uuid[])), false)
$$;

-- As in 0021, with endpoints.
CREATE OR REPLACE FUNCTION applicant_of(kind text, request uuid) RETURNS TABLE (person uuid, asked_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  SELECT person_of_token(r.asked_by), r.asked_at FROM (
    SELECT w.asked_by, w.asked_at FROM waiver w WHERE kind = 'waiver' AND w.id = request
      AND w.incident_id = ANY ((SELECT locked_incidents())::uuid[])
    UNION ALL
    SELECT e.asked_by, e.asked_at FROM erasure e WHERE kind = 'erasure' AND e.id = request
      AND e.incident_id = ANY ((SELECT locked_incidents())::uuid[])
    UNION ALL
    SELECT s.asked_by, s.asked_at FROM relay_switch s WHERE kind = 'relay_switch' AND s.id = request
      AND s.organization = (SELECT locked_body())
    UNION ALL
    SELECT p.asked_by, p.asked_at FROM endpoint p WHERE kind = 'endpoint' AND p.id = request
      AND p.organization = (SELECT locked_body())) AS r
$$;

-- The part of apply() about endpoints and deliveries. Settings come as names and values by turns.
CREATE FUNCTION apply_deliveries(decided jsonb) RETURNS void LANGUAGE plpgsql SET search_path = noroshi, pg_temp AS $$
BEGIN
  INSERT INTO endpoint (id, organization, channel, name, zone, settings, kinds, role, least_severity, state, asked_by,
      asked_by_name, asked_at, event_id)
    SELECT id, organization, channel, name, zone, coalesce(jsonb_object(settings), '{}'), kinds, role, least_severity, 'proposed',
      asked_by, asked_by_name, asked_at, event_id
    FROM jsonb_to_recordset(decided->'endpoints') AS e(id uuid, organization text, channel text, name text, zone text,
      settings text[], kinds text[], role text, least_severity text, asked_by uuid, asked_by_name text, asked_at timestamptz,
      event_id uuid);
  UPDATE endpoint SET state = d.state, decided_by = d.decided_by, decided_by_name = d.decided_by_name,
      decision_reason = d.decision_reason, decided_at = d.decided_at, revision = d.revision, event_id = d.event_id
    FROM jsonb_to_recordset(decided->'endpoint_decisions') AS d(id uuid, state text, decided_by uuid,
      decided_by_name text, decision_reason text, decided_at timestamptz, revision integer, event_id uuid)
    WHERE endpoint.id = d.id;
  UPDATE endpoint SET state = c.state, cause = c.cause, changed_by_name = c.changed_by_name,
      change_reason = c.change_reason, changed_at = c.changed_at, revision = c.revision, event_id = c.event_id
    FROM jsonb_to_recordset(decided->'endpoint_changes') AS c(id uuid, state text, cause text, changed_by_name text,
      change_reason text, changed_at timestamptz, revision integer, event_id uuid)
    WHERE endpoint.id = c.id;
  -- Who comes back is tried at once.
  UPDATE endpoint_circuit SET failures = 0, open_until = NULL, probing_until = NULL
    FROM jsonb_to_recordset(decided->'endpoint_changes') AS c(id uuid, state text)
    WHERE endpoint_circuit.endpoint_id = c.id AND c.state = 'active';
  INSERT INTO delivery (id, message_id, incident_id, endpoint_id, organization, channel, state, attempts, cause,
      queued_at, next_at, event_id)
    SELECT id, message_id, incident_id, endpoint_id, organization, channel, 'queued', 0, '', queued_at, queued_at, event_id
    FROM jsonb_to_recordset(decided->'deliveries') AS d(id uuid, message_id uuid, incident_id uuid, endpoint_id uuid,
      organization text, channel text, queued_at timestamptz, event_id uuid);
  UPDATE delivery SET state = s.state, attempts = s.attempts, cause = s.cause, lease_until = NULL,
      revision = s.revision, event_id = s.event_id
    FROM jsonb_to_recordset(decided->'delivery_settlements') AS s(id uuid, state text, attempts integer, cause text,
      revision integer, event_id uuid)
    WHERE delivery.id = s.id;
  UPDATE delivery SET state = 'queued', queued_at = r.queued_at, next_at = r.queued_at, lease_until = NULL,
      revision = r.revision, event_id = r.event_id
    FROM jsonb_to_recordset(decided->'delivery_replays') AS r(id uuid, queued_at timestamptz, revision integer,
      event_id uuid)
    WHERE delivery.id = r.id;
  IF decided->'deliveries'->0 IS NOT NULL OR decided->'delivery_replays'->0 IS NOT NULL
      OR decided->'endpoint_changes'->0 IS NOT NULL THEN
    PERFORM pg_notify('noroshi_delivery', '');
  END IF;
END
$$;

CREATE FUNCTION delivery_act_is_there(type text, incident uuid, subject uuid) RETURNS boolean LANGUAGE sql STABLE
SET search_path = noroshi, pg_temp AS $$
  SELECT CASE split_part(type, '.', 1)
    WHEN 'endpoint' THEN EXISTS (SELECT FROM endpoint e WHERE e.id = subject)
    WHEN 'delivery' THEN EXISTS (SELECT FROM delivery d WHERE d.id = subject AND d.incident_id = incident)
    ELSE false END
$$;
REVOKE ALL ON FUNCTION active_endpoints(text[]), incident_of_delivery(uuid), endpoint_is_active(uuid),
  apply_deliveries(jsonb), delivery_act_is_there(text, uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION active_endpoints(text[]), incident_of_delivery(uuid), endpoint_is_active(uuid)
  TO noroshi_writer;

-- As in 0020, with endpoints and deliveries.
CREATE OR REPLACE FUNCTION apply(decided jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = noroshi, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
  INSERT INTO event (id, type, at, incident_id, organization, role, parties, subject, leaf)
    SELECT id, type, at, incident_id, organization, role, parties, subject, decode(leaf, 'base64')
    FROM jsonb_to_recordset(decided->'events') AS e(id uuid, type text, at timestamptz, incident_id uuid,
      organization text, role text, parties text[], subject uuid, leaf text);
  INSERT INTO event_opening (event_id, field, salt, value)
    SELECT event_id, field, decode(salt, 'base64'), decode(value, 'base64')
    FROM jsonb_to_recordset(decided->'openings') AS o(event_id uuid, field text, salt text, value text);

  INSERT INTO incident (id, number, organization, reference, title, exercise, recognized_at, police, state, version,
      latest_report, submitted_by, opened_at, revision, event_id, followup_due, followup_round, followup_level,
      followup_from, successor)
    SELECT id, number, organization, reference, title, exercise, recognized_at, police, state, version,
      latest_report, submitted_by, opened_at, revision, event_id, followup_due, followup_round, followup_level,
      followup_from, successor
    FROM jsonb_to_recordset(decided->'incidents') AS i(id uuid, number text, organization text, reference text,
      title text, exercise boolean, recognized_at timestamptz, police text, state text, version integer,
      latest_report uuid, submitted_by text, opened_at timestamptz, revision integer, event_id uuid,
      followup_due timestamptz, followup_round integer, followup_level integer, followup_from timestamptz,
      successor text)
  ON CONFLICT (id) DO UPDATE SET title = EXCLUDED.title, exercise = EXCLUDED.exercise,
      recognized_at = EXCLUDED.recognized_at, police = EXCLUDED.police, state = EXCLUDED.state,
      version = EXCLUDED.version, latest_report = EXCLUDED.latest_report, revision = EXCLUDED.revision,
      event_id = EXCLUDED.event_id, followup_due = EXCLUDED.followup_due, followup_round = EXCLUDED.followup_round,
      followup_level = EXCLUDED.followup_level, followup_from = EXCLUDED.followup_from, successor = EXCLUDED.successor;
  INSERT INTO report (id, incident_id, organization, version, stage, submitted_by, received_at, bytes, length, sha256,
      document, changes, event_id)
    SELECT id, incident_id, organization, version, stage, submitted_by, received_at, decode(bytes, 'base64'), length,
      decode(sha256, 'base64'), document, changes, event_id
    FROM jsonb_to_recordset(decided->'reports') AS r(id uuid, incident_id uuid, organization text, version integer,
      stage text, submitted_by text, received_at timestamptz, bytes text, length integer, sha256 text, document text,
      changes text, event_id uuid);
  INSERT INTO judgement (id, incident_id, organization, of_originator, revision, assessment, cyberattack, large_scale,
      assessment_reason, cyberattack_reason, made_at, event_id)
    SELECT id, incident_id, organization, of_originator, revision, assessment, cyberattack, large_scale,
      assessment_reason, cyberattack_reason, made_at, event_id
    FROM jsonb_to_recordset(decided->'judgements') AS j(id uuid, incident_id uuid, organization text,
      of_originator boolean, revision integer, assessment text, cyberattack text, large_scale text[],
      assessment_reason text, cyberattack_reason text, made_at timestamptz, event_id uuid);
  INSERT INTO incident_access (incident_id, organization, scope, stands_for, since, because, event_id)
    SELECT incident_id, organization, scope, stands_for, since, because, event_id
    FROM jsonb_to_recordset(decided->'access') AS a(incident_id uuid, organization text, scope text, stands_for text[],
      since timestamptz, because text, event_id uuid)
  ON CONFLICT (incident_id, organization) DO UPDATE SET scope = EXCLUDED.scope, stands_for = EXCLUDED.stands_for,
      because = EXCLUDED.because, event_id = EXCLUDED.event_id;
  INSERT INTO added_recipient (incident_id, organization, police, reason, added_at, event_id)
    SELECT incident_id, organization, police, reason, added_at, event_id
    FROM jsonb_to_recordset(decided->'added_recipients') AS a(incident_id uuid, organization text, police boolean,
      reason text, added_at timestamptz, event_id uuid);
  INSERT INTO obligation (id, incident_id, edition, rule, clause, sentence, holder, recipient, self, inner_duty, opens_on,
      opened_at, due_at, target, state, occasion, formerly, recipient_formerly, because, fulfilled_at, acknowledged_at,
      revision, alarm_round, alarm_level, alarm_from, alarm_due, event_id)
    SELECT id, incident_id, edition, rule, clause, sentence, holder, recipient, self, inner_duty, opens_on, opened_at,
      due_at, make_interval(secs => target_seconds), state, occasion, formerly, recipient_formerly, because,
      fulfilled_at, acknowledged_at, revision, alarm_round, alarm_level, alarm_from, alarm_due, event_id
    FROM jsonb_to_recordset(decided->'obligations') AS o(id uuid, incident_id uuid, edition text, rule text, clause text,
      sentence integer, holder text, recipient text, self boolean, inner_duty boolean, opens_on text,
      opened_at timestamptz, due_at timestamptz, state text, occasion integer, formerly text, recipient_formerly text,
      because jsonb, fulfilled_at timestamptz, acknowledged_at timestamptz, revision integer, target_seconds bigint,
      alarm_round integer, alarm_level integer, alarm_from timestamptz, alarm_due timestamptz, event_id uuid)
  ON CONFLICT (id) DO UPDATE SET holder = EXCLUDED.holder, recipient = EXCLUDED.recipient,
      opened_at = EXCLUDED.opened_at, due_at = EXCLUDED.due_at, target = EXCLUDED.target, state = EXCLUDED.state,
      occasion = EXCLUDED.occasion, alarm_round = EXCLUDED.alarm_round, alarm_level = EXCLUDED.alarm_level,
      alarm_from = EXCLUDED.alarm_from, alarm_due = EXCLUDED.alarm_due,
      formerly = EXCLUDED.formerly, recipient_formerly = EXCLUDED.recipient_formerly, because = EXCLUDED.because,
      fulfilled_at = EXCLUDED.fulfilled_at, acknowledged_at = EXCLUDED.acknowledged_at, revision = EXCLUDED.revision,
      event_id = EXCLUDED.event_id;
  INSERT INTO fulfillment (id, obligation_id, incident_id, method, at, note, reference, late_by, organization, role, name,
      token, recorded_at, event_id)
    SELECT id, obligation_id, incident_id, method, at, note, reference, make_interval(secs => late_seconds), organization,
      role, name, token, recorded_at, event_id
    FROM jsonb_to_recordset(decided->'fulfillments') AS f(id uuid, obligation_id uuid, incident_id uuid, method text,
      at timestamptz, note text, reference text, late_seconds bigint, organization text, role text, name text,
      token uuid, recorded_at timestamptz, event_id uuid);
  INSERT INTO waiver (id, obligation_id, incident_id, reason, asked_by, asked_by_name, asked_at, decision, decided_by,
      decided_by_name, decision_reason, decided_at, event_id)
    SELECT id, obligation_id, incident_id, reason, asked_by, asked_by_name, asked_at, 'pending', NULL, '', '', NULL,
      event_id
    FROM jsonb_to_recordset(decided->'waivers') AS w(id uuid, obligation_id uuid, incident_id uuid, reason text,
      asked_by uuid, asked_by_name text, asked_at timestamptz, event_id uuid);
  UPDATE waiver SET decision = d.decision, decided_by = d.decided_by, decided_by_name = d.decided_by_name,
      decision_reason = d.decision_reason, decided_at = d.decided_at, event_id = d.event_id
    FROM jsonb_to_recordset(decided->'waiver_decisions') AS d(id uuid, decision text, decided_by uuid,
      decided_by_name text, decision_reason text, decided_at timestamptz, event_id uuid)
    WHERE waiver.id = d.id;
  INSERT INTO message (id, incident_id, report_id, kind, sender, recipient, obligation_id, clause, sentence, note,
      automatic, sent_at, acknowledge_by, state, revision, alarm_round, alarm_level, alarm_from, event_id)
    SELECT id, incident_id, report_id, kind, sender, recipient, obligation_id, clause, sentence, note,
      automatic, sent_at, acknowledge_by, state, 1, 1, 0, sent_at, event_id
    FROM jsonb_to_recordset(decided->'messages') AS m(id uuid, incident_id uuid, report_id uuid, kind text, sender text,
      recipient text, obligation_id uuid, clause text, sentence integer, note text, automatic boolean,
      sent_at timestamptz, acknowledge_by timestamptz, state text, event_id uuid);
  UPDATE message SET acknowledged_at = a.acknowledged_at, acknowledged_by = a.acknowledged_by,
      acknowledgement_note = a.note, revision = message.revision + 1, event_id = a.event_id
    FROM jsonb_to_recordset(decided->'acknowledgements') AS a(id uuid, acknowledged_at timestamptz,
      acknowledged_by text, note text, event_id uuid)
    WHERE message.id = a.id;
  UPDATE obligation SET alarm_round = l.alarm_round, alarm_level = l.alarm_level, alarm_from = l.alarm_from,
      event_id = l.event_id
    FROM jsonb_to_recordset(decided->'obligation_alarms') AS l(id uuid, alarm_round integer, alarm_level integer,
      alarm_from timestamptz, event_id uuid)
    WHERE obligation.id = l.id;
  UPDATE message SET alarm_round = l.alarm_round, alarm_level = l.alarm_level, alarm_from = l.alarm_from,
      successor = l.successor, event_id = l.event_id
    FROM jsonb_to_recordset(decided->'message_alarms') AS l(id uuid, alarm_round integer, alarm_level integer,
      alarm_from timestamptz, successor text, event_id uuid)
    WHERE message.id = l.id;
  INSERT INTO alarm (id, code, incident_id, obligation_id, organization, role, level, raised_at, due_at, reason_ja,
      reason_en, clock, subject, round, holder, reached_at, event_id)
    SELECT id, code, incident_id, obligation_id, organization, role, level, raised_at, due_at, reason_ja,
      reason_en, clock, subject, round, holder, reached_at, event_id
    FROM jsonb_to_recordset(decided->'alarms') AS a(id uuid, code text, incident_id uuid, obligation_id uuid,
      organization text, role text, level integer, raised_at timestamptz, due_at timestamptz, reason_ja text,
      reason_en text, clock text, subject uuid, round integer, holder text,
      reached_at timestamptz, event_id uuid);
  INSERT INTO incident_clock (incident_id, rings_at)
    SELECT incident_id, rings_at FROM jsonb_to_recordset(decided->'clocks') AS c(incident_id uuid, rings_at timestamptz)
  ON CONFLICT (incident_id) DO UPDATE SET rings_at = EXCLUDED.rings_at, lease_until = NULL;

  INSERT INTO relay_switch (id, organization, switched_on, reason, asked_by, asked_by_name, asked_role, asked_at, decision,
      event_id)
    SELECT id, organization, switched_on, reason, asked_by, asked_by_name, asked_role, asked_at, 'pending', event_id
    FROM jsonb_to_recordset(decided->'relay_switches') AS s(id uuid, organization text, switched_on boolean,
      reason text, asked_by uuid, asked_by_name text, asked_role text, asked_at timestamptz, event_id uuid);
  UPDATE relay_switch SET decision = d.decision, decided_by = d.decided_by, decided_by_name = d.decided_by_name,
      decision_reason = d.decision_reason, decided_at = d.decided_at, event_id = d.event_id
    FROM jsonb_to_recordset(decided->'relay_switch_decisions') AS d(id uuid, decision text, decided_by uuid,
      decided_by_name text, decision_reason text, decided_at timestamptz, event_id uuid)
    WHERE relay_switch.id = d.id;
  -- What the body has not relayed yet is looked at again.
  UPDATE incident_clock c SET rings_at = d.decided_at
    FROM jsonb_to_recordset(decided->'relay_switch_decisions') AS d(id uuid, decision text, decided_at timestamptz)
    JOIN relay_switch s ON s.id = d.id
    WHERE d.decision = 'approved' AND s.switched_on AND c.incident_id IN (
      SELECT o.incident_id FROM obligation o WHERE o.holder = s.organization AND o.state = 'open');

  UPDATE body_counter SET last = n.last
    FROM jsonb_to_recordset(decided->'numbers') AS n(organization text, year integer, last bigint)
    WHERE body_counter.organization = n.organization AND body_counter.year = n.year;
  PERFORM apply_erasures(decided);
  PERFORM apply_staff(decided);
  PERFORM apply_assignments(decided);
  PERFORM apply_cymat(decided);
  PERFORM apply_handling(decided);
  PERFORM apply_deliveries(decided);

  INSERT INTO idempotency (organization, key, request_sha256, status, etag, body, answered_at, incident_id)
    SELECT organization, key, decode(sha256, 'hex'), status, etag, decode(body, 'base64'), answered_at, incident_id
    FROM jsonb_to_recordset(decided->'answers') AS a(organization text, key text, sha256 text, status integer,
      etag text, body text, answered_at timestamptz, incident_id uuid);

  -- No event without its act: what each event speaks of is there now. Each is looked up by its key; a list of EXISTS would
  -- be planned as scans of whole tables.
  IF EXISTS (
    SELECT FROM jsonb_to_recordset(decided->'events') AS e(type text, incident_id uuid, subject uuid)
    WHERE NOT coalesce(CASE split_part(e.type, '.', 1)
      WHEN 'incident' THEN (SELECT true FROM incident t WHERE t.id = e.incident_id LIMIT 1)
      WHEN 'report' THEN (SELECT true FROM report t WHERE t.id = e.subject LIMIT 1)
      WHEN 'judgement' THEN (SELECT true FROM judgement t WHERE t.id = e.subject LIMIT 1)
      WHEN 'access' THEN (SELECT true FROM incident_access t WHERE t.incident_id = e.incident_id LIMIT 1)
      WHEN 'recipient' THEN (SELECT true FROM added_recipient t WHERE t.incident_id = e.incident_id LIMIT 1)
      WHEN 'obligation' THEN (SELECT true FROM obligation t WHERE t.id = e.subject AND t.incident_id = e.incident_id LIMIT 1)
      WHEN 'message' THEN (SELECT true FROM message t WHERE t.id = e.subject AND t.incident_id = e.incident_id LIMIT 1)
      WHEN 'waiver' THEN (SELECT true FROM waiver t WHERE t.id = e.subject AND t.incident_id = e.incident_id LIMIT 1)
      WHEN 'alarm' THEN (SELECT true FROM alarm t WHERE t.id = e.subject AND t.incident_id = e.incident_id LIMIT 1)
      WHEN 'erasure' THEN (SELECT true FROM erasure t WHERE t.id = e.subject AND t.incident_id = e.incident_id LIMIT 1)
      WHEN 'relay_switch' THEN (SELECT true FROM relay_switch t WHERE t.id = e.subject LIMIT 1)
      ELSE staff_act_is_there(e.type, e.subject) OR assignment_act_is_there(e.type, e.incident_id, e.subject)
        OR cymat_act_is_there(e.type, e.incident_id, e.subject) OR handling_act_is_there(e.type, e.incident_id, e.subject)
        OR delivery_act_is_there(e.type, e.incident_id, e.subject)
      END, false)) THEN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'event_without_act',
      MESSAGE = 'an event speaks of something that is not there';
  END IF;
  PERFORM pg_notify('noroshi_event', '');
END
$$;
RESET ROLE;

REVOKE CREATE ON SCHEMA noroshi FROM noroshi_owner, noroshi_apply;
