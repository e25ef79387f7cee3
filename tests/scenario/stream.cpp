#include "tests/scenario/stream.h"

#include <httplib.h>

namespace noroshi::scenario {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 30s;
constexpr int small_buffer = 4096;  // of the socket of a client that may hang

}  // namespace

Stream::Stream(Daemon& daemon, const std::string& token, const std::string& after, const std::string& path)
    : client_(std::make_unique<httplib::SSLClient>("127.0.0.1", daemon.port())) {
  client_->set_ca_cert_path((daemon.data() / "tls" / "ca.pem").c_str());
  client_->enable_server_certificate_verification(true);
  client_->set_read_timeout(60s);
  client_->set_socket_options([](socket_t socket) {
    ::setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &small_buffer, sizeof(small_buffer));
  });
  Headers headers{{"Authorization", "Bearer " + token}};
  if (!after.empty()) headers.emplace_back("Last-Event-ID", after);
  thread_ = std::thread([this, path = "/api/v1" + path, headers] { run(path, headers); });
}

Stream::~Stream() {
  cut();
}

void Stream::run(const std::string& path, const Headers& headers) {
  httplib::Headers fields;
  for (const auto& [name, value] : headers) fields.emplace(name, value);
  const auto result = client_->Get(path, fields, [this](const char* data, std::size_t size) {
    return take({data, size});
  });
  const std::lock_guard lock(mutex_);
  over_ = true;
  in_order_ = result && result->status == 200;
  changed_.notify_all();
}

bool Stream::take(std::string_view bytes) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !hangs_; });
  text_ += bytes;
  for (std::size_t end = text_.find("\n\n"); end != std::string::npos; end = text_.find("\n\n")) {
    parse(std::string_view(text_).substr(0, end));
    text_.erase(0, end + 2);
  }
  changed_.notify_all();
  return true;
}

void Stream::parse(std::string_view block) {
  Item item;
  while (!block.empty()) {
    const std::string_view line = block.substr(0, block.find('\n'));
    block.remove_prefix(std::min(block.size(), line.size() + 1));
    const std::size_t colon = line.find(": ");
    const std::string value(line.substr(colon + 2));
    const std::string_view field = line.substr(0, colon);
    if (field.empty()) items_.push_back({.comment = value});
    if (field == "event") item.name = value;
    if (field == "id") item.id = value;
    if (field == "data") item.data = json::parse(value);
  }
  if (item.name == "heartbeat") {
    if (!heartbeat_) heartbeat_ = std::move(item.data);
  } else if (!item.name.empty()) {
    items_.push_back(std::move(item));
  }
}

Item Stream::next_of_any_kind() {
  std::unique_lock lock(mutex_);
  REQUIRE(changed_.wait_for(lock, patience, [this] { return !items_.empty() || over_; }));
  REQUIRE_MESSAGE(!items_.empty(), "the stream is over");
  Item item = std::move(items_.front());
  items_.pop_front();
  return item;
}

json::value Stream::heartbeat() {
  std::unique_lock lock(mutex_);
  REQUIRE(changed_.wait_for(lock, patience, [this] { return heartbeat_ || over_; }));
  REQUIRE_MESSAGE(heartbeat_, "the stream is over");
  return *heartbeat_;
}

Item Stream::next() {
  while (true)
    if (Item item = next_of_any_kind(); !item.name.empty()) return item;
}

Item Stream::next(const std::string& name, const Incident& incident) {
  while (true) {
    Item item = next();
    const auto* of = item.data.as_object().if_contains("incident_id");
    if (item.name == name && of && of->as_string() == incident.id) return item;
  }
}

void Stream::wait_for_comment(const std::string& text) {
  while (true)
    if (const Item item = next_of_any_kind(); item.name.empty() && item.comment == text) return;
}

std::vector<Item> Stream::rest() {
  std::unique_lock lock(mutex_);
  REQUIRE(changed_.wait_for(lock, patience, [this] { return over_; }));
  CHECK(in_order_);
  std::vector<Item> items;
  for (auto& item : items_)
    if (!item.name.empty()) items.push_back(std::move(item));
  items_.clear();
  return items;
}

void Stream::hang() {
  const std::lock_guard lock(mutex_);
  hangs_ = true;
}

void Stream::wait_for_end() {
  std::unique_lock lock(mutex_);
  hangs_ = false;
  changed_.notify_all();
  REQUIRE(changed_.wait_for(lock, patience, [this] { return over_; }));
}

void Stream::cut() {
  {
    const std::lock_guard lock(mutex_);
    hangs_ = false;
    changed_.notify_all();
  }
  client_->stop();
  if (thread_.joinable()) thread_.join();
}

}  // namespace noroshi::scenario
