-- What PostgreSQL alone stores of an accepted report: the same rows of report, obligation, message and event, with their keys,
-- foreign keys and indexes. No constraint of an event upon its act, no transition, no row-level security, no role.
CREATE SEQUENCE ids;
-- Keys in the order of time, as the daemon's are.
CREATE FUNCTION next_id() RETURNS uuid LANGUAGE sql VOLATILE AS $$ SELECT lpad(to_hex(nextval('ids')), 32, '0')::uuid $$;

CREATE TABLE event (
  id uuid PRIMARY KEY, type text NOT NULL, at timestamptz NOT NULL, incident_id uuid NOT NULL, organization text NOT NULL,
  role text NOT NULL, subject uuid, leaf bytea NOT NULL);
CREATE INDEX event_of_incident ON event (incident_id, at, id);
CREATE TABLE report (
  id uuid PRIMARY KEY, incident_id uuid NOT NULL UNIQUE, key text NOT NULL, organization text NOT NULL, reference text NOT NULL,
  version integer NOT NULL, stage text NOT NULL, received_at timestamptz NOT NULL, bytes bytea NOT NULL, length integer NOT NULL,
  sha256 bytea NOT NULL, document text NOT NULL, event_id uuid NOT NULL REFERENCES event DEFERRABLE INITIALLY DEFERRED,
  UNIQUE (organization, key), UNIQUE (organization, reference));
CREATE TABLE obligation (
  id uuid PRIMARY KEY, incident_id uuid NOT NULL REFERENCES report (incident_id) DEFERRABLE INITIALLY DEFERRED,
  edition text NOT NULL, rule text NOT NULL, clause text NOT NULL, sentence integer NOT NULL, holder text NOT NULL,
  recipient text NOT NULL, self boolean NOT NULL, inner_duty boolean NOT NULL, opens_on text NOT NULL,
  opened_at timestamptz NOT NULL, due_at timestamptz NOT NULL, state text NOT NULL, occasion integer NOT NULL,
  because jsonb NOT NULL, fulfilled_at timestamptz, revision integer NOT NULL,
  event_id uuid NOT NULL REFERENCES event DEFERRABLE INITIALLY DEFERRED,
  UNIQUE (incident_id, clause, sentence, holder, recipient, rule));
CREATE INDEX obligation_open_of_holder ON obligation (holder, due_at) WHERE state = 'open';
CREATE INDEX obligation_open_of_incident ON obligation (incident_id, due_at) WHERE state = 'open';
CREATE TABLE message (
  id uuid PRIMARY KEY, incident_id uuid NOT NULL REFERENCES report (incident_id) DEFERRABLE INITIALLY DEFERRED,
  report_id uuid NOT NULL REFERENCES report DEFERRABLE INITIALLY DEFERRED, kind text NOT NULL, sender text NOT NULL,
  recipient text NOT NULL, clause text NOT NULL, sentence integer NOT NULL, sent_at timestamptz NOT NULL, state text NOT NULL,
  revision integer NOT NULL, event_id uuid NOT NULL REFERENCES event DEFERRABLE INITIALLY DEFERRED);
CREATE INDEX message_inbox ON message (recipient, sent_at, id);
CREATE INDEX message_of_incident ON message (incident_id);

CREATE TABLE event_opening (
  event_id uuid NOT NULL REFERENCES event DEFERRABLE INITIALLY DEFERRED, field text NOT NULL, salt bytea NOT NULL,
  value bytea NOT NULL, PRIMARY KEY (event_id, field));

CREATE TABLE chain_head (id integer PRIMARY KEY, head bytea NOT NULL);
INSERT INTO chain_head VALUES (1, sha256(''));
CREATE TABLE bare (id bigserial PRIMARY KEY, bytes bytea NOT NULL);
