// The channel of bundles: what it writes, numbers, and what becomes of an attempt that was made before.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <map>

#include "src/delivery/bundle.h"
#include "src/delivery/bundle_file.h"
#include "tests/delivery/webhook_scene.h"

namespace noroshi::delivery::test {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

// Counts as the database does (tests/store/delivery_test.cpp), in memory.
struct Counting : Numbering {
  tl::expected<Place, None> take(const core::DeliveryId& delivery) override {
    if (away) return tl::unexpected(None::unavailable);
    if (busy > 0 && busy--) return tl::unexpected(None::busy);
    for (std::size_t i = 0; i < rows.size(); ++i)
      if (rows[i].first == delivery) return place(i);
    if (rows.empty() || !rows.back().second.empty()) rows.push_back({delivery, ""});
    rows.back().first = delivery;
    return place(rows.size() - 1);
  }
  bool written(const core::EndpointId&, std::int64_t number, const core::DeliveryId& delivery,
               const std::string& hash) override {
    if (away_when_written) return false;
    rows.at(static_cast<std::size_t>(number) - 1) = {delivery, hash};
    return true;
  }
  Place place(std::size_t i) const {
    return {static_cast<std::int64_t>(i) + 1, rows[i].second, i == 0 ? std::string() : rows[i - 1].second};
  }

  bool away = false, away_when_written = false;
  int busy = 0;
  std::vector<std::pair<core::DeliveryId, std::string>> rows;
};

struct Bundles : Scene {
  Bundles() {
    char name[] = "/tmp/noroshi-bundle-XXXXXX";
    REQUIRE(mkdtemp(name));
    folder = name;
    environment.bundles = folder / "bundles";
    environment.numbering = &numbering;
    auto made = sealing::PrivateKey::make();
    REQUIRE(made);
    key.emplace(std::move(*made));
    endpoint = webhook_endpoint({{"key", key->public_key().jwk()}});
    endpoint.channel = "bundle";
    channel = find_channel("bundle")->make(environment);
  }
  ~Bundles() { fs::remove_all(folder); }

  Attempted send(const Consignment& consignment, std::chrono::milliseconds within = 5s) {
    return channel->send(consignment, endpoint, std::chrono::steady_clock::now() + within);
  }
  Consignment consignment(int n) const {
    auto made = relayed_report();
    made.delivery = identifier<core::DeliveryId>("01990000-0000-7000-8000-00000000000" + std::to_string(n));
    made.acknowledge_token = "SECRET-TOKEN";
    return made;
  }
  fs::path file(int number) const {
    return environment.bundles / "nisc" / core::to_string(endpoint.id) / (std::to_string(number) + ".noroshi-bundle");
  }
  std::string read(int number) const {
    std::ifstream in(file(number), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  fs::path folder;
  Counting numbering;
  std::optional<sealing::PrivateKey> key;
  core::Endpoint endpoint;
  std::unique_ptr<Channel> channel;
};

void check_attempt(const Attempted& attempted, Verdict verdict, std::string_view cause) {
  CHECK(attempted.verdict == verdict);
  CHECK(attempted.cause == cause);
  CHECK(attempted.detail.find("SECRET") == std::string::npos);
}

}  // namespace

TEST_CASE("a bundle lies in its place, readable for its owner alone, and tells nothing outside of what is sealed") {
  Bundles scene;
  check_attempt(scene.send(scene.consignment(1)), Verdict::sent, "");
  const auto text = scene.read(1);
  CHECK(text.find("SECRET") == std::string::npos);
  struct stat status {};
  REQUIRE(stat(scene.file(1).c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  for (auto folder = scene.file(1).parent_path(); folder != scene.folder; folder = folder.parent_path()) {
    REQUIRE(stat(folder.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0700);
  }
  CHECK(std::distance(fs::directory_iterator(scene.file(1).parent_path()), {}) == 1);
}

TEST_CASE("the message inside is whole, and bound to endpoint, number and delivery") {
  const FixedKeys keys;
  const auto key = sealing::PrivateKey::make();
  const auto receiver = key->public_key();
  const auto consignment = relayed_report();
  const auto endpoint = identifier<core::EndpointId>("01990000-0000-7000-8000-0000000000ee");
  const auto message = bundle_message(consignment);
  for (const auto* part :
       {"SECRET-TITLE", "SECRET-NOTE", "SECRET-REPORT", "\"acknowledge_token\":\"abc\"", "\"number\":\"JPS-2018-1\""})
    CHECK(message.find(part) != std::string::npos);
  const auto jwe = sealing::seal(message, bundle_aad(endpoint, 7, consignment.delivery), {&receiver, 1});
  REQUIRE(jwe);
  CHECK(sealing::open(*jwe, *key)->aad ==
        "noroshi-bundle/1\n01990000-0000-7000-8000-0000000000ee\n7\n01990000-0000-7000-8000-000000000001\n");
  CHECK(bundle_signed_text("HEADER", "JWE") == "noroshi-bundle/1\nHEADER\nJWE\n");
  auto exercise = consignment;
  exercise.exercise = true;
  CHECK(bundle_message(exercise).find("訓練") != std::string::npos);
}

TEST_CASE("numbers follow each other, and a repeat is the same file") {
  Bundles scene;
  check_attempt(scene.send(scene.consignment(1)), Verdict::sent, "");
  check_attempt(scene.send(scene.consignment(2)), Verdict::sent, "");
  const auto first = scene.read(1), second = scene.read(2);
  check_attempt(scene.send(scene.consignment(1)), Verdict::sent, "");
  CHECK(scene.read(1) == first);
  CHECK(second.find(scene.numbering.rows[0].second) != std::string::npos);  // the hash of the one before
  // It was carried away and is asked for again: the same number.
  fs::remove(scene.file(1));
  check_attempt(scene.send(scene.consignment(1)), Verdict::sent, "");
  CHECK_FALSE(scene.read(1).empty());
  CHECK_FALSE(fs::exists(scene.file(3)));
}

TEST_CASE("what was written and never said keeps its number") {
  Bundles scene;
  scene.numbering.away_when_written = true;
  check_attempt(scene.send(scene.consignment(1)), Verdict::again, "numbering_unavailable");
  const auto written = scene.read(1);
  scene.numbering.away_when_written = false;
  // Another comes before it is tried again, and finds its file under the number.
  check_attempt(scene.send(scene.consignment(2)), Verdict::sent, "");
  CHECK(scene.read(1) == written);
  CHECK_FALSE(scene.read(2).empty());
  check_attempt(scene.send(scene.consignment(1)), Verdict::sent, "");
  CHECK(scene.read(1) == written);
  CHECK(scene.numbering.rows.size() == 2);
}

TEST_CASE("a half of a file that a killed daemon left is replaced") {
  Bundles scene;
  fs::create_directories(scene.file(1).parent_path());
  std::ofstream(scene.file(1).string() + ".part") << "half";
  check_attempt(scene.send(scene.consignment(1)), Verdict::sent, "");
  CHECK_FALSE(fs::exists(scene.file(1).string() + ".part"));
}

TEST_CASE("what cannot be written now is tried again, what is not its key ends the endpoint") {
  Bundles scene;
  scene.numbering.away = true;
  check_attempt(scene.send(scene.consignment(1)), Verdict::again, "numbering_unavailable");
  scene.numbering.away = false;
  scene.numbering.busy = 2;
  check_attempt(scene.send(scene.consignment(1)), Verdict::sent, "");
  scene.numbering.busy = 1000;
  check_attempt(scene.send(scene.consignment(2), 300ms), Verdict::again, "previous_under_way");
  scene.numbering.busy = 0;
  auto without = scene.consignment(2);
  without.content.reset();
  check_attempt(scene.send(without), Verdict::again, "content_missing");
  auto large = scene.consignment(2);
  large.content->report.assign(sealing::longest_plaintext, 'x');
  check_attempt(scene.send(large), Verdict::refused, "too_large");

  scene.endpoint.organization = "elsewhere";
  std::ofstream(scene.environment.bundles / "elsewhere") << "a file where a folder should be";
  check_attempt(scene.send(scene.consignment(2)), Verdict::again, "folder_unwritable");
  scene.endpoint.settings["key"] = "no key";
  check_attempt(scene.send(scene.consignment(2)), Verdict::gone, "settings_invalid");
}

}  // namespace noroshi::delivery::test
