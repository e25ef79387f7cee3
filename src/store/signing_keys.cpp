#include "src/store/signing_keys.h"

#include "src/store/bytes.h"
#include "src/store/view_rows.h"

namespace noroshi::store {
namespace {

constexpr Statement insert_key{
    "register_key",
    "INSERT INTO signing_key (id, purpose, algorithm, public_key, registered_at) "
    "VALUES ($1, 'heartbeat', 'ed25519', decode($2, 'base64'), clock()) ON CONFLICT (id) DO NOTHING"};
constexpr Statement find_key{"find_key", "SELECT EXISTS (SELECT FROM signing_key WHERE id = $1)"};
constexpr Statement find_delivery_key{"find_delivery_key", "SELECT id FROM signing_key WHERE purpose = 'delivery'"};
constexpr Statement insert_delivery_key{
    "register_delivery_key",
    "INSERT INTO signing_key (id, purpose, algorithm, public_key, registered_at) "
    "VALUES ($1, 'delivery', 'ed25519', decode($2, 'base64'), clock()) ON CONFLICT DO NOTHING"};
constexpr Statement select_keys{"view_keys",
                                "SELECT id, purpose, algorithm, translate(encode(public_key, 'base64'), E'\\n', '') AS "
                                "public_key, registered_at FROM signing_key ORDER BY registered_at, id"};

}  // namespace

void register_key(Connection& owner, const std::string& id, std::string_view public_key) {
  owner.execute(insert_key, {id, base64(public_key)});
}

bool knows_key(Connection& owner, const std::string& id) { return owner.execute(find_key, {id}).one().get<bool>(0); }

std::string delivery_key(Connection& owner) {
  const Rows rows = owner.execute(find_delivery_key);
  const auto row = rows.maybe_one();
  return row ? row->get<std::string>("id") : std::string();
}

std::string delivery_key(Connection& owner, const std::string& id, std::string_view public_key) {
  owner.execute(insert_delivery_key, {id, base64(public_key)});
  return delivery_key(owner);
}

std::vector<codec::SigningKeyView> list_keys(TenantTransaction& transaction) {
  return read_all(transaction.execute(select_keys), [](const Row& row) {
    return codec::SigningKeyView{row.get<std::string>("id"), row.get<std::string>("purpose"),
                                 row.get<std::string>("algorithm"), row.get<std::string>("public_key"),
                                 row.get<Timestamp>("registered_at")};
  });
}

}  // namespace noroshi::store
