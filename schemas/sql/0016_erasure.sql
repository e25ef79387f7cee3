-- Erasing the content of a case at the end of its retention (standard 3.1.1(7)), by two persons. What a person wrote about
-- the case is replaced by 'erased', its openings are deleted; leaves, identifiers, times, enums and names of actors stay.
GRANT CREATE ON SCHEMA noroshi TO noroshi_owner, noroshi_apply;

SET LOCAL ROLE noroshi_owner;
SET LOCAL search_path = noroshi, pg_temp;

-- Where the owner is no superuser its own policies would hide the rows that are filled in below.
ALTER TABLE incident NO FORCE ROW LEVEL SECURITY;
ALTER TABLE event NO FORCE ROW LEVEL SECURITY;
ALTER TABLE report NO FORCE ROW LEVEL SECURITY;
ALTER TABLE idempotency NO FORCE ROW LEVEL SECURITY;

ALTER TABLE incident
  ADD confidentiality integer NOT NULL DEFAULT 0 CHECK (confidentiality BETWEEN 0 AND 3),  -- 0: no version stated one
  ADD ended_at timestamptz,  -- when it was closed or dismissed, while it is
  ADD erased_at timestamptz,
  ADD erased_by text NOT NULL DEFAULT '',  -- the body that decided it
  ADD CONSTRAINT incident_erased_is_over CHECK (erased_at IS NULL OR state IN ('closed', 'dismissed')),
  ADD CONSTRAINT incident_erased_has_body CHECK ((erased_at IS NULL) = (erased_by = '')),
  ADD CONSTRAINT incident_erased_has_no_title CHECK (erased_at IS NULL OR title = 'erased');
UPDATE incident i SET
    confidentiality = coalesce((SELECT max((r.document::jsonb->'classification'->>'confidentiality')::integer)
                                FROM report r WHERE r.incident_id = i.id), 0),
    ended_at = CASE WHEN i.state IN ('closed', 'dismissed') THEN
                 (SELECT max(e.at) FROM event e WHERE e.incident_id = i.id AND e.type = 'incident.moved') END;
CREATE INDEX incident_ended ON incident (organization, ended_at) WHERE ended_at IS NOT NULL AND erased_at IS NULL;

-- A report that was erased has no bytes, and no digest of them: a bare SHA-256 of a short report confirms a guess.
ALTER TABLE report
  ADD erased_at timestamptz,
  ALTER sha256 DROP NOT NULL,
  ADD CONSTRAINT report_erased_whole CHECK (CASE WHEN erased_at IS NULL THEN sha256 IS NOT NULL
    ELSE sha256 IS NULL AND length = 0 AND document = 'erased' AND changes = 'erased' END);

-- An answer belongs to an incident, so that it is found when that is erased; the digest of its request goes with it.
ALTER TABLE idempotency ADD incident_id uuid, ALTER request_sha256 DROP NOT NULL;
UPDATE idempotency SET incident_id = (coalesce(b.body->'report'->>'incident_id', b.body->'incident'->>'id',
    b.body->'obligation'->>'incident_id', b.body->>'incident_id'))::uuid
  FROM (SELECT organization, key, convert_from(body, 'UTF8')::jsonb AS body FROM idempotency) AS b
  WHERE b.organization = idempotency.organization AND b.key = idempotency.key;
CREATE INDEX idempotency_of_incident ON idempotency (incident_id) WHERE incident_id IS NOT NULL;

ALTER TABLE incident FORCE ROW LEVEL SECURITY;
ALTER TABLE event FORCE ROW LEVEL SECURITY;
ALTER TABLE report FORCE ROW LEVEL SECURITY;
ALTER TABLE idempotency FORCE ROW LEVEL SECURITY;

-- ANALYZE keeps samples of a column in pg_statistic, where no erasure reaches them: of content none are taken. Naming the
-- type anew drops what was taken before.
ALTER TABLE event_opening ALTER salt SET STATISTICS 0, ALTER value SET STATISTICS 0,
  ALTER salt TYPE bytea, ALTER value TYPE bytea;
ALTER TABLE incident ALTER title SET STATISTICS 0, ALTER title TYPE text;
ALTER TABLE report ALTER bytes SET STATISTICS 0, ALTER sha256 SET STATISTICS 0, ALTER document SET STATISTICS 0,
  ALTER changes SET STATISTICS 0,
  ALTER bytes TYPE bytea, ALTER sha256 TYPE bytea, ALTER document TYPE text, ALTER changes TYPE text;
ALTER TABLE report ALTER bytes SET COMPRESSION lz4, ALTER document SET COMPRESSION lz4;  -- as in 0002: a type resets it
ALTER TABLE judgement ALTER assessment_reason SET STATISTICS 0, ALTER cyberattack_reason SET STATISTICS 0,
  ALTER assessment_reason TYPE text, ALTER cyberattack_reason TYPE text;
ALTER TABLE added_recipient ALTER reason SET STATISTICS 0, ALTER reason TYPE text;
ALTER TABLE fulfillment ALTER note SET STATISTICS 0, ALTER reference SET STATISTICS 0,
  ALTER note TYPE text, ALTER reference TYPE text;
ALTER TABLE waiver ALTER reason SET STATISTICS 0, ALTER decision_reason SET STATISTICS 0,
  ALTER reason TYPE text, ALTER decision_reason TYPE text;
ALTER TABLE message ALTER note SET STATISTICS 0, ALTER acknowledgement_note SET STATISTICS 0,
  ALTER note TYPE text, ALTER acknowledgement_note TYPE text;
ALTER TABLE idempotency ALTER request_sha256 SET STATISTICS 0, ALTER body SET STATISTICS 0,
  ALTER request_sha256 TYPE bytea, ALTER body TYPE bytea;

CREATE TABLE erasure (
  id uuid PRIMARY KEY,
  incident_id uuid NOT NULL REFERENCES incident,
  organization text NOT NULL,  -- whose incident it is
  reason text NOT NULL CHECK (reason <> ''),
  asked_by uuid,
  asked_by_name text NOT NULL,
  asked_at timestamptz NOT NULL,
  decision text NOT NULL CHECK (decision IN ('pending', 'approved', 'rejected')),
  decided_by uuid,
  decided_by_name text NOT NULL DEFAULT '',
  decision_reason text NOT NULL DEFAULT '',
  decided_at timestamptz,
  retention_class text NOT NULL DEFAULT '',
  retained_until timestamptz,
  event_id uuid NOT NULL REFERENCES event,
  CONSTRAINT erasure_decided_has_decider CHECK ((decision = 'pending') = (decided_at IS NULL)),
  -- 2.1.1(8)(a)(ア): who asks and who approves differ.
  CONSTRAINT erasure_four_eyes CHECK (decision = 'pending' OR decided_by IS DISTINCT FROM asked_by),
  CONSTRAINT erasure_after_retention CHECK (decision <> 'approved'
    OR (retained_until IS NOT NULL AND decided_at >= retained_until AND retention_class <> ''))
);
CREATE INDEX erasure_of_incident ON erasure (incident_id);
CREATE UNIQUE INDEX erasure_one_pending ON erasure (incident_id) WHERE decision = 'pending';
CREATE UNIQUE INDEX erasure_once ON erasure (incident_id) WHERE decision = 'approved';

ALTER TABLE erasure ENABLE ROW LEVEL SECURITY;
ALTER TABLE erasure FORCE ROW LEVEL SECURITY;
REVOKE ALL ON erasure FROM PUBLIC;
CREATE POLICY apply ON erasure TO noroshi_apply USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE ON erasure TO noroshi_apply;
CREATE POLICY locked ON erasure FOR SELECT TO noroshi_writer
  USING (incident_id = ANY ((SELECT locked_incidents())::uuid[]));
-- Who asked, who decided and why is the body's own; that and when the content was erased stands in `incident`.
CREATE POLICY originator ON erasure FOR SELECT TO noroshi_reader USING (EXISTS (
  SELECT FROM incident_access a
  WHERE a.incident_id = erasure.incident_id AND a.organization = (SELECT caller()) AND a.scope = 'content'
    AND erasure.organization = ANY (a.stands_for)));
GRANT SELECT ON erasure TO noroshi_writer, noroshi_reader;

-- Which openings stay when the content of their incident is erased: record::outlives_erasure(). Every other goes, also one
-- of a type that is not known here.
CREATE FUNCTION outlives_erasure(type text, field text) RETURNS boolean LANGUAGE sql IMMUTABLE
SET search_path = noroshi, pg_temp AS $$
  SELECT field IN ('actor_name', 'acknowledged_by', 'by', 'because')
      OR field = 'reference' AND type IN ('incident.opened', 'report.received')
      OR field = 'reason' AND (type = 'obligation.superseded' OR type LIKE 'alarm.%' OR type LIKE 'erasure.%')
$$;

CREATE FUNCTION erased_text(content text) RETURNS text LANGUAGE sql IMMUTABLE SET search_path = noroshi, pg_temp AS $$
  SELECT CASE WHEN content = '' THEN '' ELSE 'erased' END
$$;

-- Whether the content of that incident is being erased in this transaction, by an approved decision that stands.
CREATE FUNCTION erasing(incident uuid) RETURNS boolean LANGUAGE sql STABLE SET search_path = noroshi, pg_temp AS $$
  SELECT EXISTS (SELECT FROM erasure
                 WHERE id = nullif(current_setting('noroshi.erasing', true), '')::uuid
                   AND incident_id = incident AND decision = 'approved')
$$;
REVOKE ALL ON FUNCTION erasing(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erasing(uuid) TO noroshi_apply;

-- What was written stays as it was written (0003), but for this: within an erasure the whole of a row's content, and
-- nothing beside it, becomes 'erased'.
CREATE FUNCTION refuse_change_but_erasure() RETURNS trigger LANGUAGE plpgsql SET search_path = noroshi, pg_temp AS $$
DECLARE
  before record := OLD;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF NOT erasing(OLD.incident_id) THEN
      NULL;
    ELSIF TG_TABLE_NAME = 'report' THEN
      before.bytes := '';
      before.length := 0;
      before.sha256 := NULL;
      before.document := 'erased';
      before.changes := 'erased';
      before.erased_at := NEW.erased_at;
    ELSIF TG_TABLE_NAME = 'judgement' THEN
      before.assessment_reason := erased_text(OLD.assessment_reason);
      before.cyberattack_reason := erased_text(OLD.cyberattack_reason);
    ELSIF TG_TABLE_NAME = 'fulfillment' THEN
      before.note := erased_text(OLD.note);
      before.reference := erased_text(OLD.reference);
    END IF;
    IF NEW IS NOT DISTINCT FROM before AND erasing(OLD.incident_id) THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'unchangeable',
    MESSAGE = 'this row is never changed';
END
$$;
DROP TRIGGER report_unchangeable ON report;
DROP TRIGGER judgement_unchangeable ON judgement;
DROP TRIGGER fulfillment_unchangeable ON fulfillment;
CREATE TRIGGER report_unchangeable BEFORE UPDATE OR DELETE ON report FOR EACH ROW
  EXECUTE FUNCTION refuse_change_but_erasure();
CREATE TRIGGER judgement_unchangeable BEFORE UPDATE OR DELETE ON judgement FOR EACH ROW
  EXECUTE FUNCTION refuse_change_but_erasure();
CREATE TRIGGER fulfillment_unchangeable BEFORE UPDATE OR DELETE ON fulfillment FOR EACH ROW
  EXECUTE FUNCTION refuse_change_but_erasure();

-- An opening is never changed, and deleted by an erasure alone.
CREATE FUNCTION refuse_loss_of_opening() RETURNS trigger LANGUAGE plpgsql SET search_path = noroshi, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' AND EXISTS (
      SELECT FROM event e
      WHERE e.id = OLD.event_id AND NOT outlives_erasure(e.type, OLD.field) AND erasing(e.incident_id)) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'unchangeable',
    MESSAGE = 'this row is never changed';
END
$$;
CREATE TRIGGER opening_unchangeable BEFORE UPDATE OR DELETE ON event_opening FOR EACH ROW
  EXECUTE FUNCTION refuse_loss_of_opening();

GRANT DELETE ON event_opening TO noroshi_apply;
GRANT UPDATE (bytes, length, sha256, document, changes, erased_at) ON report TO noroshi_apply;
GRANT UPDATE (assessment_reason, cyberattack_reason) ON judgement TO noroshi_apply;
GRANT UPDATE (note, reference) ON fulfillment TO noroshi_apply;
GRANT UPDATE (reason) ON added_recipient TO noroshi_apply;
RESET ROLE;

SET LOCAL ROLE noroshi_apply;
SET LOCAL search_path = noroshi, pg_temp;

-- The first instant at which any case that ended then may be erased: the shortest retention is one whole year, counted
-- from the April 1, in Japan, after the fiscal year of its end (core::retained_until()). What a body keeps longer is its
-- own rule; here is the floor under every one.
CREATE FUNCTION least_retained_until(ended timestamptz) RETURNS timestamptz LANGUAGE sql IMMUTABLE
SET search_path = noroshi, pg_temp AS $$
  SELECT (date_trunc('year', (ended AT TIME ZONE interval '9 hours') - interval '3 months') + interval '2 years 3 months')
    AT TIME ZONE interval '9 hours'
$$;

-- Nothing is erased on the word of one call: the request was stored by an earlier transaction than its decision, another
-- person decided it, and the case ended long enough ago. A transaction's own rows, also those of its savepoints, are no
-- older than its own number.
CREATE FUNCTION refuse_hasty_erasure(decided uuid) RETURNS void
LANGUAGE plpgsql SET search_path = noroshi, pg_temp AS $$
DECLARE
  now_at timestamptz := clock();
  own xid := pg_current_xact_id()::xid;
  broken text;
BEGIN
  SELECT CASE
      WHEN i.ended_at IS NULL OR i.erased_at IS DISTINCT FROM e.decided_at OR i.title <> 'erased'
        THEN 'erasure_of_ended_incident'
      WHEN e.decided_by IS NULL OR e.asked_by IS NOT DISTINCT FROM e.decided_by
          OR e.decided_by_name <> '' AND e.asked_by_name = e.decided_by_name
        THEN 'erasure_four_eyes'
      WHEN NOT EXISTS (
          SELECT FROM event v WHERE v.id = e.event_id AND v.type = 'erasure.decided' AND v.subject = e.id
            AND v.incident_id = e.incident_id AND v.role = 'section_officer' AND v.at = e.decided_at)
        THEN 'erasure_has_event'
      WHEN NOT EXISTS (
          SELECT FROM event v WHERE v.incident_id = e.incident_id AND v.type = 'erasure.asked' AND v.subject = e.id
            AND v.at = e.asked_at AND age(v.xmin) > age(own))
        THEN 'erasure_asked_before'
      WHEN e.retained_until IS NULL OR e.retained_until < least_retained_until(i.ended_at)
          OR e.decided_at < e.retained_until OR e.decided_at > now_at
        THEN 'erasure_after_retention'
      END INTO STRICT broken
    FROM erasure e JOIN incident i ON i.id = e.incident_id
    WHERE e.id = decided;
  IF broken IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = broken,
      MESSAGE = 'nothing is erased without its request, its decision and the end of its retention';
  END IF;
END
$$;

-- Erases the content of an incident wherever it stands; `erased` is the time as an answer states it. Of a stored answer
-- stay its status and tag, which incident it was of, and of the receipt what commits to no content: a repeat of the
-- request is told so, whatever its bytes.
CREATE FUNCTION erase_content(incident uuid, erasure uuid, erased text) RETURNS void
LANGUAGE plpgsql SET search_path = noroshi, pg_temp AS $$
BEGIN
  PERFORM refuse_hasty_erasure(erasure);
  PERFORM set_config('noroshi.erasing', erasure::text, true);
  DELETE FROM event_opening o USING event e
    WHERE e.incident_id = incident AND o.event_id = e.id AND NOT outlives_erasure(e.type, o.field);
  UPDATE report r SET bytes = '', length = 0, sha256 = NULL, document = 'erased', changes = 'erased',
      erased_at = erased::timestamptz
    WHERE r.incident_id = incident;
  UPDATE judgement j SET assessment_reason = erased_text(assessment_reason),
      cyberattack_reason = erased_text(cyberattack_reason)
    WHERE j.incident_id = incident;
  UPDATE fulfillment f SET note = erased_text(note), reference = erased_text(reference) WHERE f.incident_id = incident;
  UPDATE added_recipient a SET reason = erased_text(reason) WHERE a.incident_id = incident;
  UPDATE waiver w SET reason = erased_text(reason), decision_reason = erased_text(decision_reason)
    WHERE w.incident_id = incident;
  UPDATE message m SET note = erased_text(note), acknowledgement_note = erased_text(acknowledgement_note)
    WHERE m.incident_id = incident;
  UPDATE idempotency k SET request_sha256 = NULL, body = convert_to(jsonb_strip_nulls(jsonb_build_object(
      'erased', true, 'erased_at', erased, 'incident', jsonb_build_object('id', i.id, 'number', i.number),
      'receipt', (convert_from(k.body, 'UTF8')::jsonb->'receipt') - ARRAY['sha256', 'signature']))::text, 'UTF8')
    FROM incident i WHERE i.id = incident AND k.incident_id = incident;
  PERFORM set_config('noroshi.erasing', '', true);
END
$$;

-- The part of apply() about retention and erasures.
CREATE FUNCTION apply_erasures(decided jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = noroshi, pg_temp AS $$
BEGIN
  INSERT INTO erasure (id, incident_id, organization, reason, asked_by, asked_by_name, asked_at, decision, event_id)
    SELECT id, incident_id, organization, reason, asked_by, asked_by_name, asked_at, 'pending', event_id
    FROM jsonb_to_recordset(decided->'erasures') AS e(id uuid, incident_id uuid, organization text, reason text,
      asked_by uuid, asked_by_name text, asked_at timestamptz, event_id uuid);
  IF EXISTS (
      SELECT FROM jsonb_to_recordset(decided->'erasure_decisions') AS d(id uuid)
      LEFT JOIN erasure e ON e.id = d.id WHERE e.decision IS DISTINCT FROM 'pending') THEN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'erasure_decided_once',
      MESSAGE = 'a request to erase is decided once';
  END IF;
  -- A case ends when that is written: one whose end could be dated back would be erased the same day. Shown time may run
  -- faster than an hour in an hour.
  IF EXISTS (
      SELECT FROM jsonb_to_recordset(decided->'retentions') AS r(incident_id uuid, ended_at timestamptz)
      JOIN incident i ON i.id = r.incident_id
      WHERE r.ended_at IS DISTINCT FROM i.ended_at
        AND r.ended_at < clock() - interval '1 hour' * (SELECT rate FROM clock_setting)) THEN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'incident_ends_when_written',
      MESSAGE = 'the end of an incident is not dated back';
  END IF;
  -- That a content was erased is said with the decision to erase it, and never taken back.
  IF EXISTS (
      SELECT FROM jsonb_to_recordset(decided->'retentions') AS r(incident_id uuid, erased_at timestamptz)
      JOIN incident i ON i.id = r.incident_id
      WHERE r.erased_at IS DISTINCT FROM i.erased_at
        AND (i.erased_at IS NOT NULL OR NOT EXISTS (
          SELECT FROM jsonb_to_recordset(decided->'erasure_decisions') AS d(id uuid, decision text)
          JOIN erasure e ON e.id = d.id
          WHERE e.incident_id = i.id AND d.decision = 'approved'))) THEN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'incident_erased_by_decision',
      MESSAGE = 'a content is erased by the decision of an erasure alone';
  END IF;
  UPDATE erasure SET decision = d.decision, decided_by = d.decided_by, decided_by_name = d.decided_by_name,
      decision_reason = d.decision_reason, decided_at = d.decided_at, retention_class = d.retention_class,
      retained_until = d.retained_until, event_id = d.event_id
    FROM jsonb_to_recordset(decided->'erasure_decisions') AS d(id uuid, decision text, decided_by uuid,
      decided_by_name text, decision_reason text, decided_at timestamptz, retention_class text,
      retained_until timestamptz, event_id uuid)
    WHERE erasure.id = d.id;
  UPDATE incident SET confidentiality = r.confidentiality, ended_at = r.ended_at, erased_at = r.erased_at,
      erased_by = r.erased_by
    FROM jsonb_to_recordset(decided->'retentions') AS r(incident_id uuid, confidentiality integer,
      ended_at timestamptz, erased_at timestamptz, erased_by text)
    WHERE incident.id = r.incident_id
      AND (incident.confidentiality, incident.ended_at, incident.erased_at, incident.erased_by)
        IS DISTINCT FROM (r.confidentiality, r.ended_at, r.erased_at, r.erased_by);
  PERFORM erase_content(e.incident_id, e.id, d.decided_at)
    FROM jsonb_to_recordset(decided->'erasure_decisions') AS d(id uuid, decided_at text)
    JOIN erasure e ON e.id = d.id
    WHERE e.decision = 'approved';
END
$$;
REVOKE ALL ON FUNCTION refuse_hasty_erasure(uuid), erase_content(uuid, uuid, text), apply_erasures(jsonb) FROM PUBLIC;

-- As in 0008, with successors, retention and erasures, and answers that know their incident.
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
      END, false)) THEN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'event_without_act',
      MESSAGE = 'an event speaks of something that is not there';
  END IF;
  PERFORM pg_notify('noroshi_event', '');
END
$$;
RESET ROLE;

REVOKE CREATE ON SCHEMA noroshi FROM noroshi_owner, noroshi_apply;
