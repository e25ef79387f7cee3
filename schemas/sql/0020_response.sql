-- What the response to an incident needs of all: tokens that are bound to persons, the staff of bodies locked together, and an
-- apply() that lets others store what follows from the events they know.
GRANT CREATE ON SCHEMA noroshi TO noroshi_owner, noroshi_apply;

SET LOCAL ROLE noroshi_owner;
SET LOCAL search_path = noroshi, pg_temp;
-- Of the staff of the token's body. What a member of CYMAT sees hangs on it.
ALTER TABLE token ADD person uuid;

-- The bodies whose staff a writer has locked in this transaction.
CREATE FUNCTION locked_staffs() RETURNS text[] LANGUAGE sql STABLE SET search_path = noroshi, pg_temp AS $$
  SELECT coalesce(nullif(current_setting('noroshi.locked_staffs', true), ''), '{}')::text[]
$$;
RESET ROLE;

SET LOCAL ROLE noroshi_apply;
SET LOCAL search_path = noroshi, pg_temp;

-- In the order given, which is the same for all writers; after the incidents that a group touches.
CREATE FUNCTION lock_staffs(bodies text[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
DECLARE
  body text;
BEGIN
  FOREACH body IN ARRAY bodies LOOP
    PERFORM pg_advisory_xact_lock(hashtextextended('staff' || E'\x1f' || body, 0));
  END LOOP;
  PERFORM set_config('noroshi.locked_staffs', bodies::text, true);
END
$$;
REVOKE ALL ON FUNCTION lock_staffs(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lock_staffs(text[]) TO noroshi_writer;

-- Each is replaced by the migration that makes the tables.
CREATE FUNCTION apply_staff(decided jsonb) RETURNS void LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE FUNCTION apply_assignments(decided jsonb) RETURNS void LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE FUNCTION apply_cymat(decided jsonb) RETURNS void LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE FUNCTION apply_handling(decided jsonb) RETURNS void LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE FUNCTION staff_act_is_there(type text, subject uuid) RETURNS boolean LANGUAGE sql AS $$ SELECT false $$;
CREATE FUNCTION assignment_act_is_there(type text, incident uuid, subject uuid) RETURNS boolean LANGUAGE sql
  AS $$ SELECT false $$;
CREATE FUNCTION cymat_act_is_there(type text, incident uuid, subject uuid) RETURNS boolean LANGUAGE sql AS $$ SELECT false $$;
CREATE FUNCTION handling_act_is_there(type text, incident uuid, subject uuid) RETURNS boolean LANGUAGE sql AS $$ SELECT false $$;
REVOKE ALL ON FUNCTION apply_staff(jsonb), apply_assignments(jsonb), apply_cymat(jsonb), apply_handling(jsonb),
  staff_act_is_there(text, uuid), assignment_act_is_there(text, uuid, uuid), cymat_act_is_there(text, uuid, uuid),
  handling_act_is_there(text, uuid, uuid) FROM PUBLIC;

-- As in 0016, with what the staff of a body and the response to an incident store by functions of their own.
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
      END, false)) THEN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'event_without_act',
      MESSAGE = 'an event speaks of something that is not there';
  END IF;
  PERFORM pg_notify('noroshi_event', '');
END
$$;
RESET ROLE;

REVOKE CREATE ON SCHEMA noroshi FROM noroshi_owner, noroshi_apply;
