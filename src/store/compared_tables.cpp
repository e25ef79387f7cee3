#include "src/store/compared_tables.h"

#include <algorithm>

namespace noroshi::store {
namespace compared_tables {
namespace {
using enum Column::Kind;

const ComparedTable judgement{
    "judgement",
    {"id"},
    {"refold_judgements",
     "SELECT id, incident_id, organization, of_originator, revision, assessment, cyberattack, large_scale, "
     "assessment_reason, cyberattack_reason, made_at, event_id FROM judgement WHERE incident_id = ANY ($1::uuid[])"},
    "incident_id",
    {{"id"},
     {"incident_id"},
     {"organization"},
     {"of_originator", flag},
     {"revision"},
     {"assessment"},
     {"cyberattack"},
     {"large_scale", words},
     {"assessment_reason"},
     {"cyberattack_reason"},
     {"made_at", time},
     {"event_id"}},
    {}};

const ComparedTable access{
    "incident_access",
    {"incident_id", "organization"},
    {"refold_access",
     "SELECT incident_id, organization, scope, stands_for, since, because, event_id FROM incident_access "
     "WHERE incident_id = ANY ($1::uuid[])"},
    "incident_id",
    {{"incident_id"}, {"organization"}, {"scope"}, {"stands_for", words}, {"since", time}, {"because"}, {"event_id"}},
    {}};

const ComparedTable added_recipient{
    "added_recipient",
    {"incident_id", "organization"},
    {"refold_added_recipients",
     "SELECT incident_id, organization, police, reason, added_at, event_id FROM added_recipient "
     "WHERE incident_id = ANY ($1::uuid[])"},
    "incident_id",
    {{"incident_id"}, {"organization"}, {"police", flag}, {"reason"}, {"added_at", time}, {"event_id"}},
    {}};

// `because` as its sentences, Japanese and English by turns; NULL where it is of another shape.
const ComparedTable obligation{
    "obligation",
    {"id"},
    {"refold_obligations",
     "SELECT id, incident_id, edition, rule, clause, sentence, holder, recipient, self, inner_duty, opens_on, "
     "opened_at, "
     "due_at, extract(epoch FROM target)::bigint AS target_seconds, state, occasion, formerly, recipient_formerly, "
     "CASE WHEN jsonb_typeof(because) = 'array' AND because = (SELECT coalesce(jsonb_agg(jsonb_build_object('ja', "
     "r.value->>'ja', 'en', r.value->>'en') ORDER BY r.place), '[]') FROM jsonb_array_elements(CASE WHEN "
     "jsonb_typeof(because) = 'array' THEN because ELSE '[]' END) WITH ORDINALITY AS r(value, place)) THEN "
     "ARRAY(SELECT "
     "s.sentence FROM jsonb_array_elements(because) WITH ORDINALITY AS r(value, place), LATERAL (VALUES (1, "
     "r.value->>'ja'), (2, r.value->>'en')) AS s(language, sentence) ORDER BY r.place, s.language) END AS because, "
     "fulfilled_at, acknowledged_at, revision, alarm_round, alarm_level, alarm_from, alarm_due, event_id "
     "FROM obligation WHERE incident_id = ANY ($1::uuid[])"},
    "incident_id",
    {{"id"},
     {"incident_id"},
     {"edition"},
     {"rule"},
     {"clause"},
     {"sentence"},
     {"holder"},
     {"recipient"},
     {"self", flag},
     {"inner_duty", flag},
     {"opens_on"},
     {"opened_at", time},
     {"due_at", time},
     {"target_seconds"},
     {"state"},
     {"occasion"},
     {"formerly"},
     {"recipient_formerly"},
     {"because", words},
     {"fulfilled_at", time},
     {"acknowledged_at", time},
     {"revision"},
     {"alarm_round"},
     {"alarm_level"},
     {"alarm_from", time},
     {"alarm_due", time},
     {"event_id"}},
    {}};

const ComparedTable fulfillment{
    "fulfillment",
    {"id"},
    {"refold_fulfillments",
     "SELECT o.incident_id AS of_incident, f.id, f.obligation_id, f.incident_id, f.method, f.at, f.note, f.reference, "
     "extract(epoch FROM f.late_by)::bigint AS late_seconds, f.organization, f.role, f.name, f.token, f.recorded_at, "
     "f.event_id FROM obligation o JOIN fulfillment f ON f.obligation_id = o.id WHERE o.incident_id = ANY "
     "($1::uuid[])"},
    "of_incident",
    {{"id"},
     {"obligation_id"},
     {"incident_id"},
     {"method"},
     {"at", time},
     {"note"},
     {"reference"},
     {"late_seconds"},
     {"organization"},
     {"role"},
     {"name"},
     {"token"},
     {"recorded_at", time},
     {"event_id"}},
    {}};

const ComparedTable waiver{
    "waiver",
    {"id"},
    {"refold_waivers",
     "SELECT o.incident_id AS of_incident, w.id, w.obligation_id, w.incident_id, w.reason, w.asked_by, "
     "w.asked_by_name, "
     "w.asked_at, w.decision, w.decided_by, w.decided_by_name, w.decision_reason, w.decided_at, w.event_id "
     "FROM obligation o JOIN waiver w ON w.obligation_id = o.id WHERE o.incident_id = ANY ($1::uuid[])"},
    "of_incident",
    {{"id"},
     {"obligation_id"},
     {"incident_id"},
     {"reason"},
     {"asked_by"},
     {"asked_by_name"},
     {"asked_at", time},
     {"decision"},
     {"decided_by"},
     {"decided_by_name"},
     {"decision_reason"},
     {"decided_at", time},
     {"event_id"}},
    {{"decision", "pending"},
     {"decided_by", nullptr},
     {"decided_by_name", ""},
     {"decision_reason", ""},
     {"decided_at", nullptr}}};

const ComparedTable message{
    "message",
    {"id"},
    {"refold_messages",
     "SELECT id, incident_id, report_id, kind, sender, recipient, obligation_id, clause, sentence, note, automatic, "
     "sent_at, acknowledge_by, state, acknowledged_at, acknowledged_by, acknowledgement_note, revision, alarm_round, "
     "alarm_level, alarm_from, successor, event_id FROM message WHERE incident_id = ANY ($1::uuid[])"},
    "incident_id",
    {{"id"},
     {"incident_id"},
     {"report_id"},
     {"kind"},
     {"sender"},
     {"recipient"},
     {"obligation_id"},
     {"clause"},
     {"sentence"},
     {"note"},
     {"automatic", flag},
     {"sent_at", time},
     {"acknowledge_by", time},
     {"state"},
     {"acknowledged_at", time},
     {"acknowledged_by"},
     {"acknowledgement_note"},
     {"revision"},
     {"alarm_round"},
     {"alarm_level"},
     {"alarm_from", time},
     {"successor"},
     {"event_id"}},
    {{"acknowledged_at", nullptr},
     {"acknowledged_by", ""},
     {"acknowledgement_note", ""},
     {"successor", ""},
     {"revision", "1"},
     {"alarm_round", "1"},
     {"alarm_level", "0"},
     {"alarm_from", "=sent_at"}}};

const ComparedTable alarm{
    "alarm",
    {"id"},
    {"refold_alarms",
     "SELECT id, code, incident_id, obligation_id, organization, role, level, raised_at, due_at, reason_ja, reason_en, "
     "clock, subject, round, holder, reached_at, event_id FROM alarm WHERE incident_id = ANY ($1::uuid[])"},
    "incident_id",
    {{"id"},
     {"code"},
     {"incident_id"},
     {"obligation_id"},
     {"organization"},
     {"role"},
     {"level"},
     {"raised_at", time},
     {"due_at", time},
     {"reason_ja"},
     {"reason_en"},
     {"clock"},
     {"subject"},
     {"round"},
     {"holder"},
     {"reached_at", time},
     {"event_id"}},
    {}};

const ComparedTable erasure{
    "erasure",
    {"id"},
    {"refold_erasures",
     "SELECT id, incident_id, organization, reason, asked_by, asked_by_name, asked_at, decision, decided_by, "
     "decided_by_name, decision_reason, decided_at, retention_class, retained_until, event_id FROM erasure "
     "WHERE incident_id = ANY ($1::uuid[])"},
    "incident_id",
    {{"id"},
     {"incident_id"},
     {"organization"},
     {"reason"},
     {"asked_by"},
     {"asked_by_name"},
     {"asked_at", time},
     {"decision"},
     {"decided_by"},
     {"decided_by_name"},
     {"decision_reason"},
     {"decided_at", time},
     {"retention_class"},
     {"retained_until", time},
     {"event_id"}},
    {{"decision", "pending"},
     {"decided_by", nullptr},
     {"decided_by_name", ""},
     {"decision_reason", ""},
     {"decided_at", nullptr},
     {"retention_class", ""},
     {"retained_until", nullptr}}};

const ComparedTable cymat_request{
    "cymat_request",
    {"id"},
    {"refold_cymat_requests",
     "SELECT id, incident_id, organization, supported, through, center, reason, priority, state, requested_at, "
     "requested_by_name, forwarded_at, received_at, ruling, united_response, decision_reason, decided_at, decided_by_name, "
     "dispatched_at, ended_at, end_reason, report, revision, event_id FROM cymat_request "
     "WHERE incident_id = ANY ($1::uuid[])"},
    "incident_id",
    {{"id"},
     {"incident_id"},
     {"organization"},
     {"supported"},
     {"through"},
     {"center"},
     {"reason"},
     {"priority"},
     {"state"},
     {"requested_at", time},
     {"requested_by_name"},
     {"forwarded_at", time},
     {"received_at", time},
     {"ruling"},
     {"united_response", flag},
     {"decision_reason"},
     {"decided_at", time},
     {"decided_by_name"},
     {"dispatched_at", time},
     {"ended_at", time},
     {"end_reason"},
     {"report"},
     {"revision"},
     {"event_id"}},
    {{"decided_by_name", ""}}};

const ComparedTable cymat_member{
    "cymat_member",
    {"id"},
    {"refold_cymat_members",
     "SELECT id, request_id, incident_id, organization, person, name, lead, trained, cleared, of_affected_body, state, "
     "reason, proposed_at, since, until, event_id FROM cymat_member WHERE incident_id = ANY ($1::uuid[])"},
    "incident_id",
    {{"id"},
     {"request_id"},
     {"incident_id"},
     {"organization"},
     {"person"},
     {"name"},
     {"lead", flag},
     {"trained", flag},
     {"cleared", flag},
     {"of_affected_body", flag},
     {"state"},
     {"reason"},
     {"proposed_at", time},
     {"since", time},
     {"until", time},
     {"event_id"}},
    {}};

const ComparedTable cymat_entry{
    "cymat_entry",
    {"id"},
    {"refold_cymat_entries",
     "SELECT id, request_id, incident_id, kind, text, confidentiality, organization, name, at, event_id FROM cymat_entry "
     "WHERE incident_id = ANY ($1::uuid[])"},
    "incident_id",
    {{"id"},
     {"request_id"},
     {"incident_id"},
     {"kind"},
     {"text"},
     {"confidentiality"},
     {"organization"},
     {"name"},
     {"at", time},
     {"event_id"}},
    {}};

const ComparedTable handling_step{
    "handling_step",
    {"id"},
    {"refold_handling_steps",
     "SELECT id, incident_id, organization, kind, text, person, name, by_delegate, taken_by, role, taken_at, event_id "
     "FROM handling_step WHERE incident_id = ANY ($1::uuid[])"},
    "incident_id",
    {{"id"},
     {"incident_id"},
     {"organization"},
     {"kind"},
     {"text"},
     {"person"},
     {"name"},
     {"by_delegate", flag},
     {"taken_by"},
     {"role"},
     {"taken_at", time},
     {"event_id"}},
    {}};

const ComparedTable instruction{
    "instruction",
    {"id"},
    {"refold_instructions",
     "SELECT id, incident_id, organization, kind, force, addressee, text, answer_by, given_by, given_at, answered_at, "
     "answered_by, carried_out, answer, event_id FROM instruction WHERE incident_id = ANY ($1::uuid[])"},
    "incident_id",
    {{"id"},
     {"incident_id"},
     {"organization"},
     {"kind"},
     {"force"},
     {"addressee"},
     {"text"},
     {"answer_by", time},
     {"given_by"},
     {"given_at", time},
     {"answered_at", time},
     {"answered_by"},
     {"carried_out", flag},
     {"answer"},
     {"event_id"}},
    {{"answered_at", nullptr}, {"answered_by", ""}, {"carried_out", "false"}, {"answer", ""}}};

const ComparedTable platform_link{
    "platform_link",
    {"id"},
    {"refold_platform_links",
     "SELECT id, incident_id, platform, operator_organization, affected_organization, linked_by, linked_at, event_id "
     "FROM platform_link WHERE incident_id = ANY ($1::uuid[])"},
    "incident_id",
    {{"id"},
     {"incident_id"},
     {"platform"},
     {"operator_organization"},
     {"affected_organization"},
     {"linked_by"},
     {"linked_at", time},
     {"event_id"}},
    {}};

const ComparedTable assignment{
    "assignment",
    {"id"},
    {"refold_assignments",
     "SELECT id, incident_id, organization, person, name, function, trained, replaces, note, proposed_at, state, "
     "accepted_at, activated_at, ended_at, duty_until, alarm_round, alarm_level, alarm_from, revision, event_id "
     "FROM assignment WHERE incident_id = ANY ($1::uuid[])"},
    "incident_id",
    {{"id"},
     {"incident_id"},
     {"organization"},
     {"person"},
     {"name"},
     {"function"},
     {"trained", flag},
     {"replaces"},
     {"note"},
     {"proposed_at", time},
     {"state"},
     {"accepted_at", time},
     {"activated_at", time},
     {"ended_at", time},
     {"duty_until", time},
     {"alarm_round"},
     {"alarm_level"},
     {"alarm_from", time},
     {"revision"},
     {"event_id"}},
    {}};

// Without what workers write: when it is tried next, its lease, how often it was tried.
const ComparedTable delivery{
    "delivery",
    {"id"},
    {"refold_deliveries",
     "SELECT id, message_id, incident_id, endpoint_id, organization, channel, state, attempts, cause, queued_at, revision, "
     "event_id FROM delivery WHERE incident_id = ANY ($1::uuid[])"},
    "incident_id",
    {{"id"},
     {"message_id"},
     {"incident_id"},
     {"endpoint_id"},
     {"organization"},
     {"channel"},
     {"state"},
     {"attempts"},
     {"cause"},
     {"queued_at", time},
     {"revision"},
     {"event_id"}},
    {{"state", "queued"}, {"attempts", "0"}, {"cause", ""}, {"revision", "1"}}};

}  // namespace

// Settings as names and values by turns; NULL where they are no object of texts.
const ComparedTable label{
    "label",
    {"id"},
    {"refold_label",
     "SELECT id, incident_id, own_label, confidentiality, integrity, availability, rule, ground, restrictions, given_by, given_by_name, given_at, event_id "
     "FROM label WHERE incident_id = ANY ($1::uuid[])"},
    "incident_id",
    {{"id"}, {"incident_id"}, {"own_label"}, {"confidentiality"}, {"integrity"}, {"availability"}, {"rule"}, {"ground"}, {"restrictions", words}, {"given_by"}, {"given_by_name"}, {"given_at", time}, {"event_id"}},
    {}};

const ComparedTable label_change{
    "label_change",
    {"id"},
    {"refold_label_change",
     "SELECT id, incident_id, organization, own_label, confidentiality, integrity, availability, reason, asked_by, asked_by_name, asked_at, decision, decided_by, decided_by_name, decision_reason, decided_at, event_id "
     "FROM label_change WHERE incident_id = ANY ($1::uuid[])"},
    "incident_id",
    {{"id"}, {"incident_id"}, {"organization"}, {"own_label"}, {"confidentiality"}, {"integrity"}, {"availability"}, {"reason"}, {"asked_by"}, {"asked_by_name"}, {"asked_at", time}, {"decision"}, {"decided_by"}, {"decided_by_name"}, {"decision_reason"}, {"decided_at", time}, {"event_id"}},
    {{"decision", "pending"}, {"decided_by", nullptr}, {"decided_by_name", ""}, {"decision_reason", ""}, {"decided_at", nullptr}}};

const ComparedTable consent{
    "consent",
    {"incident_id"},
    {"refold_consent",
     "SELECT incident_id, consents, stated_at, event_id "
     "FROM consent WHERE incident_id = ANY ($1::uuid[])"},
    "incident_id",
    {{"incident_id"}, {"consents", flag}, {"stated_at", time}, {"event_id"}},
    {}};

const ComparedTable annex{
    "annex",
    {"id"},
    {"refold_annex",
     "SELECT id, incident_id, organization, title, permit_by, state, asked_by, asked_by_name, asked_at, decided_by, decided_by_name, decision_reason, decided_at, sealed_at, sealed_by_name, sha256, size, receivers, key_ids, unreadable_to, alarm_round, alarm_level, alarm_from, revision, event_id "
     "FROM annex WHERE incident_id = ANY ($1::uuid[])"},
    "incident_id",
    {{"id"}, {"incident_id"}, {"organization"}, {"title"}, {"permit_by", time}, {"state"}, {"asked_by"}, {"asked_by_name"}, {"asked_at", time}, {"decided_by"}, {"decided_by_name"}, {"decision_reason"}, {"decided_at", time}, {"sealed_at", time}, {"sealed_by_name"}, {"sha256"}, {"size"}, {"receivers", words}, {"key_ids", words}, {"unreadable_to", words}, {"alarm_round"}, {"alarm_level"}, {"alarm_from", time}, {"revision"}, {"event_id"}},
    {{"state", "asked"}, {"decided_by", nullptr}, {"decided_by_name", ""}, {"decision_reason", ""}, {"decided_at", nullptr}, {"sealed_at", nullptr}, {"sealed_by_name", ""}, {"sha256", ""}, {"size", "0"}, {"receivers", ""}, {"key_ids", ""}, {"unreadable_to", ""}, {"alarm_round", "1"}, {"alarm_level", "0"}, {"alarm_from", "=asked_at"}, {"revision", "1"}}};

// The bytes by their hash.
const ComparedTable annex_content{
    "annex_content",
    {"annex_id"},
    {"refold_annex_content",
     "SELECT annex_id, incident_id, encode(sha256(content), 'hex') AS content "
     "FROM annex_content WHERE incident_id = ANY ($1::uuid[])"},
    "incident_id",
    {{"annex_id"}, {"incident_id"}, {"content"}},
    {}};

// Its bytes stand beside it, in pieces: the refold hashes them.
const ComparedTable attachment{
    "attachment",
    {"id"},
    {"refold_attachment",
     "SELECT id, incident_id, organization, name, media_type, sha256, size, added_by_name, added_at, event_id FROM attachment "
     "WHERE incident_id = ANY ($1::uuid[])"},
    "incident_id",
    {{"id"}, {"incident_id"}, {"organization"}, {"name"}, {"media_type"}, {"sha256"}, {"size"}, {"added_by_name"}, {"added_at", time}, {"event_id"}},
    {}};

const ComparedTable withholding{
    "withholding",
    {"id"},
    {"refold_withholding",
     "SELECT id, incident_id, organization, from_organization, members, reason, until, withheld_by_name, withheld_at, released_at, released_by_name, release_reason, event_id "
     "FROM withholding WHERE incident_id = ANY ($1::uuid[])"},
    "incident_id",
    {{"id"}, {"incident_id"}, {"organization"}, {"from_organization"}, {"members", words}, {"reason"}, {"until", time}, {"withheld_by_name"}, {"withheld_at", time}, {"released_at", time}, {"released_by_name"}, {"release_reason"}, {"event_id"}},
    {{"released_at", nullptr}, {"released_by_name", ""}, {"release_reason", ""}}};

const ComparedTable inquiry{
    "inquiry",
    {"id"},
    {"refold_inquiry",
     "SELECT id, incident_id, from_organization, to_organization, text, passes_on, asked_by_name, asked_at, due_at, answered_at, answered_by_name, answer, withdrawn_at, withdrawn_by_name, withdrawal_reason, alarm_round, alarm_level, alarm_from, revision, event_id "
     "FROM inquiry WHERE incident_id = ANY ($1::uuid[])"},
    "incident_id",
    {{"id"}, {"incident_id"}, {"from_organization"}, {"to_organization"}, {"text"}, {"passes_on"}, {"asked_by_name"}, {"asked_at", time}, {"due_at", time}, {"answered_at", time}, {"answered_by_name"}, {"answer"}, {"withdrawn_at", time}, {"withdrawn_by_name"}, {"withdrawal_reason"}, {"alarm_round"}, {"alarm_level"}, {"alarm_from", time}, {"revision"}, {"event_id"}},
    {{"answered_at", nullptr}, {"answered_by_name", ""}, {"answer", ""}, {"withdrawn_at", nullptr}, {"withdrawn_by_name", ""}, {"withdrawal_reason", ""}, {"alarm_round", "1"}, {"alarm_level", "0"}, {"alarm_from", "=asked_at"}, {"revision", "1"}}};

const ComparedTable notice_link{
    "notice_link",
    {"incident_id", "notice_id"},
    {"refold_notice_link",
     "SELECT incident_id, notice_id, linked_by_name, linked_at, event_id "
     "FROM notice_link WHERE incident_id = ANY ($1::uuid[])"},
    "incident_id",
    {{"incident_id"}, {"notice_id"}, {"linked_by_name"}, {"linked_at", time}, {"event_id"}},
    {}};

const ComparedTable endpoint{
    "endpoint",
    {"id"},
    {"refold_endpoints",
     "SELECT id, organization, channel, name, zone, CASE WHEN jsonb_typeof(settings) = 'object' AND settings = "
     "(SELECT coalesce(jsonb_object_agg(o.key, o.value), '{}') FROM jsonb_each_text(CASE WHEN jsonb_typeof(settings) = "
     "'object' THEN settings ELSE '{}' END) AS o) THEN ARRAY(SELECT u.word FROM jsonb_each_text(settings) AS s, "
     "unnest(ARRAY[s.key, s.value]) WITH ORDINALITY AS u(word, place) ORDER BY s.key COLLATE \"C\", u.place) END AS "
     "settings, kinds, role, least_severity, state, cause, asked_by, asked_by_name, asked_at, decided_by, decided_by_name, "
     "decision_reason, decided_at, changed_by_name, change_reason, changed_at, revision, event_id FROM endpoint ORDER BY id"},
    "",
    {{"id"},
     {"organization"},
     {"channel"},
     {"name"},
     {"zone"},
     {"settings", words},
     {"kinds", words},
     {"role"},
     {"least_severity"},
     {"state"},
     {"cause"},
     {"asked_by"},
     {"asked_by_name"},
     {"asked_at", time},
     {"decided_by"},
     {"decided_by_name"},
     {"decision_reason"},
     {"decided_at", time},
     {"changed_by_name"},
     {"change_reason"},
     {"changed_at", time},
     {"revision"},
     {"event_id"}},
    {{"state", "proposed"},
     {"cause", ""},
     {"decided_by", nullptr},
     {"decided_by_name", ""},
     {"decision_reason", ""},
     {"decided_at", nullptr},
     {"changed_by_name", ""},
     {"change_reason", ""},
     {"changed_at", nullptr},
     {"revision", "1"}}};

const ComparedTable incident{
    "incident",
    {"id"},
    {"refold_incident_rows",
     "SELECT id, number, organization, reference, title, exercise, recognized_at, police, state, version, "
     "latest_report, "
     "submitted_by, opened_at, revision, followup_due, followup_round, followup_level, followup_from, successor, "
     "confidentiality, ended_at, erased_at, erased_by, event_id FROM incident WHERE id = ANY ($1::uuid[])"},
    "id",
    {{"id"},
     {"number"},
     {"organization"},
     {"reference"},
     {"title"},
     {"exercise", flag},
     {"recognized_at", time},
     {"police"},
     {"state"},
     {"version"},
     {"latest_report"},
     {"submitted_by"},
     {"opened_at", time},
     {"revision"},
     {"followup_due", time},
     {"followup_round"},
     {"followup_level"},
     {"followup_from", time},
     {"successor"},
     {"confidentiality"},
     {"ended_at", time},
     {"erased_at", time},
     {"erased_by"},
     {"event_id"}},
    {{"confidentiality", "0"}, {"ended_at", nullptr}, {"erased_at", nullptr}, {"erased_by", ""}}};

// Without bytes, document and changes, which are large and compared a part at a time; length is of the bytes.
const ComparedTable report{
    "report",
    {"id"},
    {"refold_reports",
     "SELECT id, incident_id, organization, version, stage, submitted_by, received_at, sha256, category, erased_at, event_id "
     "FROM report "
     "WHERE incident_id = ANY ($1::uuid[])"},
    "incident_id",
    {{"id"},
     {"incident_id"},
     {"organization"},
     {"version"},
     {"stage"},
     {"submitted_by"},
     {"received_at", time},
     {"sha256", bytes},
     {"category"},
     {"erased_at", time},
     {"event_id"}},
    {}};

const ComparedTable relay_switch{
    "relay_switch",
    {"id"},
    {"refold_relay_switches",
     "SELECT id, organization, switched_on, reason, asked_by, asked_by_name, asked_role, asked_at, decision, "
     "decided_by, "
     "decided_by_name, decision_reason, decided_at, event_id FROM relay_switch ORDER BY id"},
    "",
    {{"id"},
     {"organization"},
     {"switched_on", flag},
     {"reason"},
     {"asked_by"},
     {"asked_by_name"},
     {"asked_role"},
     {"asked_at", time},
     {"decision"},
     {"decided_by"},
     {"decided_by_name"},
     {"decision_reason"},
     {"decided_at", time},
     {"event_id"}},
    {{"decision", "pending"},
     {"decided_by", nullptr},
     {"decided_by_name", ""},
     {"decision_reason", ""},
     {"decided_at", nullptr}}};

// Those that sign in the name of the record; keys of heartbeats have no event.
const ComparedTable signing_key{
    "signing_key",
    {"id"},
    {"refold_keys",
     "SELECT id, purpose, algorithm, public_key, registered_at, retired_at, event_id, retirement_event_id "
     "FROM signing_key WHERE purpose = 'record' OR event_id IS NOT NULL ORDER BY id"},
    "",
    {{"id"},
     {"purpose"},
     {"algorithm"},
     {"public_key", bytes},
     {"registered_at", time},
     {"retired_at", time},
     {"event_id"},
     {"retirement_event_id"}},
    {}};

// The first one has no event.
const ComparedTable record_origin{
    "record_origin",
    {"name"},
    {"refold_origins",
     "SELECT name, first_sequence, opened_at, event_id FROM record_origin WHERE ordinal > 1 OR event_id IS NOT NULL "
     "ORDER BY ordinal"},
    "",
    {{"name"}, {"first_sequence"}, {"opened_at", time}, {"event_id"}},
    {}};

const ComparedTable person{
    "person",
    {"id"},
    {"refold_people",
     "SELECT id, organization, name, employment, skills, cleared, registered_at, left_at, leaving_reason, revision, event_id "
     "FROM person ORDER BY id"},
    "",
    {{"id"},
     {"organization"},
     {"name"},
     {"employment"},
     {"skills", words},
     {"cleared", flag},
     {"registered_at", time},
     {"left_at", time},
     {"leaving_reason"},
     {"revision"},
     {"event_id"}},
    {}};

const ComparedTable appointment{
    "appointment",
    {"id"},
    {"refold_appointments",
     "SELECT id, organization, person, post, ground, reason, valid_from, valid_until, made_by, made_by_name, made_at, "
     "ended_at, ended_by_name, end_reason, event_id FROM appointment ORDER BY id"},
    "",
    {{"id"},
     {"organization"},
     {"person"},
     {"post"},
     {"ground"},
     {"reason"},
     {"valid_from", time},
     {"valid_until", time},
     {"made_by"},
     {"made_by_name"},
     {"made_at", time},
     {"ended_at", time},
     {"ended_by_name"},
     {"end_reason"},
     {"event_id"}},
    {{"ended_at", nullptr}, {"ended_by_name", ""}, {"end_reason", ""}}};

const ComparedTable delegation{
    "delegation",
    {"id"},
    {"refold_delegations",
     "SELECT id, organization, from_person, to_person, post, powers, reason, valid_from, valid_until, made_by, made_by_name, "
     "made_at, ended_at, ended_by_name, end_reason, event_id FROM delegation ORDER BY id"},
    "",
    {{"id"},
     {"organization"},
     {"from_person"},
     {"to_person"},
     {"post"},
     {"powers", words},
     {"reason"},
     {"valid_from", time},
     {"valid_until", time},
     {"made_by"},
     {"made_by_name"},
     {"made_at", time},
     {"ended_at", time},
     {"ended_by_name"},
     {"end_reason"},
     {"event_id"}},
    {{"ended_at", nullptr}, {"ended_by_name", ""}, {"end_reason", ""}}};

const ComparedTable training{
    "training",
    {"id"},
    {"refold_trainings",
     "SELECT id, organization, person, kind, course, completed_at, valid_until, recorded_by_name, recorded_at, event_id "
     "FROM training ORDER BY id"},
    "",
    {{"id"},
     {"organization"},
     {"person"},
     {"kind"},
     {"course"},
     {"completed_at", time},
     {"valid_until", time},
     {"recorded_by_name"},
     {"recorded_at", time},
     {"event_id"}},
    {}};

const ComparedTable shift{
    "shift",
    {"id"},
    {"refold_shifts",
     "SELECT id, organization, person, post, valid_from, valid_until, overrides, set_at, ended_at, ended_by_name, end_reason, "
     "event_id FROM shift ORDER BY id"},
    "",
    {{"id"},
     {"organization"},
     {"person"},
     {"post"},
     {"valid_from", time},
     {"valid_until", time},
     {"overrides", flag},
     {"set_at", time},
     {"ended_at", time},
     {"ended_by_name"},
     {"end_reason"},
     {"event_id"}},
    {{"ended_at", nullptr}, {"ended_by_name", ""}, {"end_reason", ""}}};

const ComparedTable label_mapping{
    "label_mapping",
    {"id"},
    {"refold_label_mapping",
     "SELECT id, organization, own_label, confidentiality, integrity, availability, set_by_name, set_at, withdrawn_at, withdrawn_by_name, withdrawal_reason, event_id "
     "FROM label_mapping ORDER BY id"},
    "",
    {{"id"}, {"organization"}, {"own_label"}, {"confidentiality"}, {"integrity"}, {"availability"}, {"set_by_name"}, {"set_at", time}, {"withdrawn_at", time}, {"withdrawn_by_name"}, {"withdrawal_reason"}, {"event_id"}},
    {{"withdrawn_at", nullptr}, {"withdrawn_by_name", ""}, {"withdrawal_reason", ""}}};

const ComparedTable sealing_key{
    "sealing_key",
    {"id"},
    {"refold_sealing_key",
     "SELECT id, organization, key_id, public_key, name, state, asked_by, asked_by_name, asked_at, decided_by, decided_by_name, decision_reason, decided_at, revoked_at, revoked_by_name, revocation_reason, revision, event_id "
     "FROM sealing_key ORDER BY id"},
    "",
    {{"id"}, {"organization"}, {"key_id"}, {"public_key"}, {"name"}, {"state"}, {"asked_by"}, {"asked_by_name"}, {"asked_at", time}, {"decided_by"}, {"decided_by_name"}, {"decision_reason"}, {"decided_at", time}, {"revoked_at", time}, {"revoked_by_name"}, {"revocation_reason"}, {"revision"}, {"event_id"}},
    {{"state", "proposed"}, {"decided_by", nullptr}, {"decided_by_name", ""}, {"decision_reason", ""}, {"decided_at", nullptr}, {"revoked_at", nullptr}, {"revoked_by_name", ""}, {"revocation_reason", ""}, {"revision", "1"}}};

const ComparedTable notice{
    "notice",
    {"id"},
    {"refold_notice",
     "SELECT id, from_organization, to_organization, text, passes_on, given_by_name, given_at, answered_at, answered_by_name, answer, revision, event_id "
     "FROM notice ORDER BY id"},
    "",
    {{"id"}, {"from_organization"}, {"to_organization"}, {"text"}, {"passes_on"}, {"given_by_name"}, {"given_at", time}, {"answered_at", time}, {"answered_by_name"}, {"answer"}, {"revision"}, {"event_id"}},
    {{"answered_at", nullptr}, {"answered_by_name", ""}, {"answer", ""}, {"revision", "1"}}};

const std::vector<const ComparedTable*>& of_incidents() {
  static const std::vector<const ComparedTable*> tables{&incident,        &report,     &judgement,   &access,
                                                        &added_recipient, &obligation, &fulfillment, &waiver,
                                                        &message,         &alarm,      &erasure,     &assignment,
                                                        &handling_step,   &instruction, &platform_link,
                                                        &cymat_request, &cymat_member, &cymat_entry,
                                                        &delivery,        &label,      &label_change,
                                                        &consent,         &annex,      &annex_content, &attachment,
                                                        &withholding,     &inquiry,    &notice_link};
  return tables;
}

}  // namespace compared_tables

bool ComparedList::keeps(std::string_view column) const {
  return std::find(kept.begin(), kept.end(), column) != kept.end();
}

std::string_view ComparedList::stored_as(std::string_view column) const {
  if (name == "acknowledgements" && column == "note") return "acknowledgement_note";
  if (name == "retentions" && column == "incident_id") return "id";
  return column;
}

const ComparedList* find_list(std::string_view name) {
  using namespace compared_tables;
  using enum ListDoes;
  // What an upsert keeps is what ON CONFLICT of apply() leaves out.
  static const std::vector<ComparedList> lists{
      {"incidents", &incident, upsert, {"number", "organization", "reference", "submitted_by", "opened_at"}},
      {"reports", &report, insert, {}},
      {"judgements", &judgement, insert, {}},
      {"access", &access, upsert, {"since"}},
      {"added_recipients", &added_recipient, insert, {}},
      {"obligations", &obligation, upsert, {}},
      {"fulfillments", &fulfillment, insert, {}},
      {"waivers", &waiver, insert, {}},
      {"waiver_decisions", &waiver, update, {}},
      {"messages", &message, insert, {}},
      {"acknowledgements", &message, update, {}, true},
      {"obligation_alarms", &obligation, update, {}},
      {"message_alarms", &message, update, {}},
      {"alarms", &alarm, insert, {}},
      {"relay_switches", &relay_switch, insert, {}},
      {"relay_switch_decisions", &relay_switch, update, {}},
      {"erasures", &erasure, insert, {}},
      {"erasure_decisions", &erasure, update, {}},
      {"retentions", &incident, update, {}},
      {"people", &person, upsert, {"organization", "registered_at"}},
      {"appointments", &appointment, insert, {}},
      {"appointment_ends", &appointment, update, {}},
      {"delegations", &delegation, insert, {}},
      {"delegation_ends", &delegation, update, {}},
      {"trainings", &training, insert, {}},
      {"shifts", &shift, insert, {}},
      {"shift_ends", &shift, update, {}},
      {"handling_steps", &handling_step, insert, {}},
      {"instructions", &instruction, insert, {}},
      {"instruction_answers", &instruction, update, {}},
      {"platform_links", &platform_link, insert, {}},
      {"cymat_requests", &cymat_request, upsert, {"incident_id", "organization", "supported", "through", "center",
                                                  "reason", "priority", "requested_at", "requested_by_name"}},
      {"cymat_rulings", &cymat_request, update, {}},
      {"cymat_members", &cymat_member, upsert, {"request_id", "incident_id", "organization", "person", "name", "lead",
                                                "trained", "cleared", "of_affected_body", "proposed_at"}},
      {"cymat_entries", &cymat_entry, insert, {}},
      {"access_ended", &access, erase, {}},
      {"assignments", &assignment, upsert, {}},
      {"endpoints", &endpoint, insert, {}},
      {"endpoint_decisions", &endpoint, update, {}},
      {"endpoint_changes", &endpoint, update, {}},
      {"deliveries", &delivery, insert, {}},
      {"delivery_settlements", &delivery, update, {}},
      {"delivery_replays", &delivery, update, {}},
      {"labels", &label, insert, {}},
      {"label_changes", &label_change, insert, {}},
      {"label_change_decisions", &label_change, update, {}},
      {"consents", &consent, upsert, {}},
      {"label_mappings", &label_mapping, insert, {}},
      {"label_mapping_withdrawals", &label_mapping, update, {}},
      {"sealing_keys", &sealing_key, insert, {}},
      {"sealing_key_decisions", &sealing_key, update, {}},
      {"sealing_key_revocations", &sealing_key, update, {}},
      {"annexes", &annex, insert, {}},
      {"annex_alarms", &annex, update, {}},
      {"annex_decisions", &annex, update, {}},
      {"annex_seals", &annex, update, {}},
      {"annex_unreadables", &annex, update, {}},
      {"annex_contents", &annex_content, upsert, {}},
      {"attachments", &attachment, insert, {}},
      {"withholdings", &withholding, insert, {}},
      {"releases", &withholding, update, {}},
      {"inquiries", &inquiry, insert, {}},
      {"inquiry_alarms", &inquiry, update, {}},
      {"inquiry_answers", &inquiry, update, {}},
      {"inquiry_withdrawals", &inquiry, update, {}},
      {"notices", &notice, insert, {}},
      {"notice_answers", &notice, update, {}},
      {"notice_links", &notice_link, insert, {}},
      {"keys", &signing_key, insert, {}},
      {"key_retirements", &signing_key, update, {}},
      {"origins", &record_origin, insert, {}},
  };
  const auto found = std::find_if(lists.begin(), lists.end(), [&](const auto& list) { return list.name == name; });
  return found == lists.end() ? nullptr : &*found;
}

std::string_view shown_column(std::string_view column) {
  if (column == "late_seconds") return "late_by";
  if (column == "target_seconds") return "target";
  return column;
}

}  // namespace noroshi::store
