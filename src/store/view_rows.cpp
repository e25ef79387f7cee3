#include "src/store/view_rows.h"

#include <cstdlib>

namespace noroshi::store {
namespace {

std::vector<routing::Reason> read_reasons(const Row& row) {
  auto ja = row.get<std::vector<std::string>>("ja");
  auto en = row.get<std::vector<std::string>>("en");
  std::vector<routing::Reason> reasons;
  for (std::size_t i = 0; i < ja.size() && i < en.size(); ++i)
    reasons.push_back({std::move(ja[i]), std::move(en[i])});
  return reasons;
}

Parameter parameter_of(const CursorField& field) {
  if (const auto* at = std::get_if<Timestamp>(&field)) return *at;
  if (const auto* number = std::get_if<std::int64_t>(&field)) return *number;
  return to_string(std::get<core::Uuid>(field));
}

}  // namespace

Timestamp read_clock(TenantTransaction& transaction) {
  static constexpr Statement statement{"view_clock", "SELECT clock()"};
  return transaction.execute(statement).one().get<Timestamp>(0);
}

codec::ObligationView read_obligation(const Row& row) {
  codec::ObligationView view;
  view.id = row.get<std::string>("id");
  view.incident_id = row.get<std::string>("incident_id");
  view.number = row.get<std::string>("number");
  view.exercise = row.get<bool>("exercise");
  view.edition = row.get<std::string>("edition");
  view.rule = row.get<std::string>("rule");
  view.clause = row.get<std::string>("clause");
  view.sentence = row.get<std::int32_t>("sentence");
  view.holder = row.get<std::string>("holder");
  view.recipient = row.get<std::string>("recipient");
  view.self = row.get<bool>("self");
  view.inner = row.get<bool>("inner_duty");
  view.opens_on = row.get<std::string>("opens_on");
  view.opened_at = row.get<Timestamp>("opened_at");
  view.due_at = row.get<Timestamp>("due_at");
  view.target = std::chrono::seconds(row.get<std::int64_t>("target"));
  view.state = row.get<std::string>("state");
  view.occasion = row.get<std::int32_t>("occasion");
  view.formerly = row.get<std::string>("formerly");
  view.recipient_formerly = row.get<std::string>("recipient_formerly");
  view.fulfilled_at = row.get<std::optional<Timestamp>>("fulfilled_at");
  view.acknowledged_at = row.get<std::optional<Timestamp>>("acknowledged_at");
  if (!row.is_null("ja")) view.because = read_reasons(row);
  view.revision = row.get<std::int32_t>("revision");
  return view;
}

codec::LabelView read_label(const Row& row) {
  return {row.get<std::string>("own_label"),
          {row.get<std::int32_t>("confidentiality"), row.get<std::int32_t>("integrity"), row.get<std::int32_t>("availability")},
          row.get<std::string>("rule"),
          row.get<std::string>("ground"),
          row.get<std::vector<std::string>>("restrictions"),
          row.get<Timestamp>("given_at")};
}

std::optional<codec::LabelView> read_label_of_message(const Row& row) {
  if (row.is_null("rule")) return std::nullopt;
  return read_label(row);
}

codec::MessageView read_message(const Row& row) {
  codec::MessageView view;
  view.id = row.get<std::string>("id");
  view.kind = row.get<std::string>("kind");
  view.incident_id = row.get<std::string>("incident_id");
  view.number = row.get<std::string>("number");
  view.reference = row.get<std::optional<std::string>>("reference");
  view.title = row.get<std::optional<std::string>>("title");
  view.exercise = row.get<bool>("exercise");
  view.version = row.get<std::optional<std::int32_t>>("version");
  view.erased_at = row.get<std::optional<Timestamp>>("erased_at");
  view.erased_by = row.get<std::optional<std::string>>("erased_by").value_or("");
  view.sender = row.get<std::string>("sender");
  view.recipient = row.get<std::string>("recipient");
  view.clause = row.get<std::string>("clause");
  view.sentence = row.get<std::int32_t>("sentence");
  view.obligation_id = row.get<std::optional<std::string>>("obligation_id");
  view.state = row.get<std::string>("state");
  view.automatic = row.get<bool>("automatic");
  view.sent_at = row.get<Timestamp>("sent_at");
  view.label = read_label_of_message(row);
  view.acknowledge_by = row.get<std::optional<Timestamp>>("acknowledge_by");
  view.acknowledged_at = row.get<std::optional<Timestamp>>("acknowledged_at");
  view.acknowledged_by = row.get<std::string>("acknowledged_by");
  view.revision = row.get<std::int32_t>("revision");
  return view;
}

codec::AlarmView read_alarm(const Row& row) {
  codec::AlarmView view;
  view.id = row.get<std::string>("id");
  view.code = row.get<std::string>("code");
  view.obligation_id = row.get<std::optional<std::string>>("obligation_id");
  view.incident_id = row.get<std::string>("incident_id");
  view.number = row.get<std::string>("number");
  view.exercise = row.get<bool>("exercise");
  view.clause = row.get<std::optional<std::string>>("clause");
  view.sentence = row.get<std::optional<std::int32_t>>("sentence").value_or(0);
  view.holder = row.get<std::string>("holder");
  view.organization = row.get<std::string>("organization");
  view.role = row.get<std::string>("role");
  view.level = row.get<std::int32_t>("level");
  view.raised_at = row.get<Timestamp>("raised_at");
  view.due_at = row.get<std::optional<Timestamp>>("due_at");
  view.reached_at = row.get<std::optional<Timestamp>>("reached_at");
  view.message = {row.get<std::string>("reason_ja"), row.get<std::string>("reason_en")};
  return view;
}

core::Uuid uuid_of(const Row& row, std::string_view column) {
  const auto id = core::parse_uuid(row.get<std::string_view>(column));
  if (!id) std::abort();
  return *id;
}

std::string write_rank(char list, std::size_t rank) {
  return write_cursor(list, {static_cast<std::int64_t>(rank)});
}

std::optional<std::size_t> read_rank(std::string_view cursor, char list) {
  const auto fields = read_cursor(cursor, list, "n");
  if (!fields) return std::nullopt;
  return static_cast<std::size_t>(std::get<std::int64_t>(fields->front()));
}

tl::expected<Key, BadCursor> key_of(const PageRequest& page, char list, std::string_view form) {
  if (!page.cursor) return Key(form.size(), Parameter(nullptr));
  const auto fields = read_cursor(*page.cursor, list, form);
  if (!fields) return tl::unexpected(BadCursor{});
  Key key;
  for (const CursorField& field : *fields) key.push_back(parameter_of(field));
  return key;
}

}  // namespace noroshi::store
