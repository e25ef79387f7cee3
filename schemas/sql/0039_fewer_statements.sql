-- What an accepted report costs the database, once more. Each statement of apply() costs its beginning and its end, also where it
-- has nothing to write: what a decision seldom brings stands behind a question.
GRANT CREATE ON SCHEMA noroshi TO noroshi_owner, noroshi_apply;

SET LOCAL ROLE noroshi_owner;
SET LOCAL search_path = noroshi, pg_temp;

-- Numbering enters each event anew into every index. A case has few events: that of its times finds them for its numbers as well.
DROP INDEX event_numbered_of_incident;
-- Half of the rows of events are dead by design, one version before the number. A vacuum at every twentieth goes through all
-- indexes for too little.
ALTER TABLE event SET (autovacuum_vacuum_scale_factor = 0.2);

RESET ROLE;

SET LOCAL ROLE noroshi_apply;
SET LOCAL search_path = noroshi, pg_temp;

-- An obligation is opened once and changed now and then. ON CONFLICT would enter each new one provisionally, confirm it, and ask
-- for the policies of a change.
CREATE FUNCTION apply_obligations(decided jsonb) RETURNS void LANGUAGE plpgsql SET search_path = noroshi, pg_temp AS $$
DECLARE
  opened bigint;
BEGIN
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
    WHERE NOT EXISTS (SELECT FROM obligation t WHERE t.id = o.id);
  GET DIAGNOSTICS opened = ROW_COUNT;
  IF opened = jsonb_array_length(decided->'obligations') THEN
    RETURN;
  END IF;
  UPDATE obligation SET holder = o.holder, recipient = o.recipient, opened_at = o.opened_at, due_at = o.due_at,
      target = make_interval(secs => o.target_seconds), state = o.state, occasion = o.occasion, alarm_round = o.alarm_round,
      alarm_level = o.alarm_level, alarm_from = o.alarm_from, alarm_due = o.alarm_due, formerly = o.formerly,
      recipient_formerly = o.recipient_formerly, because = o.because, fulfilled_at = o.fulfilled_at,
      acknowledged_at = o.acknowledged_at, revision = o.revision, event_id = o.event_id
    FROM jsonb_to_recordset(decided->'obligations') AS o(id uuid, holder text, recipient text, opened_at timestamptz,
      due_at timestamptz, state text, occasion integer, formerly text, recipient_formerly text, because jsonb,
      fulfilled_at timestamptz, acknowledged_at timestamptz, revision integer, target_seconds bigint, alarm_round integer,
      alarm_level integer, alarm_from timestamptz, alarm_due timestamptz, event_id uuid)
    WHERE obligation.id = o.id AND obligation.event_id <> o.event_id;
END
$$;
REVOKE ALL ON FUNCTION apply_obligations(jsonb) FROM PUBLIC;

CREATE OR REPLACE FUNCTION apply_information(decided jsonb) RETURNS void LANGUAGE plpgsql SET search_path = noroshi, pg_temp AS $$
DECLARE
  erasure record;
BEGIN
  IF decided ? 'labels' THEN
    INSERT INTO label (id, incident_id, own_label, confidentiality, integrity, availability, rule, ground, restrictions, given_by,
        given_by_name, given_at, event_id)
      SELECT id, incident_id, own_label, confidentiality, integrity, availability, rule, ground, restrictions, given_by,
        given_by_name, given_at, event_id
      FROM jsonb_to_recordset(decided->'labels') AS l(id uuid, incident_id uuid, own_label text, confidentiality integer,
        integrity integer, availability integer, rule text, ground text, restrictions text[], given_by uuid, given_by_name text,
        given_at timestamptz, event_id uuid);
  END IF;
  IF decided ? 'consents' THEN
    INSERT INTO consent (incident_id, consents, stated_at, event_id)
      SELECT incident_id, consents, stated_at, event_id
      FROM jsonb_to_recordset(decided->'consents') AS c(incident_id uuid, consents boolean, stated_at timestamptz, event_id uuid)
    ON CONFLICT (incident_id) DO UPDATE SET consents = EXCLUDED.consents, stated_at = EXCLUDED.stated_at,
        event_id = EXCLUDED.event_id;
  END IF;
  IF decided ?| ARRAY['label_changes', 'label_change_decisions', 'label_mappings', 'label_mapping_withdrawals'] THEN
    INSERT INTO label_change (id, incident_id, organization, own_label, confidentiality, integrity, availability, reason, asked_by,
        asked_by_name, asked_at, event_id)
      SELECT id, incident_id, organization, own_label, confidentiality, integrity, availability, reason, asked_by, asked_by_name,
        asked_at, event_id
      FROM jsonb_to_recordset(decided->'label_changes') AS c(id uuid, incident_id uuid, organization text, own_label text,
        confidentiality integer, integrity integer, availability integer, reason text, asked_by uuid, asked_by_name text,
        asked_at timestamptz, event_id uuid);
    UPDATE label_change SET decision = d.decision, decided_by = d.decided_by, decided_by_name = d.decided_by_name,
        decision_reason = d.decision_reason, decided_at = d.decided_at, event_id = d.event_id
      FROM jsonb_to_recordset(decided->'label_change_decisions') AS d(id uuid, decision text, decided_by uuid,
        decided_by_name text, decision_reason text, decided_at timestamptz, event_id uuid)
      WHERE label_change.id = d.id;
    INSERT INTO label_mapping (id, organization, own_label, confidentiality, integrity, availability, set_by_name, set_at, event_id)
      SELECT id, organization, own_label, confidentiality, integrity, availability, set_by_name, set_at, event_id
      FROM jsonb_to_recordset(decided->'label_mappings') AS m(id uuid, organization text, own_label text, confidentiality integer,
        integrity integer, availability integer, set_by_name text, set_at timestamptz, event_id uuid);
    UPDATE label_mapping SET withdrawn_at = w.withdrawn_at, withdrawn_by_name = w.withdrawn_by_name,
        withdrawal_reason = w.withdrawal_reason, event_id = w.event_id
      FROM jsonb_to_recordset(decided->'label_mapping_withdrawals') AS w(id uuid, withdrawn_at timestamptz, withdrawn_by_name text,
        withdrawal_reason text, event_id uuid)
      WHERE label_mapping.id = w.id;
  END IF;
  IF decided ?| ARRAY['sealing_keys', 'sealing_key_decisions', 'sealing_key_revocations'] THEN
    INSERT INTO sealing_key (id, organization, key_id, public_key, name, asked_by, asked_by_name, asked_at, event_id)
      SELECT id, organization, key_id, public_key, name, asked_by, asked_by_name, asked_at, event_id
      FROM jsonb_to_recordset(decided->'sealing_keys') AS k(id uuid, organization text, key_id text, public_key text, name text,
        asked_by uuid, asked_by_name text, asked_at timestamptz, event_id uuid);
    UPDATE sealing_key SET state = d.state, decided_by = d.decided_by, decided_by_name = d.decided_by_name,
        decision_reason = d.decision_reason, decided_at = d.decided_at, revision = d.revision, event_id = d.event_id
      FROM jsonb_to_recordset(decided->'sealing_key_decisions') AS d(id uuid, state text, decided_by uuid, decided_by_name text,
        decision_reason text, decided_at timestamptz, revision integer, event_id uuid)
      WHERE sealing_key.id = d.id;
    UPDATE sealing_key SET state = 'revoked', revoked_at = r.revoked_at, revoked_by_name = r.revoked_by_name,
        revocation_reason = r.revocation_reason, revision = r.revision, event_id = r.event_id
      FROM jsonb_to_recordset(decided->'sealing_key_revocations') AS r(id uuid, revoked_at timestamptz, revoked_by_name text,
        revocation_reason text, revision integer, event_id uuid)
      WHERE sealing_key.id = r.id;
  END IF;
  IF decided ?| ARRAY['annexes', 'annex_alarms', 'annex_decisions', 'annex_seals', 'annex_unreadables', 'annex_contents'] THEN
    INSERT INTO annex (id, incident_id, organization, title, permit_by, asked_by, asked_by_name, asked_at, alarm_from, event_id)
      SELECT id, incident_id, organization, title, permit_by, asked_by, asked_by_name, asked_at, asked_at, event_id
      FROM jsonb_to_recordset(decided->'annexes') AS a(id uuid, incident_id uuid, organization text, title text,
        permit_by timestamptz, asked_by uuid, asked_by_name text, asked_at timestamptz, event_id uuid);
    UPDATE annex SET alarm_round = l.alarm_round, alarm_level = l.alarm_level, alarm_from = l.alarm_from, event_id = l.event_id
      FROM jsonb_to_recordset(decided->'annex_alarms') AS l(id uuid, alarm_round integer, alarm_level integer,
        alarm_from timestamptz, event_id uuid)
      WHERE annex.id = l.id;
    UPDATE annex SET state = d.state, decided_by = d.decided_by, decided_by_name = d.decided_by_name,
        decision_reason = d.decision_reason, decided_at = d.decided_at, revision = d.revision, event_id = d.event_id
      FROM jsonb_to_recordset(decided->'annex_decisions') AS d(id uuid, state text, decided_by uuid, decided_by_name text,
        decision_reason text, decided_at timestamptz, revision integer, event_id uuid)
      WHERE annex.id = d.id;
    UPDATE annex SET state = 'sealed', sealed_at = s.sealed_at, sealed_by_name = s.sealed_by_name, sha256 = s.sha256, size = s.size,
        receivers = s.receivers, key_ids = s.key_ids, unreadable_to = s.unreadable_to, revision = s.revision, event_id = s.event_id
      FROM jsonb_to_recordset(decided->'annex_seals') AS s(id uuid, sealed_at timestamptz, sealed_by_name text, sha256 text,
        size bigint, receivers text[], key_ids text[], unreadable_to text[], revision integer, event_id uuid)
      WHERE annex.id = s.id;
    UPDATE annex SET unreadable_to = u.unreadable_to, revision = u.revision, event_id = u.event_id
      FROM jsonb_to_recordset(decided->'annex_unreadables') AS u(id uuid, unreadable_to text[], revision integer, event_id uuid)
      WHERE annex.id = u.id;
    INSERT INTO annex_content (annex_id, incident_id, content)
      SELECT annex_id, incident_id, decode(content, 'base64')
      FROM jsonb_to_recordset(decided->'annex_contents') AS c(annex_id uuid, incident_id uuid, content text)
    ON CONFLICT (annex_id) DO UPDATE SET content = EXCLUDED.content;
  END IF;
  IF decided ? 'attachments' THEN
    INSERT INTO attachment (id, incident_id, organization, name, media_type, sha256, size, added_by_name, added_at, event_id)
      SELECT id, incident_id, organization, name, media_type, sha256, size, added_by_name, added_at, event_id
      FROM jsonb_to_recordset(decided->'attachments') AS a(id uuid, incident_id uuid, organization text, name text, media_type text,
        sha256 text, size bigint, added_by_name text, added_at timestamptz, event_id uuid);
  END IF;
  IF decided ?| ARRAY['withholdings', 'releases'] THEN
    INSERT INTO withholding (id, incident_id, organization, from_organization, members, reason, until, withheld_by_name,
        withheld_at, event_id)
      SELECT id, incident_id, organization, from_organization, members, reason, until, withheld_by_name, withheld_at, event_id
      FROM jsonb_to_recordset(decided->'withholdings') AS w(id uuid, incident_id uuid, organization text, from_organization text,
        members text[], reason text, until timestamptz, withheld_by_name text, withheld_at timestamptz, event_id uuid);
    UPDATE withholding SET released_at = r.released_at, released_by_name = r.released_by_name, release_reason = r.release_reason,
        event_id = r.event_id
      FROM jsonb_to_recordset(decided->'releases') AS r(id uuid, released_at timestamptz, released_by_name text,
        release_reason text, event_id uuid)
      WHERE withholding.id = r.id;
  END IF;
  IF decided ?| ARRAY['inquiries', 'inquiry_alarms', 'inquiry_answers', 'inquiry_withdrawals'] THEN
    INSERT INTO inquiry (id, incident_id, from_organization, to_organization, text, passes_on, asked_by_name, asked_at, due_at,
        alarm_from, event_id)
      SELECT id, incident_id, from_organization, to_organization, text, passes_on, asked_by_name, asked_at, due_at, asked_at,
        event_id
      FROM jsonb_to_recordset(decided->'inquiries') AS i(id uuid, incident_id uuid, from_organization text, to_organization text,
        text text, passes_on uuid, asked_by_name text, asked_at timestamptz, due_at timestamptz, event_id uuid);
    UPDATE inquiry SET alarm_round = l.alarm_round, alarm_level = l.alarm_level, alarm_from = l.alarm_from, event_id = l.event_id
      FROM jsonb_to_recordset(decided->'inquiry_alarms') AS l(id uuid, alarm_round integer, alarm_level integer,
        alarm_from timestamptz, event_id uuid)
      WHERE inquiry.id = l.id;
    UPDATE inquiry SET answered_at = a.answered_at, answered_by_name = a.answered_by_name, answer = a.answer,
        revision = a.revision, event_id = a.event_id
      FROM jsonb_to_recordset(decided->'inquiry_answers') AS a(id uuid, answered_at timestamptz, answered_by_name text,
        answer text, revision integer, event_id uuid)
      WHERE inquiry.id = a.id;
    UPDATE inquiry SET withdrawn_at = w.withdrawn_at, withdrawn_by_name = w.withdrawn_by_name,
        withdrawal_reason = w.withdrawal_reason, revision = w.revision, event_id = w.event_id
      FROM jsonb_to_recordset(decided->'inquiry_withdrawals') AS w(id uuid, withdrawn_at timestamptz, withdrawn_by_name text,
        withdrawal_reason text, revision integer, event_id uuid)
      WHERE inquiry.id = w.id;
  END IF;
  IF decided ?| ARRAY['notices', 'notice_answers', 'notice_links'] THEN
    INSERT INTO notice (id, from_organization, to_organization, text, passes_on, given_by_name, given_at, event_id)
      SELECT id, from_organization, to_organization, text, passes_on, given_by_name, given_at, event_id
      FROM jsonb_to_recordset(decided->'notices') AS n(id uuid, from_organization text, to_organization text, text text,
        passes_on uuid, given_by_name text, given_at timestamptz, event_id uuid);
    UPDATE notice SET answered_at = a.answered_at, answered_by_name = a.answered_by_name, answer = a.answer,
        revision = a.revision, event_id = a.event_id
      FROM jsonb_to_recordset(decided->'notice_answers') AS a(id uuid, answered_at timestamptz, answered_by_name text,
        answer text, revision integer, event_id uuid)
      WHERE notice.id = a.id;
    INSERT INTO notice_link (incident_id, notice_id, linked_by_name, linked_at, event_id)
      SELECT incident_id, notice_id, linked_by_name, linked_at, event_id
      FROM jsonb_to_recordset(decided->'notice_links') AS l(incident_id uuid, notice_id uuid, linked_by_name text,
        linked_at timestamptz, event_id uuid);
  END IF;

  -- After erase_content() (0016), which has looked at the request, the decision and the retention.
  IF decided ? 'erasure_decisions' THEN
    FOR erasure IN
      SELECT e.id, e.incident_id FROM jsonb_to_recordset(decided->'erasure_decisions') AS d(id uuid)
      JOIN erasure e ON e.id = d.id WHERE e.decision = 'approved'
    LOOP
      PERFORM set_config('noroshi.erasing', erasure.id::text, true);
      UPDATE label t SET own_label = erased_text(own_label),
        restrictions = CASE WHEN restrictions = '{}' THEN restrictions ELSE ARRAY['erased'] END WHERE t.incident_id = erasure.incident_id;
      UPDATE label_change t SET own_label = erased_text(own_label), reason = erased_text(reason),
        decision_reason = erased_text(decision_reason) WHERE t.incident_id = erasure.incident_id;
      UPDATE annex t SET title = erased_text(title), decision_reason = erased_text(decision_reason), sha256 = erased_text(sha256)
        WHERE t.incident_id = erasure.incident_id;
      DELETE FROM annex_content t WHERE t.incident_id = erasure.incident_id;
      UPDATE attachment t SET name = erased_text(name), media_type = erased_text(media_type), sha256 = erased_text(sha256)
        WHERE t.incident_id = erasure.incident_id;
      UPDATE withholding t SET reason = erased_text(reason), release_reason = erased_text(release_reason)
        WHERE t.incident_id = erasure.incident_id;
      UPDATE inquiry t SET text = erased_text(text), answer = erased_text(answer), withdrawal_reason = erased_text(withdrawal_reason)
        WHERE t.incident_id = erasure.incident_id;
      PERFORM set_config('noroshi.erasing', '', true);
    END LOOP;
  END IF;
END
$$;

CREATE OR REPLACE FUNCTION apply_content_keys(decided jsonb) RETURNS void LANGUAGE plpgsql SET search_path = noroshi, pg_temp AS $$
BEGIN
  INSERT INTO content_key (incident_id, organization, epoch, wrapped)
    SELECT incident_id, organization, epoch, decode(wrapped, 'base64')
    FROM jsonb_to_recordset(decided->'content_keys') AS k(incident_id uuid, organization text, epoch text, wrapped text);
END
$$;

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
  IF decided ? 'obligations' THEN
    PERFORM apply_obligations(decided);
  END IF;
  IF decided ? 'fulfillments' THEN
    INSERT INTO fulfillment (id, obligation_id, incident_id, method, at, note, reference, late_by, organization, role, name,
        token, recorded_at, event_id)
      SELECT id, obligation_id, incident_id, method, at, note, reference, make_interval(secs => late_seconds), organization,
        role, name, token, recorded_at, event_id
      FROM jsonb_to_recordset(decided->'fulfillments') AS f(id uuid, obligation_id uuid, incident_id uuid, method text,
        at timestamptz, note text, reference text, late_seconds bigint, organization text, role text, name text,
        token uuid, recorded_at timestamptz, event_id uuid);
  END IF;
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
