#include "src/app/daemon.h"

#include <sys/stat.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/system/system_error.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "src/app/canary.h"
#include "src/app/content_epoch_watch.h"
#include "src/app/content_key_files.h"
#include "src/app/delivery_keys.h"
#include "src/app/delivery_services.h"
#include "src/app/demonstration_folder.h"
#include "src/app/health.h"
#include "src/app/law.h"
#include "src/app/metrics.h"
#include "src/app/record_keys.h"
#include "src/app/sealing.h"
#include "src/app/sequencing.h"
#include "src/app/served_address.h"
#include "src/app/signing_key.h"
#include "src/app/ticking.h"
#include "src/app/stream_waking.h"
#include "src/delivery/bundle_numbering.h"
#include "src/app/zone_keeping.h"
#include "src/delivery/worker.h"
#include "src/http/api_annexes.h"
#include "src/http/api_attachments.h"
#include "src/http/api_commands.h"
#include "src/http/api_delivery.h"
#include "src/http/api_heartbeat.h"
#include "src/http/api_print.h"
#include "src/http/api_read.h"
#include "src/http/api_session.h"
#include "src/http/api_stream.h"
#include "src/http/api_withholdings.h"
#include "src/http/server.h"
#include "src/http/tls.h"
#include "src/http/web_pages.h"
#include "src/http/worker_pool.h"
#include "src/sign_in/session_secret.h"
#include "src/store/attachments.h"
#include "src/store/clock.h"
#include "src/store/content_epochs.h"
#include "src/store/connection_pool.h"
#include "src/store/migrations.h"
#include "src/store/private_cluster.h"
#include "src/store/ticker.h"
#include "src/store/tokens.h"
#include "src/store/writer.h"

namespace noroshi::app {
namespace {

using namespace std::chrono_literals;

constexpr auto grace = 10s;           // for requests under way when the daemon ends
constexpr std::size_t reading_queue = 512;  // reading calls that wait for a connection; more are told to come again
constexpr std::size_t sign_in_queue = 64;  // sessions looked at, links followed, passkeys
constexpr std::size_t press_queue = 8;     // incidents that are printed
constexpr std::size_t passphrase_queue = 16;  // people who sign in and wait for their turn
constexpr int passphrase_niceness = 5;         // reports go first
constexpr auto patience_with_cluster = 60s;  // that its supervisor brings back while the daemon starts
constexpr std::chrono::milliseconds succession_every = 1h;  // what a day did not bring by itself: a registry that changed
constexpr std::chrono::milliseconds succession_at_most = 1s;  // where the shown clock runs fast

// Ends the start with a word for the operator.
struct StartRefused {
  ExitCode code;
  std::string message;
};

// Why it does not start: to whoever started it, as text.
void say(const std::string& line) { fmt::print(stderr, "noroshid: {}\n", line); }

LawFiles load(const Config& config) {
  auto law = load_law(config.registry, config.editions);
  auto mistakes = law ? check_targets(config, law->editions, law->registry) : std::move(law.error());
  if (mistakes.empty()) return {law->editions.with_targets(config.targets), std::move(law->registry)};
  std::string message = "the law cannot be loaded; mend each of these and start again:";
  for (const auto& mistake : mistakes) message += "\n  " + routing::to_string(mistake);
  throw StartRefused{ExitCode::configuration, message};
}

void make_data_folder(const Config& config) {
  std::error_code error;
  std::filesystem::create_directories(config.data, error);
  if (error)
    throw StartRefused{ExitCode::configuration,
                       fmt::format("cannot make {}: {}", config.data.string(), error.message())};
}

store::DaemonZone zone_of(const Config& config, const std::string& daemon) {
  return {daemon, config.zone, database_zone(config), fmt::format("{}:{}", config.listen_host, config.listen_port)};
}

// The private cluster, or the database of the URL; migrated.
class Database {
 public:
  Database(const Config& config, std::function<void()> on_up) {
    if (config.database_url) {
      settings_ = store::ConnectionSettings::from_url(*config.database_url);
    } else {
      start_cluster(config, std::move(on_up));
    }
    prepare(config);
  }

  const store::ConnectionSettings& settings() const { return settings_; }
  // Whether the database shows the real time; a demonstration's folder does not, whoever starts it.
  bool clock_is_real() const { return clock_is_real_; }
  const SigningKey& signing_key() const { return *signing_key_; }
  RecordKeys& record_keys() { return *record_keys_; }
  // Null where another daemon's is needed here.
  const DeliveryKeys* delivery_keys() const { return delivery_keys_ ? &*delivery_keys_ : nullptr; }
  // The tree that grew when the daemon started.
  const std::string& record_origin() const { return record_origin_; }
  void stop() {
    if (cluster_) cluster_->stop();
  }

 private:
  void start_cluster(const Config& config, std::function<void()> on_up) {
    store::PrivateClusterSettings settings;
    settings.data = config.data;
    settings.progress = [](const std::string& line) { spdlog::info("{}", line); };
    settings.on_down = [](const std::string& reason) {
      spdlog::error("PostgreSQL has ended and is started again: {}", reason);
    };
    settings.on_up = [on_up = std::move(on_up)] {
      spdlog::info("PostgreSQL answers again");
      on_up();
    };
    cluster_ = std::make_unique<store::PrivateCluster>(std::move(settings));
    settings_ = cluster_->connection_settings();
  }

  // PostgreSQL may end under the first connection as under any other; the cluster is brought back meanwhile. What of it
  // was done already is found done.
  void prepare(const Config& config) {
    const auto deadline = std::chrono::steady_clock::now() + patience_with_cluster;
    const auto given_up = [&] { return !cluster_ || std::chrono::steady_clock::now() >= deadline; };
    for (;;) {
      try {
        return migrate(config);
      } catch (const store::Unavailable&) {
        if (given_up()) throw;
      } catch (const store::UnknownOutcome&) {
        if (given_up()) throw;
      }
      std::this_thread::sleep_for(100ms);
    }
  }

  void migrate(const Config& config) {
    store::Connection owner(store::for_migrations(settings_), store::DatabaseRole::owner);
    store::Migrations::embedded().apply(owner, [](const store::Migration& migration) {
      spdlog::info("schema: {:04} {}", migration.number, migration.name);
    });
    if (config.test_clock) store::set_shown_clock(owner, *config.test_clock);
    clock_is_real_ = store::clock_is_real(owner);
    settings_.content_keys = open_content_keys(content_key_folder(config), owner);
    seal_what_is_stored();
    store::use_ladder(owner, config.clocks);
    signing_key_ = SigningKey::ensure(config.data / "keys" / "signing.pem", owner);
    store::Connection operators(settings_, store::DatabaseRole::operator_);
    if (const auto zone = zone_of(config, signing_key_->id()); !store::say_daemon_is_here(operators, zone))
      throw StartRefused{ExitCode::configuration, zone_refusal(zone)};
    record_origin_ = store::open_record(owner);
    record_keys_ = std::make_unique<RecordKeys>(config.data / "keys" / "record", owner);
    delivery_keys_ = DeliveryKeys::open(config.data / "keys" / "delivery.pem", owner);
    if (!delivery_keys_)
      spdlog::warn("no message is sent beyond the inbox: copy keys/delivery.pem of a daemon on the same database to {}",
                   (config.data / "keys").string());
  }

  // Of a database that was written by an earlier version.
  void seal_what_is_stored() {
    store::Connection owner(store::for_migrations(settings_), store::DatabaseRole::owner);
    std::uint64_t told = 0;
    store::seal_what_is_stored(owner, *settings_.content_keys, [&](std::uint64_t values) {
      if (values >= told + 10'000) spdlog::info("what was written in clear is sealed: {} values", told = values);
    });
  }

  std::unique_ptr<store::PrivateCluster> cluster_;
  store::ConnectionSettings settings_;
  bool clock_is_real_ = true;
  std::optional<SigningKey> signing_key_;
  std::string record_origin_;
  std::unique_ptr<RecordKeys> record_keys_;
  std::optional<DeliveryKeys> delivery_keys_;
};

// The operator's certificate, else one of the daemon's own authority.
http::TlsFiles certificate_of(const Config& config, const std::vector<std::string>& names) {
  if (config.certificate && config.key) return {*config.certificate, *config.key};
  return http::ensure_own_certificate(config.data / "tls", names, std::chrono::system_clock::now());
}

// Answers from memory at once, else from a thread that may wait for the database.
http::Authenticator authenticator(store::TokenDirectory& tokens, boost::asio::thread_pool& threads) {
  const auto outcome = [](const store::TokenDirectory::Answer& answer) -> http::AuthenticationOutcome {
    if (answer.verdict == store::TokenDirectory::Verdict::bad) return http::InvalidToken{};
    const auto& actor = answer.actor;
    return http::Caller{.organization = actor.organization,
                        .role = std::string(core::to_string(*actor.role)),
                        .token_id = core::to_string(*actor.token),
                        .name = actor.name,
                        .person = actor.person ? core::to_string(*actor.person) : std::string(),
                        .tenant = core::tenant_of(actor),
                        .signing_key = answer.signing_key,
                        .session = answer.session ? core::to_string(*answer.session) : std::string()};
  };
  return [&tokens, &threads, outcome](std::string_view bearer, std::function<void(http::AuthenticationOutcome)> callback) {
    if (auto known = tokens.remembered(bearer)) return callback(outcome(*known));
    // From now, not from when its turn comes: behind others that wait in vain it would wait as often.
    const auto deadline = store::TokenDirectory::default_deadline();
    boost::asio::post(threads, [&tokens, outcome, deadline, bearer = std::string(bearer), callback = std::move(callback)] {
      try {
        callback(outcome(tokens.look_up(bearer, deadline)));
      } catch (const std::exception&) {
        callback(http::AuthenticationUnavailable{});
      }
    });
  };
}

// Passes on what bodies that have ended left open, and sweeps what uploads that were cut off have left behind: at start, when a
// day begins, and every hour, on a thread of its own: it may wait for the database.
class SuccessionTimer {
 public:
  SuccessionTimer(store::ConnectionSettings settings, const core::Law& law)
      : settings_(std::move(settings)), law_(law), thread_([this](std::stop_token stop) { run(stop); }) {}

 private:
  void run(std::stop_token stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    while (!stop.stop_requested()) {
      wake.wait_for(lock, stop, pass_on(), [] { return false; });
    }
  }
  // How long nothing will end.
  std::chrono::milliseconds pass_on() {
    try {
      store::Connection connection(settings_, store::DatabaseRole::writer);
      if (const int changed = store::apply_successions(connection, law_))
        spdlog::info("{} incidents passed to the successors of bodies that have ended", changed);
      sweep(connection);
      return std::clamp(store::until_next_day(connection), succession_at_most, succession_every);
    } catch (const store::DatabaseError& error) {
      spdlog::warn("succession could not be looked at: SQLSTATE {}", error.sqlstate());
      return 5s;
    }
  }

  // No upload takes as long as that.
  void sweep(store::Connection& connection) {
    const auto before = store::shown_time(connection) - std::chrono::days(1);
    while (const auto swept = store::sweep_attachment_pieces(connection, before))
      spdlog::info("{} uploads that were cut off are swept away", swept);
  }

  store::ConnectionSettings settings_;
  const core::Law& law_;
  std::jthread thread_;
};

std::string_view session_cookie(const Config& config, bool clock_is_real) {
  return clock_is_real && !is_demonstration(config.data) ? sign_in::session_cookie : sign_in::session_cookie_of_demonstration;
}

// All daemons on one database seal and sign alike: what one of them set up or challenged, another one lets in.
http::SignInOptions sign_in_options(const Config& config, const DeliveryKeys* keys, std::vector<std::string> names, bool clock_is_real) {
  http::SignInOptions options;
  if (keys)
    options.keys = {keys->derive("noroshi sign-in totp"), keys->derive("noroshi sign-in set-up"),
                    keys->derive("noroshi sign-in challenge")};
  options.relying_party = relying_party(config);
  options.names = std::move(names);
  options.base_url = config.base_url.value_or("");
  options.clock_shifted = !clock_is_real;
  options.demonstration = is_demonstration(config.data);
  options.cookie = session_cookie(config, clock_is_real);
  options.now = [] {
    return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  };
  return options;
}

std::string url_of(const Config& config, std::uint16_t port) {
  const bool v6 = config.listen_host.find(':') != std::string::npos;
  return v6 ? fmt::format("https://[{}]:{}", config.listen_host, port)
            : fmt::format("https://{}:{}", config.listen_host, port);
}

// Everything that serves, in the order in which it depends on each other: destroyed from the last to the first.
class Service {
 public:
  Service(boost::asio::io_context& io, const Config& config, const LawFiles& files,
          const store::ConnectionSettings& database, bool clock_is_real, const SigningKey& signing_key,
          RecordKeys& record_keys, const DeliveryKeys* delivery_keys, const std::string& record_origin)
      : config_(config),
        database_(database),
        delivery_keys_(delivery_keys),
        delivery_services_(delivery_services(delivery_keys, config.mail)),
        law_{files.editions, files.registry, config.clocks, config.retention},
        names_(http::tls_names(config.listen_host, http::machine_host_name(), config.names)),
        certificate_(certificate_of(config, names_)),
        signer_{signing_key.id(), [signing_key](std::string_view text) { return signing_key.sign(text); }},
        readers_(database, store::DatabaseRole::reader, static_cast<std::size_t>(config.readers)),
        authenticators_(database, store::DatabaseRole::authenticator, 2),
        tokens_(authenticators_, clock_is_real ? 1s : 0s),
        sign_ins_(database, store::DatabaseRole::authenticator, 3),
        sign_in_options_(sign_in_options(config, delivery_keys, names_, clock_is_real)),
        operators_(database, store::DatabaseRole::operator_, 2),
        pieces_(database, store::DatabaseRole::writer, 2),
        workers_(static_cast<std::size_t>(config.readers), reading_queue),
        sealing_(database, record_keys, config.data / "record", record_origin),
        writers_(database, law_, writer_options(config, record_keys)),
        sequencing_(database),
        succession_(database, law_),
        ticking_(database, law_, metrics_.ticking_observer()),
        canary_(database, readers_, writers_, law_, config.canary),
        health_({operators_, law_.registry, [this] { return writers_.queued(); }, store::WriterOptions{}.queue, config.data,
                 certificate_.certificate, digest(config), [this] { return sealing_.status(); }, delivery_keys != nullptr, [this] { return canary_.state(); }}),
        metrics_page_(metrics_, {operators_, [this] { return writers_.queued(); }, [this] { return writers_.counts(); },
                                 certificate_.certificate, [this] { return streams_.counts(); },
                                 [this] { return sealing_.status(); }, [this] { return canary_.state(); }}),
        streams_(io.get_executor(), {readers_, workers_, law_}, stream_options()),
        stream_waking_(database, streams_),
        server_(io, server_options(config, clock_is_real),
                http::TlsContext(certificate_, config.tls_1_2 ? http::TlsMinimum::v1_2 : http::TlsMinimum::v1_3),
                router(), authenticator(tokens_, token_threads_), metrics_.http_observer()) {}

  void start() {
    server_.start();
    sign_in_options_.port = server_.port();  // nobody is served before this thread runs the server
    start_delivering();
  }
  std::uint16_t port() const { return server_.port(); }
  void stop(std::function<void()> stopped) {
    health_.set_stopping();
    server_.stop(grace, std::move(stopped));
  }
  // From any thread: the database is back.
  void retry_database() {
    readers_.retry_now();
    authenticators_.retry_now();
    sign_ins_.retry_now();
    operators_.retry_now();
    pieces_.retry_now();
  }

 private:
  // Once the port is known: links in what is sent name it.
  void start_delivering() {
    if (!delivery_keys_) return;
    environment_.emplace(delivery::Environment{
        .keys = *delivery_keys_,
        .registry = law_.registry,
        .base_url = config_.base_url ? *config_.base_url : url_of(config_, port()),
        .mail = config_.mail,
        .folder = config_.data / "delivery",
        .clients = config_.data / "keys" / "clients",
        .now = [] { return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now()); },
        .bundles = config_.data / "bundles",
        .numbering = &numbering_.emplace(database_)});
    worker_.emplace(database_, law_, delivery::make_channels(*environment_), *environment_,
                    delivery::WorkerSettings{.retry = config_.retry, .timeout = config_.delivery_timeout},
                    metrics_.delivery_observer());
  }
  store::WriterOptions writer_options(const Config& config, const RecordKeys& record_keys) {
    store::WriterOptions options;
    options.receipts = record::RecordSigner{[this] { return sealing_.origin(); },
                                            [&record_keys](std::string_view text) { return record_keys.sign(text); }};
    options.writers = config.writers;
    options.observer = metrics_.command_observer();
    return options;
  }
  http::ServerOptions server_options(const Config& config, bool clock_is_real) const {
    http::ServerOptions options;
    options.address = config.listen_host;
    options.port = config.listen_port;
    options.names = names_;
    options.connections = static_cast<std::size_t>(config.connections);
    options.connections_per_address = static_cast<std::size_t>(config.connections_per_address);
    options.requests_per_body = static_cast<std::size_t>(config.requests_per_body);
    options.handshakes_per_second = config.handshakes_per_address;
    options.failed_tokens_per_minute = config.failed_tokens_per_address;
    options.session_cookie = session_cookie(config, clock_is_real);
    if (!clock_is_real)
      options.extra_headers = [] { return std::vector<http::Header>{{"Noroshi-Clock", "shifted"}}; };
    return options;
  }
  http::LiveStreamOptions stream_options() {
    http::LiveStreamOptions options;
    options.heartbeat = http::heartbeat_of_streams({readers_, workers_, law_}, signer_);
    return options;
  }
  http::Router router() {
    http::Router router;
    http::add_command_routes(router, writers_, [this] { return sealing_.too_late(); });
    http::add_annex_routes(router, {readers_, workers_, law_}, writers_, [this] { return sealing_.too_late(); });
    http::add_withholding_routes(router, {readers_, workers_, law_}, writers_,
                                 [this] { return sealing_.too_late(); });
    http::add_delivery_routes(router, {readers_, workers_, law_}, writers_, delivery_services_,
                              [this] { return sealing_.too_late(); });
    http::add_read_routes(router, {readers_, workers_, law_});
    http::add_print_routes(router, {readers_, press_, law_});
    http::add_attachment_routes(router, {{readers_, workers_, law_}, pieces_, writers_, [this] { return sealing_.too_late(); }});
    http::add_heartbeat_routes(router, {readers_, workers_, law_}, signer_);
    http::add_stream_route(router, streams_);
    http::add_session_routes(router, {sign_ins_, tokens_, law_, sign_in_workers_, passphrases_, sign_in_options_});
    add_health_routes(router, health_);
    add_metrics_route(router, metrics_page_);
    http::add_web_routes(router, web::embedded_web());
    return router;
  }

  const Config& config_;
  store::ConnectionSettings database_;
  const DeliveryKeys* delivery_keys_;
  http::DeliveryServices delivery_services_;
  core::Law law_;
  std::vector<std::string> names_;
  http::TlsFiles certificate_;
  http::HeartbeatSigner signer_;
  Metrics metrics_;
  store::ConnectionPool readers_;
  store::ConnectionPool authenticators_;
  store::TokenDirectory tokens_;
  store::ConnectionPool sign_ins_;
  http::SignInOptions sign_in_options_;
  store::ConnectionPool operators_;
  store::ConnectionPool pieces_;  // of files on their way in
  http::WorkerPool passphrases_{1, passphrase_queue, passphrase_niceness};
  http::WorkerPool sign_in_workers_{2, sign_in_queue};  // with passphrases_ as many as sign_ins_ has connections
  http::WorkerPool press_{1, press_queue};
  http::WorkerPool workers_;      // longer than the writers, whose answers give it work
  Sealing sealing_;
  store::WriterPool writers_;  // signs receipts for the tree that sealing knows, until its last command
  SequencingThread sequencing_;
  SuccessionTimer succession_;
  Ticking ticking_;
  Canary canary_;
  Health health_;
  MetricsPage metrics_page_;
  boost::asio::thread_pool token_threads_{2};
  http::LiveStreams streams_;
  StreamWaking stream_waking_;
  http::Server server_;
  std::optional<delivery::BundleNumbering> numbering_;
  std::optional<delivery::Environment> environment_;
  std::optional<delivery::Worker> worker_;  // ends first: what it has sent is written down by the writers
};

void announce(const Config& config, std::uint16_t port) {
  fmt::print("noroshid ready {}\n", url_of(config, port));
  std::fflush(stdout);
}

void serve(const Config& config) {
  const auto law = load(config);
  if (config.database_url) make_data_folder(config);  // else the cluster makes it, with the rights it needs
  boost::asio::io_context io(1);
  // From before PostgreSQL starts until it has stopped: a SIGTERM that comes while the daemon starts ends it as soon as it
  // serves, and a second one does not cut the orderly end that the first began.
  boost::asio::signal_set signals(io, SIGTERM, SIGINT);
  // The cluster may come back before the service is there, or after it has gone.
  std::mutex service_mutex;
  Service* serving = nullptr;
  Database database(config, [&] {
    std::lock_guard lock(service_mutex);
    if (serving) serving->retry_database();
  });

  {
    // Around the service: one that cannot start has ended. What must end ends as by a signal: no request is cut off.
    const ContentEpochWatch epochs(database.settings());
    const ZoneKeeping zone(database.settings(), zone_of(config, database.signing_key().id()), [] { std::raise(SIGTERM); });
    Service service(io, config, law, database.settings(), database.clock_is_real(), database.signing_key(),
                    database.record_keys(), database.delivery_keys(), database.record_origin());
    service.start();
    signals.async_wait([&](const boost::system::error_code& error, int) {
      if (error) return;
      spdlog::info("ending: no new connections, requests under way are answered");
      service.stop([&io] { io.stop(); });
    });
    {
      std::lock_guard lock(service_mutex);
      serving = &service;
    }
    const ServedAddress served(config.data, web_address(config, service.port()));
    announce(config, service.port());
    io.run();
    std::lock_guard lock(service_mutex);
    serving = nullptr;
  }
  database.stop();
}

}  // namespace

int run_daemon(const Config& config) {
  const auto exit_with = [](ExitCode code, const std::string& message) {
    say(message);
    return static_cast<int>(code);
  };
  try {
    serve(config);
    return static_cast<int>(ExitCode::ok);
  } catch (const StartRefused& refused) {
    return exit_with(refused.code, refused.message);
  } catch (const store::ClusterFault& fault) {
    say(fault.what());
    return fault.exit_code();
  } catch (const store::MigrationRefused& refused) {
    return exit_with(ExitCode::configuration, refused.what());
  } catch (const store::DatabaseMisconfigured& error) {
    return exit_with(ExitCode::configuration, error.what());
  } catch (const store::ConstraintViolation& error) {
    return exit_with(ExitCode::configuration,
                     error.constraint() == "shown_clock_set_once"
                         ? "--test-clock: the clock of this folder is set already; use an empty folder"
                         : "the database refused: " + error.constraint());
  } catch (const store::Unavailable& error) {
    return exit_with(ExitCode::unavailable, error.what());
  } catch (const KeyFileFault& error) {
    return exit_with(ExitCode::configuration, error.what());
  } catch (const http::TlsError& error) {
    return exit_with(ExitCode::configuration, error.what());
  } catch (const boost::system::system_error& error) {
    return exit_with(ExitCode::unavailable,
                     fmt::format("cannot listen on {}:{}: {}; choose another with --listen", config.listen_host,
                                 config.listen_port, error.code().message()));
  } catch (const std::exception& error) {
    return exit_with(ExitCode::failure, error.what());
  }
}

}  // namespace noroshi::app
