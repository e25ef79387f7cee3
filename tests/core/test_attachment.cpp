// Files that go with an incident: who adds one, how many and how large, and who is told.
#include "src/core/decide_attachment.h"
#include "src/core/file_name.h"
#include "tests/core/scene.h"

using namespace noroshi;
using namespace noroshi::core;
using namespace noroshi::core::testing;

namespace {

constexpr auto now = "2018-08-01T09:00:00+09:00";

AddAttachment file_of(const Actor& actor, std::uint8_t n = 1, std::uint64_t size = 1000) {
  AddAttachment command;
  command.actor = actor;
  command.attachment.id.value.bytes = {8, n};
  command.attachment.name = "通信記録.pcap";
  command.attachment.media_type = "application/vnd.tcpdump.pcap";
  command.attachment.sha256 = std::string(32, 'h');
  command.attachment.size = size;
  return command;
}

struct Story {
  Scene scene{now};
  IdentifierSequence identifiers{at(now), IdentifierSequence::Seed{4}};
  Incident incident;

  Story() {
    scene.accept(report_of("jps", now));
    incident = scene.incident();
  }
  Outcome add(const AddAttachment& command) { return decide_attachment(law(), incident, command, {at(now), identifiers}); }
  std::string refuse(const AddAttachment& command) {
    const auto outcome = add(command);
    if (outcome) return "accepted";
    std::string told(to_string(outcome.error().code));
    for (const auto& error : outcome.error().errors) told += " " + error.pointer + " " + error.code;
    return told;
  }
  Decision take(const AddAttachment& command) {
    auto outcome = add(command);
    REQUIRE(outcome);
    auto folded = incident;
    for (const auto& event : outcome->events) {
      CHECK(may_follow(folded, event));
      evolve(folded, event);
    }
    CHECK(folded == outcome->after);
    incident = outcome->after;
    return *outcome;
  }
};

Lines told_by(const Decision& decision) {
  Lines lines;
  for (const auto& event : decision.events)
    if (const auto* sent = std::get_if<MessageSent>(&event.what))
      lines.push_back(std::string(to_string(sent->message.kind)) + " " + sent->message.sender + " -> " + sent->message.recipient);
  return lines;
}

}  // namespace

TEST_CASE("A file is told to whoever received the report, and not to who adds it") {
  Story story;
  const auto decision = story.take(file_of(person("jps", Role::reporter)));
  CHECK(told_by(decision) == Lines{"notice jps -> mhlw"});
  REQUIRE(story.incident.attachments.size() == 1);
  CHECK(story.incident.attachments.front().organization == "jps");
  // What the ministry adds its corporation hears of.
  CHECK(told_by(story.take(file_of(person("mhlw"), 2))) == Lines{"notice mhlw -> jps"});
}

TEST_CASE("Who may add a file") {
  Story story;
  CHECK(story.refuse(file_of(person("mhlw", Role::csirt_head))) == "accepted");
  CHECK(story.refuse(file_of(person("mhlw", Role::reporter))) == "not_found");  // another body's case
  CHECK(story.refuse(file_of(person("meti"))) == "not_found");
  CHECK(story.refuse(file_of(Actor::system())) == "not_found");
}

TEST_CASE("What is no file is refused") {
  struct Row {
    const char* name;
    const char* media_type;
    std::uint64_t size;
    const char* refused;
  };
  const std::string long_name(256, 'a');
  for (const auto& row : {Row{"", "a/b", 1, "invalid /name file_name"}, Row{"../x", "a/b", 1, "invalid /name file_name"},
                          Row{"a/b", "a/b", 1, "invalid /name file_name"}, Row{"a\\b", "a/b", 1, "invalid /name file_name"},
                          Row{"..", "a/b", 1, "invalid /name file_name"}, Row{"a\nb", "a/b", 1, "invalid /name file_name"},
                          Row{long_name.c_str(), "a/b", 1, "invalid /name file_name"},
                          Row{"x", "", 1, "invalid /media_type value"}, Row{"x", "a/b", 0, "invalid /size empty"},
                          Row{"x", "a/b", largest_attachment + 1, "invalid /size too_large"},
                          Row{"x", "a/b", largest_attachment, "accepted"}}) {
    Story story;
    auto command = file_of(person("jps"));
    command.attachment.name = row.name;
    command.attachment.media_type = row.media_type;
    command.attachment.size = row.size;
    INFO(row.name << " " << row.size);
    CHECK(story.refuse(command) == row.refused);
  }
}

TEST_CASE("Files are bounded in number and in all") {
  Story many;
  for (std::size_t n = 0; n < most_attachments; ++n) many.take(file_of(person("jps"), static_cast<std::uint8_t>(n + 1)));
  CHECK(many.refuse(file_of(person("jps"), 200)) == "attachment_limit");
  Story large;
  for (std::uint8_t n = 1; n <= 8; ++n) large.take(file_of(person("jps"), n, largest_attachment));
  CHECK(large.refuse(file_of(person("jps"), 9, 1)) == "attachment_limit");
}

TEST_CASE("Nothing is added to what is closed") {
  Story story;
  story.incident.state = IncidentState::closed;
  CHECK(story.refuse(file_of(person("jps"))) == "incident_closed");
}
