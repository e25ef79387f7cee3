-- What people wrote of a case stands here sealed under a key of the case (src/store/content_keys.h): the program seals before it
-- stores and opens what it reads, and here a sealed value is as good as any other. What stands in clear is what the program looks
-- things up by and keeps its clocks with: identifiers, bodies, times, states, kinds, numbers, names of those who acted, and hashes.
-- The keys of cases stand here too, wrapped by keys that do not.
GRANT CREATE ON SCHEMA noroshi TO noroshi_owner, noroshi_apply;

SET LOCAL ROLE noroshi_owner;
SET LOCAL search_path = noroshi, pg_temp;

-- How long a value is that was sealed: eight bytes of mark, one of column, 16 of case, 12 of nonce, 16 of tag.
CREATE FUNCTION unsealed_length(value bytea) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = noroshi, pg_temp AS $$
  SELECT octet_length(value) - CASE WHEN substring(value FROM 1 FOR 8) = '\xf56e6f726f736869' THEN 53 ELSE 0 END
$$;
-- Sealed, or nothing that needs to be: empty, or erased.
CREATE FUNCTION is_sealed(value text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT value = '' OR value = 'erased' OR value LIKE U&'\0001%'
$$;
CREATE FUNCTION is_sealed(value bytea) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT value = '' OR substring(value FROM 1 FOR 8) = '\xf56e6f726f736869'
$$;
CREATE FUNCTION is_sealed(value text[]) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = noroshi, pg_temp AS $$
  SELECT NOT EXISTS (SELECT FROM unnest(value) AS v(each) WHERE NOT is_sealed(v.each))
$$;
REVOKE ALL ON FUNCTION unsealed_length(bytea), is_sealed(text), is_sealed(bytea), is_sealed(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION unsealed_length(bytea), is_sealed(text), is_sealed(bytea), is_sealed(text[]) TO noroshi_apply;

-- The epochs of the keys that wrap: which, never the keys. The one whose use began last is in use; clocks may be set, so the order is
-- counted.
CREATE TABLE content_epoch (
  name text PRIMARY KEY CHECK (name ~ '^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$'),
  fingerprint text NOT NULL UNIQUE CHECK (fingerprint ~ '^[0-9a-f]{64}$'),
  registered_at timestamptz NOT NULL DEFAULT clock(),
  used_from timestamptz,
  use_number integer UNIQUE CHECK (use_number >= 1),
  dropped_at timestamptz,
  CONSTRAINT content_epoch_used_whole CHECK ((used_from IS NULL) = (use_number IS NULL))
);
CREATE TABLE content_key (
  incident_id uuid PRIMARY KEY REFERENCES incident,
  organization text NOT NULL,  -- whose key wraps it: the body that the case is of
  epoch text NOT NULL REFERENCES content_epoch,
  wrapped bytea NOT NULL CHECK (octet_length(wrapped) = 60)
);
CREATE INDEX content_key_of_epoch ON content_key (epoch);
ALTER TABLE content_epoch ENABLE ROW LEVEL SECURITY;
ALTER TABLE content_epoch FORCE ROW LEVEL SECURITY;
ALTER TABLE content_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE content_key FORCE ROW LEVEL SECURITY;
REVOKE ALL ON content_epoch, content_key FROM PUBLIC;
CREATE POLICY owner ON content_epoch TO noroshi_owner USING (true) WITH CHECK (true);
CREATE POLICY writer ON content_epoch FOR SELECT TO noroshi_writer USING (true);
GRANT SELECT ON content_epoch TO noroshi_writer;
CREATE POLICY owner ON content_key TO noroshi_owner USING (true) WITH CHECK (true);
CREATE POLICY apply ON content_key TO noroshi_apply USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, DELETE ON content_key TO noroshi_apply;
-- Who writes and who sends has to do with every case; a key that is wrapped opens nothing by itself.
CREATE POLICY writer ON content_key FOR SELECT TO noroshi_writer USING (true);
CREATE POLICY delivery ON content_key FOR SELECT TO noroshi_delivery USING (true);
-- A caller opens nothing of a case that is not his to see, wherever a value of it may have been put.
CREATE POLICY of_incident ON content_key FOR SELECT TO noroshi_reader USING (EXISTS (
  SELECT FROM incident_access a WHERE a.incident_id = content_key.incident_id AND a.organization = (SELECT caller())));
GRANT SELECT ON content_key TO noroshi_writer, noroshi_delivery, noroshi_reader;

-- A key is wrapped anew by the owner alone, and goes with its case's content.
CREATE FUNCTION refuse_loss_of_content_key() RETURNS trigger LANGUAGE plpgsql SET search_path = noroshi, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' AND erasing(OLD.incident_id) THEN
    RETURN OLD;
  END IF;
  IF TG_OP = 'UPDATE' AND NEW.incident_id = OLD.incident_id AND NEW.organization = OLD.organization THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'content_key_kept',
    MESSAGE = 'without its key a case could not be read any more';
END
$$;
CREATE TRIGGER content_key_kept BEFORE UPDATE OR DELETE ON content_key FOR EACH ROW
  EXECUTE FUNCTION refuse_loss_of_content_key();

-- Nothing is wrapped by a key that was dropped: by a daemon that did not look since, or in the moment of the drop, which waits for the
-- lock that this takes and then sees the row.
CREATE FUNCTION refuse_dropped_epoch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
BEGIN
  PERFORM FROM content_epoch e WHERE e.name = NEW.epoch AND e.dropped_at IS NULL FOR KEY SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'content_epoch_is_there',
      MESSAGE = 'a key that was dropped wraps nothing';
  END IF;
  RETURN NEW;
END
$$;
REVOKE ALL ON FUNCTION refuse_dropped_epoch() FROM PUBLIC;
CREATE TRIGGER content_epoch_is_there BEFORE INSERT OR UPDATE ON content_key FOR EACH ROW EXECUTE FUNCTION refuse_dropped_epoch();

-- Of the receipt that an answer holds what commits to no content: it stays when the answer is erased, which is sealed.
ALTER TABLE idempotency ADD receipt jsonb, NO FORCE ROW LEVEL SECURITY;
UPDATE idempotency SET receipt = (convert_from(body, 'UTF8')::jsonb->'receipt') - ARRAY['sha256', 'signature']
  WHERE incident_id IS NOT NULL AND convert_from(body, 'UTF8')::jsonb ? 'receipt';
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE idempotency FORCE ROW LEVEL SECURITY;

-- The salt of an opening goes before its value into what is sealed: with it in clear a short text could be guessed from its
-- commitment.
ALTER TABLE event_opening DROP CONSTRAINT event_opening_salt_check,
  ADD CONSTRAINT event_opening_salt_check CHECK (octet_length(salt) = CASE WHEN value <> '' AND is_sealed(value) THEN 0 ELSE 32 END);
-- An opening comes with its event, in apply() alone, and neither is ever deleted without the other: to look the event up again for each
-- of them was an eighth of what a report costs. A check of the record finds one without its event.
ALTER TABLE event_opening DROP CONSTRAINT event_opening_event_id_fkey;
ALTER TABLE report DROP CONSTRAINT report_bytes_whole,
  ADD CONSTRAINT report_bytes_whole CHECK (unsealed_length(bytes) = length);
ALTER TABLE attachment_piece DROP CONSTRAINT attachment_piece_bytes_check,
  ADD CONSTRAINT attachment_piece_bytes_check CHECK (unsealed_length(bytes) BETWEEN 1 AND 262144);
-- The kind of incident (RSIT) is counted by, so it stands beside what is sealed.
ALTER TABLE report ADD category text NOT NULL DEFAULT '', NO FORCE ROW LEVEL SECURITY, DISABLE TRIGGER report_unchangeable;
UPDATE report SET category = coalesce(document::jsonb->>'category', '') WHERE erased_at IS NULL;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE report FORCE ROW LEVEL SECURITY, ENABLE TRIGGER report_unchangeable;
GRANT UPDATE (category) ON report TO noroshi_apply;
CREATE OR REPLACE FUNCTION refuse_change_but_erasure() RETURNS trigger LANGUAGE plpgsql SET search_path = noroshi, pg_temp AS $$
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
      before.category := '';
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
-- What is sealed does not compress; a report of the usual size stays beside its row.
ALTER TABLE report SET (toast_tuple_target = 8160);
ALTER TABLE report ALTER bytes SET STORAGE EXTERNAL, ALTER document SET STORAGE EXTERNAL, ALTER changes SET STORAGE EXTERNAL;

-- What was stored in clear before there were keys is sealed by the program, all in one transaction of the owner
-- (store::seal_what_is_stored()): meanwhile the owner sees all rows, and nothing holds him to leave them as they are. The names of
-- columns are a closed list of the program's, "table.column". Pieces of files that were never added go: nobody sees them, and no case's
-- key is theirs. What was said of a case after its erasure, without its key, goes too.
CREATE FUNCTION begin_sealing(columns text[]) RETURNS void LANGUAGE plpgsql SET search_path = noroshi, pg_temp AS $$
DECLARE
  relation text;
  field text;
  kind text;
BEGIN
  SET CONSTRAINTS ALL IMMEDIATE;
  ALTER TABLE event NO FORCE ROW LEVEL SECURITY;  -- tells which case an opening is of
  FOR relation IN SELECT DISTINCT split_part(c.name, '.', 1) FROM unnest(columns) AS c(name) ORDER BY 1 LOOP
    EXECUTE format('ALTER TABLE %I NO FORCE ROW LEVEL SECURITY, DISABLE TRIGGER USER', relation);
  END LOOP;
  DELETE FROM attachment_piece p WHERE NOT EXISTS (SELECT FROM attachment a WHERE a.id = p.attachment_id);
  FOR relation, field, kind IN
    SELECT split_part(c.name, '.', 1), split_part(c.name, '.', 2), format_type(a.atttypid, NULL)
    FROM unnest(columns) AS c(name) JOIN pg_attribute a
      ON a.attrelid = split_part(c.name, '.', 1)::regclass AND a.attname = split_part(c.name, '.', 2)
    WHERE split_part(c.name, '.', 1) <> 'incident' AND format_type(a.atttypid, NULL) <> 'bytea'
  LOOP
    EXECUTE format('UPDATE %I t SET %I = %s FROM incident i WHERE i.id = t.incident_id AND i.erased_at IS NOT NULL AND NOT is_sealed(t.%I)',
      relation, field, CASE WHEN kind = 'text[]' THEN $v$ARRAY['erased']$v$ ELSE $v$'erased'$v$ END, field);
  END LOOP;
END
$$;
-- Opens a cursor of that name over the values of a column that are not sealed yet: where, of which case, and what; bytes in
-- hexadecimal, an opening with its salt before it.
CREATE FUNCTION unsealed(relation text, field text, named refcursor) RETURNS void
LANGUAGE plpgsql SET search_path = noroshi, pg_temp AS $$
DECLARE
  kind text := (SELECT format_type(a.atttypid, NULL) FROM pg_attribute a WHERE a.attrelid = relation::regclass AND a.attname = field);
  value text := CASE WHEN relation = 'event_opening' THEN $v$ARRAY[encode(t.salt || t.value, 'hex')]$v$
                     WHEN kind = 'bytea' THEN format($v$ARRAY[encode(t.%I, 'hex')]$v$, field)
                     WHEN kind = 'text[]' THEN format('t.%I', field)
                     ELSE format('ARRAY[t.%I]', field) END;
  source text := CASE relation WHEN 'incident' THEN 'incident t JOIN incident i ON i.id = t.id'
    WHEN 'event_opening' THEN 'event_opening t JOIN event e ON e.id = t.event_id AND NOT outlives_erasure(e.type, t.field) '
      'AND octet_length(t.salt) > 0 JOIN incident i ON i.id = e.incident_id'
    WHEN 'attachment_piece' THEN 'attachment_piece t JOIN attachment f ON f.id = t.attachment_id JOIN incident i ON i.id = f.incident_id'
    ELSE format('%I t JOIN incident i ON i.id = t.incident_id', relation) END;
BEGIN
  OPEN named FOR EXECUTE format(
    'SELECT t.ctid AS place, i.id AS incident, %s AS texts FROM %s WHERE i.erased_at IS NULL AND (NOT is_sealed(t.%I) OR %L)',
    value, source, field, relation = 'event_opening');
END
$$;
CREATE FUNCTION seal(relation text, field text, place tid, texts text[]) RETURNS void LANGUAGE plpgsql
SET search_path = noroshi, pg_temp AS $$
DECLARE
  kind text := (SELECT format_type(a.atttypid, NULL) FROM pg_attribute a WHERE a.attrelid = relation::regclass AND a.attname = field);
BEGIN
  EXECUTE format('UPDATE %I SET %I = %s%s WHERE ctid = $2', relation, field,
    CASE kind WHEN 'bytea' THEN $v$decode($1[1], 'hex')$v$ WHEN 'text[]' THEN '$1' ELSE '$1[1]' END,
    CASE WHEN relation = 'event_opening' THEN $v$, salt = ''$v$ ELSE '' END) USING texts, place;
END
$$;
-- From then on nothing of a case is taken in clear, but for the answer to its erasure and openings that outlive it.
CREATE FUNCTION end_sealing(columns text[]) RETURNS void LANGUAGE plpgsql SET search_path = noroshi, pg_temp AS $$
DECLARE
  relation text;
  field text;
BEGIN
  SET CONSTRAINTS ALL IMMEDIATE;
  -- With event still in sight: an opening that nobody found would stay in clear for ever.
  IF EXISTS (
      SELECT FROM event_opening o JOIN event e ON e.id = o.event_id JOIN incident i ON i.id = e.incident_id
      WHERE i.erased_at IS NULL AND octet_length(o.salt) > 0 AND NOT outlives_erasure(e.type, o.field)) THEN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'openings_are_sealed',
      MESSAGE = 'what people wrote is sealed whole, or the upgrade is undone';
  END IF;
  FOR relation IN SELECT DISTINCT split_part(c.name, '.', 1) FROM unnest(columns) AS c(name) ORDER BY 1 LOOP
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY, ENABLE TRIGGER USER', relation);
  END LOOP;
  ALTER TABLE event FORCE ROW LEVEL SECURITY;
  -- What an alarm says is the program's, and may be said of a case that was erased, which has no key any more.
  FOR relation, field IN SELECT split_part(c.name, '.', 1), split_part(c.name, '.', 2) FROM unnest(columns) AS c(name)
      WHERE c.name NOT IN ('idempotency.body', 'event_opening.value') LOOP
    EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I CHECK (is_sealed(%I)%s)', relation, relation || '_' || field || '_sealed', field,
      CASE WHEN relation = 'message' AND field = 'note' THEN $v$ OR kind = 'alarm'$v$ ELSE '' END);
  END LOOP;
END
$$;
REVOKE ALL ON FUNCTION begin_sealing(text[]), unsealed(text, text, refcursor), seal(text, text, tid, text[]), end_sealing(text[])
  FROM PUBLIC;
RESET ROLE;

SET LOCAL ROLE noroshi_apply;
SET LOCAL search_path = noroshi, pg_temp;

-- As in 0027, but planned once for a session.
CREATE OR REPLACE FUNCTION active_endpoints(bodies text[])
RETURNS TABLE (id uuid, organization text, channel text, zone text, kinds text[], role text, least_severity text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = noroshi, pg_temp AS $$
BEGIN
  RETURN QUERY SELECT e.id, e.organization, e.channel, e.zone, e.kinds, e.role, e.least_severity FROM endpoint e
    WHERE e.state = 'active' AND e.organization = ANY (bodies) ORDER BY e.organization, e.asked_at, e.id;
END
$$;

CREATE FUNCTION apply_content_keys(decided jsonb) RETURNS void LANGUAGE sql SET search_path = noroshi, pg_temp AS $$
  INSERT INTO content_key (incident_id, organization, epoch, wrapped)
    SELECT incident_id, organization, epoch, decode(wrapped, 'base64')
    FROM jsonb_to_recordset(decided->'content_keys') AS k(incident_id uuid, organization text, epoch text, wrapped text)
$$;
-- After erase_content(): what stands of the case in some copy of these tables does not open any more, once that copy's key is gone.
CREATE FUNCTION erase_content_keys(decided jsonb) RETURNS void LANGUAGE plpgsql SET search_path = noroshi, pg_temp AS $$
DECLARE
  erasure record;
BEGIN
  FOR erasure IN
    SELECT e.id, e.incident_id FROM jsonb_to_recordset(decided->'erasure_decisions') AS d(id uuid)
    JOIN erasure e ON e.id = d.id WHERE e.decision = 'approved'
  LOOP
    PERFORM set_config('noroshi.erasing', erasure.id::text, true);
    DELETE FROM content_key k WHERE k.incident_id = erasure.incident_id;
    PERFORM set_config('noroshi.erasing', '', true);
  END LOOP;
END
$$;
REVOKE ALL ON FUNCTION apply_content_keys(jsonb), erase_content_keys(jsonb) FROM PUBLIC;

CREATE OR REPLACE FUNCTION apply_parts(decided jsonb) RETURNS void LANGUAGE plpgsql SET search_path = noroshi, pg_temp AS $$
BEGIN
  IF decided ? 'content_keys' THEN
    PERFORM apply_content_keys(decided);
  END IF;
  IF decided ?| ARRAY['erasures', 'erasure_decisions', 'retentions'] THEN
    PERFORM apply_erasures(decided);
  END IF;
  IF decided ?| ARRAY['people', 'appointments', 'appointment_ends', 'delegations', 'delegation_ends', 'trainings', 'shifts', 'shift_ends'] THEN
    PERFORM apply_staff(decided);
  END IF;
  IF decided ?| ARRAY['assignments'] THEN
    PERFORM apply_assignments(decided);
  END IF;
  IF decided ?| ARRAY['cymat_requests', 'cymat_rulings', 'cymat_members', 'cymat_entries', 'access_ended', 'erasure_decisions'] THEN
    PERFORM apply_cymat(decided);
  END IF;
  IF decided ?| ARRAY['handling_steps', 'instructions', 'instruction_answers', 'platform_links', 'erasure_decisions'] THEN
    PERFORM apply_handling(decided);
  END IF;
  IF decided ?| ARRAY['endpoints', 'endpoint_decisions', 'endpoint_changes', 'deliveries', 'delivery_settlements', 'delivery_replays'] THEN
    PERFORM apply_deliveries(decided);
  END IF;
  IF decided ?| ARRAY['annex_alarms', 'annex_contents', 'annex_decisions', 'annex_seals', 'annex_unreadables', 'annexes', 'attachments',
    'consents', 'inquiries', 'inquiry_alarms', 'inquiry_answers', 'inquiry_withdrawals', 'label_change_decisions',
    'label_changes', 'label_mapping_withdrawals', 'label_mappings', 'labels', 'notice_answers', 'notice_links', 'notices',
    'releases', 'sealing_key_decisions', 'sealing_key_revocations', 'sealing_keys', 'withholdings', 'erasure_decisions'] THEN
    PERFORM apply_information(decided);
  END IF;
  IF decided ? 'erasure_decisions' THEN
    PERFORM erase_content_keys(decided);
  END IF;
END
$$;

-- As in 0022; the answers are sealed, and of their receipts stays what stands beside them.
CREATE OR REPLACE FUNCTION erase_content(incident uuid, erasure uuid, erased text) RETURNS void
LANGUAGE plpgsql SET search_path = noroshi, pg_temp AS $$
BEGIN
  PERFORM refuse_hasty_erasure(erasure);
  PERFORM set_config('noroshi.erasing', erasure::text, true);
  DELETE FROM event_opening o USING event e
    WHERE e.incident_id = incident AND o.event_id = e.id AND NOT outlives_erasure(e.type, o.field);
  UPDATE report r SET bytes = '', length = 0, sha256 = NULL, document = 'erased', changes = 'erased',
      category = '', erased_at = erased::timestamptz
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
  UPDATE assignment s SET note = erased_text(note) WHERE s.incident_id = incident;
  UPDATE idempotency k SET request_sha256 = NULL, body = convert_to(jsonb_strip_nulls(jsonb_build_object(
      'erased', true, 'erased_at', erased, 'incident', jsonb_build_object('id', i.id, 'number', i.number),
      'receipt', k.receipt))::text, 'UTF8')
    FROM incident i WHERE i.id = incident AND k.incident_id = incident;
  PERFORM set_config('noroshi.erasing', '', true);
END
$$;

-- As in 0035; pieces are sealed.
CREATE OR REPLACE FUNCTION attachment_has_its_bytes() RETURNS trigger LANGUAGE plpgsql SET search_path = noroshi, pg_temp AS $$
DECLARE
  pieces bigint;
  length bigint;
  last integer;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF NEW.sha256 <> OLD.sha256 THEN
      DELETE FROM attachment_piece p WHERE p.attachment_id = NEW.id;
    END IF;
    RETURN NULL;
  END IF;
  PERFORM lock_attachment(NEW.id);
  SELECT count(*), coalesce(sum(unsealed_length(p.bytes)), 0), max(p.place) INTO pieces, length, last
    FROM attachment_piece p WHERE p.attachment_id = NEW.id;
  IF length <> NEW.size OR last IS DISTINCT FROM pieces - 1 THEN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'attachment_is_whole',
      MESSAGE = 'a file is added with all of its bytes';
  END IF;
  RETURN NULL;
END
$$;

-- As in 0029; an answer with what stays of its receipt. What comes with every report is looked up here, for a function in SQL is planned
-- anew at each call; what comes with few is asked for where there is something.
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
      followup_from, successor, confidentiality)
    SELECT id, number, organization, reference, title, exercise, recognized_at, police, state, version,
      latest_report, submitted_by, opened_at, revision, event_id, followup_due, followup_round, followup_level,
      followup_from, successor, coalesce(confidentiality, 0)
    FROM jsonb_to_recordset(decided->'incidents') AS i(id uuid, number text, organization text, reference text,
      title text, exercise boolean, recognized_at timestamptz, police text, state text, version integer,
      latest_report uuid, submitted_by text, opened_at timestamptz, revision integer, event_id uuid,
      followup_due timestamptz, followup_round integer, followup_level integer, followup_from timestamptz,
      successor text, confidentiality integer)
  ON CONFLICT (id) DO UPDATE SET title = EXCLUDED.title, exercise = EXCLUDED.exercise,
      recognized_at = EXCLUDED.recognized_at, police = EXCLUDED.police, state = EXCLUDED.state,
      version = EXCLUDED.version, latest_report = EXCLUDED.latest_report, revision = EXCLUDED.revision,
      event_id = EXCLUDED.event_id, followup_due = EXCLUDED.followup_due, followup_round = EXCLUDED.followup_round,
      followup_level = EXCLUDED.followup_level, followup_from = EXCLUDED.followup_from, successor = EXCLUDED.successor,
      confidentiality = EXCLUDED.confidentiality;
  INSERT INTO report (id, incident_id, organization, version, stage, submitted_by, received_at, bytes, length, sha256,
      document, changes, category, event_id)
    SELECT id, incident_id, organization, version, stage, submitted_by, received_at, decode(bytes, 'base64'), length,
      decode(sha256, 'base64'), document, changes, coalesce(category, ''), event_id
    FROM jsonb_to_recordset(decided->'reports') AS r(id uuid, incident_id uuid, organization text, version integer,
      stage text, submitted_by text, received_at timestamptz, bytes text, length integer, sha256 text, document text,
      changes text, category text, event_id uuid);
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
  IF decided ?| ARRAY['added_recipients'] THEN
    INSERT INTO added_recipient (incident_id, organization, police, reason, added_at, event_id)
      SELECT incident_id, organization, police, reason, added_at, event_id
      FROM jsonb_to_recordset(decided->'added_recipients') AS a(incident_id uuid, organization text, police boolean,
        reason text, added_at timestamptz, event_id uuid);
  END IF;
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
  IF decided ?| ARRAY['waivers', 'waiver_decisions'] THEN
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
  END IF;
  INSERT INTO message (id, incident_id, report_id, kind, sender, recipient, obligation_id, clause, sentence, note,
      automatic, sent_at, acknowledge_by, state, revision, alarm_round, alarm_level, alarm_from, event_id)
    SELECT id, incident_id, report_id, kind, sender, recipient, obligation_id, clause, sentence, note,
      automatic, sent_at, acknowledge_by, state, 1, 1, 0, sent_at, event_id
    FROM jsonb_to_recordset(decided->'messages') AS m(id uuid, incident_id uuid, report_id uuid, kind text, sender text,
      recipient text, obligation_id uuid, clause text, sentence integer, note text, automatic boolean,
      sent_at timestamptz, acknowledge_by timestamptz, state text, event_id uuid);
  IF decided ?| ARRAY['acknowledgements', 'obligation_alarms', 'message_alarms'] THEN
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
  END IF;
  IF decided ?| ARRAY['alarms'] THEN
    INSERT INTO alarm (id, code, incident_id, obligation_id, organization, role, level, raised_at, due_at, reason_ja,
        reason_en, clock, subject, round, holder, reached_at, event_id)
      SELECT id, code, incident_id, obligation_id, organization, role, level, raised_at, due_at, reason_ja,
        reason_en, clock, subject, round, holder, reached_at, event_id
      FROM jsonb_to_recordset(decided->'alarms') AS a(id uuid, code text, incident_id uuid, obligation_id uuid,
        organization text, role text, level integer, raised_at timestamptz, due_at timestamptz, reason_ja text,
        reason_en text, clock text, subject uuid, round integer, holder text,
        reached_at timestamptz, event_id uuid);
  END IF;
  INSERT INTO incident_clock (incident_id, rings_at)
    SELECT incident_id, rings_at FROM jsonb_to_recordset(decided->'clocks') AS c(incident_id uuid, rings_at timestamptz)
  ON CONFLICT (incident_id) DO UPDATE SET rings_at = EXCLUDED.rings_at, lease_until = NULL;

  IF decided ?| ARRAY['relay_switches', 'relay_switch_decisions'] THEN
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
  END IF;
  UPDATE body_counter SET last = n.last
    FROM jsonb_to_recordset(decided->'numbers') AS n(organization text, year integer, last bigint)
    WHERE body_counter.organization = n.organization AND body_counter.year = n.year;
  PERFORM apply_parts(decided);

  INSERT INTO idempotency (organization, key, request_sha256, status, etag, body, receipt, answered_at, incident_id)
    SELECT organization, key, decode(sha256, 'hex'), status, etag, decode(body, 'base64'), receipt::jsonb, answered_at, incident_id
    FROM jsonb_to_recordset(decided->'answers') AS a(organization text, key text, sha256 text, status integer,
      etag text, body text, receipt text, answered_at timestamptz, incident_id uuid);

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
      WHEN 'consent' THEN (SELECT true FROM consent t WHERE t.incident_id = e.incident_id LIMIT 1)
      WHEN 'label' THEN coalesce((SELECT true FROM label t WHERE t.id = e.subject AND t.incident_id = e.incident_id LIMIT 1),
        (SELECT true FROM label_change t WHERE t.id = e.subject AND t.incident_id = e.incident_id LIMIT 1))
      WHEN 'delivery' THEN (SELECT true FROM delivery t WHERE t.id = e.subject AND t.incident_id = e.incident_id LIMIT 1)
      ELSE part_act_is_there(e.type, e.incident_id, e.subject)
      END, false)) THEN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'event_without_act',
      MESSAGE = 'an event speaks of something that is not there';
  END IF;
  PERFORM pg_notify('noroshi_event', '');
END
$$;
RESET ROLE;

REVOKE CREATE ON SCHEMA noroshi FROM noroshi_owner, noroshi_apply;
