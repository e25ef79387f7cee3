#include "src/delivery/bundle.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <mutex>
#include <system_error>
#include <thread>

#include <fmt/format.h>

#include "src/delivery/bundle_file.h"
#include "src/record/encodings.h"
#include "src/record/sha256.h"

namespace noroshi::delivery {
namespace {

using Steady = std::chrono::steady_clock;

constexpr auto between_looks = std::chrono::milliseconds(100);  // at a number that another daemon is writing
constexpr std::size_t longest_label = 200;                      // bytes

constexpr std::array<SettingDescription, 2> settings{{
    {"key", true, "受信者の公開鍵（noroshi sealing make-key が表示する JWK、又は点の base64url）。これで封をします",
     "the receiver's public key: the JWK that noroshi sealing make-key prints, or the point in base64url; sealed to "
     "it"},
    {"medium", false, "運搬する媒体の名称（許可された媒体の管理番号等）",
     "the medium that carries it, as its register calls it"},
}};

std::string setting(const core::Endpoint& endpoint, const std::string& name) {
  const auto found = endpoint.settings.find(name);
  return found == endpoint.settings.end() ? std::string() : found->second;
}

std::vector<core::FieldError> check(const core::Endpoint& endpoint, const routing::Organization&) {
  std::vector<core::FieldError> mistakes;
  if (!sealing::PublicKey::of_text(setting(endpoint, "key")))
    mistakes.push_back(
        {"/settings/key",
         "value",
         {"P-384 の公開鍵ではありません。秘密鍵は設定しないでください（noroshi sealing public "
          "で公開鍵を表示できます）。",
          "This is no public key on P-384. Never a private one: noroshi sealing public shows the public half."}});
  const auto label = setting(endpoint, "medium");
  if (label.size() > longest_label ||
      std::any_of(label.begin(), label.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }))
    mistakes.push_back(
        {"/settings/medium", "value", {"200バイト以内の1行で書いてください。", "One line of at most 200 bytes."}});
  if (endpoint.zone == core::Zone::internet)
    mistakes.push_back(
        {"/zone",
         "value",
         {"媒体で運ぶ経路の区分は、開く機器の置かれた government_lan 又は closed "
          "です。インターネットに接続した機器で開く場合は、他の経路を使ってください。",
          "A bundle is opened in zone government_lan or closed. Where the receiver's machine is on the internet, "
          "use another channel."}});
  return mistakes;
}

Attempted again(std::string cause, std::string detail = {}) {
  return {Verdict::again, std::move(cause), std::move(detail), {}};
}

class Descriptor {
 public:
  explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

[[noreturn]] void fail() {
  throw std::system_error(errno, std::generic_category());
}

void sync_folder(const std::filesystem::path& folder) {
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.get() < 0 || ::fsync(opened.get()) != 0) fail();
}

// Each with mode 0700, from the data folder down.
void make_folders(const std::filesystem::path& bundles, const std::string& organization, const std::string& endpoint) {
  auto folder = bundles;
  for (const auto& below : {std::string(), organization, endpoint}) {
    if (!below.empty()) folder /= below;
    if (::mkdir(folder.c_str(), 0700) == 0)
      sync_folder(folder.parent_path());
    else if (errno != EEXIST)
      fail();
  }
}

// Whole or not at all: written aside, synced, renamed, its folder synced.
void write_whole(const std::filesystem::path& file, std::string_view bytes) {
  const auto draft = fmt::format("{}.part", file.string());
  ::unlink(draft.c_str());  // of a daemon that was killed; another's would have the number
  {
    const Descriptor opened(::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (opened.get() < 0) fail();
    while (!bytes.empty()) {
      const auto written = ::write(opened.get(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail();
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fsync(opened.get()) != 0) fail();
  }
  if (::rename(draft.c_str(), file.c_str()) != 0) fail();
  sync_folder(file.parent_path());
}

std::optional<std::string> read_whole(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return std::nullopt;
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  if (in.bad()) fail();
  return bytes;
}

std::string hash_of(std::string_view bytes) {
  const auto digest = record::sha256({bytes});
  return record::to_hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

// Whose it is: the header stands as a text within the file, so its quotes are escaped.
std::optional<core::DeliveryId> delivery_of(std::string_view file) {
  constexpr std::string_view name = R"(\"delivery\":\")";
  const auto at = file.find(name);
  if (at == std::string_view::npos) return std::nullopt;
  const auto id = core::parse_uuid(file.substr(at + name.size(), 36));
  return id ? std::optional(core::DeliveryId{*id}) : std::nullopt;
}

class BundleChannel : public Channel {
 public:
  explicit BundleChannel(const Environment& environment) : environment_(environment) {}

  Attempted send(const Consignment& consignment, const core::Endpoint& endpoint, Steady::time_point deadline) override {
    try {
      return attempt(consignment, endpoint, deadline);
    } catch (const std::system_error& error) {
      return again("folder_unwritable", error.code().message());
    } catch (const std::exception&) {
      return again("failed");
    }
  }

 private:
  Attempted attempt(const Consignment& consignment, const core::Endpoint& endpoint, Steady::time_point deadline) {
    const auto receiver = sealing::PublicKey::of_text(setting(endpoint, "key"));
    if (!receiver) return {Verdict::gone, "settings_invalid", {}, {}};
    if (!consignment.content) return again("content_missing");
    if (!environment_.numbering) return again("numbering_unavailable");
    while (true) {
      if (auto attempted = try_once(*receiver, consignment, endpoint, deadline)) return *attempted;
      if (Steady::now() + between_looks >= deadline) return again("previous_under_way");
      std::this_thread::sleep_for(between_looks);
    }
  }

  // Nothing where the number is another's just now. Of a daemon one at a time, and nobody waits here for other daemons.
  std::optional<Attempted> try_once(const sealing::PublicKey& receiver, const Consignment& consignment,
                                    const core::Endpoint& endpoint, Steady::time_point deadline) {
    const std::unique_lock lock(writing_, deadline);
    if (!lock) return again("previous_under_way");
    const auto place = environment_.numbering->take(consignment.delivery);
    if (place) return write(*place, receiver, consignment, endpoint);
    if (place.error() == Numbering::None::unavailable) return again("numbering_unavailable");
    return std::nullopt;
  }

  // Nothing where the file of that number is there already for another delivery, whose worker had no time to say so.
  std::optional<Attempted> write(const Numbering::Place& place, const sealing::PublicKey& receiver,
                                 const Consignment& consignment, const core::Endpoint& endpoint) {
    const auto id = core::to_string(endpoint.id);
    make_folders(environment_.bundles, endpoint.organization, id);
    const auto file =
        environment_.bundles / endpoint.organization / id / fmt::format("{}{}", place.number, bundle_suffix);
    auto bytes = read_whole(file);
    const auto owner = bytes ? delivery_of(*bytes) : std::nullopt;
    const bool is_another = owner && *owner != consignment.delivery;
    // What is known to be written under this number is not what lies here: a folder of another daemon, or of a backup.
    if (is_another && !place.hash.empty())
      return again("folder_unwritable", "a file of another delivery has this number");
    if (!owner) {
      const auto made = make_bundle({place.number, consignment.delivery, endpoint.id, environment_.keys.key_id(),
                                     receiver.id(), environment_.now(), consignment.exercise, place.previous},
                                    consignment, receiver, environment_.keys);
      if (!made && made.error() == sealing::Fault::too_large) return Attempted{Verdict::refused, "too_large", {}, {}};
      if (!made) return again("failed");
      bytes = *made;
      write_whole(file, *bytes);
    }
    const auto hash = hash_of(*bytes);
    if (hash != place.hash &&
        !environment_.numbering->written(endpoint.id, place.number, owner.value_or(consignment.delivery), hash))
      return again("numbering_unavailable");
    if (is_another) return std::nullopt;
    return Attempted{Verdict::sent, {}, {}, {}};
  }

  const Environment environment_;
  std::timed_mutex writing_;
};

// What the receiver checks signatures with.
std::vector<std::pair<std::string, std::string>> secrets(const Keys& keys, const core::Endpoint&) {
  return {{"sender_key", record::to_base64(keys.public_key())}};
}

}  // namespace

ChannelKind bundle_channel() {
  return {.name = "bundle",
          .seals = true,
          .settings = settings,
          .check = check,
          .make =
              [](const Environment& environment) {
                return std::unique_ptr<Channel>(std::make_unique<BundleChannel>(environment));
              },
          .secrets = secrets};
}

}  // namespace noroshi::delivery
