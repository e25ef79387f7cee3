-- The one write path. A writer opens a group (keys, locks, clock), the daemon decides, apply() stores what was decided.
-- Both run as noroshi_apply, which owns no table; a writer itself may not touch one.
SET LOCAL ROLE noroshi_apply;
SET LOCAL search_path = noroshi, pg_temp;

-- Takes what a group of commands touches, in one order for all writers: keys, counters, incidents by id. Answers for each
-- member: the stored answer where its key has one, the incident it concerns where there is one, the last number given to
-- its body in this year, and the time, read after all locks are held.
CREATE FUNCTION open_group(members jsonb)
RETURNS TABLE (slot integer, answered_status integer, answered_etag text, answered_body bytea, same_bytes boolean,
               incident_id uuid, last_number bigint, year integer, at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
#variable_conflict use_column
DECLARE
  this_year integer := extract(year FROM clock() AT TIME ZONE interval '9 hours');
  touched uuid[];
  now_at timestamptz;
BEGIN
  -- A second request with a key waits here for the first to end.
  PERFORM pg_advisory_xact_lock(k.hash) FROM (
    SELECT DISTINCT hashtextextended(m.caller || E'\x1f' || m.key, 0) AS hash
    FROM jsonb_to_recordset(members) AS m(caller text, key text) WHERE m.key IS NOT NULL ORDER BY 1) AS k;
  PERFORM 1 FROM idempotency i
    JOIN jsonb_to_recordset(members) AS m(caller text, key text) ON i.organization = m.caller AND i.key = m.key
    ORDER BY i.organization, i.key FOR UPDATE OF i;

  INSERT INTO body_counter (organization, year, last)
    SELECT DISTINCT m.body, this_year, 0 FROM jsonb_to_recordset(members) AS m(body text, first boolean)
    WHERE m.first ORDER BY m.body
    ON CONFLICT DO NOTHING;
  PERFORM 1 FROM body_counter c
    WHERE c.year = this_year
      AND c.organization IN (SELECT m.body FROM jsonb_to_recordset(members) AS m(body text, first boolean) WHERE m.first)
    ORDER BY c.organization FOR UPDATE;

  touched := ARRAY(
    SELECT i.id FROM incident i JOIN jsonb_to_recordset(members) AS m(body text, reference text)
      ON i.organization = m.body AND i.reference = m.reference
    UNION SELECT i.id FROM incident i JOIN jsonb_to_recordset(members) AS m(incident uuid) ON i.id = m.incident
    UNION SELECT o.incident_id FROM obligation o JOIN jsonb_to_recordset(members) AS m(obligation uuid)
      ON o.id = m.obligation
    UNION SELECT g.incident_id FROM message g JOIN jsonb_to_recordset(members) AS m(message uuid) ON g.id = m.message
    ORDER BY 1);
  PERFORM 1 FROM incident i WHERE i.id = ANY (touched) ORDER BY i.id FOR UPDATE;
  PERFORM set_config('noroshi.locked', touched::text, true);
  now_at := clock();

  RETURN QUERY
    SELECT m.slot, k.status, k.etag, k.body, k.request_sha256 = decode(m.sha256, 'hex'),
           coalesce(r.id, i.id, o.incident_id, g.incident_id), c.last, this_year, now_at
    FROM jsonb_to_recordset(members) AS m(slot integer, caller text, key text, sha256 text, body text, reference text,
                                          incident uuid, obligation uuid, message uuid)
    LEFT JOIN idempotency k ON k.organization = m.caller AND k.key = m.key
    LEFT JOIN incident r ON r.organization = m.body AND r.reference = m.reference AND r.id = ANY (touched)
    LEFT JOIN incident i ON i.id = m.incident
    LEFT JOIN obligation o ON o.id = m.obligation
    LEFT JOIN message g ON g.id = m.message
    LEFT JOIN body_counter c ON c.organization = m.body AND c.year = this_year
    ORDER BY m.slot;
END
$$;

-- Stores what a group decided: the events and the rows they imply, the answers, the numbers used. One call, one
-- notification; the caller commits.
CREATE FUNCTION apply(decided jsonb) RETURNS void
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
      latest_report, submitted_by, opened_at, revision, event_id)
    SELECT id, number, organization, reference, title, exercise, recognized_at, police, state, version,
      latest_report, submitted_by, opened_at, revision, event_id
    FROM jsonb_to_recordset(decided->'incidents') AS i(id uuid, number text, organization text, reference text,
      title text, exercise boolean, recognized_at timestamptz, police text, state text, version integer,
      latest_report uuid, submitted_by text, opened_at timestamptz, revision integer, event_id uuid)
  ON CONFLICT (id) DO UPDATE SET title = EXCLUDED.title, exercise = EXCLUDED.exercise,
      recognized_at = EXCLUDED.recognized_at, police = EXCLUDED.police, state = EXCLUDED.state,
      version = EXCLUDED.version, latest_report = EXCLUDED.latest_report, revision = EXCLUDED.revision,
      event_id = EXCLUDED.event_id;
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
      opened_at, due_at, state, occasion, formerly, recipient_formerly, because, fulfilled_at, acknowledged_at, revision,
      event_id)
    SELECT id, incident_id, edition, rule, clause, sentence, holder, recipient, self, inner_duty, opens_on, opened_at,
      due_at, state, occasion, formerly, recipient_formerly, because, fulfilled_at, acknowledged_at, revision, event_id
    FROM jsonb_to_recordset(decided->'obligations') AS o(id uuid, incident_id uuid, edition text, rule text, clause text,
      sentence integer, holder text, recipient text, self boolean, inner_duty boolean, opens_on text,
      opened_at timestamptz, due_at timestamptz, state text, occasion integer, formerly text, recipient_formerly text,
      because jsonb, fulfilled_at timestamptz, acknowledged_at timestamptz, revision integer, event_id uuid)
  ON CONFLICT (id) DO UPDATE SET holder = EXCLUDED.holder, recipient = EXCLUDED.recipient,
      opened_at = EXCLUDED.opened_at, due_at = EXCLUDED.due_at, state = EXCLUDED.state, occasion = EXCLUDED.occasion,
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
  INSERT INTO message (id, incident_id, report_id, kind, sender, recipient, obligation_id, clause, sentence, note, sent_at,
      state, revision, event_id)
    SELECT id, incident_id, report_id, kind, sender, recipient, obligation_id, clause, sentence, note, sent_at,
      state, 1, event_id
    FROM jsonb_to_recordset(decided->'messages') AS m(id uuid, incident_id uuid, report_id uuid, kind text, sender text,
      recipient text, obligation_id uuid, clause text, sentence integer, note text, sent_at timestamptz, state text,
      event_id uuid);
  UPDATE message SET acknowledged_at = a.acknowledged_at, acknowledged_by = a.acknowledged_by,
      acknowledgement_note = a.note, revision = message.revision + 1, event_id = a.event_id
    FROM jsonb_to_recordset(decided->'acknowledgements') AS a(id uuid, acknowledged_at timestamptz,
      acknowledged_by text, note text, event_id uuid)
    WHERE message.id = a.id;
  INSERT INTO alarm (id, code, incident_id, organization, raised_at, reason_ja, reason_en, event_id)
    SELECT id, code, incident_id, organization, raised_at, reason_ja, reason_en, event_id
    FROM jsonb_to_recordset(decided->'alarms') AS a(id uuid, code text, incident_id uuid, organization text,
      raised_at timestamptz, reason_ja text, reason_en text, event_id uuid);

  UPDATE body_counter SET last = n.last
    FROM jsonb_to_recordset(decided->'numbers') AS n(organization text, year integer, last bigint)
    WHERE body_counter.organization = n.organization AND body_counter.year = n.year;
  INSERT INTO idempotency (organization, key, request_sha256, status, etag, body, answered_at)
    SELECT organization, key, decode(sha256, 'hex'), status, etag, decode(body, 'base64'), answered_at
    FROM jsonb_to_recordset(decided->'answers') AS a(organization text, key text, sha256 text, status integer,
      etag text, body text, answered_at timestamptz);

  -- No event without its act: what each event speaks of is there now.
  IF EXISTS (
    SELECT FROM jsonb_to_recordset(decided->'events') AS e(type text, incident_id uuid, organization_told text,
                                                            subject uuid, id uuid)
    WHERE NOT CASE split_part(e.type, '.', 1)
      WHEN 'incident' THEN EXISTS (SELECT FROM incident t WHERE t.id = e.incident_id)
      WHEN 'report' THEN EXISTS (SELECT FROM report t WHERE t.id = e.subject)
      WHEN 'judgement' THEN EXISTS (SELECT FROM judgement t WHERE t.id = e.subject)
      WHEN 'access' THEN EXISTS (SELECT FROM incident_access t WHERE t.incident_id = e.incident_id)
      WHEN 'recipient' THEN EXISTS (SELECT FROM added_recipient t WHERE t.incident_id = e.incident_id)
      WHEN 'obligation' THEN EXISTS (SELECT FROM obligation t WHERE t.id = e.subject AND t.incident_id = e.incident_id)
      WHEN 'message' THEN EXISTS (SELECT FROM message t WHERE t.id = e.subject AND t.incident_id = e.incident_id)
      WHEN 'waiver' THEN EXISTS (SELECT FROM waiver t WHERE t.id = e.subject AND t.incident_id = e.incident_id)
      WHEN 'alarm' THEN EXISTS (SELECT FROM alarm t WHERE t.id = e.subject AND t.incident_id = e.incident_id)
      ELSE false END) THEN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'event_without_act',
      MESSAGE = 'an event speaks of something that is not there';
  END IF;
  PERFORM pg_notify('noroshi_event', '');
END
$$;

-- Incidents that are not closed and in which one of those bodies has an open duty, or sees what its successor does not
-- see yet: what a succession has to look at.
CREATE FUNCTION incidents_naming(bodies text[]) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
  SELECT incident_id FROM obligation
  WHERE state = 'open' AND (holder = ANY (bodies) OR recipient = ANY (bodies))
  UNION
  SELECT a.incident_id FROM incident_access a JOIN incident i ON i.id = a.incident_id
  WHERE a.organization = ANY (bodies) AND i.state <> 'closed' AND NOT EXISTS (
    SELECT FROM incident_access s
    WHERE s.incident_id = a.incident_id AND s.organization <> a.organization AND a.organization = ANY (s.stands_for))
  ORDER BY 1
$$;

REVOKE ALL ON FUNCTION open_group(jsonb), apply(jsonb), incidents_naming(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION open_group(jsonb), apply(jsonb), incidents_naming(text[]) TO noroshi_writer;
RESET ROLE;

-- The owner's schema is complete: nobody adds to it but a later migration.
REVOKE CREATE ON SCHEMA noroshi FROM noroshi_apply;
