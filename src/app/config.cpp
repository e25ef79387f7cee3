#include "src/app/config.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <toml++/toml.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <set>
#include <span>
#include <sstream>
#include <system_error>
#include <tuple>
#include <utility>

#include "routing/time.h"
#include "src/record/sha256.h"
#include "src/store/connection_address.h"

namespace noroshi::app {
namespace {

namespace fs = std::filesystem;
using routing::Mistake;
using std::chrono::seconds;

constexpr std::size_t largest_file = 1024 * 1024;
constexpr seconds longest_target = std::chrono::days{366};
constexpr seconds longest_step = std::chrono::days{30};
constexpr std::size_t most_steps = 16;
constexpr int longest_retention = 60;  // years
constexpr seconds longest_backoff = std::chrono::days{7};
constexpr std::size_t most_backoffs = 32;
constexpr seconds longest_canary = std::chrono::hours{12};
constexpr seconds longest_timeout = std::chrono::minutes{5};
constexpr std::string_view prefix = "NOROSHI_";

// Variables that other programs of the project read.
constexpr std::string_view foreign_variables[] = {"NOROSHI_URL", "NOROSHI_TOKEN", "NOROSHI_TOKEN_FILE",
                                                  "NOROSHI_CA", "NOROSHI_POSTGRES_BIN"};
constexpr std::string_view test_prefix = "NOROSHI_TEST_";

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

template <class Integer>
std::optional<Integer> whole_number(std::string_view text) {
  Integer value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

tl::expected<std::string, std::string> read_file(const fs::path& path) {
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  std::string text;
  text.resize(largest_file + 1);
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!stream.is_open() || stream.bad())
    return tl::unexpected(std::string("cannot be read: ") + std::strerror(errno ? errno : EIO));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() > largest_file)
    return tl::unexpected(std::string("is longer than 1 MiB: this is no such file"));
  return text;
}

// A value as it was given: a node of the file, or a text of the environment or the command line. Each reading
// returns nothing and adds a mistake where the value is of another kind or out of bounds.
class Given {
 public:
  Given(const toml::node& node, ConfigPlace place, std::string name, fs::path folder,
        std::vector<Mistake>& mistakes)
      : node_(&node),
        place_(std::move(place)),
        name_(std::move(name)),
        folder_(std::move(folder)),
        mistakes_(&mistakes) {}
  Given(std::string text, ConfigPlace place, std::vector<Mistake>& mistakes)
      : text_(std::move(text)), place_(std::move(place)), mistakes_(&mistakes) {}

  const ConfigPlace& place() const { return place_; }

  void refuse(std::string message) const {
    if (!name_.empty()) message = fmt::format("'{}' {}", name_, message);
    mistakes_->push_back({place_.file, place_.line, place_.column, std::move(message)});
  }

  std::optional<std::string> text() const {
    std::optional<std::string> value = node_ ? node_->value_exact<std::string>() : text_;
    if (!value) return refuse("must be a text in quotes"), std::nullopt;
    if (value->empty()) return refuse("is empty: leave it out for the default"), std::nullopt;
    if (value->find('\0') != std::string::npos) return refuse("holds a character U+0000"), std::nullopt;
    return value;
  }

  std::optional<std::int64_t> integer(std::int64_t least, std::int64_t most) const {
    const auto value = node_ ? node_->value_exact<std::int64_t>() : whole_number<std::int64_t>(text_);
    if (value && *value >= least && *value <= most) return value;
    return refuse(fmt::format("must be a whole number from {} to {}", least, most)), std::nullopt;
  }

  std::optional<bool> boolean() const {
    if (node_) {
      if (const auto value = node_->value_exact<bool>()) return value;
    } else if (text_ == "true" || text_ == "false") {
      return text_ == "true";
    }
    return refuse("must be true or false"), std::nullopt;
  }

  // ISO 8601, or whole seconds.
  std::optional<seconds> duration(seconds least, seconds most) const {
    std::optional<seconds> value;
    if (node_ && node_->is_integer()) {
      value = seconds{node_->as_integer()->get()};
    } else if (const auto stated = node_ ? node_->value_exact<std::string>() : text_) {
      value = parse_duration(*stated);
      if (const auto number = whole_number<std::int64_t>(*stated); !node_ && number) value = seconds{*number};
    }
    if (!value) return refuse("must be a duration, as \"PT60M\", \"PT24H\" or whole seconds"), std::nullopt;
    if (*value >= least && *value <= most) return value;
    return refuse(fmt::format("must be from {} to {}", format_duration(least), format_duration(most))),
           std::nullopt;
  }

  // Whole years, ISO 8601: a retention counts from one April 1 to another.
  std::optional<int> years(int most) const {
    const auto stated = node_ ? node_->value_exact<std::string>() : text_;
    std::optional<int> value;
    if (stated && stated->size() > 2 && stated->front() == 'P' && stated->back() == 'Y')
      value = whole_number<int>(std::string_view(*stated).substr(1, stated->size() - 2));
    if (value && *value >= 1 && *value <= most) return value;
    return refuse(fmt::format("must be whole years, from \"P1Y\" to \"P{}Y\"", most)), std::nullopt;
  }

  std::optional<fs::path> path() const {
    const auto value = text();
    if (!value) return std::nullopt;
    return (folder_ / *value).lexically_normal();
  }

  template <class Value>
  std::optional<Value> word(std::span<const std::pair<std::string_view, Value>> words) const {
    const auto value = text();
    if (!value) return std::nullopt;
    std::string alternatives;
    for (const auto& [word, meaning] : words) {
      if (*value == word) return meaning;
      alternatives += fmt::format("{}\"{}\"", alternatives.empty() ? "" : ", ", word);
    }
    return refuse(fmt::format("must be one of {}", alternatives)), std::nullopt;
  }

  std::optional<std::vector<Given>> items() const {
    std::vector<Given> items;
    if (!node_) {
      for (std::size_t begin = 0; begin <= text_.size();) {
        const auto end = std::min(text_.find(',', begin), text_.size());
        items.emplace_back(trimmed(std::string_view(text_).substr(begin, end - begin)), place_, *mistakes_);
        begin = end + 1;
      }
      return items;
    }
    const auto* array = node_->as_array();
    if (!array) return refuse("must be a list, as [\"…\", \"…\"]"), std::nullopt;
    for (const auto& item : *array) {
      const auto& at = item.source().begin;
      items.emplace_back(item,
                         ConfigPlace{place_.file, static_cast<int>(at.line), static_cast<int>(at.column)},
                         name_, folder_, *mistakes_);
    }
    return items;
  }

 private:
  const toml::node* node_ = nullptr;  // else text_
  std::string text_;
  ConfigPlace place_;
  std::string name_;  // of the key, for messages; empty where the place says it
  fs::path folder_;   // relative paths start here; empty: the working directory
  std::vector<Mistake>* mistakes_;
};

// What is being put together, layer by layer.
struct Draft {
  Config config;
  // How the present layer names the database, so that it does so once.
  bool url_set = false;
  bool url_file_set = false;
  std::optional<ConfigPlace> certificate_place;
  std::optional<ConfigPlace> key_place;

  void begin_layer() { url_set = url_file_set = false; }
};

bool is_numeric_address(const std::string& host, int family) {
  unsigned char address[sizeof(in6_addr)];
  return ::inet_pton(family, host.c_str(), address) == 1;
}

void set_listen(const Given& given, Draft& draft) {
  const auto value = given.text();
  if (!value) return;
  const auto colon = value->rfind(':');
  std::string host = value->substr(0, colon);
  const auto port =
      colon == std::string::npos ? std::nullopt : whole_number<std::uint16_t>(value->substr(colon + 1));
  bool sound = port.has_value();
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
    sound = sound && is_numeric_address(host, AF_INET6);
  } else {
    if (host == "localhost") host = "127.0.0.1";
    sound = sound && is_numeric_address(host, AF_INET);
  }
  if (!sound)
    return given.refuse(
        "must be an address of this machine in digits and a port, as 127.0.0.1:8443 or [::1]:8443");
  draft.config.listen_host = host;
  draft.config.listen_port = *port;
}

bool is_host_name(std::string_view name) {
  return !name.empty() && name.size() <= 253 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == ':';
  });
}

void set_names(const Given& given, Draft& draft) {
  const auto items = given.items();
  if (!items) return;
  std::vector<std::string> names;
  for (const auto& item : *items) {
    const auto name = item.text();
    if (!name) continue;
    if (!is_host_name(*name))
      item.refuse("must hold names of hosts, without scheme and port, as \"noroshi.example.jp\"");
    names.push_back(*name);
  }
  draft.config.names = std::move(names);
}

void set_certificate(const Given& given, Draft& draft) {
  draft.certificate_place = given.place();
  if (auto path = given.path()) draft.config.certificate = std::move(path);
}

void set_key(const Given& given, Draft& draft) {
  draft.key_place = given.place();
  if (auto path = given.path()) draft.config.key = std::move(path);
}

void set_tls_minimum(const Given& given, Draft& draft) {
  static constexpr std::pair<std::string_view, bool> versions[] = {{"1.2", true}, {"1.3", false}};
  if (const auto value = given.word<bool>(versions)) draft.config.tls_1_2 = *value;
}

void set_address_of_database(const Given& given, const std::string& address, Draft& draft) {
  if (!store::is_connection_address(address))
    return given.refuse("is no address that libpq can read, as postgresql://user@host:5432/noroshi");
  draft.config.database_url = address;
}

bool refuse_second_address(const Given& given, const Draft& draft) {
  const bool second = draft.url_set && draft.url_file_set;
  if (second) given.refuse("is one of url and url_file, which are both set: keep one");
  return second;
}

void set_database_url(const Given& given, Draft& draft) {
  draft.url_set = true;
  if (refuse_second_address(given, draft)) return;
  if (const auto value = given.text()) set_address_of_database(given, *value, draft);
}

void set_database_url_file(const Given& given, Draft& draft) {
  draft.url_file_set = true;
  if (refuse_second_address(given, draft)) return;
  const auto path = given.path();
  if (!path) return;
  const auto text = read_file(*path);
  if (!text) return given.refuse(fmt::format("names {}, which {}", path->string(), text.error()));
  const auto address = trimmed(*text);
  if (address.empty() || address.find_first_of(std::string_view("\n\0", 2)) != std::string::npos)
    return given.refuse(fmt::format("names {}, which must hold one line: the address", path->string()));
  set_address_of_database(given, address, draft);
}

void set_content_keys(const Given& given, Draft& draft) {
  if (auto path = given.path()) draft.config.content_keys = std::move(path);
}

void set_writers(const Given& given, Draft& draft) {
  if (const auto value = given.integer(1, 16)) draft.config.writers = static_cast<int>(*value);
}

template <int Config::*limit, int least>
void set_limit(const Given& given, Draft& draft) {
  if (const auto value = given.integer(least, 65536)) draft.config.*limit = static_cast<int>(*value);
}

void set_readers(const Given& given, Draft& draft) {
  if (const auto value = given.integer(1, 64)) draft.config.readers = static_cast<int>(*value);
}

void set_registry(const Given& given, Draft& draft) {
  if (auto path = given.path()) draft.config.registry = std::move(path);
}

void set_editions(const Given& given, Draft& draft) {
  if (auto path = given.path()) draft.config.editions = std::move(path);
}

constexpr std::string_view targets_table = "targets";
constexpr std::string_view acknowledgement_table = "acknowledgement";
constexpr std::string_view followup_table = "followup";
constexpr std::string_view annex_table = "annex";
constexpr std::string_view permission_key = "permission";
constexpr std::string_view inquiry_table = "inquiry";

// Of a clock that no rule opens.
bool is_clock(std::string_view key) {
  return key == acknowledgement_table || key == followup_table || key == permission_key || key == inquiry_table;
}

// The key of a target: that of a rule, or one of the clocks that no rule opens.
routing::Target& target_of(const std::string& key, Config& config) {
  if (key == acknowledgement_table) return config.clocks.acknowledgement;
  if (key == followup_table) return config.clocks.followup;
  if (key == permission_key) return config.clocks.permission;
  if (key == inquiry_table) return config.clocks.inquiry;
  return config.targets[key];
}

void set_target(const std::string& rule, const Given& given, Draft& draft) {
  const auto target = given.duration(seconds{1}, longest_target);
  if (!target) return;
  target_of(rule, draft.config).usual = *target;
  draft.config.target_places.push_back({rule, "", {}, given.place()});
}

void set_target_of_body(const std::string& body, const std::string& key, const Given& given, Draft& draft) {
  const auto target = given.duration(seconds{1}, longest_target);
  if (!target) return;
  target_of(key, draft.config).by_body.insert_or_assign(body, *target);
  draft.config.target_places.push_back({key, body, {}, given.place()});
}

void set_target_of_severity(routing::Severity severity, const std::string& key, const Given& given, Draft& draft) {
  const auto target = given.duration(seconds{1}, longest_target);
  if (!target) return;
  target_of(key, draft.config).by_severity.insert_or_assign(severity, *target);
  draft.config.target_places.push_back({key, "", severity, given.place()});
}

void set_acknowledgement(const Given& given, Draft& draft) {
  set_target(std::string(acknowledgement_table), given, draft);
}

void set_followup(const Given& given, Draft& draft) { set_target(std::string(followup_table), given, draft); }

void set_permission(const Given& given, Draft& draft) { set_target(std::string(permission_key), given, draft); }

constexpr std::pair<std::string_view, core::Zone> zones[] = {{"internet", core::Zone::internet},
                                                             {"government_lan", core::Zone::government_lan},
                                                             {"closed", core::Zone::closed}};
void set_zone(const Given& given, Draft& draft) {
  if (const auto zone = given.word<core::Zone>(zones)) draft.config.zone = *zone;
}
void set_database_zone(const Given& given, Draft& draft) {
  if (const auto zone = given.word<core::Zone>(zones)) draft.config.database_zone = *zone;
}
void set_inquiry(const Given& given, Draft& draft) { set_target(std::string(inquiry_table), given, draft); }

void set_ladder(const Given& given, Draft& draft) {
  const auto items = given.items();
  if (!items) return;
  if (items->empty() || items->size() > most_steps)
    return given.refuse(fmt::format("must have from 1 to {} steps", most_steps));
  std::vector<seconds> steps;
  for (const auto& item : *items) {
    const auto step = item.duration(seconds{0}, longest_step);
    if (!step) continue;
    if (!steps.empty() && *step <= steps.back())
      item.refuse("must rise: each step later than the one before");
    steps.push_back(*step);
  }
  draft.config.clocks.steps = std::move(steps);
}

void set_relay_on_silence(const Given& given, Draft& draft) {
  if (const auto value = given.boolean()) draft.config.clocks.relay_on_silence = *value;
}

template <int core::RetentionPolicy::*of>
void set_retention(const Given& given, Draft& draft) {
  if (const auto value = given.years(longest_retention)) draft.config.retention.*of = *value;
}

void set_canary_organization(const Given& given, Draft& draft) {
  auto value = given.text();
  if (!value) return;
  draft.config.canary.organization = std::move(*value);
  draft.config.canary_place = given.place();
}

// "06:30"
void set_canary_at(const Given& given, Draft& draft) {
  const auto value = given.text();
  if (!value) return;
  const std::string_view text = *value;
  const auto hours = text.size() == 5 ? whole_number<unsigned>(text.substr(0, 2)) : std::nullopt;
  const auto minutes = text.size() == 5 ? whole_number<unsigned>(text.substr(3, 2)) : std::nullopt;
  if (!hours || !minutes || text[2] != ':' || *hours > 23 || *minutes > 59)
    return given.refuse("must be a time of the day in Japan, as \"06:30\"");
  draft.config.canary.at = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
}

void set_canary_within(const Given& given, Draft& draft) {
  if (const auto value = given.duration(seconds{1}, longest_canary)) draft.config.canary.within = *value;
}

void set_base_url(const Given& given, Draft& draft) {
  const auto value = given.text();
  if (!value) return;
  constexpr std::string_view scheme = "https://";
  const std::string_view authority = std::string_view(*value).substr(std::min(value->size(), scheme.size()));
  if (!value->starts_with(scheme) || authority.empty() || authority.find_first_of("/?#@ \"<>") != std::string_view::npos)
    return given.refuse("must be how receivers reach the daemon, without a path, as \"https://noroshi.example.jp:8443\"");
  draft.config.base_url = *value;
}

void set_backoff(const Given& given, Draft& draft) {
  const auto items = given.items();
  if (!items) return;
  if (items->empty() || items->size() > most_backoffs)
    return given.refuse(fmt::format("must have from 1 to {} waits", most_backoffs));
  std::vector<seconds> waits;
  for (const auto& item : *items)
    if (const auto wait = item.duration(seconds{1}, longest_backoff)) waits.push_back(*wait);
  if (waits.size() == items->size()) draft.config.retry.backoff = std::move(waits);
}

void set_give_up(const Given& given, Draft& draft) {
  if (const auto value = given.duration(seconds{1}, longest_step)) draft.config.retry.give_up = *value;
}

void set_delivery_timeout(const Given& given, Draft& draft) {
  if (const auto value = given.duration(seconds{1}, longest_timeout)) draft.config.delivery_timeout = *value;
}

void set_mail_host(const Given& given, Draft& draft) {
  const auto value = given.text();
  if (!value) return;
  if (!is_host_name(*value)) return given.refuse("must be the name of a mail server, as \"mail.example.go.jp\"");
  draft.config.mail.host = *value;
}

void set_mail_port(const Given& given, Draft& draft) {
  if (const auto value = given.integer(1, 65535)) draft.config.mail.port = static_cast<int>(*value);
}

void set_mail_tls(const Given& given, Draft& draft) {
  using Tls = delivery::MailRelay::Tls;
  static constexpr std::pair<std::string_view, Tls> ways[] = {{"starttls", Tls::starttls}, {"implicit", Tls::implicit}};
  if (const auto value = given.word<Tls>(ways)) draft.config.mail.tls = *value;
}

template <std::string delivery::MailRelay::*of>
void set_mail_text(const Given& given, Draft& draft) {
  if (auto value = given.text()) draft.config.mail.*of = std::move(*value);
}

template <fs::path delivery::MailRelay::*of>
void set_mail_file(const Given& given, Draft& draft) {
  if (auto path = given.path()) draft.config.mail.*of = std::move(*path);
}

void set_relying_party(const Given& given, Draft& draft) {
  auto value = given.text();
  if (!value) return;
  const bool lower = std::none_of(value->begin(), value->end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  const auto last = value->substr(value->rfind('.') + 1);
  const bool number = last.find_first_not_of("0123456789") == std::string::npos;
  if (!lower || number || !is_host_name(*value) || value->find(':') != std::string::npos)
    return given.refuse("must be the name of a host in small letters, as \"noroshi.example.go.jp\": no address, no port");
  draft.config.relying_party = std::move(*value);
}

void set_log_level(const Given& given, Draft& draft) {
  static constexpr std::pair<std::string_view, std::string_view> levels[] = {
      {"trace", "trace"},  {"debug", "debug"}, {"info", "info"},        {"warning", "warning"},
      {"warn", "warning"}, {"error", "error"}, {"critical", "critical"}};
  if (const auto level = given.word<std::string_view>(levels)) draft.config.log_level = *level;
}

void set_log_format(const Given& given, Draft& draft) {
  enum class Format { automatic, json, text };
  static constexpr std::pair<std::string_view, Format> formats[] = {
      {"automatic", Format::automatic}, {"json", Format::json}, {"text", Format::text}};
  const auto format = given.word<Format>(formats);
  if (!format) return;
  draft.config.log_automatic = *format == Format::automatic;
  draft.config.log_json = *format != Format::text;
}

struct Setting {
  std::string_view table;
  std::string_view key;
  void (*set)(const Given&, Draft&);
  std::string_view alias = {};  // a shorter name in the environment
};

// Every key of the file but those of [targets], which are rules.
constexpr Setting settings[] = {
    {"listen", "address", set_listen, "NOROSHI_LISTEN"},
    {"listen", "names", set_names},
    {"listen", "certificate", set_certificate},
    {"listen", "key", set_key},
    {"listen", "tls_minimum", set_tls_minimum},
    {"listen", "zone", set_zone},
    {"database", "url", set_database_url},
    {"database", "url_file", set_database_url_file},
    {"database", "zone", set_database_zone},
    {"database", "content_keys", set_content_keys},
    {"database", "writers", set_writers},
    {"database", "readers", set_readers},
    {"limits", "connections", set_limit<&Config::connections, 1>},
    {"limits", "connections_per_address", set_limit<&Config::connections_per_address, 1>},
    {"limits", "requests_per_body", set_limit<&Config::requests_per_body, 0>},
    {"limits", "handshakes_per_address", set_limit<&Config::handshakes_per_address, 0>},
    {"limits", "failed_tokens_per_address", set_limit<&Config::failed_tokens_per_address, 0>},
    {"law", "registry", set_registry, "NOROSHI_REGISTRY"},
    {"law", "editions", set_editions, "NOROSHI_EDITIONS"},
    {acknowledgement_table, "target", set_acknowledgement},
    {followup_table, "target", set_followup},
    {annex_table, permission_key, set_permission},
    {inquiry_table, "answer", set_inquiry},
    {"ladder", "steps", set_ladder},
    {"relay", "on_silence", set_relay_on_silence},
    {"retention", "confidentiality_1", set_retention<&core::RetentionPolicy::confidentiality_1>},
    {"retention", "confidentiality_2", set_retention<&core::RetentionPolicy::confidentiality_2>},
    {"retention", "exercise", set_retention<&core::RetentionPolicy::exercise>},
    {"canary", "organization", set_canary_organization},
    {"canary", "at", set_canary_at},
    {"canary", "within", set_canary_within},
    {"sign_in", "relying_party", set_relying_party},
    {"delivery", "base_url", set_base_url},
    {"delivery", "backoff", set_backoff},
    {"delivery", "give_up", set_give_up},
    {"delivery", "timeout", set_delivery_timeout},
    {"mail", "host", set_mail_host},
    {"mail", "port", set_mail_port},
    {"mail", "tls", set_mail_tls},
    {"mail", "ca", set_mail_file<&delivery::MailRelay::ca>},
    {"mail", "user", set_mail_text<&delivery::MailRelay::user>},
    {"mail", "password", set_mail_file<&delivery::MailRelay::password>},
    {"mail", "from", set_mail_text<&delivery::MailRelay::from>},
    {"mail", "certificate", set_mail_file<&delivery::MailRelay::certificate>},
    {"mail", "key", set_mail_file<&delivery::MailRelay::key>},
    {"log", "level", set_log_level},
    {"log", "format", set_log_format},
};

const Setting* find_setting(std::string_view table, std::string_view key) {
  const auto* found = std::find_if(std::begin(settings), std::end(settings),
                                   [&](const Setting& s) { return s.table == table && s.key == key; });
  return found == std::end(settings) ? nullptr : found;
}

bool is_table(std::string_view name) {
  return name == targets_table || std::any_of(std::begin(settings), std::end(settings),
                                              [&](const Setting& setting) { return setting.table == name; });
}

// "address, names, …", or the tables where `table` is empty.
std::string known_names(std::string_view table) {
  std::vector<std::string_view> names;
  for (const auto& setting : settings) {
    const auto name = table.empty() ? setting.table : setting.key;
    if ((table.empty() || setting.table == table) &&
        std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(name);
  }
  if (table.empty()) names.push_back(targets_table);
  return fmt::format("{}", fmt::join(names, ", "));
}

// -- The file
// ------------------------------------------------------------------------------------------------

class FileLayer {
 public:
  FileLayer(const fs::path& path, Draft& draft, std::vector<Mistake>& mistakes)
      : path_(path), draft_(draft), mistakes_(mistakes) {}

  void apply() {
    const auto text = read_file(path_);
    if (!text) return mistakes_.push_back({path_.string(), 0, 0, text.error()});
    const auto first = mistakes_.size();
    try {
      apply(toml::parse(*text, path_.string()));
    } catch (const toml::parse_error& error) {
      refuse(error.source().begin, std::string(error.description()));
    }
    std::stable_sort(mistakes_.begin() + static_cast<std::ptrdiff_t>(first), mistakes_.end(),
                     [](const Mistake& a, const Mistake& b) {
                       return std::pair(a.line, a.column) < std::pair(b.line, b.column);
                     });
  }

 private:
  void apply(const toml::table& file) {
    for (const auto& [name, node] : file) {
      if (!is_table(name.str())) {
        refuse(name.source().begin,
               fmt::format("unknown {} '{}'; known tables are {}", node.is_table() ? "table" : "key",
                           name.str(), known_names({})));
      } else if (const auto* table = node.as_table()) {
        apply(name.str(), *table);
      } else {
        refuse(name.source().begin,
               fmt::format("'{}' must be a table: write [{}] above its keys", name.str(), name.str()));
      }
    }
  }

  void apply(std::string_view table_name, const toml::table& table) {
    for (const auto& [key, node] : table) {
      const auto given = [&](const toml::source_position& at) {
        return Given(node, place(at), std::string(key.str()), path_.parent_path(), mistakes_);
      };
      if (table_name == targets_table) {
        apply_target(std::string(key.str()), node, given(key.source().begin));
      } else if (const auto* setting = find_setting(table_name, key.str())) {
        setting->set(given(node.source().begin), draft_);
      } else {
        refuse(key.source().begin, fmt::format("unknown key '{}' in [{}]; known are {}", key.str(),
                                               table_name, known_names(table_name)));
      }
    }
  }

  // A rule's target, or the tables [targets.severity.…] and [targets.body.…].
  void apply_target(const std::string& key, const toml::node& node, const Given& given) {
    if (key != "severity" && key != "body") return set_target(key, given, draft_);
    const auto* tables = node.as_table();
    if (!tables) return given.refuse(fmt::format("must be a table: write [targets.{}.…] above its keys", key));
    for (const auto& [name, inner] : *tables) {
      const auto* table = inner.as_table();
      const auto severity = routing::parse_severity(name.str());
      if (!table) {
        refuse(name.source().begin, fmt::format("'{}' must be a table: write [targets.{}.{}] above its keys",
                                                name.str(), key, name.str()));
      } else if (key == "severity" && !severity) {
        refuse(name.source().begin,
               fmt::format("no severity '{}'; it is one of {}", name.str(), routing::severity_alternatives()));
      } else {
        apply_targets(key == "severity" ? severity : std::nullopt, std::string(name.str()), *table);
      }
    }
  }

  void apply_targets(std::optional<routing::Severity> severity, const std::string& name, const toml::table& table) {
    for (const auto& [key, node] : table) {
      const Given given(node, place(key.source().begin), std::string(key.str()), path_.parent_path(), mistakes_);
      if (severity) {
        set_target_of_severity(*severity, std::string(key.str()), given, draft_);
      } else {
        set_target_of_body(name, std::string(key.str()), given, draft_);
      }
    }
  }

  ConfigPlace place(const toml::source_position& at) const {
    return {path_.string(), static_cast<int>(at.line), static_cast<int>(at.column)};
  }
  void refuse(const toml::source_position& at, std::string message) {
    mistakes_.push_back(
        {path_.string(), static_cast<int>(at.line), static_cast<int>(at.column), std::move(message)});
  }

  fs::path path_;
  Draft& draft_;
  std::vector<Mistake>& mistakes_;
};

// -- The environment
// -----------------------------------------------------------------------------------------

using Variables = std::map<std::string, std::string, std::less<>>;

// The variables that are ours, by name; of a name that stands twice the first, as getenv(3) has it.
Variables own_variables(const std::vector<std::string>& environment) {
  Variables variables;
  for (const auto& entry : environment) {
    const auto equals = entry.find('=');
    if (equals == std::string::npos || !entry.starts_with(prefix)) continue;
    variables.emplace(entry.substr(0, equals), entry.substr(equals + 1));
  }
  return variables;
}

std::string upper_case(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return upper;
}

std::string variable_of(const Setting& setting) {
  return fmt::format("{}{}_{}", prefix, upper_case(setting.table), upper_case(setting.key));
}

// "NOROSHI_TARGETS_G_2" → "g.2"; empty for the name of no target.
std::string rule_of_variable(std::string_view variable) {
  constexpr std::string_view start = "NOROSHI_TARGETS_";
  if (!variable.starts_with(start)) return {};
  std::string rule(variable.substr(start.size()));
  for (char& c : rule) c = c == '_' ? '.' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return rule;
}

class EnvironmentLayer {
 public:
  EnvironmentLayer(Variables variables, Draft& draft, std::vector<Mistake>& mistakes)
      : variables_(std::move(variables)), draft_(draft), mistakes_(mistakes) {}

  void apply() {
    for (const auto variable : foreign_variables) used_.insert(std::string(variable));
    take("NOROSHI_DATA", [](const Given& given, Draft& draft) {
      if (auto path = given.path()) draft.config.data = std::move(*path);
    });
    used_.insert("NOROSHI_CONFIG");  // looked at before the file was read
    for (const auto& setting : settings) {
      const auto variable = variable_of(setting);
      if (!setting.alias.empty() && variables_.contains(setting.alias) && variables_.contains(variable))
        refuse(variable, fmt::format("is the same setting as {}: keep one", setting.alias));
      if (!setting.alias.empty()) take(std::string(setting.alias), setting.set);
      take(variable, setting.set);
    }
    for (const auto& [variable, value] : variables_) apply_rest(variable, value);
  }

 private:
  template <class Set>
  void take(const std::string& variable, Set set) {
    used_.insert(variable);
    if (const auto found = variables_.find(variable); found != variables_.end())
      set(Given(found->second, {variable}, mistakes_), draft_);
  }

  void apply_rest(const std::string& variable, const std::string& value) {
    if (used_.contains(variable) || variable.starts_with(test_prefix)) return;
    if (const auto rule = rule_of_variable(variable); !rule.empty())
      return set_target(rule, Given(value, {variable}, mistakes_), draft_);
    refuse(variable,
           "is no variable that noroshid knows: unset it, or name it NOROSHI_<TABLE>_<KEY> after a key of "
           "the file");
  }

  void refuse(const std::string& variable, std::string message) {
    mistakes_.push_back({variable, 0, 0, std::move(message)});
  }

  Variables variables_;
  Draft& draft_;
  std::vector<Mistake>& mistakes_;
  std::set<std::string> used_;
};

// -- The flags
// -----------------------------------------------------------------------------------------------

void apply_flags(const ConfigFlags& flags, Draft& draft, std::vector<Mistake>& mistakes) {
  const auto text = [&](const char* flag, const auto& value, auto set) {
    if (value) set(Given(fs::path(*value).string(), {flag}, mistakes), draft);
  };
  text("--data", flags.data, [](const Given& given, Draft& into) {
    if (auto path = given.path()) into.config.data = std::move(*path);
  });
  text("--listen", flags.listen, set_listen);
  text("--database-url", flags.database_url, set_database_url);
  text("--registry", flags.registry, set_registry);
  text("--editions", flags.editions, set_editions);
  if (!flags.test_clock) return;
  if (std::isfinite(*flags.test_clock) && *flags.test_clock > 0 && *flags.test_clock <= 1e6) {
    draft.config.test_clock = flags.test_clock;
  } else {
    mistakes.push_back({"--test-clock", 0, 0, "must be a rate above 0 and up to 1000000"});
  }
}

// The file to read; nothing where there is none, which is no mistake unless one was named.
std::optional<fs::path> config_file(const ConfigFlags& flags, const Variables& variables) {
  if (flags.config) return flags.config;
  if (const auto named = variables.find("NOROSHI_CONFIG"); named != variables.end()) return named->second;
  fs::path data = flags.data.value_or("");
  if (const auto named = variables.find("NOROSHI_DATA"); data.empty() && named != variables.end())
    data = named->second;
  if (data.empty()) return std::nullopt;
  std::error_code error;
  const auto path = data / "noroshi.toml";
  // Anything but "not there" is for read_file() to tell.
  if (fs::status(path, error).type() == fs::file_type::not_found) return std::nullopt;
  return path;
}

void check_whole(const Draft& draft, std::vector<Mistake>& mistakes) {
  if (draft.config.data.empty())
    mistakes.push_back(
        {"--data", 0, 0, "is missing: name the daemon's folder with --data DIR or NOROSHI_DATA"});
  if (draft.certificate_place.has_value() == draft.key_place.has_value()) return;
  const auto& place = draft.certificate_place ? *draft.certificate_place : *draft.key_place;
  mistakes.push_back(
      {place.file, place.line, place.column, "a certificate and its key are set together or not at all"});
}

std::string toml_text(std::string_view text) {
  std::ostringstream out;
  out << toml::toml_formatter{toml::value<std::string>{std::string(text)}, toml::format_flags::none};
  return out.str();
}

template <class Items, class Write>
std::string listed(const Items& items, Write write) {
  std::string text;
  for (const auto& item : items) text += (text.empty() ? "" : ", ") + write(item);
  return "[" + text + "]";
}

std::string quoted_duration(seconds value) {
  return '"' + format_duration(value) + '"';
}

// The targets by severity and by body, under the names of their tables.
std::map<std::string, std::map<std::string, seconds>> special_targets(const Config& config) {
  std::map<std::string, std::map<std::string, seconds>> tables;
  const auto add = [&](const std::string& key, const routing::Target& target) {
    for (const auto& [severity, value] : target.by_severity)
      tables[fmt::format("targets.severity.{}", routing::to_string(severity))].emplace(key, value);
    for (const auto& [body, value] : target.by_body) tables[fmt::format("targets.body.{}", body)].emplace(key, value);
  };
  for (const auto& [rule, target] : config.targets) add(rule, target);
  add(std::string(acknowledgement_table), config.clocks.acknowledgement);
  add(std::string(followup_table), config.clocks.followup);
  add(std::string(permission_key), config.clocks.permission);
  add(std::string(inquiry_table), config.clocks.inquiry);
  return tables;
}

// Who is told of incidents and has none of its own sends no canary.
void check_canary(const Config& config, const routing::Registry& registry, std::vector<Mistake>& mistakes) {
  using routing::OrganizationKind;
  const auto& slug = config.canary.organization;
  if (slug.empty()) return;
  const auto& at = config.canary_place;
  const auto* body = registry.find(slug);
  if (!body)
    mistakes.push_back({at.file, at.line, at.column,
                        fmt::format("the registry has no body '{}'; see the slugs in organizations.csv", slug)});
  else if (body->kind == OrganizationKind::police || body->kind == OrganizationKind::crisis_management ||
           body->kind == OrganizationKind::center)
    mistakes.push_back({at.file, at.line, at.column,
                        fmt::format("'{}' reports no incidents: name an agency or a corporation", slug)});
}

std::string time_of_day(std::chrono::minutes at) { return fmt::format("\"{:02}:{:02}\"", at.count() / 60, at.count() % 60); }

}  // namespace

tl::expected<Config, std::vector<Mistake>> load_config(const ConfigFlags& flags,
                                                       const std::vector<std::string>& environment) {
  std::vector<Mistake> mistakes;
  Draft draft;
  const auto variables = own_variables(environment);
  if (const auto file = config_file(flags, variables)) FileLayer(*file, draft, mistakes).apply();
  draft.begin_layer();
  EnvironmentLayer(variables, draft, mistakes).apply();
  draft.begin_layer();
  apply_flags(flags, draft, mistakes);
  check_whole(draft, mistakes);
  if (!mistakes.empty()) return tl::unexpected(std::move(mistakes));
  return std::move(draft.config);
}

std::filesystem::path content_key_folder(const Config& config) {
  return config.content_keys.value_or(config.data / "keys" / "content");
}

namespace {

bool on_loopback(const Config& config) { return config.listen_host.starts_with("127.") || config.listen_host == "::1"; }

std::string host_of_base_url(const Config& config) {
  if (!config.base_url) return {};
  auto host = config.base_url->substr(std::string_view("https://").size());
  host.resize(std::min(host.size(), host.find(':', host.starts_with('[') ? host.find(']') : 0)));
  const bool address = host.starts_with('[') || host.find_first_not_of("0123456789.") == std::string::npos;
  return address ? std::string() : host;
}

std::string name_of_machine() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  std::string text = name.data();
  std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

}  // namespace

std::string relying_party(const Config& config) {
  if (config.relying_party) return *config.relying_party;
  if (auto host = host_of_base_url(config); !host.empty()) return host;
  return on_loopback(config) ? "localhost" : name_of_machine();
}

std::string web_address(const Config& config, std::uint16_t port) {
  if (config.base_url) return *config.base_url;
  return fmt::format("https://{}:{}", relying_party(config), port);
}

core::Zone database_zone(const Config& config) {
  return config.database_zone.value_or(config.database_url ? core::Zone::internet : core::Zone::closed);
}

std::vector<Mistake> check_targets(const Config& config, const routing::Editions& editions,
                                   const routing::Registry& registry) {
  std::vector<Mistake> mistakes;
  check_canary(config, registry, mistakes);
  for (const auto& [rule, body, severity, at] : config.target_places) {
    if (!body.empty() && !registry.find(body))
      mistakes.push_back({at.file, at.line, at.column,
                          fmt::format("the registry has no body '{}'; see the slugs in organizations.csv", body)});
    if (is_clock(rule) || editions.named(rule)) continue;
    std::vector<std::string> rules;
    for (const auto& edition : editions.all())
      for (const auto& held : edition.rules)
        rules.push_back(&edition == &editions.all().back() ? held.id : edition.id + ":" + held.id);
    mistakes.push_back(
        {at.file, at.line, at.column,
         fmt::format("no edition held has a rule '{}'; the rules are {}", rule, fmt::join(rules, ", "))});
  }
  std::stable_sort(mistakes.begin(), mistakes.end(), [](const Mistake& a, const Mistake& b) {
    return std::tie(a.file, a.line, a.column) < std::tie(b.file, b.line, b.column);
  });
  return mistakes;
}

std::string show(const Config& config) {
  std::string out;
  const auto table = [&](std::string_view name) { out += fmt::format("\n[{}]\n", name); };
  const auto line = [&](std::string_view key, const std::string& value) {
    out += fmt::format("{} = {}\n", key, value);
  };
  const auto path = [&](std::string_view key, const std::optional<fs::path>& value) {
    if (value) line(key, toml_text(fs::absolute(*value).lexically_normal().string()));
  };
  out += fmt::format("# data = {}\n", toml_text(config.data.string()));
  if (config.test_clock) out += fmt::format("# test_clock = {}\n", *config.test_clock);

  table("listen");
  const bool v6 = config.listen_host.find(':') != std::string::npos;
  line("address", toml_text(v6 ? fmt::format("[{}]:{}", config.listen_host, config.listen_port)
                               : fmt::format("{}:{}", config.listen_host, config.listen_port)));
  line("names", listed(config.names, toml_text));
  path("certificate", config.certificate);
  path("key", config.key);
  line("tls_minimum", config.tls_1_2 ? "\"1.2\"" : "\"1.3\"");
  line("zone", toml_text(core::to_string(config.zone)));

  table("database");
  if (config.database_url) line("url", toml_text(store::without_secrets(*config.database_url)));
  // What is assumed where nothing is said depends on the url, and is no setting.
  if (config.database_zone)
    line("zone", toml_text(core::to_string(*config.database_zone)));
  else
    out += fmt::format("# zone = {}\n", toml_text(core::to_string(database_zone(config))));
  path("content_keys", config.content_keys);
  line("writers", std::to_string(config.writers));
  line("readers", std::to_string(config.readers));

  table("limits");
  line("connections", std::to_string(config.connections));
  line("connections_per_address", std::to_string(config.connections_per_address));
  line("requests_per_body", std::to_string(config.requests_per_body));
  line("handshakes_per_address", std::to_string(config.handshakes_per_address));
  line("failed_tokens_per_address", std::to_string(config.failed_tokens_per_address));

  table("law");
  path("registry", config.registry);
  path("editions", config.editions);

  table("targets");
  for (const auto& [rule, target] : config.targets)
    if (target.usual.count() != 0) line(toml_text(rule), quoted_duration(target.usual));
  for (const auto& [name, targets] : special_targets(config)) {
    table(name);
    for (const auto& [key, target] : targets) line(toml_text(key), quoted_duration(target));
  }

  table(acknowledgement_table);
  line("target", quoted_duration(config.clocks.acknowledgement.usual));

  table(followup_table);
  line("target", quoted_duration(config.clocks.followup.usual));

  table(annex_table);
  line(permission_key, quoted_duration(config.clocks.permission.usual));
  table(inquiry_table);
  line("answer", quoted_duration(config.clocks.inquiry.usual));

  table("ladder");
  line("steps", listed(config.clocks.steps, quoted_duration));

  table("relay");
  line("on_silence", config.clocks.relay_on_silence ? "true" : "false");

  table("retention");
  for (const auto of : core::all_retention_classes)
    line(core::to_string(of), fmt::format("\"P{}Y\"", config.retention.years(of)));

  table("canary");
  if (!config.canary.organization.empty()) line("organization", toml_text(config.canary.organization));
  line("at", time_of_day(config.canary.at));
  line("within", quoted_duration(config.canary.within));

  table("sign_in");
  if (config.relying_party) line("relying_party", toml_text(*config.relying_party));

  table("delivery");
  if (config.base_url) line("base_url", toml_text(*config.base_url));
  line("backoff", listed(config.retry.backoff, quoted_duration));
  line("give_up", quoted_duration(config.retry.give_up));
  line("timeout", quoted_duration(config.delivery_timeout));

  table("mail");
  const auto& mail = config.mail;
  const auto text = [&](std::string_view key, const std::string& value) {
    if (!value.empty()) line(key, toml_text(value));
  };
  const auto file = [&](std::string_view key, const fs::path& value) {
    if (!value.empty()) path(key, value);
  };
  text("host", mail.host);
  line("port", std::to_string(mail.port));
  line("tls", mail.tls == delivery::MailRelay::Tls::starttls ? "\"starttls\"" : "\"implicit\"");
  file("ca", mail.ca);
  text("user", mail.user);
  file("password", mail.password);
  text("from", mail.from);
  file("certificate", mail.certificate);
  file("key", mail.key);

  table("log");
  line("level", toml_text(config.log_level));
  line("format", config.log_automatic ? "\"automatic\"" : config.log_json ? "\"json\"" : "\"text\"");
  return out;
}

std::string digest(const Config& config) {
  const auto bytes = record::sha256({show(config)});
  return fmt::format("{:02x}", fmt::join(bytes, ""));
}

std::vector<std::string> config_keys() {
  std::vector<std::string> keys;
  for (const auto& setting : settings) {
    if (setting.table == "acknowledgement") keys.push_back(fmt::format("{}.*", targets_table));
    keys.push_back(fmt::format("{}.{}", setting.table, setting.key));
  }
  return keys;
}

}  // namespace noroshi::app
