#include "src/store/deliveries.h"

#include <algorithm>
#include <cstdlib>

#include "src/codec/report_view.h"
#include "src/core/decide_delivery.h"
#include "src/core/decide_endpoint.h"
#include "src/core/receipt_number.h"
#include "src/store/bytes.h"
#include "src/store/decided.h"
#include "src/store/known.h"
#include "src/store/own_acts.h"

namespace noroshi::store {
namespace {

constexpr Statement claim{
    "claim_deliveries",
    "SELECT d.*, now.at AS claimed_at FROM (SELECT clock() AS at OFFSET 0) AS now, "
    "LATERAL claim_deliveries(now.at, shown_length(make_interval(secs => $1::double precision / 1000)), $2, $3) AS d"};
constexpr Statement endpoint_of{"claimed_endpoint", "SELECT * FROM claimed_endpoint($1::uuid, $2)"};
constexpr Statement judgements_of{"claimed_judgements", "SELECT * FROM claimed_judgements($1::uuid, $2)"};
constexpr Statement label_of{"claimed_label", "SELECT * FROM claimed_label($1::uuid, $2)"};
constexpr Statement message_of{"claimed_message", "SELECT * FROM claimed_message($1::uuid, $2)"};
constexpr Statement content_of{"claimed_content", "SELECT * FROM claimed_content($1::uuid, $2)"};
constexpr Statement receipt_of{"claimed_receipt", "SELECT * FROM claimed_receipt($1::uuid, $2)"};
constexpr Statement report_of{"claimed_report", "SELECT * FROM claimed_report($1::uuid, $2)"};
constexpr Statement withholdings_of{"claimed_withholdings", "SELECT * FROM claimed_withholdings($1::uuid, $2)"};
constexpr Statement postpone{"postpone_delivery",
                             "SELECT postpone_delivery($1::uuid, $2, $3, $4, now.at, now.at + $5::interval) "
                             "FROM (SELECT clock() AS at OFFSET 0) AS now"};
constexpr Statement end{"end_delivery", "SELECT end_delivery($1::uuid, $2, $3::timestamptz, $4, $5, $6)"};
constexpr Statement lock_body{"lock_body", "SELECT lock_body($1)"};
constexpr Statement clock_now{"clock", "SELECT clock()"};
constexpr Statement apply{"apply", "SELECT apply($1::jsonb)"};
constexpr Statement stranded{"stranded_deliveries", "SELECT * FROM stranded_deliveries($1)"};
constexpr Statement until_next{"until_next_delivery",
                               "SELECT extract(epoch FROM next_delivery(now.at) - now.at)::double precision / rate "
                               "AS seconds FROM clock_setting, (SELECT clock() AS at OFFSET 0) AS now"};

// What the receiver may see of the report that a claimed delivery carries, in the place of its bytes; nothing where that is all of it.
std::optional<std::string> narrowed_report(Connection& delivery, const routing::Registry& registry,
                                           const ClaimedDelivery& claimed) {
  const std::string id = core::to_string(claimed.delivery);
  const Rows rows = delivery.execute(report_of, {id, claimed.token});
  const auto row = rows.maybe_one();
  if (!row) return "";  // erased, or the claim was lost
  std::vector<core::Withholding> withholdings;
  for (const auto& withheld : delivery.execute(withholdings_of, {id, claimed.token})) {
    core::Withholding withholding;
    withholding.organization = withheld.get<std::string>("organization");
    withholding.from = withheld.get<std::string>("from_organization");
    withholding.members = withheld.get<std::vector<std::string>>("members");
    withholding.until = withheld.get<Timestamp>("until");
    withholdings.push_back(std::move(withholding));
  }
  const auto view = core::view_of_report(
      registry, row->get<std::string>("organization"), row->get<std::string>("submitted_by"),
      {row->get<std::string>("receiver"), row->get<std::vector<std::string>>("stands_for")}, withholdings, row->get<Timestamp>("at"));
  if (view.is_whole()) return std::nullopt;
  return codec::shown_document(row->get<std::string>("document"), view);
}

}  // namespace

GradesByRule read_grades_by_rule(const Row& row) {
  const auto rule = core::parse_kind_rule(row.get<std::string_view>("rule"));
  if (!rule) std::abort();
  return {{row.get<std::int32_t>("confidentiality"), row.get<std::int32_t>("integrity"), row.get<std::int32_t>("availability")},
          *rule};
}

std::vector<ClaimedDelivery> claim_deliveries(Connection& delivery, const DeliveryClaims& claims) {
  std::vector<ClaimedDelivery> claimed;
  for (const auto& row : delivery.execute(claim, {claims.lease.count(), claims.most, claims.per_endpoint}))
    claimed.push_back({id_of<core::DeliveryId>(row.get<std::string_view>("delivery_id")),
                       row.get<std::int64_t>("token"), row.get<std::int32_t>("attempts"),
                       row.get<Timestamp>("queued_at"), row.get<Timestamp>("claimed_at"),
                       id_of<core::EndpointId>(row.get<std::string_view>("endpoint_id")),
                       id_of<core::IncidentId>(row.get<std::string_view>("incident_id")),
                       id_of<core::MessageId>(row.get<std::string_view>("message_id"))});
  return claimed;
}

std::optional<core::Endpoint> read_endpoint(Connection& delivery, const ClaimedDelivery& claimed) {
  const Rows rows = delivery.execute(endpoint_of, {core::to_string(claimed.delivery), claimed.token});
  const auto row = rows.maybe_one();
  if (!row) return std::nullopt;
  const auto zone = core::parse_zone(row->get<std::string_view>("zone"));
  if (!zone) std::abort();
  core::Endpoint endpoint;
  endpoint.id = claimed.endpoint;
  endpoint.organization = row->get<std::string>("organization");
  endpoint.channel = row->get<std::string>("channel");
  endpoint.name = row->get<std::string>("name");
  endpoint.zone = *zone;
  endpoint.state = core::EndpointState::active;
  const auto names = row->get<std::vector<std::string>>("names");
  const auto values = row->get<std::vector<std::string>>("values");
  for (std::size_t i = 0; i < names.size(); ++i) endpoint.settings.emplace(names[i], values[i]);
  return endpoint;
}

std::optional<ClaimedMessage> read_message(Connection& delivery, const ClaimedDelivery& claimed) {
  const Rows rows = delivery.execute(message_of, {core::to_string(claimed.delivery), claimed.token});
  const auto row = rows.maybe_one();
  if (!row) return std::nullopt;
  const auto kind = core::parse_message_kind(row->get<std::string_view>("kind"));
  if (!kind) std::abort();
  ClaimedMessage found;
  auto& message = found.message;
  message.id = claimed.message;
  message.incident = claimed.incident;
  message.kind = *kind;
  message.sender = row->get<std::string>("sender");
  message.recipient = row->get<std::string>("recipient");
  if (const auto id = row->get<std::optional<std::string>>("obligation_id"))
    message.obligation = id_of<core::ObligationId>(*id);
  message.clause = row->get<std::string>("clause");
  message.sentence = row->get<std::int32_t>("sentence");
  message.automatic = row->get<bool>("automatic");
  message.sent_at = row->get<Timestamp>("sent_at");
  message.acknowledge_by = row->get<std::optional<Timestamp>>("acknowledge_by");
  found.number = row->get<std::string>("number");
  found.exercise = row->get<bool>("exercise");
  found.version = row->get<std::int32_t>("version");
  found.alarm_code = row->get<std::string>("alarm_code");
  found.acknowledged = row->get<bool>("acknowledged");
  const Rows labels = delivery.execute(label_of, {core::to_string(claimed.delivery), claimed.token});
  if (const auto label = labels.maybe_one()) found.label = read_grades_by_rule(*label);
  const Rows receipts = delivery.execute(receipt_of, {core::to_string(claimed.delivery), claimed.token});
  if (const auto receipt = receipts.maybe_one())
    found.receipt_number = core::receipt_number(receipt->get<std::string>("recipient"),
                                                id_of<core::MessageId>(receipt->get<std::string_view>("message_id")));
  routing::Facts facts;
  for (const auto& judgement : delivery.execute(judgements_of, {core::to_string(claimed.delivery), claimed.token}))
    facts.judgements_of_others.push_back(read_judgement(judgement));
  found.severity = routing::severity_of(facts);
  return found;
}

std::optional<ClaimedContent> read_content(Connection& delivery, const routing::Registry& registry,
                                           const ClaimedDelivery& claimed) {
  const Rows rows = delivery.execute(content_of, {core::to_string(claimed.delivery), claimed.token});
  const auto row = rows.maybe_one();
  if (!row) return std::nullopt;
  const auto report = row->get<Bytes>("report");
  ClaimedContent content{row->get<std::string>("title"), row->get<std::string>("note"),
                         std::string(reinterpret_cast<const char*>(report.data()), report.size())};
  if (content.report.empty()) return content;
  if (auto narrowed = narrowed_report(delivery, registry, claimed)) content.report = std::move(*narrowed);
  return content;
}

bool postpone_delivery(Connection& delivery, const ClaimedDelivery& claimed, const std::string& cause,
                       const std::string& detail, std::chrono::seconds again_after) {
  return delivery.execute(postpone, {core::to_string(claimed.delivery), claimed.token, cause, detail, again_after})
      .one()
      .get<bool>(0);
}

int settle_deliveries(Connection& writer, const core::Law& law, std::span<const Settlement> settlements) {
  std::vector<core::IncidentId> incidents;
  for (const auto& settlement : settlements) incidents.push_back(settlement.claimed.incident);
  OwnActs acts(writer, law, incidents, Reasons::loaded, OwnActs::Deliveries::loaded);
  int settled = 0;
  for (const auto& [claimed, state, outcome, cause, detail] : settlements) {
    const auto known = acts.known().find(claimed.incident);
    if (known == acts.known().end()) continue;
    if (!acts.transaction()
             .execute(end, {core::to_string(claimed.delivery), claimed.token, acts.now(), outcome, cause, detail})
             .one()
             .get<bool>(0))
      continue;
    auto decision =
        core::decide_settlement(law, known->second, {claimed.delivery, state, claimed.attempts, cause}, acts.moment());
    if (decision.events.empty()) continue;
    acts.add(std::move(decision));
    ++settled;
  }
  acts.commit();
  return settled;
}

std::vector<ClaimedDelivery> stranded_deliveries(Connection& delivery, int most) {
  std::vector<ClaimedDelivery> found;
  for (const auto& row : delivery.execute(stranded, {most})) {
    ClaimedDelivery claimed;
    claimed.delivery = id_of<core::DeliveryId>(row.get<std::string_view>("delivery_id"));
    claimed.token = row.get<std::int64_t>("token");
    claimed.attempts = row.get<std::int32_t>("attempts");
    claimed.incident = id_of<core::IncidentId>(row.get<std::string_view>("incident_id"));
    found.push_back(claimed);
  }
  return found;
}

bool disable_endpoint(Connection& writer, const core::Endpoint& endpoint, const std::string& cause) {
  Transaction transaction(writer);
  transaction.execute(lock_body, {endpoint.organization});
  const auto now = transaction.execute(clock_now).one().get<Timestamp>(0);
  auto identifiers = fresh_identifiers(now);
  const auto decided = core::decide_endpoint_disabling(
      load_endpoints_of_locked_body(transaction), {core::Actor::system(), endpoint.id, cause, {}}, {now, identifiers});
  if (!decided) return false;
  RandomSalts salts;
  Decided rows(salts);
  rows.add(*decided);
  transaction.execute(apply, {rows.json()});
  transaction.commit();
  return true;
}

std::optional<std::chrono::milliseconds> until_next_delivery(Connection& delivery) {
  const auto seconds = delivery.execute(until_next).one().get<std::optional<double>>("seconds");
  if (!seconds) return std::nullopt;
  return std::chrono::ceil<std::chrono::milliseconds>(
      std::chrono::duration<double>(std::clamp(*seconds, 0.0, 86400.0)));
}

}  // namespace noroshi::store
