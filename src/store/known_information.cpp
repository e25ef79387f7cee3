#include "src/store/known_information.h"

#include <cstdlib>

#include "src/record/encodings.h"
#include "src/store/known.h"

namespace noroshi::store {
namespace {

constexpr Statement which_information{
    "known_which_information",
    "SELECT EXISTS (SELECT FROM label WHERE incident_id = ANY ($1::uuid[])) AS labels, "
    "EXISTS (SELECT FROM label_change WHERE incident_id = ANY ($1::uuid[])) AS label_changes, "
    "EXISTS (SELECT FROM consent WHERE incident_id = ANY ($1::uuid[])) AS consents, "
    "EXISTS (SELECT FROM annex WHERE incident_id = ANY ($1::uuid[])) AS annexes, "
    "EXISTS (SELECT FROM attachment WHERE incident_id = ANY ($1::uuid[])) AS attachments, "
    "EXISTS (SELECT FROM withholding WHERE incident_id = ANY ($1::uuid[])) AS withholdings, "
    "EXISTS (SELECT FROM inquiry WHERE incident_id = ANY ($1::uuid[])) AS inquiries, "
    "EXISTS (SELECT FROM notice_link WHERE incident_id = ANY ($1::uuid[])) AS notice_links"};
constexpr Statement select_labels{
    "known_labels",
    "SELECT id, incident_id, own_label, confidentiality, integrity, availability, rule, ground, restrictions, given_by, given_by_name "
    "FROM label WHERE incident_id = ANY ($1::uuid[]) ORDER BY given_at, id"};
constexpr Statement select_label_changes{
    "known_label_changes",
    "SELECT id, incident_id, own_label, confidentiality, integrity, availability, reason, asked_by, asked_by_name, decision "
    "FROM label_change WHERE incident_id = ANY ($1::uuid[]) ORDER BY asked_at, id"};
constexpr Statement select_consents{"known_consents",
                                    "SELECT incident_id, consents FROM consent WHERE incident_id = ANY ($1::uuid[])"};
constexpr Statement select_annexes{
    "known_annexes",
    "SELECT id, incident_id, organization, title, asked_by, asked_by_name, permit_by, state, sha256, size, receivers, key_ids, "
    "unreadable_to, alarm_round, alarm_level, alarm_from, revision FROM annex WHERE incident_id = ANY ($1::uuid[]) "
    "ORDER BY asked_at, id"};
constexpr Statement select_attachments{
    "known_attachments",
    "SELECT id, incident_id, organization, name, media_type, sha256, size FROM attachment WHERE incident_id = ANY ($1::uuid[]) "
    "ORDER BY added_at, id"};
constexpr Statement select_withholdings{
    "known_withholdings",
    "SELECT id, incident_id, organization, from_organization, members, reason, until, released_at IS NOT NULL AS released "
    "FROM withholding WHERE incident_id = ANY ($1::uuid[]) ORDER BY withheld_at, id"};
constexpr Statement select_inquiries{
    "known_inquiries",
    "SELECT id, incident_id, from_organization, to_organization, text, passes_on, asked_at, due_at, answered_at, "
    "withdrawn_at IS NOT NULL AS withdrawn, alarm_round, alarm_level, alarm_from, revision FROM inquiry "
    "WHERE incident_id = ANY ($1::uuid[]) ORDER BY asked_at, id"};
constexpr Statement select_notice_links{
    "known_notice_links",
    "SELECT incident_id, notice_id FROM notice_link WHERE incident_id = ANY ($1::uuid[]) ORDER BY linked_at, notice_id"};

constexpr Statement select_mappings{
    "known_label_mappings",
    "SELECT id, organization, own_label, confidentiality, integrity, availability, withdrawn_at IS NOT NULL AS withdrawn "
    "FROM label_mapping ORDER BY set_at, id"};
constexpr Statement select_mappings_of{
    "known_label_mappings_of",
    "SELECT id, organization, own_label, confidentiality, integrity, availability, false AS withdrawn "
    "FROM label_mappings_of($1::text[])"};
constexpr Statement select_keys{
    "known_sealing_keys",
    "SELECT id, organization, key_id, public_key, name, state, asked_by, asked_by_name, revision FROM sealing_key "
    "ORDER BY asked_at, id"};
constexpr Statement select_keys_of{
    "known_sealing_keys_of", "SELECT id, organization, key_id, public_key FROM active_sealing_keys($1::text[])"};
constexpr Statement select_internet{"known_internet", "SELECT internet_endpoint_is_here() AS internet"};
constexpr Statement select_notices{
    "known_notices",
    "SELECT id, from_organization, to_organization, text, passes_on, given_at, answered_at, answer, revision FROM notice "
    "ORDER BY given_at, id"};

// What the schema does not let into a column is a defect here.
template <class T>
T must(std::optional<T> value) {
  if (!value) std::abort();
  return std::move(*value);
}

template <class Id>
std::optional<Id> maybe_id(const Row& row, const char* column) {
  const auto text = row.get<std::optional<std::string>>(column);
  return text ? std::optional(id_of<Id>(*text)) : std::nullopt;
}

core::Grades read_grades(const Row& row) {
  return {row.get<std::int32_t>("confidentiality"), row.get<std::int32_t>("integrity"), row.get<std::int32_t>("availability")};
}
core::Ladder read_ladder(const Row& row) {
  return {row.get<std::int32_t>("alarm_round"), row.get<std::int32_t>("alarm_level"), row.get<Timestamp>("alarm_from")};
}
// As hash_column() of decided.cpp writes it.
std::string read_hash(const Row& row) {
  const auto text = row.get<std::string>("sha256");
  return text == core::erased_text ? text : must(record::from_hex(text));
}

core::Label read_label(const Row& row) {
  core::Label label;
  label.id = id_of<core::LabelId>(row.get<std::string_view>("id"));
  label.own_label = row.get<std::string>("own_label");
  label.grades = read_grades(row);
  label.rule = must(core::parse_kind_rule(row.get<std::string_view>("rule")));
  label.ground = must(core::parse_label_ground(row.get<std::string_view>("ground")));
  label.restrictions = row.get<std::vector<std::string>>("restrictions");
  label.given_by = maybe_id<core::TokenId>(row, "given_by");
  label.given_by_name = row.get<std::string>("given_by_name");
  return label;
}
core::LabelChange read_label_change(const Row& row) {
  core::LabelChange change;
  change.id = id_of<core::LabelChangeId>(row.get<std::string_view>("id"));
  change.own_label = row.get<std::string>("own_label");
  change.grades = read_grades(row);
  change.reason = row.get<std::string>("reason");
  change.asked_by = maybe_id<core::TokenId>(row, "asked_by");
  change.asked_by_name = row.get<std::string>("asked_by_name");
  const auto decision = row.get<std::string_view>("decision");
  change.decision = decision == "pending"    ? core::LabelChange::Decision::pending
                    : decision == "approved" ? core::LabelChange::Decision::granted
                                             : core::LabelChange::Decision::refused;
  return change;
}
core::Annex read_annex(const Row& row) {
  core::Annex annex;
  annex.id = id_of<core::AnnexId>(row.get<std::string_view>("id"));
  annex.organization = row.get<std::string>("organization");
  annex.name = row.get<std::string>("title");
  annex.asked_by = maybe_id<core::TokenId>(row, "asked_by");
  annex.asked_by_name = row.get<std::string>("asked_by_name");
  annex.permit_by = row.get<Timestamp>("permit_by");
  annex.state = must(core::parse_annex_state(row.get<std::string_view>("state")));
  annex.sha256 = read_hash(row);
  annex.size = static_cast<std::uint64_t>(row.get<std::int64_t>("size"));
  const auto receivers = row.get<std::vector<std::string>>("receivers");
  const auto key_ids = row.get<std::vector<std::string>>("key_ids");
  for (std::size_t i = 0; i < receivers.size() && i < key_ids.size(); ++i) annex.keys.push_back({receivers[i], key_ids[i]});
  annex.unreadable_to = row.get<std::vector<std::string>>("unreadable_to");
  annex.ladder = read_ladder(row);
  annex.revision = row.get<std::int32_t>("revision");
  return annex;
}
core::Attachment read_attachment(const Row& row) {
  core::Attachment attachment;
  attachment.id = id_of<core::AttachmentId>(row.get<std::string_view>("id"));
  attachment.organization = row.get<std::string>("organization");
  attachment.name = row.get<std::string>("name");
  attachment.media_type = row.get<std::string>("media_type");
  attachment.sha256 = read_hash(row);
  attachment.size = static_cast<std::uint64_t>(row.get<std::int64_t>("size"));
  return attachment;
}
core::Withholding read_withholding(const Row& row) {
  core::Withholding withholding;
  withholding.id = id_of<core::WithholdingId>(row.get<std::string_view>("id"));
  withholding.organization = row.get<std::string>("organization");
  withholding.from = row.get<std::string>("from_organization");
  withholding.members = row.get<std::vector<std::string>>("members");
  withholding.reason = row.get<std::string>("reason");
  withholding.until = row.get<Timestamp>("until");
  withholding.released = row.get<bool>("released");
  return withholding;
}
core::Inquiry read_inquiry(const Row& row) {
  core::Inquiry inquiry;
  inquiry.id = id_of<core::InquiryId>(row.get<std::string_view>("id"));
  inquiry.from = row.get<std::string>("from_organization");
  inquiry.to = row.get<std::string>("to_organization");
  inquiry.text = row.get<std::string>("text");
  inquiry.passes_on = maybe_id<core::InquiryId>(row, "passes_on");
  inquiry.asked_at = row.get<Timestamp>("asked_at");
  inquiry.due_at = row.get<Timestamp>("due_at");
  inquiry.answered_at = row.get<std::optional<Timestamp>>("answered_at");
  inquiry.withdrawn = row.get<bool>("withdrawn");
  inquiry.ladder = read_ladder(row);
  inquiry.revision = row.get<std::int32_t>("revision");
  return inquiry;
}
core::LabelMapping read_mapping(const Row& row) {
  core::LabelMapping mapping;
  mapping.id = id_of<core::LabelMappingId>(row.get<std::string_view>("id"));
  mapping.organization = row.get<std::string>("organization");
  mapping.own_label = row.get<std::string>("own_label");
  mapping.grades = read_grades(row);
  mapping.withdrawn = row.get<bool>("withdrawn");
  return mapping;
}
core::SealingKey read_key(const Row& row) {
  core::SealingKey key;
  key.id = id_of<core::SealingKeyId>(row.get<std::string_view>("id"));
  key.organization = row.get<std::string>("organization");
  key.key_id = row.get<std::string>("key_id");
  key.public_key = must(record::from_hex(row.get<std::string>("public_key")));
  return key;
}
core::Notice read_notice(const Row& row) {
  core::Notice notice;
  notice.id = id_of<core::NoticeId>(row.get<std::string_view>("id"));
  notice.from = row.get<std::string>("from_organization");
  notice.to = row.get<std::string>("to_organization");
  notice.text = row.get<std::string>("text");
  notice.passes_on = maybe_id<core::NoticeId>(row, "passes_on");
  notice.given_at = row.get<Timestamp>("given_at");
  notice.answered_at = row.get<std::optional<Timestamp>>("answered_at");
  notice.answer = row.get<std::string>("answer");
  notice.revision = row.get<std::int32_t>("revision");
  return notice;
}

}  // namespace

void load_information(Transaction& transaction, std::map<core::IncidentId, core::Incident>& known) {
  if (known.empty()) return;
  std::vector<std::string> texts;
  for (const auto& [id, incident] : known) texts.push_back(core::to_string(id));
  const Rows which = transaction.execute(which_information, {texts});
  const auto there = which.one();
  const auto load = [&](const char* list, const Statement& statement, const auto& take) {
    if (!there.get<bool>(list)) return;
    for (const auto& row : transaction.execute(statement, {texts}))
      take(known.at(id_of<core::IncidentId>(row.get<std::string_view>("incident_id"))), row);
  };
  load("labels", select_labels, [](core::Incident& of, const Row& row) { of.labels.push_back(read_label(row)); });
  load("label_changes", select_label_changes,
       [](core::Incident& of, const Row& row) { of.label_changes.push_back(read_label_change(row)); });
  load("consents", select_consents, [](core::Incident& of, const Row& row) { of.consents_to_share = row.get<bool>("consents"); });
  load("annexes", select_annexes, [](core::Incident& of, const Row& row) { of.annexes.push_back(read_annex(row)); });
  load("attachments", select_attachments, [](core::Incident& of, const Row& row) { of.attachments.push_back(read_attachment(row)); });
  load("withholdings", select_withholdings,
       [](core::Incident& of, const Row& row) { of.withholdings.push_back(read_withholding(row)); });
  load("inquiries", select_inquiries, [](core::Incident& of, const Row& row) { of.inquiries.push_back(read_inquiry(row)); });
  load("notice_links", select_notice_links, [](core::Incident& of, const Row& row) {
    of.notices.push_back(id_of<core::NoticeId>(row.get<std::string_view>("notice_id")));
  });
}

core::BodyInformation load_body_information(Transaction& transaction) {
  core::BodyInformation known;
  for (const auto& row : transaction.execute(select_mappings)) known.mappings.push_back(read_mapping(row));
  for (const auto& row : transaction.execute(select_keys)) {
    auto& key = known.keys.emplace_back(read_key(row));
    key.name = row.get<std::string>("name");
    key.state = must(core::parse_sealing_key_state(row.get<std::string_view>("state")));
    key.asked_by = maybe_id<core::TokenId>(row, "asked_by");
    key.asked_by_name = row.get<std::string>("asked_by_name");
    key.revision = row.get<std::int32_t>("revision");
  }
  for (const auto& row : transaction.execute(select_notices)) known.notices.push_back(read_notice(row));
  return known;
}

std::vector<core::LabelMapping> load_label_mappings(Transaction& transaction, const std::string& organization) {
  std::vector<core::LabelMapping> mappings;
  for (const auto& row : transaction.execute(select_mappings_of, {std::vector{organization}}))
    mappings.push_back(read_mapping(row));
  return mappings;
}

core::AnnexContext load_annex_context(Transaction& transaction, const core::Incident& incident) {
  core::AnnexContext context;
  std::vector<std::string> bodies;
  for (const auto& [body, access] : incident.access)
    if (access.scope == core::AccessScope::content) bodies.push_back(body);
  for (const auto& row : transaction.execute(select_keys_of, {bodies})) {
    auto& key = context.keys.emplace_back(read_key(row));
    key.state = core::SealingKeyState::active;
  }
  context.internet = transaction.execute(select_internet).one().get<bool>("internet");
  return context;
}

}  // namespace noroshi::store
