#include "src/cli/demo.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <system_error>

#include <fmt/format.h>

#include "src/app/demonstration_folder.h"
#include "src/app/law.h"
#include "src/cli/daemon_process.h"
#include "src/cli/database_visit.h"
#include "src/cli/interruption.h"
#include "src/cli/json_view.h"
#include "src/cli/story.h"
#include "src/cli/story_clock.h"
#include "src/cli/story_player.h"
#include "src/store/accounts.h"
#include "src/store/clock.h"
#include "src/store/migrations.h"
#include "src/store/tokens.h"

namespace noroshi::cli {
namespace {

namespace fs = std::filesystem;

constexpr auto patience = std::chrono::seconds(120);
constexpr auto time_to_pass_on = std::chrono::seconds(20);
constexpr std::string_view replayed_text = "noroshi demo\nreplayed\n";

fs::path default_data() {
  if (::getuid() == 0) return "/var/lib/noroshi-demo";
  const char* data = std::getenv("XDG_DATA_HOME");
  if (data && *data) return fs::path(data) / "noroshi" / "demo";
  const char* home = std::getenv("HOME");
  return home && *home ? fs::path(home) / ".local" / "share" / "noroshi" / "demo" : fs::path("noroshi-demo");
}

// The file DIR/demo says that the folder is a demonstration's, and whether the cases were replayed in it.
class Folder {
 public:
  explicit Folder(const fs::path& path) : path_(fs::absolute(path)) {}

  // False for a folder with something in it that no demonstration put there.
  bool take() {
    std::error_code error;
    if (fs::exists(marker())) return true;
    if (fs::exists(path_, error) && !fs::is_empty(path_, error)) return false;
    fs::create_directories(path_);
    // As the cluster's own rule: as root it must be passable for user postgres.
    fs::permissions(path_, ::getuid() == 0 ? fs::perms(0711) : fs::perms(0700));
    write(app::demonstration_marker);
    return true;
  }
  bool replayed() const {
    std::ifstream stream(marker());
    return std::string(std::istreambuf_iterator<char>(stream), {}) == replayed_text;
  }
  void set_replayed() { write(replayed_text); }

  const fs::path& path() const { return path_; }
  fs::path certificate_authority() const { return path_ / "tls" / "ca.pem"; }
  fs::path log() const { return path_ / "noroshid.log"; }
  fs::path link(const std::string& organization, core::Role role) const {
    return path_ / "links" / fmt::format("{}.{}", organization, to_string(role));
  }
  fs::path token(const std::string& organization, core::Role role) const {
    return path_ / "tokens" / fmt::format("{}.{}", organization, to_string(role));
  }

 private:
  fs::path marker() const { return app::demonstration_file(path_); }
  void write(std::string_view text) const {
    const auto aside = path_ / "demo.new";
    std::ofstream stream(aside, std::ios::trunc);
    stream << text;
    stream.close();
    if (!stream) throw std::system_error(errno, std::generic_category(), aside.string());
    fs::rename(aside, marker());
  }

  fs::path path_;
};

bool port_is_free(std::uint16_t port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool free = ::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(descriptor);
  return free;
}

// A file of its own for each token: on a command line or in the environment others would see it.
void write_secret(const fs::path& path, const std::string& secret) {
  fs::create_directories(path.parent_path());
  fs::permissions(path.parent_path(), fs::perms(0700));
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const auto line = secret + "\n";
  const bool written =
      descriptor >= 0 && ::write(descriptor, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  if (descriptor >= 0) ::close(descriptor);
  if (!written) throw std::system_error(errno, std::generic_category(), path.string());
}

class Demonstration {
 public:
  Demonstration(Folder& folder, const DaemonProcess& daemon, const DemoOptions& options, const Output& output)
      : folder_(folder),
        daemon_(daemon),
        options_(options),
        output_(output),
        visit_({folder.path(), ""}, output),
        owner_(visit_.owner_of_current_schema()) {}

  bool replay() {
    print_line(output_(
        {"実際の事例を、公開された HTTP インターフェイスだけを使って再現します。期限は運用者の目標です。",
         "Real cases, replayed through the public HTTP interface alone. Due times are the operator's "
         "targets."}));
    StoryClock clock(*owner_, options_.speed, output_);
    StoryPlayer player(
        [this](const std::string& organization, core::Role role) { return client(organization, role); },
        clock, output_);
    try {
      for (const auto& story : embedded_stories())
        if (!player.play(story)) return false;
    } catch (const Interrupted&) {
      store::show_time(*owner_, store::shown_time(*owner_));  // it stands at the real rate until the next run
      throw;
    }
    store::show_real_time(*owner_);
    folder_.set_replayed();
    return true;
  }

  // What stands open and what came late, as the centre sees it. Open duties of NISC are NCO's since
  // 2025-07-01: the daemon passes them on soon after it has started.
  bool sum_up() {
    const auto deadline = std::chrono::steady_clock::now() + time_to_pass_on;
    auto obligations = obligations_of_centre();
    while (obligations && names_nisc_in_an_open_duty(*obligations) &&
           std::chrono::steady_clock::now() < deadline) {
      wait(std::chrono::milliseconds(50));
      obligations = obligations_of_centre();
    }
    if (!obligations) return false;
    print_line(output_({"\nセンター（NISC、2025-07-01 から国家サイバー統括室 NCO）から見た義務:",
                        "\nThe duties as the centre (NISC, since 2025-07-01 NCO) sees them:"}));
    for (const auto& obligation : array_at(*obligations, "/items"))
      if (crosses_border(obligation)) print_line("  " + shown_duty(obligation, output_.language));
    return true;
  }

  void introduce() {
    print_line(output_({"\n役割ごとのトークン（ファイルの中身がトークンです）:",
                        "\nA token for each role (the file holds it):"}));
    for (const auto role : core::all_roles()) {
      const auto organization = body_for(role);
      if (organization.empty()) continue;
      const auto token = token_of(organization, role);
      print_line(fmt::format("  {:<18} {:<13} {}", core::to_string(role), organization, token));
      print_line(fmt::format("  {:<18} {:<13} {}", "", "", folder_.token(organization, role).string()));
    }
    if (options_.once)  // the daemon is about to end: what leads to it would lead nowhere
      return print_line(output_({"\n画面のリンクと試し方は、--exit なしで実行すると表示されます。",
                                 "\nWithout --exit the next run shows links to the page, and what to try."}));
    print_line(output_({"\n画面: 役割ごとのリンク（開いて「この役割で入る」を押します）:",
                        "\nThe page: a link for each role (open it, then enter as that role):"}));
    const auto tell_link = [this](const std::string& organization, core::Role role) {
      print_line(fmt::format("  {:<18} {:<13} {}/set-up/{}", core::to_string(role), organization, web_address(),
                             link_of(organization, role)));
    };
    for (const auto role : core::all_roles())
      if (const auto organization = body_for(role); !organization.empty()) tell_link(organization, role);
    tell_link("mhlw", core::Role::csirt_member);  // the desk on which the reports of 2015 lay
    const auto curl = [this](const std::string& organization, core::Role role, const std::string& rest) {
      return fmt::format("  curl -s --cacert {} -H \"Authorization: Bearer $(cat {})\" {}",
                         folder_.certificate_authority().string(), folder_.token(organization, role).string(),
                         rest);
    };
    print_line(output_({"\n試してみる:", "\nTry:"}));
    print_line(curl("mhlw", core::Role::csirt_member,
                    fmt::format("'{}/api/v1/obligations?overdue=true'", daemon_.url())));
    print_line(curl("nco", core::Role::center_liaison, fmt::format("{}/api/v1/inbox", daemon_.url())));
    print_line(curl(
        "jps", core::Role::csirt_member,
        fmt::format("-H 'Content-Type: application/json' -H \"Idempotency-Key: $(cat "
                    "/proc/sys/kernel/random/uuid)\" --data '{{\"reference\":\"TRY-1\",\"stage\":\"first\","
                    "\"title\":\"試験\",\"assessment\":\"incident\",\"cyberattack\":\"possible\","
                    "\"exercise\":true,\"times\":{{\"recognized\":{{\"value\":\"'$(date +%FT%T%:z)'\"}}}}}}' "
                    "{}/api/v1/reports",
                    daemon_.url())));
    print_line(fmt::format("\n  {}", daemon_.url()));
  }

 private:
  tl::expected<boost::json::value, ExitCode> obligations_of_centre() {
    return fetch_all(client("nisc", core::Role::center_liaison), "/api/v1/obligations", output_);
  }

  static bool names_nisc_in_an_open_duty(const boost::json::value& obligations) {
    const auto& items = array_at(obligations, "/items");
    return std::any_of(items.begin(), items.end(), [](const boost::json::value& obligation) {
      return text_at(obligation, "/state") == "open" &&
             (text_at(obligation, "/holder") == "nisc" || text_at(obligation, "/recipient") == "nisc");
    });
  }

  // A body that shows the role best.
  static std::string body_for(core::Role role) {
    switch (role) {
      case core::Role::center_liaison:
      case core::Role::auditor:
      case core::Role::operator_:
        return "nco";
      case core::Role::police_desk:
        return "police-tokyo";
      case core::Role::crisis_desk:
        return "cas-jitai";
      case core::Role::exception_officer:
      case core::Role::ciso:
      case core::Role::section_officer:
      case core::Role::cymat_member:
      case core::Role::external_contact:
        return "mhlw";
      case core::Role::reporter:
      case core::Role::csirt_member:
      case core::Role::csirt_head:
        return "jps";
    }
    return {};
  }

  std::string token_of(const std::string& organization, core::Role role) {
    auto& token = tokens_[{organization, role}];
    if (!token.empty()) return token;
    const auto path = folder_.token(organization, role);
    std::ifstream stream(path);
    std::getline(stream, token);
    if (!token_id_of(token).empty()) return token;
    token = store::issue_token(*owner_, organization, role, "demo", std::nullopt);
    write_secret(path, token);
    return token;
  }

  // By name: passkeys belong to names, and the page may be tried with one.
  std::string web_address() const {
    auto url = daemon_.url();
    constexpr std::string_view loopback = "https://127.0.0.1:";
    return url.starts_with(loopback) ? "https://localhost:" + url.substr(loopback.size()) : url;
  }

  // The account of that role, signed in to without a credential, and only in this folder.
  std::string link_of(const std::string& organization, core::Role role) {
    const auto path = folder_.link(organization, role);
    std::string code;
    std::ifstream stream(path);
    std::getline(stream, code);
    const store::Login login{organization, std::string(to_string(role))};
    const auto account = store::find_account(*owner_, login);
    if (account && account->linked && !code.empty()) return code;
    const auto id = account ? account->token : *store::add_account(*owner_, {login, role, "デモ", std::nullopt, std::nullopt});
    code = store::make_set_up_link(*owner_, id, true);
    write_secret(path, code);
    return code;
  }

  ApiClient client(const std::string& organization, core::Role role) {
    ConnectionSettings settings;
    settings.url = daemon_.url();
    settings.token = token_of(organization, role);
    settings.ca = folder_.certificate_authority().string();
    ApiClient client(std::move(settings));
    client.speak(output_.language);
    return client;
  }

  Folder& folder_;
  const DaemonProcess& daemon_;
  const DemoOptions& options_;
  const Output& output_;
  DatabaseVisit visit_;
  std::unique_ptr<store::Connection> owner_;
  std::map<std::pair<std::string, core::Role>, std::string> tokens_;
};

// Before the daemon starts, so that it says of every answer that its clock is not the real one.
void move_clock_to_first_story(const Folder& folder, const Output& output) {
  const DatabaseVisit visit({folder.path(), ""}, output);
  store::show_time(*visit.owner_of_current_schema(), embedded_stories().front().steps.front().at);
}

DaemonProcess start(const Folder& folder, const DemoOptions& options) {
  const auto listen = !options.listen.empty() ? options.listen
                      : port_is_free(8443)    ? "127.0.0.1:8443"
                                              : "127.0.0.1:0";
  return DaemonProcess(noroshid_beside_us(), {"--data", folder.path().string(), "--listen", listen},
                       folder.log(), patience);
}

int demonstrate(Folder& folder, const DemoOptions& options, const Output& output) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // whoever watches through a pipe sees each step as it happens
  print_line(output({fmt::format("noroshid を起動しています（{}）…", folder.path().string()),
                     fmt::format("starting noroshid in {} …", folder.path().string())}));
  if (folder.replayed()) {
    print_line(output({"事例は前回の実行で再現済みです。", "The cases were replayed in an earlier run."}));
  } else {
    move_clock_to_first_story(folder, output);
    DaemonProcess daemon = start(folder, options);
    if (!Demonstration(folder, daemon, options, output).replay()) return exit_failed;
    print_line(output({"\n時計を現在に戻し、noroshid を再起動しています…",
                       "\nback to the present: restarting noroshid …"}));
    if (daemon.stop() != 0) return exit_failed;
  }
  DaemonProcess daemon = start(folder, options);
  {
    Demonstration demonstration(folder, daemon, options, output);
    if (!demonstration.sum_up()) return exit_failed;
    demonstration.introduce();
  }
  std::fflush(stdout);
  if (options.once) return daemon.stop() == 0 ? exit_ok : exit_failed;
  print_line(output({"\nCtrl-C で終了します。", "\nCtrl-C ends it."}));
  std::fflush(stdout);
  if (!daemon.wait_for_signal()) {
    complain(output, {fmt::format("noroshid が終了しました。{} を見てください。", folder.log().string()),
                      fmt::format("noroshid has ended; see {}", folder.log().string())});
    return exit_unavailable;
  }
  return daemon.stop() == 0 ? exit_ok : exit_failed;
}

}  // namespace

int run(const DemoOptions& options, const Output& output) {
  block_interruption();
  Folder folder(options.data.empty() ? default_data() : options.data);
  if (!folder.take()) {
    complain(
        output,
        {fmt::format(
             "{} は空でもデモンストレーション用でもありません。別のフォルダーを --data で指定してください。",
             folder.path().string()),
         fmt::format("{} is neither empty nor a demonstration's: name another folder by --data",
                     folder.path().string())});
    return exit_usage;
  }
  try {
    return with_database({folder.path(), ""}, output, [&] { return demonstrate(folder, options, output); });
  } catch (const Interrupted&) {
    print_line(output({"\n終了しました。", "\nended."}));
    if (!folder.replayed())
      print_line(
          output({"次の実行は事例を最初から再現します。", "The next run replays the cases from the start."}));
    return exit_ok;
  } catch (const DaemonFailed& failed) {
    std::fprintf(stderr, "noroshi: %s\n", failed.what());
    return failed.exit_code;
  }
}

}  // namespace noroshi::cli
