#include "tests/scenario/daemon.h"

#include <httplib.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <stdexcept>

namespace noroshi::scenario {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

// A debug build with sanitizers on a busy machine makes its cluster in well under this.
constexpr auto time_to_start = 90s;
constexpr auto time_to_end = 60s;

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return result;
}

void prepare(httplib::SSLClient& client, const fs::path& data) {
  client.set_ca_cert_path((data / "tls" / "ca.pem").c_str());
  client.enable_server_certificate_verification(true);
  client.set_keep_alive(true);
  client.set_tcp_nodelay(true);
  client.set_connection_timeout(10s);
  client.set_read_timeout(60s);
  client.set_write_timeout(60s);
}

Answer answer_of(const httplib::Response& response) {
  Answer answer{response.status, {}, response.body};
  for (const auto& [name, value] : response.headers) answer.headers.emplace(lower(name), value);
  return answer;
}

// A thread's connection, kept open while it is used. Shorter than the daemon's own patience with idle ones.
struct Line {
  std::string owner;
  std::unique_ptr<httplib::SSLClient> client;
  steady_clock::time_point used;
};

httplib::SSLClient& line_to(const std::string& owner, int port, const fs::path& data) {
  thread_local Line line;
  const auto now = steady_clock::now();
  if (line.owner != owner || now - line.used > 10s) {
    line.client = std::make_unique<httplib::SSLClient>("127.0.0.1", port);
    prepare(*line.client, data);
    line.owner = owner;
  }
  line.used = now;
  return *line.client;
}

}  // namespace

std::string Answer::header(std::string_view name) const {
  const auto found = headers.find(lower(name));
  return found == headers.end() ? "" : found->second;
}

Daemon::Daemon(fs::path data, std::vector<std::string> further_arguments) : data_(std::move(data)) {
  std::vector<std::string> arguments{"--data", data_.string(), "--listen", "127.0.0.1:0"};
  arguments.insert(arguments.end(), further_arguments.begin(), further_arguments.end());
  const auto begin = steady_clock::now();
  process_ = std::make_unique<Program>(noroshid_program(), arguments, data_.parent_path(),
                                       data_.filename().string());
  const auto line = process_->first_line(time_to_start);
  started_in_ = std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - begin);
  constexpr std::string_view ready = "noroshid ready https://127.0.0.1:";
  if (!line || !line->starts_with(ready))
    throw std::runtime_error("noroshid does not serve: " + line.value_or("") + process_->errors());
  port_ = std::stoi(line->substr(ready.size()));
}

Daemon::~Daemon() {
  stop();
}

void Daemon::show_clock(const std::string& instant, int rate) {
  const auto errors = execute("SELECT noroshi.show_clock('" + instant + "', " + std::to_string(rate) + ")");
  if (!errors.empty()) throw std::runtime_error("the clock was not shown otherwise: " + errors);
}

std::string Daemon::execute(const std::string& sql) {
  const auto line = [](const std::string& text) { return text.substr(0, text.find('\n')); };
  const auto superuser = line(run("/usr/bin/stat", {"-c", "%U", (data_ / "postgres").string()}).output);
  const auto where = data_ / "run" / "where";
  const auto socket = fs::exists(where) ? line(read_file(where)) : (data_ / "run").string();
  const auto ending = run("/usr/bin/psql", {"-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", socket, "-U", superuser, "-d",
                                            "noroshi", "-c", sql});
  if (ending.code == 0) return "";
  return ending.errors.empty() ? "psql failed" : ending.errors;
}

pid_t Daemon::postmaster() const {
  const std::string text = read_file(data_ / "postgres" / "postmaster.pid");
  return text.empty() ? -1 : std::stoi(text);
}

Ending Daemon::stop() {
  if (ending_) return *ending_;
  process_->signal(SIGTERM);
  ending_ = process_->wait(time_to_end);
  if (!ending_) throw std::runtime_error("noroshid does not end: " + process_->errors());
  return *ending_;
}

void Daemon::kill() {
  process_->signal(SIGKILL);
  ending_ = process_->wait(time_to_end);
}

Answer Daemon::send(const std::string& method, const std::string& path, const Headers& headers,
                    const std::string& body) {
  httplib::Request request;
  request.method = method;
  request.path = path;
  request.body = body;
  for (const auto& [name, value] : headers) {
    request.headers.emplace(name, value);
    // cpp-httplib 0.11 waits for the body that a 304 never has, up to the end of the connection.
    if (name == "If-None-Match") request.headers.emplace("Connection", "close");
  }
  auto& client = line_to(data_.string() + std::to_string(port_), port_, data_);
  const auto result = client.send(request);
  if (!result)
    throw NoAnswer(method + " " + path + ": " + httplib::to_string(result.error()) +
                   (process_->runs() ? "" : "; the daemon has ended: " + process_->errors()));
  return answer_of(*result);
}

Answer Daemon::post_in_halves(const std::string& path, const Headers& headers, const std::string& body,
                              const std::function<void()>& between) {
  httplib::SSLClient client("127.0.0.1", port_);
  prepare(client, data_);
  httplib::Headers fields;
  for (const auto& [name, value] : headers) fields.emplace(name, value);
  const std::size_t half = body.size() / 2;
  const auto result = client.Post(
      path, fields, body.size(),
      [&](std::size_t offset, std::size_t, httplib::DataSink& sink) {
        if (offset > 0) between();
        return offset == 0 ? sink.write(body.data(), half)
                           : sink.write(body.data() + offset, body.size() - offset);
      },
      "application/json");
  if (!result) throw NoAnswer("POST " + path + ": " + httplib::to_string(result.error()));
  return answer_of(*result);
}

std::string Daemon::issue_token(const std::vector<std::string>& arguments) {
  std::vector<std::string> words{"--data", data_.string(), "token", "issue"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  const auto ending = run(noroshi_program(), words);
  if (ending.code != 0) throw std::runtime_error("noroshi token issue: " + ending.errors);
  return ending.output.substr(0, ending.output.find('\n'));
}

std::string Daemon::token(const std::string& organization, const std::string& role, const std::string& name) {
  const std::lock_guard lock(mutex_);
  auto& token = tokens_[{organization, role, name}];
  if (token.empty()) {
    std::vector<std::string> arguments{"--org", organization, "--role", role};
    if (!name.empty()) arguments.insert(arguments.end(), {"--name", name});
    token = issue_token(arguments);
  }
  return token;
}

namespace {

struct Shared {
  TemporaryFolder folder;
  Daemon daemon{folder.path() / "data"};
};
std::unique_ptr<Shared> shared;

}  // namespace

Daemon& the_daemon() {
  if (!shared) shared = std::make_unique<Shared>();
  return shared->daemon;
}

int end_the_daemon() {
  if (!shared) return 0;
  const auto ending = shared->daemon.stop();
  shared.reset();
  return ending.code;
}

fs::path noroshid_program() {
  return NOROSHID_PROGRAM;
}

fs::path noroshi_program() {
  return NOROSHI_PROGRAM;
}

}  // namespace noroshi::scenario
