#include "tests/core/scene.h"

using namespace noroshi;
using namespace noroshi::core;
using namespace noroshi::core::testing;

namespace {

Scene reported_by(const std::string& organization) {
  Scene scene("2018-08-01T09:20:00+09:00");
  scene.accept(report_of(organization, "2018-08-01T09:00:00+09:00"));
  scene.wait(hours(3));
  return scene;
}

}  // namespace

TEST_CASE(
    "a body with a part of the supervision is told when somebody adds it, and owes the centre from then on") {
  auto scene = reported_by("jaxa");
  CHECK(scene.messages_to("mic") == 0);
  scene.accept(AddRecipient{person("jaxa"), "mic", "人工衛星の基地に及ぶ"});
  CHECK(scene.messages_to("mic") == 1);
  CHECK(scene.incident().content_visible_to("mic"));
  CHECK(scene.duty("g.3", "mic").due_at == scene.now() + minutes(30));
  std::size_t told = 0;
  for (const auto& obligation : scene.incident().obligations)
    told += obligation.rule == "g.2" && obligation.recipient == "mic" &&
            obligation.state == ObligationState::fulfilled;
  CHECK(told == 1);
  // The next version goes to it as well.
  scene.accept(followup(report_of("jaxa", "2018-08-01T09:00:00+09:00")));
  CHECK(scene.messages_to("mic") == 2);
}

TEST_CASE("another police is added beside the first") {
  auto scene = reported_by("jps");
  scene.accept(AddRecipient{person("jps"), "police-fukuoka", "最初の端末は福岡にある"});
  std::size_t police = 0;
  for (const auto& obligation : scene.incident().obligations)
    police += obligation.rule == "h" && obligation.state == ObligationState::open;
  CHECK(police == 2);
  CHECK(scene.messages_to("police-fukuoka") == 0);
}

TEST_CASE("nobody is added twice, nor who is told already") {
  auto scene = reported_by("jaxa");
  scene.accept(AddRecipient{person("jaxa"), "mic", "x"});
  CHECK(scene.refuse(AddRecipient{person("jaxa"), "mic", "x"}) == "recipient_already_added");
  CHECK(scene.refuse(AddRecipient{person("jaxa"), "mext", "x"}) == "recipient_already_added");
  CHECK(scene.refuse(AddRecipient{person("jaxa"), "police-tokyo", "x"}) == "recipient_already_added");
}

TEST_CASE("who neither supervises nor is a police is not added") {
  auto scene = reported_by("jaxa");
  for (const char* other : {"mhlw", "jps", "nisc", "atlantis", ""}) {
    CAPTURE(other);
    CHECK(scene.refuse(AddRecipient{person("jaxa"), other, "x"}).substr(0, 21) == "invalid /organization");
  }
}
