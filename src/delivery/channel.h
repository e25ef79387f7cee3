// What a channel is: it carries one message to one endpoint, once, and says what came of it. When to try again, and
// when to give up, is not its business (worker.h).
//
// To add a channel: a file that defines a ChannelKind, and a line in channels.cpp.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

#include "routing/registry.h"
#include "src/core/endpoint.h"
#include "src/core/incident.h"
#include "src/core/refusal.h"

namespace noroshi::delivery {

// What goes out. Content is there for a channel that seals it for its receiver alone, and for no other.
struct Consignment {
  core::DeliveryId delivery;  // the same in every attempt: a receiver tells a repeat by it
  core::MessageId message;
  core::IncidentId incident;
  std::optional<core::ObligationId> obligation;
  core::MessageKind kind{};
  std::string number;     // of the incident, "JPS-2018-1"
  std::string sender;     // slug; empty: an alarm of the daemon
  std::string recipient;  // slug
  std::string clause;
  int sentence = 0;
  std::string alarm_code;  // of an alarm; else empty
  int version = 0;         // of the report that it carries; 0: none
  routing::Severity severity{};
  bool automatic = false;  // 自動中継・未確認
  bool exercise = false;   // 訓練: marked in every subject, payload and page
  Timestamp sent_at;
  // 格付 that held when it was sent: the grades, and by whose definition they are. Never words of the body's own: what is not sealed
  // may be read on its way.
  std::optional<std::pair<core::Grades, core::KindRule>> label = {};
  std::optional<Timestamp> acknowledge_by;
  std::string receipt_number;     // 受付番号 of the recipient; empty: it has none
  std::string acknowledge_url;    // where a person acknowledges it without an account; empty: there is no such place
  std::string acknowledge_token;  // what the link, a reply by mail or the receipt of a bundle carries

  struct Content {
    std::string title;
    std::string note;
    // As received; where the receiver may not see all of it, the report in force with what it may see, which says so. Empty: none.
    std::string report;
  };
  std::optional<Content> content;
};

enum class Verdict {
  delivered,  // the receiver has it
  sent,       // handed on to a carrier, who does not say whether it arrives
  again,      // not now
  refused,    // not this one, ever
  gone,       // nothing any more: the endpoint is disabled until a person of its body has looked
};
std::string_view to_string(Verdict verdict);

struct Attempted {
  Verdict verdict{};
  std::string cause;   // a word of a closed list in the channel's header: "timeout", "http_500", "certificate_expired"
  std::string detail;  // for the operator, at most 200 bytes: neither a secret nor anything of a report
  std::optional<std::chrono::seconds> again_after;  // as the receiver asked for
};

// The daemon's own secrets, as channels use them. Any thread.
class Keys {
 public:
  virtual ~Keys() = default;
  // Ed25519 (RFC 8032): 64 bytes; the public half of 32 bytes, and its id of 16 hexadecimal digits.
  virtual std::string sign(std::string_view text) const = 0;
  virtual std::string public_key() const = 0;
  virtual std::string key_id() const = 0;
  // 32 bytes that only this daemon's key and this label give (HKDF-SHA-256, RFC 5869): a shared secret that stands in
  // no database.
  virtual std::string derive(std::string_view label) const = 0;
};

// The numbers of what people carry: for each endpoint 1, 2, 3 …, so that its receiver sees what is missing. They come from
// the database, so that daemons count together. Any thread; throws nothing.
class Numbering {
 public:
  virtual ~Numbering() = default;
  struct Place {
    std::int64_t number = 0;
    std::string hash;      // SHA-256 of what was written under it already, hexadecimal; empty: nothing
    std::string previous;  // of what stands before it; empty for the first
  };
  enum class None { busy, unavailable };  // another delivery's number is being written; the database is away
  // The same for a delivery in each of its attempts.
  virtual tl::expected<Place, None> take(const core::DeliveryId& delivery) = 0;
  // That it is written: then others get theirs. False where the database is away.
  virtual bool written(const core::EndpointId& endpoint, std::int64_t number, const core::DeliveryId& delivery,
                       const std::string& hash) = 0;
};

// Of [mail] in noroshi.toml.
struct MailRelay {
  std::string host;  // empty: no mail is sent, and endpoints of mail are refused
  int port = 587;
  enum class Tls { starttls, implicit } tls = Tls::starttls;
  std::filesystem::path ca;  // empty: the system's
  std::string user;          // empty: no authentication
  std::filesystem::path password;
  std::string from;                   // "noroshi@nisc.example.go.jp"
  std::filesystem::path certificate;  // S/MIME: signs what is sent; empty: unsigned
  std::filesystem::path key;
};

// What channels may use of the world.
struct Environment {
  const Keys& keys;
  const routing::Registry& registry;
  std::string base_url;  // "https://host:8443", as receivers reach the daemon
  MailRelay mail;
  std::filesystem::path folder;   // DIR/delivery: a channel's files lie in a folder of its name below
  std::filesystem::path clients;  // DIR/keys/clients: certificates and keys to show to receivers, NAME.pem and NAME.key
  std::function<Timestamp()> now;  // for what is written into a message; deadlines are steady
  std::filesystem::path bundles = {};   // DIR/bundles: what waits to be carried
  Numbering* numbering = nullptr;       // null: nothing is numbered, and bundles wait
};

class Channel {
 public:
  virtual ~Channel() = default;
  // One attempt, over at the deadline. Any number of threads at once. Never throws.
  virtual Attempted send(const Consignment& consignment, const core::Endpoint& endpoint,
                         std::chrono::steady_clock::time_point deadline) = 0;
};

// A member of an endpoint's settings.
struct SettingDescription {
  std::string_view name;
  bool required = false;
  std::string_view ja;
  std::string_view en;
};

struct ChannelKind {
  std::string_view name;
  bool seals = false;  // whether it is given content
  std::span<const SettingDescription> settings;
  // Mistakes in the settings, each with the pointer "/settings/NAME", beside unknown and missing ones. Pure.
  std::vector<core::FieldError> (*check)(const core::Endpoint& endpoint, const routing::Organization& body) = nullptr;
  std::unique_ptr<Channel> (*make)(const Environment& environment) = nullptr;
  // What the receiver behind an endpoint has to know, by name: shown to persons of its body. Null: nothing.
  std::vector<std::pair<std::string, std::string>> (*secrets)(const Keys& keys,
                                                              const core::Endpoint& endpoint) = nullptr;
};

// All of them, each once: channels.cpp.
std::span<const ChannelKind> channels();
const ChannelKind* find_channel(std::string_view name);
// Unknown and missing settings, and what the channel's own check finds.
std::vector<core::FieldError> check_endpoint(const core::Endpoint& endpoint, const routing::Organization& body);

}  // namespace noroshi::delivery
