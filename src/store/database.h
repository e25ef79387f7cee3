// The one layer over libpqxx: connections as a database role, prepared statements, transactions, rows.
//
// Nothing of libpqxx shows in here, so that its next version is a change of one file. Errors are those of
// database_error.h; besides them std::bad_alloc and, for a mistake in the calling code (a column that does
// not exist, NULL read as a value), std::logic_error.
//
// What is sealed at rest (content_keys.h) is opened where it is read as a text, bytes or texts, with the keys that the role of
// the session may see in that moment: a value that was moved into another body's row does not open there. One that does not
// open is ContentUnreadable.
//
// Threads: a Connection, its Transaction and the Rows they made belong to one thread at a time; Rows may be
// handed on.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "routing/time.h"
#include "src/core/identifier.h"
#include "src/store/database_error.h"
#include "src/store/database_role.h"

namespace noroshi::store {

class CaseKey;
class ContentKeys;

// Where the database is and how long to wait for it. A value; copy it freely. It may hold a password: never
// log it.
struct ConnectionSettings {
  // A connection URI or keyword/value string of libpq ("PostgreSQL documentation, 34.1.1"), several hosts
  // included.
  std::string address;
  // true: log in under the role's own name (private cluster, peer authentication). false: log in as the
  // address says and SET ROLE; the owner role is then the address's user itself.
  bool login_as_role = false;
  std::string application_name = "noroshi";

  // 0 = no limit, for each of these.
  std::chrono::milliseconds connect_timeout{
      5'000};  // for each host; libpq counts whole seconds, two at least
  std::chrono::milliseconds statement_timeout{10'000};
  std::chrono::milliseconds lock_timeout{5'000};
  // Longest wait for the answer to one statement or COMMIT before the connection is cut from this side. The
  // server's own limits do not cover COMMIT, nor a server that stands still.
  std::chrono::milliseconds answer_timeout{15'000};
  // After this long idle inside a transaction the server ends it, so that a stopped daemon frees its locks.
  std::chrono::milliseconds idle_in_transaction_timeout{30'000};

  // What opens and seals what people wrote (content_keys.h). Without it the rest can be read, and no case opened.
  std::shared_ptr<ContentKeys> content_keys;

  // Database `database` behind the Unix socket in `socket_directory`, peer authentication.
  static ConnectionSettings private_cluster(std::string_view socket_directory, std::string_view superuser,
                                            std::string_view database = "noroshi");
  // Throws DatabaseMisconfigured where libpq cannot read the address (the text does not repeat a password).
  static ConnectionSettings from_url(std::string_view url);
};

// A prepared statement: named and written once, as a constant with static lifetime. Prepared in each
// connection when first used there. Two statements never share a name.
//   inline constexpr Statement find_token{"find_token", "SELECT … WHERE id = $1"};
struct Statement {
  const char* name;
  const char* sql;
};

using Bytes = std::vector<std::byte>;

// One argument of a statement, $1, $2, … Texts are UTF-8; one with U+0000 is refused with UnstorableText. The
// statement decides the type: cast there ($1::uuid) where PostgreSQL cannot tell.
class Parameter {
 public:
  Parameter(std::nullptr_t) {}  // NOLINT(google-explicit-constructor): all of these are meant to convert
  Parameter(std::nullopt_t) {}  // NOLINT
  Parameter(bool value) : Parameter(std::string(value ? "true" : "false")) {}  // NOLINT
  template <typename Integer>
  requires(std::is_integral_v<Integer> && !std::is_same_v<Integer, bool> && !std::is_same_v<Integer, char>)
      Parameter(Integer value)
      : Parameter(std::to_string(value)) {}                                        // NOLINT
  Parameter(double value);                                                         // NOLINT
  Parameter(std::string value);                                                    // NOLINT
  Parameter(std::string_view value) : Parameter(std::string(value)) {}             // NOLINT
  Parameter(const char* value) : Parameter(std::string(value)) {}                  // NOLINT
  Parameter(std::span<const std::byte> value);                                     // NOLINT: bytea
  Parameter(const Bytes& value) : Parameter(std::span<const std::byte>(value)) {}  // NOLINT
  Parameter(Timestamp value);                                                      // NOLINT: timestamptz
  Parameter(JapaneseDay value);                                                    // NOLINT: date
  Parameter(std::chrono::seconds value);                                           // NOLINT: interval
  Parameter(std::span<const std::string> values);   // NOLINT: text[] (or $1::uuid[] …)
  Parameter(std::span<const std::int64_t> values);  // NOLINT: bigint[]
  Parameter(const std::vector<std::string>& values)
      : Parameter(std::span<const std::string>(values)) {}  // NOLINT
  Parameter(const std::vector<std::int64_t>& values)
      : Parameter(std::span<const std::int64_t>(values)) {}  // NOLINT
  template <typename Value>
  Parameter(const std::optional<Value>& value) {  // NOLINT
    if (value) *this = Parameter(*value);
  }

  // PostgreSQL's text form; null is NULL. Lives as long as this or a copy of it.
  const std::string* text() const { return text_.get(); }

 private:
  // Shared, since libpqxx copies its parameters, and the document of a group is megabytes.
  std::shared_ptr<const std::string> text_;
};

struct ResultRows;  // libpqxx's, and the keys of what is sealed in it; of no concern outside database.cpp

// A row of a Rows, whose result it shares: it may outlive the Rows. Columns by number from 0 or by name; by
// name costs a look-up. A column that is not there, NULL where a value is asked, or a value of another form:
// std::logic_error.
//   row.get<std::string>("slug"), row.get<std::optional<Timestamp>>(3), row.get<Bytes>("body")
// Types: bool, std::int16_t, std::int32_t, std::int64_t, double, std::string, std::string_view (into the
// result), Bytes (bytea), Timestamp (timestamptz), JapaneseDay (date), std::vector<std::string> (text[],
// without NULLs), and std::optional of these.
class Row {
 public:
  template <typename Value>
  Value get(int column) const;
  template <typename Value>
  Value get(std::string_view column) const {
    return get<Value>(index_of(column));
  }
  bool is_null(int column) const;
  bool is_null(std::string_view column) const { return is_null(index_of(column)); }

 private:
  friend class Rows;
  Row(std::shared_ptr<const ResultRows> result, std::size_t index)
      : result_(std::move(result)), index_(index) {}
  int index_of(std::string_view column) const;
  // PostgreSQL's text form, a sealed text opened; std::logic_error for NULL.
  std::string_view text(int column) const;
  std::string_view stored(int column) const;  // as it stands
  std::string opened(std::string_view sealed, bool as_bytes) const;

  std::shared_ptr<const ResultRows> result_;
  std::size_t index_;
};

template <typename Value>
struct IsOptional : std::false_type {};
template <typename Value>
struct IsOptional<std::optional<Value>> : std::true_type {};

template <typename Value>
Value Row::get(int column) const {
  static_assert(IsOptional<Value>::value, "a type that columns are not read as");
  if (is_null(column)) return std::nullopt;
  return get<typename Value::value_type>(column);
}
template <>
bool Row::get<bool>(int column) const;
template <>
std::int16_t Row::get<std::int16_t>(int column) const;
template <>
std::int32_t Row::get<std::int32_t>(int column) const;
template <>
std::int64_t Row::get<std::int64_t>(int column) const;
template <>
double Row::get<double>(int column) const;
template <>
std::string Row::get<std::string>(int column) const;
template <>
std::string_view Row::get<std::string_view>(int column) const;
template <>
Bytes Row::get<Bytes>(int column) const;
template <>
Timestamp Row::get<Timestamp>(int column) const;
template <>
JapaneseDay Row::get<JapaneseDay>(int column) const;
template <>
std::vector<std::string> Row::get<std::vector<std::string>>(int column) const;

// The answer to a statement: rows held in memory. Cheap to copy (shared).
class Rows {
 public:
  explicit Rows(std::shared_ptr<const ResultRows> result) : result_(std::move(result)) {}

  std::size_t size() const;
  bool empty() const { return size() == 0; }
  Row operator[](std::size_t index) const;
  // For INSERT, UPDATE and DELETE: how many rows they touched.
  std::size_t affected() const;
  // The only row; DatabaseFault with SQLSTATE 21000 (cardinality_violation) where there are none or several.
  Row one() const;
  // The row there is, or nothing; DatabaseFault where there are several.
  std::optional<Row> maybe_one() const;

  class Iterator {
   public:
    using value_type = Row;
    using difference_type = std::ptrdiff_t;
    Iterator(const Rows& rows, std::size_t index) : rows_(&rows), index_(index) {}
    Row operator*() const { return (*rows_)[index_]; }
    Iterator& operator++() {
      ++index_;
      return *this;
    }
    bool operator==(const Iterator&) const = default;

   private:
    const Rows* rows_;
    std::size_t index_;
  };
  Iterator begin() const { return {*this, 0}; }
  Iterator end() const { return {*this, size()}; }

 private:
  std::shared_ptr<const ResultRows> result_;
};

enum class Isolation { read_committed, repeatable_read, serializable };
enum class Access { read_write, read_only };

// A session of one role. Opened by the constructor, closed by the destructor. Once broken() it stays so; open
// another.
class Connection {
 public:
  // Connects and sets the session up: UTF-8, UTC, the limits above, synchronous_commit at least `on`.
  // Throws Unavailable (the text names the cause: no row is involved yet) or DatabaseMisconfigured (wrong
  // password, no such role or database, a server older than 15, lc_messages other than C or POSIX).
  Connection(const ConnectionSettings& settings, DatabaseRole role);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  DatabaseRole role() const;
  bool broken() const;
  bool in_transaction() const;
  // Whether the idle session still looks alive; asks the socket, not the server. False positives are
  // possible.
  bool looks_alive() const;
  // Process id of the server's process for this session (for pg_terminate_backend and tests).
  int backend_pid() const;

  // One statement outside a transaction, committed by itself. UnknownOutcome as for Transaction::commit(),
  // for a reading statement too: the session does not know which it is.
  Rows execute(const Statement& statement, std::initializer_list<Parameter> parameters = {});

  // Null where the settings have none.
  const std::shared_ptr<ContentKeys>& content_keys() const;
  // The key of a case, as far as this role may see it, outside a transaction; null where the case has none.
  std::shared_ptr<const CaseKey> case_key(core::IncidentId incident);

  // LISTEN to a channel (a constant of ours). Only wakes: what is true stands in the tables.
  void listen(const std::string& channel);
  // Waits for a notification on any channel listened to and swallows those that have come. False when
  // `timeout` passed without one. Throws Unavailable where the connection is lost: look at the tables, then
  // open another.
  bool wait_notification(std::chrono::milliseconds timeout);

 private:
  friend class Transaction;
  struct Session;
  std::unique_ptr<Session> session_;
};

// A transaction; one at a time in a connection, which must outlive it. The destructor rolls back what was not
// committed. After any exception from execute() only the destructor (or rollback()) makes sense.
class Transaction {
 public:
  explicit Transaction(Connection& connection, Isolation isolation = Isolation::read_committed,
                       Access access = Access::read_write);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  Rows execute(const Statement& statement, std::initializer_list<Parameter> parameters = {});
  Rows execute(const Statement& statement, std::span<const Parameter> parameters);
  // As of the connection.
  const std::shared_ptr<ContentKeys>& content_keys() const { return connection_.content_keys(); }
  std::shared_ptr<const CaseKey> case_key(core::IncidentId incident);
  // A text of several statements without parameters, as a migration file is. Never for text made at run time.
  void execute_script(const std::string& sql);

  // Returns once the transaction is durable as the server promises it. Throws UnknownOutcome where that
  // cannot be known; any other error means nothing was stored (a deferred constraint, a serialization
  // failure).
  void commit();
  void rollback() noexcept;

 private:
  Connection& connection_;
  enum class State { open, failed, ended } state_ = State::open;
};

// The only way to read on behalf of a caller: read only, one snapshot, as role noroshi_reader, with the
// caller's organisation and name set for this transaction alone; the row-level policies of schemas/sql read
// them. The connection must be of role reader (std::logic_error otherwise). Ends with the object.
class TenantTransaction {
 public:
  // `organization`: slug of the caller's body; `actor`: who asks, as the record names him. Neither may be
  // empty.
  TenantTransaction(Connection& connection, std::string_view organization, std::string_view actor);

  Rows execute(const Statement& statement, std::initializer_list<Parameter> parameters = {}) {
    return transaction_.execute(statement, parameters);
  }
  Rows execute(const Statement& statement, std::span<const Parameter> parameters) {
    return transaction_.execute(statement, parameters);
  }

 private:
  Transaction transaction_;
};

}  // namespace noroshi::store
