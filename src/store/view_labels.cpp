#include "src/store/view_rows.h"

namespace noroshi::store {
namespace {

constexpr Statement select_mappings{
    "view_label_mappings",
    "SELECT id, own_label, confidentiality, integrity, availability, set_by_name, set_at, withdrawn_at, withdrawn_by_name, "
    "withdrawal_reason FROM label_mapping WHERE $1::timestamptz IS NULL OR (set_at, id) < ($1::timestamptz, $2::uuid) "
    "ORDER BY set_at DESC, id DESC LIMIT $3"};

codec::LabelMappingView read_mapping(const Row& row) {
  codec::LabelMappingView view;
  view.id = row.get<std::string>("id");
  view.own_label = row.get<std::string>("own_label");
  view.grades = {row.get<std::int32_t>("confidentiality"), row.get<std::int32_t>("integrity"), row.get<std::int32_t>("availability")};
  view.set_by = row.get<std::string>("set_by_name");
  view.set_at = row.get<Timestamp>("set_at");
  view.withdrawn_at = row.get<std::optional<Timestamp>>("withdrawn_at");
  view.withdrawn_by = row.get<std::string>("withdrawn_by_name");
  view.withdrawal_reason = row.get<std::string>("withdrawal_reason");
  return view;
}

}  // namespace

PageOutcome<codec::LabelMappingView> list_label_mappings(TenantTransaction& transaction, const PageRequest& page) {
  auto key = key_of(page, 'b', "tu");
  if (!key) return tl::unexpected(key.error());
  const Rows rows = transaction.execute(select_mappings, {(*key)[0], (*key)[1], page.limit + 1});
  return read_page(rows, page.limit, read_mapping, [](const Row& row) {
    return write_cursor('b', {row.get<Timestamp>("set_at"), uuid_of(row, "id")});
  });
}

}  // namespace noroshi::store
