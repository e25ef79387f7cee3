#include "src/store/outbox.h"

#include "src/store/known.h"

namespace noroshi::store {
namespace {

constexpr Statement claim{"claim_outbox",
                          "SELECT * FROM claim_outbox(clock(), shown_length($1::interval), $2::integer)"};
constexpr Statement settle{"settle_outbox",
                           "SELECT settle_outbox($1::uuid, $2, $3::bigint, $4, "
                           "clock() + shown_length($5::interval))"};

}  // namespace

std::vector<ClaimedMessage> claim_outbox(Connection& delivery, std::chrono::seconds lease, int most) {
  std::vector<ClaimedMessage> claimed;
  for (const auto& row : delivery.execute(claim, {lease, most}))
    claimed.push_back({id_of<core::MessageId>(row.get<std::string_view>("message_id")),
                       row.get<std::string>("channel"), row.get<std::int64_t>("token"),
                       row.get<std::int32_t>("attempts")});
  return claimed;
}

bool settle_outbox(Connection& delivery, const ClaimedMessage& claimed, core::MessageState state,
                   std::chrono::seconds again_after) {
  return delivery
      .execute(settle, {core::to_string(claimed.message), claimed.channel, claimed.token,
                        std::string(core::to_string(state)), again_after})
      .one()
      .get<bool>(0);
}

}  // namespace noroshi::store
