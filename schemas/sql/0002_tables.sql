-- The tables. Every row that says something happened names the event that made it so (event_id): no act without its
-- event. The reverse is held by apply() in 0005. Times are UTC; texts are UTF-8.
SET LOCAL ROLE noroshi_owner;
SET LOCAL search_path = noroshi, pg_temp;

-- The shown clock: maps the database's time by one row. A rate other than 1 exists only in a folder made for
-- demonstrations. clock() is the only place of the schema that reads the time.
CREATE TABLE clock_setting (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  real_at timestamptz NOT NULL,
  shown_at timestamptz NOT NULL,
  rate double precision NOT NULL CHECK (rate > 0 AND rate <= 1000000)
);
INSERT INTO clock_setting (real_at, shown_at, rate) VALUES ('2000-01-01Z', '2000-01-01Z', 1);

CREATE FUNCTION clock() RETURNS timestamptz LANGUAGE sql VOLATILE PARALLEL RESTRICTED
SET search_path = noroshi, pg_temp AS $$
  SELECT CASE WHEN rate = 1 THEN clock_timestamp() + (shown_at - real_at)
              ELSE shown_at + (clock_timestamp() - real_at) * rate END
  FROM clock_setting
$$;

-- Lets the shown clock run at another rate, once, in a folder where nothing has happened yet.
CREATE FUNCTION set_shown_clock(new_rate double precision) RETURNS void LANGUAGE plpgsql
SET search_path = noroshi, pg_temp AS $$
DECLARE
  present_rate double precision := (SELECT rate FROM clock_setting);
  start timestamptz := clock();
BEGIN
  IF present_rate = new_rate THEN
    RETURN;
  END IF;
  IF present_rate <> 1 OR EXISTS (SELECT FROM event) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'shown_clock_set_once',
      MESSAGE = 'the shown clock of a database is set once, before anything has happened';
  END IF;
  UPDATE clock_setting SET real_at = start, shown_at = start, rate = new_rate;
END
$$;

-- Who may call: id in clear, the secret as SHA-256 of 32 random bytes. Public to the authenticator alone.
CREATE TABLE token (
  id uuid PRIMARY KEY,
  organization text NOT NULL,
  role text NOT NULL CHECK (role IN ('reporter', 'csirt_member', 'csirt_head', 'external_contact', 'exception_officer',
    'ciso', 'section_officer', 'center_liaison', 'police_desk', 'crisis_desk', 'cymat_member', 'auditor', 'operator')),
  name text NOT NULL DEFAULT '' CHECK (length(name) <= 200),
  secret_sha256 bytea NOT NULL CHECK (length(secret_sha256) = 32),
  issued_at timestamptz NOT NULL,
  expires_at timestamptz,
  revoked_at timestamptz
);

-- The record: leaf = final canonical bytes (schemas/events), the columns beside it are copies for finding it. The
-- sequencer alone fills `sequence`, without gaps.
CREATE TABLE event (
  id uuid PRIMARY KEY,
  type text NOT NULL CHECK (length(type) BETWEEN 1 AND 60),
  at timestamptz NOT NULL,
  incident_id uuid NOT NULL,
  organization text NOT NULL DEFAULT '',  -- the actor's; empty: the daemon
  role text NOT NULL DEFAULT '',
  parties text[],                         -- whom it concerns; NULL: everybody who sees the incident
  subject uuid,                           -- obligation, message, report ... it is about
  leaf bytea NOT NULL,
  sequence bigint UNIQUE CHECK (sequence >= 0)
);
CREATE INDEX event_unnumbered ON event (at, id) WHERE sequence IS NULL;
CREATE INDEX event_of_incident ON event (incident_id, at, id);

-- Content that the leaf commits to by SHA-256(salt || value); lawful erasure deletes the row and leaves the leaf.
CREATE TABLE event_opening (
  event_id uuid NOT NULL REFERENCES event,
  field text NOT NULL,
  salt bytea NOT NULL CHECK (length(salt) = 32),
  value bytea NOT NULL,
  PRIMARY KEY (event_id, field)
);

CREATE TABLE body_counter (
  organization text NOT NULL,
  year integer NOT NULL,
  last bigint NOT NULL CHECK (last >= 0),
  PRIMARY KEY (organization, year)
);

CREATE TABLE incident (
  id uuid PRIMARY KEY,
  number text NOT NULL UNIQUE,
  organization text NOT NULL,
  reference text NOT NULL,
  title text NOT NULL,
  exercise boolean NOT NULL,
  recognized_at timestamptz NOT NULL,
  police text NOT NULL,
  state text NOT NULL CHECK (state IN
    ('reported', 'assessed', 'contained', 'recovered', 'reviewed', 'closed', 'dismissed')),
  version integer NOT NULL CHECK (version >= 1),
  latest_report uuid NOT NULL,
  submitted_by text NOT NULL,
  opened_at timestamptz NOT NULL,
  revision integer NOT NULL CHECK (revision >= 1),
  event_id uuid NOT NULL REFERENCES event,
  CONSTRAINT incident_reference_once UNIQUE (organization, reference)
);

-- One row a version. `bytes` is what was submitted, as received; `document` is the report in force after it.
CREATE TABLE report (
  id uuid PRIMARY KEY,
  incident_id uuid NOT NULL REFERENCES incident DEFERRABLE INITIALLY DEFERRED,
  organization text NOT NULL,
  version integer NOT NULL CHECK (version >= 1),
  stage text NOT NULL CHECK (stage IN ('first', 'followup', 'final', 'correction')),
  submitted_by text NOT NULL,
  received_at timestamptz NOT NULL,
  bytes bytea NOT NULL,
  length integer NOT NULL,
  sha256 bytea NOT NULL CHECK (length(sha256) = 32),
  document text NOT NULL,
  changes text NOT NULL,
  event_id uuid NOT NULL REFERENCES event,
  CONSTRAINT report_version_once UNIQUE (incident_id, version),
  CONSTRAINT report_first_is_version_one CHECK ((stage = 'first') = (version = 1)),
  CONSTRAINT report_bytes_whole CHECK (length(bytes) = length)
);
ALTER TABLE report ALTER COLUMN bytes SET COMPRESSION lz4, ALTER COLUMN document SET COMPRESSION lz4;

-- What a body's CSIRT held of the case, and when; the highest revision of a body is in force.
CREATE TABLE judgement (
  id uuid PRIMARY KEY,
  incident_id uuid NOT NULL REFERENCES incident,
  organization text NOT NULL,
  of_originator boolean NOT NULL,
  revision integer NOT NULL,
  assessment text NOT NULL CHECK (assessment IN ('incident', 'possible', 'not_incident')),
  cyberattack text NOT NULL CHECK (cyberattack IN ('yes', 'possible', 'no', 'unknown')),
  large_scale text[] NOT NULL,  -- 'property/feared/may_be'
  assessment_reason text NOT NULL,
  cyberattack_reason text NOT NULL,
  made_at timestamptz NOT NULL,
  event_id uuid NOT NULL REFERENCES event,
  CONSTRAINT judgement_no_attack_no_cell CHECK (cyberattack <> 'no' OR large_scale = '{}'),
  CONSTRAINT judgement_reasons CHECK ((assessment <> 'not_incident' OR assessment_reason <> '')
    AND (cyberattack <> 'no' OR cyberattack_reason <> '')),
  UNIQUE (incident_id, organization, revision)
);

CREATE TABLE incident_access (
  incident_id uuid NOT NULL REFERENCES incident,
  organization text NOT NULL,
  scope text NOT NULL CHECK (scope IN ('content', 'duties')),
  stands_for text[] NOT NULL,  -- itself, and the body it succeeded
  since timestamptz NOT NULL,
  because text NOT NULL,
  event_id uuid NOT NULL REFERENCES event,
  PRIMARY KEY (incident_id, organization)
);
CREATE INDEX incident_access_of_body ON incident_access (organization, incident_id);

CREATE TABLE added_recipient (
  incident_id uuid NOT NULL REFERENCES incident,
  organization text NOT NULL,
  police boolean NOT NULL,
  reason text NOT NULL,
  added_at timestamptz NOT NULL,
  event_id uuid NOT NULL REFERENCES event,
  PRIMARY KEY (incident_id, organization)
);

CREATE TABLE obligation (
  id uuid PRIMARY KEY,
  incident_id uuid NOT NULL REFERENCES incident,
  edition text NOT NULL,
  rule text NOT NULL,
  clause text NOT NULL,
  sentence integer NOT NULL CHECK (sentence BETWEEN 0 AND 9),
  holder text NOT NULL,
  recipient text NOT NULL,
  self boolean NOT NULL,
  inner_duty boolean NOT NULL,
  opens_on text NOT NULL CHECK (opens_on IN ('assessment', 'receipt')),
  opened_at timestamptz NOT NULL,
  due_at timestamptz NOT NULL,
  state text NOT NULL CHECK (state IN ('open', 'fulfilled', 'waived', 'superseded')),
  occasion integer NOT NULL CHECK (occasion >= 1),
  formerly text NOT NULL,
  recipient_formerly text NOT NULL,
  because jsonb NOT NULL,
  fulfilled_at timestamptz,
  acknowledged_at timestamptz,
  revision integer NOT NULL CHECK (revision >= 1),
  event_id uuid NOT NULL REFERENCES event,  -- of the last change
  CONSTRAINT obligation_once UNIQUE (incident_id, clause, sentence, holder, recipient, rule),
  CONSTRAINT obligation_fulfilled_has_time CHECK ((state = 'fulfilled') = (fulfilled_at IS NOT NULL)),
  CONSTRAINT obligation_inner_stays_inside CHECK (NOT inner_duty OR holder = recipient)
);
CREATE INDEX obligation_open_of_holder ON obligation (holder, due_at) WHERE state = 'open';
CREATE INDEX obligation_open_of_incident ON obligation (incident_id, due_at) WHERE state = 'open';

CREATE TABLE fulfillment (
  id uuid PRIMARY KEY,
  obligation_id uuid NOT NULL REFERENCES obligation,
  incident_id uuid NOT NULL REFERENCES incident,
  method text NOT NULL CHECK (method IN ('relay', 'report', 'telephone', 'in_person', 'police_report', 'consultation',
    'decided_not_needed', 'done', 'judgement')),
  at timestamptz NOT NULL,
  note text NOT NULL,
  reference text NOT NULL,
  late_by interval NOT NULL CHECK (late_by >= interval '0'),
  organization text NOT NULL,
  role text NOT NULL,
  name text NOT NULL,
  token uuid,
  recorded_at timestamptz NOT NULL,
  event_id uuid NOT NULL REFERENCES event,
  CONSTRAINT fulfillment_not_needed_by_head CHECK (method <> 'decided_not_needed' OR (role = 'csirt_head' AND note <> ''))
);

-- A duty that is reopened is met again: the latest is the one in force.
CREATE INDEX fulfillment_of_obligation ON fulfillment (obligation_id, recorded_at);

CREATE TABLE waiver (
  id uuid PRIMARY KEY,
  obligation_id uuid NOT NULL REFERENCES obligation,
  incident_id uuid NOT NULL REFERENCES incident,
  reason text NOT NULL CHECK (reason <> ''),
  asked_by uuid,
  asked_by_name text NOT NULL,
  asked_at timestamptz NOT NULL,
  decision text NOT NULL CHECK (decision IN ('pending', 'approved', 'rejected')),
  decided_by uuid,
  decided_by_name text NOT NULL DEFAULT '',
  decision_reason text NOT NULL DEFAULT '',
  decided_at timestamptz,
  event_id uuid NOT NULL REFERENCES event,
  CONSTRAINT waiver_decided_has_decider CHECK ((decision = 'pending') = (decided_at IS NULL)),
  -- 2.1.1(8)(a)(ア): who asks and who approves differ.
  CONSTRAINT waiver_four_eyes CHECK (decision = 'pending' OR decided_by IS DISTINCT FROM asked_by)
);
CREATE INDEX waiver_of_obligation ON waiver (obligation_id);
CREATE UNIQUE INDEX waiver_one_pending ON waiver (obligation_id) WHERE decision = 'pending';

CREATE TABLE message (
  id uuid PRIMARY KEY,
  incident_id uuid NOT NULL REFERENCES incident,
  report_id uuid NOT NULL REFERENCES report,
  kind text NOT NULL CHECK (kind IN ('report', 'relay', 'notice', 'alarm')),
  sender text NOT NULL,
  recipient text NOT NULL,
  obligation_id uuid REFERENCES obligation,
  clause text NOT NULL,
  sentence integer NOT NULL,
  note text NOT NULL,
  sent_at timestamptz NOT NULL,
  state text NOT NULL CHECK (state IN ('queued', 'sent', 'delivered', 'dead')),
  acknowledged_at timestamptz,
  acknowledged_by text NOT NULL DEFAULT '',
  acknowledgement_note text NOT NULL DEFAULT '',
  revision integer NOT NULL CHECK (revision >= 1),
  event_id uuid NOT NULL REFERENCES event,
  CONSTRAINT message_acknowledged_by_somebody CHECK ((acknowledged_at IS NULL) = (acknowledged_by = ''))
);
CREATE INDEX message_inbox ON message (recipient, sent_at, id);
CREATE INDEX message_of_incident ON message (incident_id);

CREATE TABLE alarm (
  id uuid PRIMARY KEY,
  code text NOT NULL,
  incident_id uuid NOT NULL REFERENCES incident,
  obligation_id uuid REFERENCES obligation,
  organization text NOT NULL,
  role text NOT NULL DEFAULT '',
  level integer NOT NULL DEFAULT 0,
  raised_at timestamptz NOT NULL,
  due_at timestamptz,
  reason_ja text NOT NULL,
  reason_en text NOT NULL,
  event_id uuid NOT NULL REFERENCES event
);
CREATE INDEX alarm_of_incident ON alarm (incident_id);

-- Messages on their way through a channel beside the inbox (which the commit itself reaches). Claimed by state with a
-- lease; `token` fences a worker that slept past its lease.
CREATE TABLE outbox (
  message_id uuid NOT NULL REFERENCES message,
  channel text NOT NULL,
  state text NOT NULL CHECK (state IN ('queued', 'sent', 'delivered', 'dead')),
  attempts integer NOT NULL DEFAULT 0,
  next_at timestamptz NOT NULL,
  lease_until timestamptz,
  token bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (message_id, channel)
) WITH (fillfactor = 70);
CREATE INDEX outbox_due ON outbox (next_at) WHERE state IN ('queued', 'sent');

-- An attempt is a row before anything is sent, and closed after.
CREATE TABLE attempt (
  id uuid PRIMARY KEY,
  message_id uuid NOT NULL,
  channel text NOT NULL,
  token bigint NOT NULL,
  started_at timestamptz NOT NULL,
  ended_at timestamptz,
  outcome text CHECK (outcome IN ('delivered', 'sent', 'failed', 'refused')),
  cause text NOT NULL DEFAULT '',
  FOREIGN KEY (message_id, channel) REFERENCES outbox,
  CONSTRAINT attempt_ended_has_outcome CHECK ((ended_at IS NULL) = (outcome IS NULL))
);

-- The answers given, by the caller's body and its key, for ever.
CREATE TABLE idempotency (
  organization text NOT NULL,
  key text NOT NULL,
  request_sha256 bytea NOT NULL CHECK (length(request_sha256) = 32),
  status integer NOT NULL CHECK (status BETWEEN 200 AND 299),
  etag text NOT NULL,
  body bytea NOT NULL,
  answered_at timestamptz NOT NULL,
  PRIMARY KEY (organization, key)
);

CREATE TABLE sequencer (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  holder uuid,
  lease_until timestamptz,
  token bigint NOT NULL DEFAULT 0,
  next_sequence bigint NOT NULL DEFAULT 0
);
INSERT INTO sequencer DEFAULT VALUES;

RESET ROLE;
