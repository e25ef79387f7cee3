// Fills the record of a daemon's data folder with events, and times proofs out of it. For record_million.py.
//
//   record_events fill DIR COUNT       events as the core makes them, encoded as the store encodes them; not numbered
//   record_events proofs DIR COUNT     proofs of that many random leaves in the newest checkpoint, each verified
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>

#include <fmt/format.h>

#include "src/record/event_codec.h"
#include "src/record/merkle.h"
#include "src/store/bytes.h"
#include "src/store/private_cluster.h"
#include "src/store/record_tree.h"

namespace {

using namespace noroshi;
using Clock = std::chrono::steady_clock;

constexpr store::Statement insert{
    "bench_insert",
    "INSERT INTO event (id, type, at, incident_id, organization, role, leaf) SELECT e.id, 'obligation.fulfilled', "
    "clock(), "
    "$1::uuid, 'mhlw', 'csirt_head', decode(e.leaf, 'base64') FROM unnest($2::uuid[], $3::text[]) AS e(id, leaf)"};
constexpr store::Statement newest_head{
    "bench_head",
    "SELECT o.ordinal, o.name, o.first_sequence, c.size, c.root FROM checkpoint c JOIN record_origin o ON "
    "o.ordinal = c.origin ORDER BY c.origin DESC, c.size DESC LIMIT 1"};

void fill(const store::ConnectionSettings& settings, int count) {
  constexpr int batch = 10'000;
  store::Connection owner(settings, store::DatabaseRole::owner);
  store::RandomSalts salts;
  const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  for (int done = 0; done < count; done += batch) {
    auto identifiers = store::fresh_identifiers(now);
    std::vector<std::string> ids;
    std::vector<std::string> leaves;
    core::Event event;
    event.incident = identifiers.next<core::IncidentId>();
    event.at = now;
    event.actor = {identifiers.next<core::TokenId>(), "mhlw", core::Role::csirt_head, ""};  // no text: there are no openings beside these
    for (int i = 0; i < std::min(batch, count - done); ++i) {
      event.id = identifiers.next<core::EventId>();
      event.what =
          core::ObligationFulfilled{{identifiers.next<core::FulfillmentId>(), identifiers.next<core::ObligationId>(),
                                     core::FulfillmentMethod::telephone, now, "", ""},
                                    std::chrono::seconds(0)};
      ids.push_back(core::to_string(event.id));
      leaves.push_back(store::base64(record::encode(event, salts).leaf));
    }
    owner.execute(insert, {core::to_string(event.incident), ids, leaves});
  }
}

int prove(const store::ConnectionSettings& settings, int count) {
  store::Connection reader(settings, store::DatabaseRole::sequencer);
  const auto rows = reader.execute(newest_head);
  const auto row = rows.one();
  const store::RecordOrigin origin{row.get<std::int32_t>(0), row.get<std::string>(1), row.get<std::int64_t>(2)};
  const auto size = static_cast<std::uint64_t>(row.get<std::int64_t>(3));
  record::Digest root{};
  const auto bytes = row.get<store::Bytes>(4);
  std::copy_n(reinterpret_cast<const std::uint8_t*>(bytes.data()), root.size(), root.begin());

  std::mt19937_64 random(1);
  std::vector<double> milliseconds;
  for (int i = 0; i < count; ++i) {
    const auto index = random() % size;
    const auto begin = Clock::now();
    store::Transaction transaction(reader, store::Isolation::repeatable_read, store::Access::read_only);
    const auto proof = record::inclusion_proof(index, size, store::nodes_in_tiles(transaction, origin));
    milliseconds.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begin).count());
    const auto leaf = store::hash_leaves(transaction, origin, index, index + 1).front();
    if (!record::verify_inclusion(leaf, index, size, proof, root)) {
      fmt::print(stderr, "leaf {} is not in the tree of {}\n", index, size);
      return 1;
    }
  }
  std::sort(milliseconds.begin(), milliseconds.end());
  fmt::print("{} {:.3f} {:.3f} {:.3f}\n", size, milliseconds[milliseconds.size() / 2],
             milliseconds[milliseconds.size() * 99 / 100], milliseconds.back());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  store::PrivateClusterSettings settings;
  settings.data = argv[2];
  settings.program = "record_events";
  const store::ClusterVisit visit(std::move(settings));
  if (std::string(argv[1]) == "proofs") return prove(visit.connection_settings(), std::atoi(argv[3]));
  fill(visit.connection_settings(), std::atoi(argv[3]));
  return 0;
}
