#include "src/store/database.h"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>

#include <list>
#include <map>
#include <pqxx/pqxx>
#include <set>
#include <unordered_map>

#include "src/record/encodings.h"
#include "src/store/content_keys.h"
#include "src/store/watchdog.h"

namespace pqxx {

// How libpqxx passes our parameters: as text, NULL where there is none. A text with U+0000, which libpqxx
// would cut there without a word, cannot be made into a Parameter.
template <>
struct string_traits<noroshi::store::Parameter> {
  static constexpr const char* name() noexcept { return "parameter"; }
  static constexpr bool has_null() noexcept { return true; }
  static bool is_null(const noroshi::store::Parameter& parameter) { return !parameter.text(); }
  static std::string to_string(const noroshi::store::Parameter& parameter) { return *parameter.text(); }
};

}  // namespace pqxx

namespace noroshi::store {

namespace {

using namespace std::string_view_literals;

bool said_by_server(std::string_view text) {
  return text.starts_with("ERROR:") || text.starts_with("FATAL:") || text.starts_with("PANIC:");
}

constexpr int oldest_server = 150000;
// How long the server sends into a line that nobody answers on before it ends the session and frees its locks.
constexpr std::chrono::milliseconds line_timeout{10'000};

// What libpq says about an error at verbosity VERBOSE. libpqxx hands on this text and the SQLSTATE only, so
// the name of a constraint must be read out of it. The fields behind the texts that may quote rows (DETAIL,
// HINT, CONTEXT) are written last, so reading from the end meets none of a row's words:
//   ERROR:  23505: duplicate key value violates unique constraint "k"
//   DETAIL:  Key (a)=(…) already exists.
//   SCHEMA NAME:  noroshi
//   TABLE NAME:  report
//   CONSTRAINT NAME:  k
//   LOCATION:  _bt_check_unique, nbtinsert.c:664
struct ErrorFields {
  std::string_view primary;  // the first line's message, without severity and SQLSTATE
  std::string_view table;
  std::string_view column;
  std::string_view constraint;
};

ErrorFields parse_error(std::string_view text) {
  ErrorFields fields;
  std::string_view first = text.substr(0, text.find('\n'));
  if (const auto colon = first.find(":  "); colon != std::string_view::npos) first.remove_prefix(colon + 3);
  if (first.size() > 7 && first.substr(5, 2) == ": ") first.remove_prefix(7);
  fields.primary = first;
  while (text.ends_with('\n')) text.remove_suffix(1);
  while (true) {
    const auto newline = text.rfind('\n');
    if (newline == std::string_view::npos) return fields;
    const std::string_view line = text.substr(newline + 1);
    const auto take = [&](std::string_view label, std::string_view* into) {
      if (!line.starts_with(label)) return false;
      if (into) *into = line.substr(label.size());
      return true;
    };
    if (!take("LOCATION:  ", nullptr) && !take("CONSTRAINT NAME:  ", &fields.constraint) &&
        !take("DATATYPE NAME:  ", nullptr) && !take("COLUMN NAME:  ", &fields.column) &&
        !take("TABLE NAME:  ", &fields.table) && !take("SCHEMA NAME:  ", nullptr)) {
      return fields;
    }
    text = text.substr(0, newline);
  }
}

bool is_unavailable(std::string_view sqlstate) {
  return sqlstate.starts_with("08") || sqlstate.starts_with("53") || sqlstate.starts_with("57P") ||
         sqlstate.starts_with("58") || sqlstate == "57014" || sqlstate == "25006";
}

[[noreturn]] void throw_by_meaning(std::string sqlstate, std::string_view text) {
  if (is_unavailable(sqlstate)) {
    const std::string what = fmt::format("the database cannot do it now (SQLSTATE {})", sqlstate);
    throw Unavailable(what, std::move(sqlstate));
  }
  if (sqlstate == "40001" || sqlstate == "40P01" || sqlstate == "55P03") {
    const std::string what = fmt::format("lost against another transaction (SQLSTATE {})", sqlstate);
    throw Conflict(what, std::move(sqlstate));
  }
  const ErrorFields fields = parse_error(text);
  if (sqlstate.starts_with("23")) {
    std::string constraint(fields.constraint);
    if (constraint.empty() && !fields.column.empty())
      constraint = fmt::format("{}.{}", fields.table, fields.column);
    throw ConstraintViolation(std::move(constraint), std::move(sqlstate));
  }
  // Class 42 speaks of our own statement (a name that does not exist, a right that is lacking), never of a
  // row.
  const std::string what =
      sqlstate.starts_with("42")
          ? fmt::format("database error {}: {}", sqlstate, fields.primary)
          : fmt::format("database error {}", sqlstate.empty() ? "without SQLSTATE" : sqlstate);
  throw DatabaseFault(what, std::move(sqlstate));
}

struct ConninfoDeleter {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};
using Conninfo = std::unique_ptr<PQconninfoOption, ConninfoDeleter>;

Conninfo parse_address(const std::string& address) {
  char* error = nullptr;
  Conninfo options(PQconninfoParse(address.c_str(), &error));
  if (!options) {
    // libpq's text quotes the address, which may hold a password.
    PQfreemem(error);
    throw DatabaseMisconfigured(
        "the database's address is not one that libpq can read (postgresql://user@host/db)", "");
  }
  return options;
}

// A keyword/value string from the address and what the session needs. What the address says itself stays, but
// for what the program relies upon.
class ConninfoWriter {
 public:
  void set(std::string keyword, std::string value) { values_[std::move(keyword)] = std::move(value); }
  void set_default(std::string keyword, std::string value) {
    values_.emplace(std::move(keyword), std::move(value));
  }
  std::string write() const {
    std::string text;
    for (const auto& [keyword, value] : values_) {
      text += keyword + "='";
      for (const char c : value) {
        if (c == '\'' || c == '\\') text += '\\';
        text += c;
      }
      text += "' ";
    }
    return text;
  }

 private:
  std::unordered_map<std::string, std::string> values_;
};

std::string session_conninfo(const ConnectionSettings& settings, DatabaseRole role) {
  ConninfoWriter writer;
  const Conninfo options = parse_address(settings.address);
  for (const PQconninfoOption* option = options.get(); option->keyword; ++option) {
    if (option->val && *option->val) writer.set(option->keyword, option->val);
  }
  if (settings.login_as_role && role != DatabaseRole::owner) writer.set("user", std::string(name_of(role)));
  writer.set("application_name", settings.application_name);
  writer.set("client_encoding", "UTF8");
  if (settings.connect_timeout.count() > 0) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(settings.connect_timeout).count();
    writer.set_default("connect_timeout", std::to_string(seconds));
  }
  // Over TCP a peer that vanished is noticed by the kernel: unanswered data, and an idle line.
  if (settings.answer_timeout.count() > 0) {
    writer.set_default("tcp_user_timeout", std::to_string(settings.answer_timeout.count()));
  }
  writer.set_default("keepalives_idle", "5");
  writer.set_default("keepalives_interval", "3");
  writer.set_default("keepalives_count", "3");
  // Of several hosts the one that takes writes: after a fail-over the others are standbys.
  writer.set_default("target_session_attrs", "read-write");
  return writer.write();
}

// Whether the server was there and would not have us, by libpq's text: libpqxx hands on no SQLSTATE of a
// failed connection. Texts that are not in English count as "unavailable", which is the safe side.
bool refused_login(std::string_view text) {
  for (const std::string_view sign : {"authentication failed"sv, "no pg_hba.conf entry"sv, "does not exist"sv,
                                      "not permitted to log in"sv, "permission denied for database"sv}) {
    if (text.find(sign) != std::string_view::npos) return true;
  }
  return false;
}

std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : text) line += c == '\n' || c == '\t' ? ' ' : c;
  while (line.ends_with(' ')) line.pop_back();
  return line;
}

constexpr Statement set_role{"noroshi_set_role", "SELECT set_config('role', $1, false)"};

constexpr Statement set_session{
    "noroshi_set_session",
    "SELECT set_config('statement_timeout', $1, false), set_config('lock_timeout', $2, false),"
    " set_config('idle_in_transaction_session_timeout', $3, false),"
    // The server's end of a TCP line, and of a query whose caller is gone.
    " set_config('tcp_user_timeout', $4, false), set_config('tcp_keepalives_idle', '5', false),"
    " set_config('tcp_keepalives_interval', '3', false), set_config('tcp_keepalives_count', '3', false),"
    " set_config('client_connection_check_interval', '2s', false),"
    // The forms that database_values.cpp reads.
    " set_config('TimeZone', 'UTC', false), set_config('DateStyle', 'ISO, YMD', false),"
    " set_config('bytea_output', 'hex', false), set_config('standard_conforming_strings', 'on', false),"
    " set_config('search_path', 'noroshi', false), set_config('jit', 'off', false),"
    " set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'remote_apply'"
    "   THEN 'remote_apply' ELSE 'on' END, false),"
    " current_setting('server_version_num')::integer AS version, current_setting('lc_messages') AS messages,"
    " current_setting('server_encoding') AS encoding"};

}  // namespace

ConstraintViolation::ConstraintViolation(std::string constraint, std::string sqlstate)
    : DatabaseError(fmt::format("constraint {} violated (SQLSTATE {})", constraint.empty() ? "?" : constraint,
                                sqlstate),
                    sqlstate),
      constraint_(std::move(constraint)) {}

ConnectionSettings ConnectionSettings::private_cluster(std::string_view socket_directory,
                                                       std::string_view superuser,
                                                       std::string_view database) {
  ConninfoWriter writer;
  writer.set("host", std::string(socket_directory));
  writer.set("port", "5432");
  writer.set("user", std::string(superuser));
  writer.set("dbname", std::string(database));
  ConnectionSettings settings;
  settings.address = writer.write();
  settings.login_as_role = true;
  return settings;
}

ConnectionSettings ConnectionSettings::from_url(std::string_view url) {
  ConnectionSettings settings;
  settings.address = url;
  parse_address(settings.address);
  return settings;
}

namespace {

struct SeenKey {
  std::shared_ptr<const CaseKey> key;  // null: there is none that may be seen, or it does not open
  std::string why;
};
// Of the cases of which a sealed value was read.
using CaseKeys = std::map<core::IncidentId, SeenKey>;

constexpr Statement select_case_keys{
    "case_keys", "SELECT incident_id, organization, epoch, wrapped FROM content_key WHERE incident_id = ANY ($1::uuid[])"};

// Of a value in PostgreSQL's text form: texts alone, as an array has them, or bytes.
template <class Take>
void each_sealed_case(std::string_view cell, const Take& take) {
  const auto take_if = [&](std::optional<core::IncidentId> incident) {
    if (incident) take(*incident);
  };
  if (is_sealed_text(cell)) {
    take_if(case_of_sealed_text(cell));
  } else if (cell.starts_with("{")) {
    for (auto at = cell.find('\1'); at != std::string_view::npos; at = cell.find('\1', at + 1))
      take_if(case_of_sealed_text(cell.substr(at)));
  } else if (cell.starts_with("\\xf5") && cell.size() >= 2 + 2 * sealed_overhead) {
    const auto header = record::from_hex(cell.substr(2, 2 * sealed_overhead));
    if (header) take_if(case_of_sealed_bytes(*header));
  }
}

}  // namespace

struct ResultRows {
  pqxx::result result;
  CaseKeys keys;
  // Of texts that were read: what is handed out is a view.
  mutable std::map<std::pair<std::size_t, int>, std::string> opened;
};

struct Connection::Session {
  // Keeps the one notice that matters and drops the rest: their texts may quote rows.
  class Notices : public pqxx::errorhandler {
   public:
    using errorhandler::errorhandler;
    bool operator()(const char text[]) noexcept override {
      // "WARNING:  01000: canceling wait for synchronous replication due to user request", or 57P01 with
      // "canceling the wait for synchronous replication and terminating connection". In English, since
      // lc_messages is C.
      const std::string_view notice(text);
      if (notice.find("synchronous replication") != std::string_view::npos &&
          (notice.find(" 01000: ") != std::string_view::npos ||
           notice.find(" 57P01: ") != std::string_view::npos)) {
        standby_wait_cancelled = true;
      }
      return false;
    }
    bool standby_wait_cancelled = false;
  };

  class Wake : public pqxx::notification_receiver {
   public:
    using notification_receiver::notification_receiver;
    void operator()(const std::string&, int) override {}
  };

  Session(const ConnectionSettings& from, DatabaseRole as) : settings(from), role(as) {}

  // Runs one exchange with the server under the answer's deadline and gives its errors their meaning.
  template <typename Exchange>
  auto exchange(const Exchange& run) -> decltype(run()) {
    if (broken) throw Unavailable("the connection was lost", "");
    try {
      Watchdog::Guard guard(connection->sock(), settings.answer_timeout);
      return run();
    } catch (const pqxx::sql_error& error) {
      const std::string& sqlstate = error.sqlstate();
      // What the server says begins with a severity, and libpqxx hands some of it on without its SQLSTATE. The rest is libpq's own, of a
      // line that broke, though libpq may still call it open.
      if ((sqlstate.empty() && !said_by_server(error.what())) || !connection->is_open()) broken = lost = true;
      if (sqlstate == "25006" && in_transaction && read_only) {
        throw DatabaseFault("a transaction begun for reading wrote (SQLSTATE 25006)", sqlstate);
      }
      if (lost && !is_unavailable(sqlstate)) throw Unavailable("the connection was lost", sqlstate);
      // A standby, or plans of a schema that is no more: this session will not get better.
      if (sqlstate == "25006" || sqlstate == "0A000" || sqlstate == "26000") broken = true;
      throw_by_meaning(sqlstate, error.what());
    } catch (const pqxx::statement_completion_unknown&) {
      broken = lost = true;
      throw Unavailable("the connection was lost", "40003");
    } catch (const pqxx::transaction_rollback& error) {
      // Class 40, which libpqxx tells by type and without SQLSTATE.
      const bool deadlock = dynamic_cast<const pqxx::deadlock_detected*>(&error) != nullptr;
      throw_by_meaning(deadlock ? "40P01" : "40001", error.what());
    } catch (const pqxx::failure&) {
      broken = lost = true;
      throw Unavailable("the connection was lost", "");
    }
  }

  pqxx::result run_prepared(const Statement& statement, std::span<const Parameter> parameters) {
    if (const auto [known, added] = prepared.emplace(statement.name, statement.sql);
        !added && known->second != std::string_view(statement.sql)) {
      throw std::logic_error(fmt::format("two statements are named {}", statement.name));
    } else if (added) {
      connection->prepare(statement.name, statement.sql);  // sent when first executed
    }
    return exchange([&] {
      pqxx::nontransaction work(*connection);
      return work.exec_prepared(statement.name,
                                pqxx::prepare::make_dynamic_params(parameters.begin(), parameters.end()));
    });
  }

  // The key of a case, or null where there is none that may be seen.
  std::shared_ptr<const CaseKey> case_key(core::IncidentId incident) {
    load_case_keys({incident});
    const auto& seen = case_keys.at(incident);
    if (!seen.key && !seen.why.empty()) throw ContentUnreadable(seen.why);
    return seen.key;
  }

  // With the keys of what is sealed in it.
  Rows rows_of(pqxx::result result) {
    auto rows = std::make_shared<ResultRows>();
    rows->result = std::move(result);
    if (settings.content_keys) rows->keys = keys_for(rows->result);
    return Rows(std::move(rows));
  }
  CaseKeys keys_for(const pqxx::result& result) {
    std::set<core::IncidentId> incidents;
    for (const auto& row : result)
      for (const auto& field : row)
        if (!field.is_null())
          each_sealed_case({field.c_str(), field.size()}, [&](core::IncidentId incident) { incidents.insert(incident); });
    CaseKeys keys;
    if (incidents.empty()) return keys;
    load_case_keys(incidents);
    for (const auto& incident : incidents) keys.emplace(incident, case_keys.at(incident));
    return keys;
  }
  // Those that were not looked for in this transaction.
  void load_case_keys(const std::set<core::IncidentId>& incidents) {
    std::vector<std::string> wanted;
    for (const auto& incident : incidents)
      if (case_keys.try_emplace(incident).second) wanted.push_back(core::to_string(incident));
    if (wanted.empty() || !settings.content_keys) return;
    const Parameter parameters[] = {wanted};
    for (const auto& row : run_prepared(select_case_keys, parameters)) {
      const auto incident = core::parse_uuid(row["incident_id"].c_str());
      const auto wrapped = record::from_hex(std::string_view(row["wrapped"].c_str()).substr(2));
      if (!incident || !wrapped) continue;
      auto& seen = case_keys[core::IncidentId{*incident}];
      try {
        seen.key = settings.content_keys->unwrap(core::IncidentId{*incident},
                                                 {row["organization"].c_str(), row["epoch"].c_str(), *wrapped});
      } catch (const ContentUnreadable& unreadable) {
        seen.why = unreadable.what();  // told where it is read, which may be never
      }
    }
  }

  void run_text(const std::string& sql) {
    exchange([&] {
      pqxx::nontransaction work(*connection);
      work.exec(sql);
    });
  }

  // COMMIT, or a statement that commits by itself: where the answer is lost, nobody knows.
  template <typename Exchange>
  auto exchange_that_commits(const Exchange& run) -> decltype(run()) {
    if (broken) throw Unavailable("the connection was lost", "");  // before anything was sent
    notices->standby_wait_cancelled = false;
    struct Verdict {
      Session& session;
      void after() const {
        if (session.notices->standby_wait_cancelled) {
          throw UnknownOutcome("the wait for the standby was cancelled during COMMIT", "01000");
        }
      }
    } const verdict{*this};
    try {
      if constexpr (std::is_void_v<decltype(run())>) {
        run();
        verdict.after();
      } else {
        auto result = run();
        verdict.after();
        return result;
      }
    } catch (const Unavailable& error) {
      // An ERROR while the session lives was raised before the commit became durable; only a lost session is
      // unknown.
      if (!lost) throw;
      throw UnknownOutcome("the connection was lost during COMMIT", error.sqlstate());
    }
  }

  ConnectionSettings settings;
  DatabaseRole role;
  bool broken = false;  // of no more use
  bool lost = false;    // because the line is gone, so that a last answer may be missing
  bool in_transaction = false;
  bool read_only = false;  // the transaction
  std::unordered_map<std::string_view, std::string_view> prepared;
  CaseKeys case_keys;  // of this transaction, or statement: by then they may be others'
  // In this order: handlers and receivers must go before the connection does.
  std::optional<pqxx::connection> connection;
  std::optional<Notices> notices;
  std::list<Wake> wakes;
};

Connection::Connection(const ConnectionSettings& settings, DatabaseRole role)
    : session_(std::make_unique<Session>(settings, role)) {
  Session& session = *session_;
  const std::string conninfo = session_conninfo(settings, role);
  try {
    session.connection.emplace(conninfo);
  } catch (const pqxx::failure& error) {
    const std::string text = one_line(error.what());
    if (refused_login(text)) throw DatabaseMisconfigured("the database refuses the connection: " + text, "");
    throw Unavailable("no connection to the database: " + text, "08001");
  }
  session.notices.emplace(*session.connection);
  session.connection->set_verbosity(pqxx::connection_base::verbose);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  // A session that libpqxx silently opens anew would have lost its role and its transaction.
  session.connection->inhibit_reactivation(true);
#pragma GCC diagnostic pop

  const auto milliseconds = [](std::chrono::milliseconds value) { return std::to_string(value.count()); };
  const Parameter parameters[] = {
      milliseconds(settings.statement_timeout), milliseconds(settings.lock_timeout),
      milliseconds(settings.idle_in_transaction_timeout), milliseconds(std::min(settings.answer_timeout, line_timeout))};
  const pqxx::result result = session.run_prepared(set_session, parameters);
  if (const int version = result[0]["version"].as<int>(); version < oldest_server) {
    throw DatabaseMisconfigured(
        fmt::format("PostgreSQL {} is too old: 15 or later is needed", version / 10000), "");
  }
  if (const std::string encoding = result[0]["encoding"].c_str(); encoding != "UTF8") {
    throw DatabaseMisconfigured(
        fmt::format("the database's encoding is {}: make one with CREATE DATABASE … ENCODING 'UTF8'",
                    encoding),
        "");
  }
  const std::string messages = result[0]["messages"].c_str();
  if (messages != "C" && messages != "POSIX") {
    // A cancelled wait for the standby is told in words only, and a commit it stood for must not count as
    // one.
    throw DatabaseMisconfigured(
        fmt::format("the database's lc_messages is '{}': the program must be able to read the "
                    "server's notices; run ALTER DATABASE … SET lc_messages = 'C'",
                    messages),
        "");
  }
  if (!settings.login_as_role && role != DatabaseRole::owner) {
    const Parameter name[] = {name_of(role)};
    try {
      session.run_prepared(set_role, name);
    } catch (const DatabaseFault& fault) {
      throw DatabaseMisconfigured(
          fmt::format("the database's user cannot become {} ({}): run the migrations as the "
                      "owner, and GRANT the role to the user",
                      name_of(role), fault.what()),
          fault.sqlstate());
    }
  }
}

Connection::~Connection() = default;

DatabaseRole Connection::role() const {
  return session_->role;
}
bool Connection::broken() const {
  return session_->broken;
}
bool Connection::in_transaction() const {
  return session_->in_transaction;
}
int Connection::backend_pid() const {
  return session_->connection->backendpid();
}

bool Connection::looks_alive() const {
  if (session_->broken) return false;
  // Nothing is under way, so anything to read is the end of the line, or words (FATAL: terminating
  // connection) before it; a notification to a listener is the exception, and costs him nothing but a new
  // connection.
  pollfd line{session_->connection->sock(), POLLIN | POLLRDHUP, 0};
  return line.fd >= 0 && ::poll(&line, 1, 0) == 0;
}

const std::shared_ptr<ContentKeys>& Connection::content_keys() const {
  return session_->settings.content_keys;
}
std::shared_ptr<const CaseKey> Connection::case_key(core::IncidentId incident) {
  if (session_->in_transaction) throw std::logic_error("a statement beside the open transaction");
  session_->case_keys.clear();
  return session_->case_key(incident);
}

Rows Connection::execute(const Statement& statement, std::initializer_list<Parameter> parameters) {
  if (session_->in_transaction) throw std::logic_error("a statement beside the open transaction");
  session_->case_keys.clear();
  auto result = session_->exchange_that_commits([&] {
    return session_->run_prepared(statement, {parameters.begin(), parameters.size()});
  });
  return session_->rows_of(std::move(result));
}

void Connection::listen(const std::string& channel) {
  session_->exchange([&] { session_->wakes.emplace_back(*session_->connection, channel); });
}

bool Connection::wait_notification(std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  Session& session = *session_;
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::microseconds>(
        std::max(deadline - std::chrono::steady_clock::now(), std::chrono::steady_clock::duration::zero()));
    // Not under the answer's deadline: silence is what this waits for.
    if (session.broken) throw Unavailable("the connection was lost", "");
    try {
      if (session.connection->await_notification(left.count() / 1'000'000, left.count() % 1'000'000) > 0)
        return true;
    } catch (const pqxx::failure&) {
      session.broken = true;
      throw Unavailable("the connection was lost", "");
    }
    if (left.count() == 0) return false;
  }
}

std::size_t Rows::size() const {
  return result_->result.size();
}
std::size_t Rows::affected() const {
  return result_->result.affected_rows();
}

Row Rows::operator[](std::size_t index) const {
  if (index >= size()) throw std::logic_error("no such row");
  return {result_, index};
}

Row Rows::one() const {
  if (size() != 1) throw DatabaseFault(fmt::format("one row was expected, {} came", size()), "21000");
  return (*this)[0];
}

std::optional<Row> Rows::maybe_one() const {
  if (size() > 1) throw DatabaseFault(fmt::format("at most one row was expected, {} came", size()), "21000");
  if (empty()) return std::nullopt;
  return (*this)[0];
}

int Row::index_of(std::string_view column) const {
  try {
    return static_cast<int>(result_->result.column_number(std::string(column)));
  } catch (const pqxx::argument_error&) {
    throw std::logic_error(fmt::format("no column {}", column));
  }
}

bool Row::is_null(int column) const {
  const pqxx::result& result = result_->result;
  if (column < 0 || static_cast<std::size_t>(column) >= result.columns())
    throw std::logic_error("no such column");
  return result[static_cast<pqxx::result::size_type>(index_)][static_cast<pqxx::row::size_type>(column)]
      .is_null();
}

std::string_view Row::text(int column) const {
  const auto cell = stored(column);
  if (!is_sealed_text(cell)) return cell;
  const std::pair place{index_, column};
  if (const auto known = result_->opened.find(place); known != result_->opened.end()) return known->second;
  return result_->opened.emplace(place, opened(cell, false)).first->second;
}

std::string Row::opened(std::string_view sealed, bool as_bytes) const {
  const auto incident = as_bytes ? case_of_sealed_bytes(sealed) : case_of_sealed_text(sealed);
  const auto key = incident ? result_->keys.find(*incident) : result_->keys.end();
  if (key == result_->keys.end() || !key->second.key)
    throw ContentUnreadable(key != result_->keys.end() && !key->second.why.empty()
                                ? key->second.why
                                : "what is stored of a case is sealed, and its key is not to be had here");
  auto text = as_bytes ? key->second.key->open_bytes(sealed) : key->second.key->open_text(sealed);
  if (!text) throw ContentUnreadable("what is stored of a case was altered: it does not open with the key of the case");
  return std::move(*text);
}

std::string_view Row::stored(int column) const {
  if (is_null(column)) throw std::logic_error(fmt::format("column {} is NULL", column));
  const pqxx::result& result = result_->result;
  const pqxx::field field =
      result[static_cast<pqxx::result::size_type>(index_)][static_cast<pqxx::row::size_type>(column)];
  return {field.c_str(), field.size()};  // points into the result, not into the field
}

namespace {

constexpr const char* begin_text(Isolation isolation, Access access) {
  switch (isolation) {
    case Isolation::read_committed:
      return access == Access::read_write ? "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
                                          : "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY";
    case Isolation::repeatable_read:
      return access == Access::read_write ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ WRITE"
                                          : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    case Isolation::serializable:
      return access == Access::read_write ? "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE"
                                          : "BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY";
  }
  return "";
}

}  // namespace

Transaction::Transaction(Connection& connection, Isolation isolation, Access access)
    : connection_(connection) {
  if (connection.session_->in_transaction)
    throw std::logic_error("the connection is in a transaction already");
  connection.session_->run_text(begin_text(isolation, access));
  connection.session_->case_keys.clear();
  connection.session_->in_transaction = true;
  connection.session_->read_only = access == Access::read_only;
}

Transaction::~Transaction() {
  rollback();
}

Rows Transaction::execute(const Statement& statement, std::initializer_list<Parameter> parameters) {
  return execute(statement, std::span<const Parameter>(parameters.begin(), parameters.size()));
}

Rows Transaction::execute(const Statement& statement, std::span<const Parameter> parameters) {
  if (state_ != State::open) throw std::logic_error("a statement after the end of its transaction");
  state_ = State::failed;  // unless it returns
  auto result = connection_.session_->run_prepared(statement, parameters);
  auto rows = connection_.session_->rows_of(std::move(result));
  state_ = State::open;
  return rows;
}

std::shared_ptr<const CaseKey> Transaction::case_key(core::IncidentId incident) {
  if (state_ != State::open) throw std::logic_error("a statement after the end of its transaction");
  state_ = State::failed;
  auto key = connection_.session_->case_key(incident);
  state_ = State::open;
  return key;
}

void Transaction::execute_script(const std::string& sql) {
  if (state_ != State::open) throw std::logic_error("a statement after the end of its transaction");
  state_ = State::failed;
  connection_.session_->run_text(sql);
  state_ = State::open;
}

void Transaction::commit() {
  // PostgreSQL answers COMMIT of a failed transaction with a friendly ROLLBACK; no caller shall take it for a
  // success.
  if (state_ != State::open) throw std::logic_error("COMMIT of a transaction that failed or has ended");
  state_ = State::ended;
  Connection::Session& session = *connection_.session_;
  // Whatever becomes of it, the transaction is over: committed, rolled back, or gone with the session.
  session.in_transaction = false;
  session.exchange_that_commits([&] { session.run_text("COMMIT"); });
}

void Transaction::rollback() noexcept {
  if (state_ == State::ended) return;
  state_ = State::ended;
  Connection::Session& session = *connection_.session_;
  session.in_transaction = false;
  if (session.broken) return;
  try {
    session.run_text("ROLLBACK");
  } catch (const std::exception&) {
    // The server rolls back what its client left; the session must not be used again.
    session.broken = true;
  }
}

namespace {

constexpr Statement set_tenant{
    "noroshi_set_tenant",
    "SELECT set_config('noroshi.organization', $1, true), set_config('noroshi.actor', $2, true)"};

Connection& reader_only(Connection& connection) {
  if (connection.role() != DatabaseRole::reader)
    throw std::logic_error("a caller's reading needs the role reader");
  return connection;
}

}  // namespace

TenantTransaction::TenantTransaction(Connection& connection, std::string_view organization,
                                     std::string_view actor)
    : transaction_(reader_only(connection), Isolation::repeatable_read, Access::read_only) {
  if (organization.empty() || actor.empty()) throw std::logic_error("a caller without organisation or name");
  transaction_.execute(set_tenant, {organization, actor});
}

}  // namespace noroshi::store
