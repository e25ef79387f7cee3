#include "src/store/sequencer.h"

#include "src/store/bytes.h"

namespace noroshi::store {
namespace {

constexpr int batch = 1000;

constexpr Statement hold{"hold_sequencer",
                         "SELECT hold_sequencer($1::uuid, clock(), "
                         "shown_length(make_interval(secs => $2::double precision / 1000)))"};
constexpr Statement number{"number_events", "SELECT number_events($1::bigint, $2::integer)"};

}  // namespace

Sequencer::Sequencer(Connection& connection, const core::Uuid& holder, std::chrono::milliseconds lease)
    : connection_(connection), holder_(core::to_string(holder)), lease_(lease) {}

core::Uuid Sequencer::make_holder() { return fresh_identifiers(Timestamp{}).next_uuid(); }

std::optional<std::int64_t> Sequencer::run_once() {
  std::int64_t total = 0;
  for (;;) {
    const auto token = connection_.execute(hold, {holder_, lease_.count()}).maybe_one();
    if (!token || token->is_null(0)) return std::nullopt;
    const auto numbered =
        connection_.execute(number, {token->get<std::int64_t>(0), batch}).one().get<std::optional<std::int32_t>>(0);
    if (!numbered) return std::nullopt;  // fenced off between the two
    total += *numbered;
    if (*numbered < batch) return total;
  }
}

}  // namespace noroshi::store
