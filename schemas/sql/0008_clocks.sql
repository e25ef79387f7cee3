-- Clocks: what they watch, who hears, which incident has to be looked at when. A level of a clock is told once: the alarms
-- are rows with a unique key, the level reached stands beside what the clock is of, and one row an incident says when the
-- next level comes.
GRANT CREATE ON SCHEMA noroshi TO noroshi_owner, noroshi_apply;

SET LOCAL ROLE noroshi_owner;
SET LOCAL search_path = noroshi, pg_temp;

-- Where the owner is no superuser its own policies would hide the rows that are filled in below.
ALTER TABLE obligation NO FORCE ROW LEVEL SECURITY;
ALTER TABLE message NO FORCE ROW LEVEL SECURITY;
ALTER TABLE incident NO FORCE ROW LEVEL SECURITY;

-- How far the alarms of the holder's clock have risen (alarm_level) since it was last started (alarm_round, alarm_from).
ALTER TABLE obligation
  ADD target interval NOT NULL DEFAULT interval '0' CHECK (target >= interval '0'),
  ADD alarm_round integer NOT NULL DEFAULT 1 CHECK (alarm_round >= 1),
  ADD alarm_level integer NOT NULL DEFAULT 0 CHECK (alarm_level >= 0),
  ADD alarm_from timestamptz,
  ADD alarm_due timestamptz;  -- what its alarms count from: never put off once one was told
-- A duty that was reopened counts from its reopening.
UPDATE obligation o SET alarm_from = o.opened_at, alarm_due = o.due_at,
    target = greatest(interval '0', o.due_at - CASE WHEN o.opens_on = 'assessment' AND o.occasion = 1
                                                    THEN i.recognized_at ELSE o.opened_at END)
  FROM incident i WHERE i.id = o.incident_id;
ALTER TABLE obligation ALTER alarm_from SET NOT NULL, ALTER alarm_due SET NOT NULL;
GRANT SELECT (target) ON obligation TO noroshi_reader;

-- An alarm carries no report. acknowledge_by is the target of the recipient's clock.
ALTER TABLE message
  ALTER report_id DROP NOT NULL,
  ADD automatic boolean NOT NULL DEFAULT false,
  ADD acknowledge_by timestamptz,
  ADD alarm_round integer NOT NULL DEFAULT 1 CHECK (alarm_round >= 1),
  ADD alarm_level integer NOT NULL DEFAULT 0 CHECK (alarm_level >= 0),
  ADD alarm_from timestamptz,
  ADD CONSTRAINT message_alarm_carries_no_report CHECK ((kind = 'alarm') = (report_id IS NULL)),
  ADD CONSTRAINT message_from_somebody CHECK (kind = 'alarm' OR sender <> '');
UPDATE message SET alarm_from = sent_at;
ALTER TABLE message ALTER alarm_from SET NOT NULL;

CREATE INDEX message_unacknowledged ON message (recipient) WHERE acknowledged_at IS NULL AND kind <> 'alarm';

-- The clock of the next 続報.
ALTER TABLE incident
  ADD followup_due timestamptz,
  ADD followup_round integer NOT NULL DEFAULT 1 CHECK (followup_round >= 1),
  ADD followup_level integer NOT NULL DEFAULT 0 CHECK (followup_level >= 0),
  ADD followup_from timestamptz;
UPDATE incident SET followup_from = opened_at;
ALTER TABLE incident ALTER followup_from SET NOT NULL;

-- Of an alarm that a clock raised: whose clock (holder), of what (subject), and which start of it (round).
ALTER TABLE alarm
  ADD clock text CHECK (clock IN ('duty', 'acknowledgement', 'followup')),
  ADD subject uuid,
  ADD round integer,
  ADD holder text NOT NULL DEFAULT '',
  ADD reached_at timestamptz,  -- when the clock reached the level
  ADD CONSTRAINT alarm_of_a_clock CHECK ((clock IS NULL) = (subject IS NULL) AND (clock IS NULL) = (round IS NULL)
    AND (clock IS NULL) = (holder = ''));
-- Each level is told once, whatever becomes of leases. One clock at one level may tell the centre of several bodies where
-- nobody hears: each is the holder of an alarm of its own.
CREATE UNIQUE INDEX alarm_once ON alarm (incident_id, subject, clock, round, level, organization, code, holder)
  WHERE clock IS NOT NULL;

-- When the clocks of an incident have to be looked at next. Claimed with a lease and a fencing token.
CREATE TABLE incident_clock (
  incident_id uuid PRIMARY KEY REFERENCES incident,
  rings_at timestamptz,  -- NULL: none runs
  lease_until timestamptz,
  token bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 70);
CREATE INDEX incident_clock_due ON incident_clock (rings_at) WHERE rings_at IS NOT NULL;
-- What was open before there were clocks is looked at at once.
INSERT INTO incident_clock (incident_id, rings_at)
  SELECT incident_id, min(greatest(due_at, opened_at)) FROM obligation WHERE state = 'open' GROUP BY incident_id;

ALTER TABLE obligation FORCE ROW LEVEL SECURITY;
ALTER TABLE message FORCE ROW LEVEL SECURITY;
ALTER TABLE incident FORCE ROW LEVEL SECURITY;

-- Whether the daemon relays reports to the centre for an agency that stays silent: asked by one person, decided by another
-- (2.1.1(8)). The latest approved row of a body is in force.
CREATE TABLE relay_switch (
  id uuid PRIMARY KEY,
  organization text NOT NULL,
  switched_on boolean NOT NULL,
  reason text NOT NULL CHECK (reason <> ''),
  asked_by uuid,
  asked_by_name text NOT NULL,
  asked_role text NOT NULL,
  asked_at timestamptz NOT NULL,
  decision text NOT NULL CHECK (decision IN ('pending', 'approved', 'rejected')),
  decided_by uuid,
  decided_by_name text NOT NULL DEFAULT '',
  decision_reason text NOT NULL DEFAULT '',
  decided_at timestamptz,
  event_id uuid NOT NULL REFERENCES event,
  CONSTRAINT relay_switch_decided_has_decider CHECK ((decision = 'pending') = (decided_at IS NULL)),
  CONSTRAINT relay_switch_four_eyes CHECK (decision = 'pending' OR decided_by IS DISTINCT FROM asked_by)
);
CREATE UNIQUE INDEX relay_switch_one_pending ON relay_switch (organization) WHERE decision = 'pending';
CREATE INDEX relay_switch_of_body ON relay_switch (organization, decided_at);

-- The body whose switches a writer has locked in this transaction.
CREATE FUNCTION locked_body() RETURNS text LANGUAGE sql STABLE SET search_path = noroshi, pg_temp AS $$
  SELECT coalesce(current_setting('noroshi.locked_body', true), '')
$$;

DO $$
DECLARE
  table_name text;
BEGIN
  FOREACH table_name IN ARRAY ARRAY['incident_clock', 'relay_switch'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', table_name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', table_name);
    EXECUTE format('REVOKE ALL ON %I FROM PUBLIC', table_name);
    EXECUTE format('CREATE POLICY apply ON %I TO noroshi_apply USING (true) WITH CHECK (true)', table_name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO noroshi_apply', table_name);
  END LOOP;
END
$$;
CREATE POLICY claim ON incident_clock TO noroshi_ticker USING (true) WITH CHECK (true);
GRANT SELECT, UPDATE (lease_until, token) ON incident_clock TO noroshi_ticker;
CREATE POLICY locked ON relay_switch FOR SELECT TO noroshi_writer USING (organization = (SELECT locked_body()));
CREATE POLICY own ON relay_switch FOR SELECT TO noroshi_reader USING (organization = (SELECT caller()));
GRANT SELECT ON relay_switch TO noroshi_writer, noroshi_reader;

-- What a clock raised is for who is told and for whose clock it is, the alarms of routing for all who see the case, but
-- one about another body's own judgement for that body alone.
DROP POLICY told ON alarm;
CREATE POLICY told ON alarm FOR SELECT TO noroshi_reader USING (EXISTS (
  SELECT FROM incident_access a
  WHERE a.incident_id = alarm.incident_id AND a.organization = (SELECT caller())
    AND CASE WHEN alarm.clock IS NOT NULL THEN alarm.organization = ANY (a.stands_for) OR alarm.holder = ANY (a.stands_for)
        ELSE a.scope = 'content'
          AND (alarm.code NOT LIKE 'large_scale_%' OR alarm.organization = ANY (a.stands_for)
               OR EXISTS (SELECT FROM judgement j WHERE j.incident_id = alarm.incident_id AND j.of_originator
                            AND j.organization = alarm.organization)) END));

-- An alarm holds no content: it reaches those too who see the rows of duties only.
DROP POLICY sender_or_recipient ON message;
CREATE POLICY sender_or_recipient ON message FOR SELECT TO noroshi_reader USING (EXISTS (
  SELECT FROM incident_access a
  WHERE a.incident_id = message.incident_id AND a.organization = (SELECT caller())
    AND (a.scope = 'content' OR message.kind = 'alarm')
    AND (message.sender = ANY (a.stands_for) OR message.recipient = ANY (a.stands_for))));

-- Events that concern a body and no incident.
CREATE POLICY own_body ON event FOR SELECT TO noroshi_reader USING (
  incident_id = '00000000-0000-0000-0000-000000000000' AND (SELECT caller()) = ANY (parties));

-- A length of real time as the shown clock counts it: leases are of real time.
CREATE FUNCTION shown_length(length interval) RETURNS interval LANGUAGE sql STABLE
SET search_path = noroshi, pg_temp AS $$ SELECT length * rate FROM clock_setting $$;
REVOKE ALL ON FUNCTION shown_length(interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION shown_length(interval) TO noroshi_sequencer, noroshi_ticker, noroshi_delivery;

-- Lets the shown clock go on from another instant at another rate. For a demonstration's folder alone.
CREATE FUNCTION show_clock(at timestamptz, new_rate double precision) RETURNS void LANGUAGE sql
SET search_path = noroshi, pg_temp AS $$
  UPDATE clock_setting SET rate = new_rate, shown_at = at,
    real_at = CASE WHEN rate = 1 THEN clock() - (shown_at - real_at) ELSE real_at + (clock() - shown_at) / rate END
$$;
REVOKE ALL ON FUNCTION show_clock(timestamptz, double precision) FROM PUBLIC;

-- Up to `most` incidents whose clocks have come due, leased until at + lease; their tokens rise. A lease further ahead than
-- twice its length is no lease (the clock was set back).
CREATE FUNCTION claim_clocks(at timestamptz, lease interval, most integer)
RETURNS TABLE (incident_id uuid, token bigint)
LANGUAGE sql VOLATILE SET search_path = noroshi, pg_temp AS $$
  UPDATE incident_clock c SET lease_until = at + lease, token = c.token + 1
  FROM (
    SELECT d.incident_id FROM incident_clock d
    WHERE d.rings_at <= at AND (d.lease_until IS NULL OR d.lease_until <= at OR d.lease_until > at + 2 * lease)
    ORDER BY d.rings_at LIMIT most FOR UPDATE SKIP LOCKED) AS due
  WHERE c.incident_id = due.incident_id
  RETURNING c.incident_id, c.token
$$;

-- When the next unclaimed clock rings; NULL where none runs.
CREATE FUNCTION next_unclaimed_ring() RETURNS timestamptz LANGUAGE sql STABLE SET search_path = noroshi, pg_temp AS $$
  SELECT rings_at FROM incident_clock WHERE rings_at IS NOT NULL AND lease_until IS NULL ORDER BY rings_at LIMIT 1
$$;
REVOKE ALL ON FUNCTION claim_clocks(timestamptz, interval, integer), next_unclaimed_ring() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION claim_clocks(timestamptz, interval, integer), next_unclaimed_ring() TO noroshi_ticker;

-- The ladder that the instants in incident_clock were reckoned with.
CREATE TABLE clock_ladder (only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row), steps text NOT NULL);
INSERT INTO clock_ladder (steps) VALUES ('');
REVOKE ALL ON clock_ladder FROM PUBLIC;
GRANT SELECT, UPDATE ON clock_ladder TO noroshi_apply;

-- Bodies of which somebody holds a token that hears alarms.
CREATE FUNCTION bodies_with_person(at timestamptz) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  SELECT DISTINCT organization FROM token
  WHERE role IN ('csirt_member', 'csirt_head', 'external_contact', 'ciso', 'center_liaison', 'police_desk', 'crisis_desk')
    AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > at)
$$;
REVOKE ALL ON FUNCTION bodies_with_person(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bodies_with_person(timestamptz) TO noroshi_writer;
RESET ROLE;

SET LOCAL ROLE noroshi_apply;
SET LOCAL search_path = noroshi, pg_temp;

-- Which of the claims are still the claimer's, in the transaction that rings them: the incidents are locked before this.
CREATE FUNCTION held_claims(claims jsonb) RETURNS SETOF uuid
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  SELECT c.incident_id FROM incident_clock c
  JOIN jsonb_to_recordset(claims) AS m(incident uuid, token bigint) ON c.incident_id = m.incident AND c.token = m.token
  ORDER BY c.incident_id FOR UPDATE OF c
$$;

-- Agencies that have reports relayed when they stay silent.
CREATE FUNCTION relaying_bodies() RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  SELECT organization FROM (
    SELECT DISTINCT ON (organization) organization, switched_on FROM relay_switch
    WHERE decision = 'approved' ORDER BY organization, decided_at DESC, id DESC) AS latest
  WHERE switched_on
$$;

-- Waits for whoever changes the switches of that body, and lets the writer read them.
CREATE FUNCTION lock_body(body text) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  SELECT pg_advisory_xact_lock(hashtextextended('body' || E'\x1f' || body, 0));
  SELECT set_config('noroshi.locked_body', body, true);
$$;

-- Has every case in which something may be owed looked at anew where the operator's ladder is another than before. For the
-- owner's connection, at a start.
CREATE FUNCTION use_ladder(new_steps text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
DECLARE
  now_at timestamptz := clock();
BEGIN
  IF new_steps = (SELECT steps FROM clock_ladder FOR UPDATE) THEN
    RETURN;
  END IF;
  UPDATE clock_ladder SET steps = new_steps;
  UPDATE incident_clock c SET rings_at = now_at FROM incident i
    WHERE i.id = c.incident_id
      AND (i.state NOT IN ('closed', 'dismissed')
           OR EXISTS (SELECT FROM obligation o WHERE o.incident_id = i.id AND o.state = 'open'));
END
$$;

-- How many incidents have a clock that runs, and how long the oldest has waited past its time: shown time.
CREATE FUNCTION count_clocks() RETURNS TABLE (running bigint, behind bigint, oldest_behind interval)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
DECLARE
  now_at timestamptz := clock();
BEGIN
  RETURN QUERY
    SELECT count(*), count(*) FILTER (WHERE rings_at <= now_at), coalesce(max(now_at - rings_at) FILTER (WHERE rings_at <= now_at), interval '0')
    FROM incident_clock WHERE rings_at IS NOT NULL;
END
$$;

-- As in 0005, with clocks and switches.
CREATE OR REPLACE FUNCTION apply(decided jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
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
      followup_from)
    SELECT id, number, organization, reference, title, exercise, recognized_at, police, state, version,
      latest_report, submitted_by, opened_at, revision, event_id, followup_due, followup_round, followup_level,
      followup_from
    FROM jsonb_to_recordset(decided->'incidents') AS i(id uuid, number text, organization text, reference text,
      title text, exercise boolean, recognized_at timestamptz, police text, state text, version integer,
      latest_report uuid, submitted_by text, opened_at timestamptz, revision integer, event_id uuid,
      followup_due timestamptz, followup_round integer, followup_level integer, followup_from timestamptz)
  ON CONFLICT (id) DO UPDATE SET title = EXCLUDED.title, exercise = EXCLUDED.exercise,
      recognized_at = EXCLUDED.recognized_at, police = EXCLUDED.police, state = EXCLUDED.state,
      version = EXCLUDED.version, latest_report = EXCLUDED.latest_report, revision = EXCLUDED.revision,
      event_id = EXCLUDED.event_id, followup_due = EXCLUDED.followup_due, followup_round = EXCLUDED.followup_round,
      followup_level = EXCLUDED.followup_level, followup_from = EXCLUDED.followup_from;
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
      event_id = l.event_id
    FROM jsonb_to_recordset(decided->'message_alarms') AS l(id uuid, alarm_round integer, alarm_level integer,
      alarm_from timestamptz, event_id uuid)
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
  INSERT INTO idempotency (organization, key, request_sha256, status, etag, body, answered_at)
    SELECT organization, key, decode(sha256, 'hex'), status, etag, decode(body, 'base64'), answered_at
    FROM jsonb_to_recordset(decided->'answers') AS a(organization text, key text, sha256 text, status integer,
      etag text, body text, answered_at timestamptz);

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
      WHEN 'relay_switch' THEN (SELECT true FROM relay_switch t WHERE t.id = e.subject LIMIT 1)
      END, false)) THEN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'event_without_act',
      MESSAGE = 'an event speaks of something that is not there';
  END IF;
  PERFORM pg_notify('noroshi_event', '');
END
$$;

REVOKE ALL ON FUNCTION held_claims(jsonb), relaying_bodies(), lock_body(text), count_clocks() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION held_claims(jsonb), relaying_bodies(), lock_body(text) TO noroshi_writer;
GRANT EXECUTE ON FUNCTION count_clocks() TO noroshi_operator;
REVOKE ALL ON FUNCTION use_ladder(text) FROM PUBLIC;
RESET ROLE;

REVOKE CREATE ON SCHEMA noroshi FROM noroshi_owner, noroshi_apply;
