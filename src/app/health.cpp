#include "src/app/health.h"

#include <openssl/crypto.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <fmt/format.h>
#include <boost/version.hpp>

#include <cstdio>
#include <ctime>
#include <memory>
#include <system_error>

#include "src/app/record_words.h"
#include "src/app/version.h"
#include "src/codec/json_writer.h"
#include "src/store/clock.h"
#include "src/store/connection_address.h"
#include "src/store/migrations.h"
#include "src/store/operation.h"
#include "src/store/zones.h"

namespace noroshi::app {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto fresh_for = 1s;
constexpr auto patience = 1s;                 // for a connection
constexpr double sequencer_lag_warning = 10;  // seconds
constexpr double clocks_behind_warning = 5;   // seconds
constexpr double queue_warning = 0.5;         // of the limit
constexpr double days_warning = 14;
constexpr std::uintmax_t disk_warning = 1024ull * 1024 * 1024;
constexpr std::uintmax_t disk_failed = 64ull * 1024 * 1024;

constexpr std::string_view operator_role = "operator";

std::string_view to_string(CheckStatus status) {
  switch (status) {
    case CheckStatus::ok:
      return "ok";
    case CheckStatus::warning:
      return "warning";
    case CheckStatus::failed:
      break;
  }
  return "failed";
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

Check failed(std::string name, codec::Text message) {
  return {std::move(name), CheckStatus::failed, std::move(message), {}};
}

Check check_migrations(int applied) {
  const int expected = static_cast<int>(store::Migrations::embedded().all().size());
  Check check{"migrations", CheckStatus::ok, {}, {{"applied", applied}, {"expected", expected}}};
  if (applied < expected) {
    check.status = CheckStatus::failed;
    check.message = {"データベースのスキーマが古いままです。noroshid を再起動してください。",
                     "The schema of the database is older than this program: start noroshid again."};
  } else if (applied > expected) {
    check.status = CheckStatus::failed;
    check.message = {
        "データベースのスキーマがこのプログラムより新しくなっています。同じ版に揃えてください。",
        "The schema of the database is newer than this program: install the version that made it."};
  }
  return check;
}

Check check_sequencer(const store::Waiting& waiting) {
  Check check{"sequencer",
              CheckStatus::ok,
              {},
              {{"unnumbered_events", static_cast<double>(waiting.unnumbered_events)},
               {"oldest_seconds", waiting.oldest_unnumbered_seconds}}};
  if (waiting.oldest_unnumbered_seconds >= sequencer_lag_warning) {
    check.status = CheckStatus::warning;
    check.message = {"記録への採番が遅れています。受付には影響しません。ログを確認してください。",
                     "Events wait to be numbered. Reports are taken all the same; look at the log."};
  }
  return check;
}

Check check_clocks(const store::ClockCounts& clocks) {
  Check check{"clocks",
              CheckStatus::ok,
              {},
              {{"running", static_cast<double>(clocks.running)},
               {"behind", static_cast<double>(clocks.behind)},
               {"oldest_seconds", clocks.oldest_behind_seconds}}};
  if (clocks.oldest_behind_seconds >= clocks_behind_warning) {
    check.status = CheckStatus::warning;
    check.message = {"期限の警報が遅れています。ログとデータベースの負荷を確認してください。",
                     "Alarms of clocks come late: look at the log and at the load of the database."};
  }
  return check;
}

Check check_delivery(bool delivers, const store::Waiting& waiting) {
  Check check{"delivery",
              CheckStatus::ok,
              {},
              {{"waiting", static_cast<double>(waiting.outbox_messages)},
               {"oldest_seconds", waiting.oldest_outbox_seconds},
               {"dead", static_cast<double>(waiting.dead_messages)}}};
  if (!delivers) {
    check.status = CheckStatus::warning;
    check.message = {"配送の鍵がこのデーモンにないため、受信箱以外へは送信しません。同じデータベースを使うデーモンの "
                     "DIR/keys/delivery.pem をここへ複写し、再起動してください。",
                     "This daemon lacks the key of deliveries and sends nothing beyond the inbox: copy DIR/keys/delivery.pem "
                     "of a daemon on the same database here, and start again."};
  } else if (waiting.dead_messages > 0) {
    check.status = CheckStatus::warning;
    check.message = {"届かなかったメッセージがあります。noroshi delivery list --state dead で原因を確認し、noroshi delivery replay で再送してください。",
                     "Messages did not arrive: noroshi delivery list --state dead tells why, noroshi delivery replay sends them again."};
  }
  return check;
}

// What is told to a centre of which nobody holds a token reaches nobody.
Check check_center(store::Connection& connection, const routing::Registry& registry) {
  Check check{"center", CheckStatus::ok, {}, {}};
  const auto* center =
      registry.in_force(routing::OrganizationKind::center, japanese_day(store::shown_time(connection)));
  if (!center) {
    check.status = CheckStatus::warning;
    check.message = {"登録簿に現在のセンター（種別 center）がありません。登録簿を確認してください。",
                     "The registry knows no centre (kind center) of today: look at the registry."};
  } else if (!store::somebody_hears(connection, center->slug)) {
    check.status = CheckStatus::warning;
    check.message = {
        fmt::format("センター {0} に警報を受け取れる者がいません。noroshi token issue --org {0} --role center_liaison "
                    "でトークンを発行してください。",
                    center->slug),
        fmt::format("Nobody of the centre, {0}, would hear an alarm: issue a token with noroshi token issue --org {0} "
                    "--role center_liaison.",
                    center->slug)};
  }
  return check;
}

// Whether annexes (機密性3) are taken here: not where anything of the internet is. Both at once nothing lets happen but hands.
Check check_annexes(const store::ZoneState& zones) {
  Check check{"annexes",
              CheckStatus::ok,
              {},
              {{"held", zones.annexes ? 1.0 : 0.0}, {"internet", zones.internet() ? 1.0 : 0.0}}};
  if (zones.annexes && zones.internet()) {
    check.status = CheckStatus::warning;
    check.message = {"機密性3の別紙を保管しているデータベースに、インターネットに接するものがあります（統一基準 3.1.1(4)(d)）。noroshi doctor で確認してください。",
                     "The database holds annexes of confidentiality 3, and something of the internet uses it (standard 3.1.1(4)(d)): "
                     "see noroshi doctor."};
  }
  return check;
}

// What only the database can tell; the later checks are left out where it does not answer.
void check_database(const HealthSources& sources, HealthReading& reading) {
  const auto start = Clock::now();
  try {
    auto connection = sources.operators.acquire(patience);
    const auto state = store::read_database_state(*connection);
    reading.checks.push_back({"database", CheckStatus::ok, {}, {{"answer_seconds", seconds_since(start)}}});
    reading.server_version = state.server_version;
    reading.checks.push_back(check_migrations(state.migrations));
    const auto waiting = store::count_waiting(*connection);
    reading.checks.push_back(check_sequencer(waiting));
    reading.checks.push_back(check_delivery(sources.delivers, waiting));
    reading.checks.push_back(check_clocks(store::count_clocks(*connection)));
    reading.checks.push_back(check_center(*connection, sources.registry));
    reading.checks.push_back(check_annexes(store::read_zones(*connection)));
  } catch (const store::DatabaseMisconfigured& error) {
    reading.checks.push_back(
        failed("database", {fmt::format("データベースの設定に誤りがあります: {}", error.what()),
                            fmt::format("The database is not set up as needed: {}", error.what())}));
  } catch (const std::exception&) {
    // The log has the cause; a text of libpq may name hosts and users.
    reading.checks.push_back(failed("database", {"データベースに接続できません。ログを確認してください。",
                                                 "The database cannot be reached; look at the log."}));
  }
}

Check check_writer_queue(std::size_t waiting, std::size_t limit) {
  Check check{"writer_queue",
              CheckStatus::ok,
              {},
              {{"waiting", static_cast<double>(waiting)}, {"limit", static_cast<double>(limit)}}};
  if (waiting >= limit) {
    check.status = CheckStatus::failed;
    check.message = {"書込み待ちの列が一杯です。", "The queue of the writers is full."};
  } else if (static_cast<double>(waiting) >= queue_warning * static_cast<double>(limit)) {
    check.status = CheckStatus::warning;
    check.message = {"書込み待ちの列が半分を超えています。",
                     "The queue of the writers is more than half full."};
  }
  return check;
}

Check check_certificate(const std::filesystem::path& certificate) {
  const auto end = certificate_end(certificate);
  if (!end) {
    return {"certificate",
            CheckStatus::warning,
            {fmt::format("証明書 {} を読めません。", certificate.string()),
             fmt::format("The certificate {} cannot be read.", certificate.string())},
            {}};
  }
  const double days = std::chrono::duration<double>(*end - std::chrono::system_clock::now()).count() / 86400;
  Check check{"certificate", CheckStatus::ok, {}, {{"days_left", days}}};
  if (days <= 0) {
    check.status = CheckStatus::failed;
    check.message = {"証明書の有効期限が切れています。更新してください。",
                     "The certificate has ended: renew it."};
  } else if (days < days_warning) {
    check.status = CheckStatus::warning;
    check.message = {"証明書の有効期限が近づいています。更新してください。",
                     "The certificate ends soon: renew it."};
  }
  return check;
}

Check check_disk(const std::filesystem::path& data) {
  std::error_code error;
  const auto space = std::filesystem::space(data, error);
  if (error) {
    return {"disk",
            CheckStatus::warning,
            {fmt::format("{} の空き容量を調べられません: {}", data.string(), error.message()),
             fmt::format("The free space of {} cannot be read: {}", data.string(), error.message())},
            {}};
  }
  Check check{"disk",
              CheckStatus::ok,
              {},
              {{"free_bytes", static_cast<double>(space.available)},
               {"size_bytes", static_cast<double>(space.capacity)}}};
  if (space.available >= disk_warning) return check;
  check.status = space.available < disk_failed ? CheckStatus::failed : CheckStatus::warning;
  check.message = {fmt::format("{} の空き容量が残りわずかです。", data.string()),
                   fmt::format("The disk of {} is almost full.", data.string())};
  return check;
}

Check check_record(const RecordStatus& status) {
  const auto& state = status.state;
  const std::chrono::duration<double> behind(status.behind_seconds);
  Check check{"record",
              CheckStatus::ok,
              {},
              {{"size", static_cast<double>(state.checkpoint)},
               {"unsealed_events", static_cast<double>(state.unsealed)},
               {"behind_seconds", status.behind_seconds}}};
  if (state.stopped) {
    check.status = CheckStatus::warning;
    check.message = words_of(*state.stopped);
  } else if (behind > record_late) {
    check.status = CheckStatus::warning;
    check.message = {"記録の封印が遅れています。受付には影響しません。ログとデータベースの負荷を確認してください。",
                     "The record is sealed late. Reports are taken all the same; look at the log and at the load of the "
                     "database."};
  }
  if (behind > record_too_late) {
    check.status = CheckStatus::failed;
    check.message.ja += "1 時間以上封印されていないため、新しい報告や操作を受け付けていません。";
    check.message.en += " Nothing has been sealed for more than an hour, so no report and no command is taken.";
  }
  return check;
}

Check check_canary(CanaryState state) {
  Check check{"canary", CheckStatus::ok, {}, {}};
  check.word = to_string(state);
  if (state == CanaryState::missing) {
    check.status = CheckStatus::warning;
    check.message = {"今日の疎通確認（訓練）が届いていません。実際の報告も届かないおそれがあります。noroshi alarms と noroshi delivery "
                     "list で原因を確認してください。",
                     "The canary (exercise) of the day has not arrived, and a real report may not either: look for the cause with "
                     "noroshi alarms and noroshi delivery list."};
  }
  return check;
}

HealthReading take_reading(const HealthSources& sources) {
  HealthReading reading;
  check_database(sources, reading);
  if (sources.record) reading.checks.push_back(check_record(sources.record()));
  reading.checks.push_back(check_writer_queue(sources.writer_queue(), sources.writer_queue_limit));
  reading.checks.push_back(check_certificate(sources.certificate));
  reading.checks.push_back(check_disk(sources.data));
  reading.checks.push_back(check_canary(sources.canary ? sources.canary() : CanaryState::off));
  return reading;
}

bool is_operator(const http::Request& request) {
  return request.caller && request.caller->role == operator_role;
}

void write_checks(codec::JsonWriter& out, const std::vector<Check>& checks, http::Language language) {
  out.name("checks").begin_object();
  for (const auto& check : checks) {
    out.name(check.name).begin_object().member("status", to_string(check.status));
    if (!check.word.empty()) out.member("state", check.word);
    for (const auto& [name, value] : check.numbers) out.member(name, value);
    if (!check.message.en.empty()) out.member("message", codec::in(check.message, language));
    out.end_object();
  }
  out.end_object();
}

http::Response readiness(const HealthReading& reading, bool stopping, bool detail, http::Language language) {
  const bool ready = reading.ready() && !stopping;
  std::string body;
  codec::JsonWriter out(body);
  out.begin_object().member("status", ready ? "ready" : "unavailable");
  if (detail) {
    out.member("stopping", stopping);
    write_checks(out, reading.checks, language);
  }
  out.end_object();
  auto response = http::json_response(ready ? 200 : 503, std::move(body));
  if (!ready) response.headers.push_back({"Retry-After", "1"});
  return response;
}

http::Response version_answer(const HealthReading* reading, const std::string& configuration_digest) {
  std::string body;
  codec::JsonWriter out(body);
  out.begin_object().member("version", version()).member("build_type", build_type());
  if (reading) {
    out.name("libraries").begin_object();
    out.name("postgresql_server");
    reading->server_version.empty() ? out.null() : out.value(reading->server_version);
    out.member("libpq", store::libpq_version());
    out.member("openssl", OpenSSL_version(OPENSSL_VERSION_STRING));
    out.member("boost", fmt::format("{}.{}.{}", BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000,
                                    BOOST_VERSION % 100));
    out.end_object();
    out.member("configuration_sha256", configuration_digest);
  }
  out.end_object();
  return http::json_response(200, std::move(body));
}

}  // namespace

bool HealthReading::ready() const {
  for (const auto& check : checks)
    if (check.status == CheckStatus::failed) return false;
  return true;
}

Health::Health(HealthSources sources)
    : sources_(std::move(sources)), reading_([this] { return take_reading(sources_); }, fresh_for) {}

void add_health_routes(http::Router& router, Health& health) {
  router.add({.method = http::Method::get,
              .pattern = "/livez",
              .access = http::Access::open,
              .handler = [](http::Request, http::Responder respond) {
                respond(http::json_response(200, R"({"status":"alive"})"));
              }});
  router.add({.method = http::Method::get,
              .pattern = "/readyz",
              .access = http::Access::token_optional,
              .handler = [&health](http::Request request, http::Responder respond) {
                health.read([&health, detail = is_operator(request), language = request.language,
                             respond](const HealthReading& reading) {
                  respond(readiness(reading, health.stopping(), detail, language));
                });
              }});
  router.add({.method = http::Method::get,
              .pattern = "/version",
              .access = http::Access::token_optional,
              .handler = [&health](http::Request request, http::Responder respond) {
                const auto& digest = health.sources().configuration_digest;
                if (!is_operator(request)) return respond(version_answer(nullptr, digest));
                health.read([digest, respond](const HealthReading& reading) {
                  respond(version_answer(&reading, digest));
                });
              }});
}

std::optional<std::chrono::system_clock::time_point> certificate_end(
    const std::filesystem::path& certificate) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(certificate.c_str(), "re"),
                                                             std::fclose);
  if (!file) return std::nullopt;
  const std::unique_ptr<X509, void (*)(X509*)> parsed(PEM_read_X509(file.get(), nullptr, nullptr, nullptr),
                                                      X509_free);
  if (!parsed) return std::nullopt;
  std::tm end{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(parsed.get()), &end) != 1) return std::nullopt;
  return std::chrono::system_clock::from_time_t(::timegm(&end));
}

}  // namespace noroshi::app
