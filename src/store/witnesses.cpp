#include "src/store/witnesses.h"

#include <algorithm>
#include <cstdlib>
#include <span>

namespace noroshi::store {
namespace {

constexpr Statement find_witness{"find_witness",
                                 "SELECT name = $1 AS same_name, public_key = $2::bytea AS same_key, removed_at "
                                 "FROM witness WHERE name = $1 OR public_key = $2::bytea"};
constexpr Statement insert_witness{"insert_witness",
                                   "INSERT INTO witness (name, public_key, added_at) VALUES ($1, $2::bytea, clock())"};
constexpr Statement take_back{"take_back_witness",
                              "UPDATE witness SET removed_at = NULL, added_at = clock() WHERE name = $1"};
constexpr Statement remove{"remove_witness",
                           "UPDATE witness SET removed_at = clock() WHERE name = $1 AND removed_at IS NULL"};
constexpr Statement select_witnesses{
    "select_witnesses",
    "SELECT w.name, w.public_key, w.added_at, w.removed_at, count(c.witness) AS cosignatures, max(c.received_at) AS "
    "last "
    "FROM witness w LEFT JOIN cosignature c ON c.witness = w.name GROUP BY w.name ORDER BY w.added_at, w.name"};

WitnessRow read_witness(const Row& row) {
  WitnessRow witness;
  witness.key.name = row.get<std::string>("name");
  witness.key.kind = record::KeyKind::cosignature;
  const auto bytes = row.get<Bytes>("public_key");
  if (bytes.size() != witness.key.key.size()) std::abort();  // a CHECK of the table
  std::transform(bytes.begin(), bytes.end(), witness.key.key.begin(),
                 [](std::byte byte) { return std::to_integer<std::uint8_t>(byte); });
  witness.added_at = row.get<Timestamp>("added_at");
  witness.removed_at = row.get<std::optional<Timestamp>>("removed_at");
  witness.cosignatures = row.get<std::int64_t>("cosignatures");
  witness.last_cosigned = row.get<std::optional<Timestamp>>("last");
  return witness;
}

}  // namespace

AddedWitness add_witness(Connection& owner, const record::NoteKey& key) {
  const std::span<const std::byte> raw = std::as_bytes(std::span(key.key));
  bool removed = false;
  const Rows known = owner.execute(find_witness, {key.name, raw});
  for (const Row row : known) {
    if (!row.get<bool>("same_key")) return AddedWitness::name_taken;
    if (!row.get<bool>("same_name")) return AddedWitness::key_taken;
    removed = !row.is_null("removed_at");
    if (!removed) return AddedWitness::there_already;
  }
  if (removed)
    owner.execute(take_back, {key.name});
  else
    owner.execute(insert_witness, {key.name, raw});
  return AddedWitness::added;
}

std::vector<WitnessRow> list_witnesses(Connection& owner) {
  std::vector<WitnessRow> witnesses;
  for (const Row row : owner.execute(select_witnesses)) witnesses.push_back(read_witness(row));
  return witnesses;
}

bool remove_witness(Connection& owner, const std::string& name) {
  return owner.execute(remove, {name}).affected() == 1;
}

}  // namespace noroshi::store
