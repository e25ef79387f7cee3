#include "src/store/content_epochs.h"

#include "src/codec/json_writer.h"
#include "src/record/encodings.h"
#include "src/store/column_reader.h"

namespace noroshi::store {
namespace {

constexpr std::int64_t keys_at_once = 500;

constexpr Statement select_epochs{
    "content_epochs",
    "SELECT e.name, e.fingerprint, e.registered_at, e.used_from, e.dropped_at, "
    "(SELECT count(*) FROM content_key k WHERE k.epoch = e.name) AS cases FROM content_epoch e ORDER BY e.name"};
constexpr Statement select_in_use{
    "content_epoch_in_use",
    "SELECT name FROM content_epoch WHERE dropped_at IS NULL AND use_number IS NOT NULL ORDER BY use_number DESC LIMIT 1"};
constexpr Statement insert_epoch{
    "register_content_epoch", "INSERT INTO content_epoch (name, fingerprint) VALUES ($1, $2) ON CONFLICT DO NOTHING"};
constexpr Statement use_epoch{
    "use_content_epoch",
    "UPDATE content_epoch SET used_from = clock(), use_number = (SELECT coalesce(max(use_number), 0) + 1 FROM content_epoch) "
    "WHERE name = $1 AND dropped_at IS NULL"};
// Waits for whoever wraps by it just now.
constexpr Statement lock_epoch{"lock_content_epoch", "SELECT FROM content_epoch WHERE name = $1 FOR UPDATE"};
constexpr Statement drop_epoch{
    "drop_content_epoch",
    "UPDATE content_epoch e SET dropped_at = clock() WHERE e.name = $1 AND e.dropped_at IS NULL AND e.name IS DISTINCT FROM $2 "
    "AND NOT EXISTS (SELECT FROM content_key k WHERE k.epoch = e.name)"};
constexpr Statement select_of_others{
    "content_keys_of_other_epochs",
    "SELECT incident_id, organization, epoch, wrapped FROM content_key WHERE epoch <> $1 ORDER BY incident_id LIMIT $2::integer "
    "FOR UPDATE SKIP LOCKED"};
constexpr Statement update_keys{
    "rewrap_content_keys",
    "UPDATE content_key k SET epoch = $1, wrapped = decode(w.wrapped, 'hex') "
    "FROM jsonb_to_recordset($2::jsonb) AS w(incident_id uuid, wrapped text) WHERE k.incident_id = w.incident_id"};
constexpr Statement count_of_others{"count_content_keys", "SELECT count(*) FROM content_key WHERE epoch <> $1"};

constexpr Statement already_sealed{
    "content_is_sealed", "SELECT EXISTS (SELECT FROM pg_constraint WHERE conname = 'incident_title_sealed') AS done"};
constexpr Statement select_keyless{
    "cases_without_content_key",
    "SELECT id, organization FROM incident i WHERE erased_at IS NULL "
    "AND NOT EXISTS (SELECT FROM content_key k WHERE k.incident_id = i.id) LIMIT 1000"};
constexpr Statement insert_key{
    "insert_content_key",
    "INSERT INTO content_key (incident_id, organization, epoch, wrapped) VALUES ($1::uuid, $2, $3, decode($4, 'hex'))"};
constexpr Statement begin_sealing{"begin_sealing", "SELECT begin_sealing($1)"};
constexpr Statement unsealed{"unsealed", "SELECT unsealed($1, $2, 'unsealed_values')"};
constexpr Statement next_unsealed{"next_unsealed", "FETCH 500 FROM unsealed_values"};
constexpr Statement close_unsealed{"close_unsealed", "CLOSE unsealed_values"};
constexpr Statement one_at_a_time{"seal_one_at_a_time", "SELECT pg_advisory_xact_lock(hashtextextended('noroshi content', 0))"};
constexpr Statement seal{"seal", "SELECT seal($1, $2, $3::tid, $4::text[])"};
constexpr Statement end_sealing{"end_sealing", "SELECT end_sealing($1)"};

std::optional<std::string> name_in(const Rows& rows) {
  const auto row = rows.maybe_one();
  return row ? std::optional(row->get<std::string>("name")) : std::nullopt;
}
std::string bytes_of(const Row& row, std::string_view column) { return text_of(row.get<Bytes>(column)); }
core::IncidentId incident_of(const Row& row, std::string_view column) {
  const auto id = core::parse_uuid(row.get<std::string_view>(column));
  if (!id) std::abort();
  return core::IncidentId{*id};
}

// The values of one column, a few at a time.
class Sealing {
 public:
  Sealing(Transaction& transaction, ContentKeys& keys, const std::function<void(std::uint64_t)>& progress)
      : transaction_(transaction), keys_(keys), progress_(progress) {}

  void give_keys() {
    while (true) {
      const auto rows = transaction_.execute(select_keyless);
      for (const auto& row : rows) {
        const auto made = keys_.make(incident_of(row, "id"), row.get<std::string>("organization"));
        transaction_.execute(insert_key, {core::to_string(made.key->incident()), made.wrapped.organization, made.wrapped.epoch,
                                          record::to_hex(made.wrapped.wrapped)});
      }
      if (rows.empty()) return;
    }
  }

  void seal_column(ContentField field) {
    const auto name = name_of(field);
    const std::string table(name.substr(0, name.find('.'))), column(name.substr(name.find('.') + 1));
    const bool as_bytes = holds_bytes(field);
    transaction_.execute(unsealed, {table, column});
    while (true) {
      const auto rows = transaction_.execute(next_unsealed);
      for (const auto& row : rows) {
        const auto key = transaction_.case_key(incident_of(row, "incident"));
        if (!key) throw ContentUnreadable("a case has no content key");
        auto texts = row.get<std::vector<std::string>>("texts");
        for (auto& text : texts)
          text = as_bytes ? record::to_hex(key->seal_bytes(field, record::from_hex(text).value())) : key->seal_text(field, text);
        transaction_.execute(seal, {table, column, row.get<std::string>("place"), texts});
      }
      if (rows.empty()) break;
      done_ += rows.size();
      if (progress_) progress_(done_);
    }
    transaction_.execute(close_unsealed);
  }

 private:
  Transaction& transaction_;
  ContentKeys& keys_;
  const std::function<void(std::uint64_t)>& progress_;
  std::uint64_t done_ = 0;
};

}  // namespace

std::vector<ContentEpoch> list_content_epochs(Connection& owner) {
  std::vector<ContentEpoch> epochs;
  for (const auto& row : owner.execute(select_epochs))
    epochs.push_back({row.get<std::string>("name"), row.get<std::string>("fingerprint"), row.get<Timestamp>("registered_at"),
                      row.get<std::optional<Timestamp>>("used_from"), row.get<std::optional<Timestamp>>("dropped_at"),
                      row.get<std::int64_t>("cases")});
  return epochs;
}

std::optional<std::string> content_epoch_in_use(Connection& connection) {
  return name_in(connection.execute(select_in_use));
}

bool register_content_epoch(Connection& owner, const std::string& name, const std::string& fingerprint) {
  return owner.execute(insert_epoch, {name, fingerprint}).affected() == 1;
}
bool use_content_epoch(Connection& owner, const std::string& name) {
  return owner.execute(use_epoch, {name}).affected() == 1;
}
bool drop_content_epoch(Connection& owner, const std::string& name) {
  Transaction transaction(owner);
  transaction.execute(lock_epoch, {name});
  const auto in_use = name_in(transaction.execute(select_in_use));
  const bool dropped = transaction.execute(drop_epoch, {name, in_use}).affected() == 1;
  transaction.commit();
  return dropped;
}

Rewrapped rewrap_some(Connection& owner, ContentKeys& keys) {
  const auto epoch = keys.epoch_in_use();
  Rewrapped rewrapped;
  Transaction transaction(owner);
  std::string json;
  codec::JsonWriter out(json);
  out.begin_array();
  for (const auto& row : transaction.execute(select_of_others, {epoch, keys_at_once})) {
    const auto incident = incident_of(row, "incident_id");
    const auto made = keys.rewrap(incident, {row.get<std::string>("organization"), row.get<std::string>("epoch"), bytes_of(row, "wrapped")});
    out.begin_object()
        .member("incident_id", core::to_string(incident))
        .member("wrapped", record::to_hex(made.wrapped))
        .end_object();
    ++rewrapped.done;
  }
  out.end_array();
  if (rewrapped.done > 0) transaction.execute(update_keys, {epoch, json});
  rewrapped.left = static_cast<std::uint64_t>(transaction.execute(count_of_others, {epoch}).one().get<std::int64_t>(0));
  transaction.commit();
  return rewrapped;
}

void seal_what_is_stored(Connection& owner, ContentKeys& keys, const std::function<void(std::uint64_t)>& progress) {
  if (owner.execute(already_sealed).one().get<bool>("done")) return;
  std::vector<std::string> columns(content_field_names.begin(), content_field_names.end());
  Transaction transaction(owner);
  transaction.execute(one_at_a_time);
  if (transaction.execute(already_sealed).one().get<bool>("done")) return;  // another daemon did
  transaction.execute_script("SET LOCAL ROLE noroshi_owner");
  transaction.execute(begin_sealing, {columns});
  Sealing sealing(transaction, keys, progress);
  sealing.give_keys();
  for (std::size_t number = 1; number <= content_field_names.size(); ++number)
    sealing.seal_column(static_cast<ContentField>(number));
  transaction.execute(end_sealing, {columns});
  transaction.commit();
}

}  // namespace noroshi::store
