#include "tests/core/scene.h"

#include "src/core/departure.h"
#include "src/core/staff_needed.h"

#include <fstream>
#include <functional>
#include <sstream>

#include <doctest/doctest.h>

namespace noroshi::core::testing {
namespace {

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE_MESSAGE(file, path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

template <class T>
T without_mistakes(tl::expected<T, std::vector<routing::Mistake>> read) {
  if (!read)
    for (const auto& mistake : read.error()) MESSAGE(to_string(mistake));
  REQUIRE(read);
  return std::move(*read);
}

routing::Edition edition(const std::string& name) {
  const auto path = std::string(NOROSHI_SOURCE_DIR "/routing/editions/") + name;
  return without_mistakes(routing::parse_edition(read_file(path), name));
}

const std::string registry_folder = NOROSHI_SOURCE_DIR "/routing/registry/";

std::string line_of(const Obligation& obligation) {
  std::string line = obligation.rule + " " + obligation.holder;
  if (!obligation.inner) line += " -> " + obligation.recipient;
  if (obligation.self) line += " (self)";
  line += " " + std::string(to_string(obligation.state)) + ", due " + shown(obligation.due_at);
  if (obligation.occasion > 1) line += ", occasion " + std::to_string(obligation.occasion);
  if (!obligation.formerly.empty()) line += ", formerly " + obligation.formerly;
  if (!obligation.recipient_formerly.empty()) line += ", recipient formerly " + obligation.recipient_formerly;
  return line;
}

}  // namespace

const Law& law() {
  static const auto editions =
      without_mistakes(routing::Editions::make({edition("h28.toml"), edition("h30.toml")}));
  static const auto registry =
      without_mistakes(routing::Registry::parse(read_file(registry_folder + "organizations.csv"),
                                                read_file(registry_folder + "supervision_scopes.csv")));
  static const Law law{editions, registry};
  return law;
}

Timestamp at(std::string_view rfc3339) {
  const auto time = parse_rfc3339(rfc3339);
  REQUIRE_MESSAGE(time, rfc3339);
  return *time;
}

std::string shown(Timestamp time) {
  auto text = format_rfc3339(time);
  text[10] = ' ';
  return text.substr(0, 16);
}

Actor person(const std::string& organization, Role role, const std::string& name) {
  const auto hash = std::hash<std::string>{}(organization + "/" + std::string(to_string(role)) + "/" + name);
  TokenId token;
  for (std::size_t i = 0; i < 8; ++i) token.value.bytes[i] = static_cast<std::uint8_t>(hash >> (8 * i));
  return {token, organization, role, name};
}

SubmitReport report_of(const std::string& organization, std::string_view recognized) {
  SubmitReport command;
  command.actor = person(organization);
  command.in_force.organization = organization;
  command.in_force.reference = "R-1";
  command.in_force.title = "不審な通信";
  command.in_force.recognized = {at(recognized), Precision::minute};
  command.in_force.assessment = routing::Assessment::incident;
  command.in_force.cyberattack = routing::Cyberattack::yes;
  command.in_force.document = R"({"title":"不審な通信"})";
  command.in_force.changes = "[]";
  command.bytes = "{}";
  command.sha256 = std::string(32, '\1');
  return command;
}

SubmitReport followup(SubmitReport earlier, const std::string& title) {
  earlier.in_force.stage = Stage::followup;
  earlier.in_force.title = title;
  return earlier;
}

Lines of(const Lines& alarms, std::string_view word) {
  Lines lines;
  for (const auto& line : alarms)
    if ((" " + line + " ").find(" " + std::string(word) + " ") != std::string::npos) lines.push_back(line);
  return lines;
}

Scene::Scene(std::string_view now) : law_(law()), now_(at(now)) {
  for (const auto& body : law_.registry.organizations()) listeners_.bodies_with_person.insert(body.slug);
}

Moment Scene::moment() {
  identifiers_.emplace(now_, IdentifierSequence::Seed{++decisions_});
  return {now_, *identifiers_};
}

Outcome Scene::attempt(const SubmitReport& command) {
  const auto year = shown(command.in_force.recognized.value).substr(0, 4);
  return decide_report(law_, exists_ ? &incident_ : nullptr,
                       command.in_force.organization + "-" + year + "-1", command, moment());
}
Outcome Scene::attempt(const MakeJudgement& command) {
  return decide_judgement(law_, incident_, command, moment());
}
Outcome Scene::attempt(const MoveIncident& command) {
  return decide_transition(law_, incident_, command, moment());
}
Outcome Scene::attempt(const AddRecipient& command) {
  return decide_recipient(law_, incident_, command, moment());
}
Outcome Scene::attempt(const FulfillObligation& command) {
  static const Staff nobody;
  const auto* staff = context_.staff_of(command.actor.organization);
  return decide_fulfillment(law_, incident_, staff ? *staff : nobody, command, moment());
}
Outcome Scene::attempt(const AskWaiver& command) {
  return decide_waiver_request(law_, incident_, command, moment());
}
Outcome Scene::attempt(const DecideWaiver& command) {
  return decide_waiver(law_, incident_, command, moment());
}
Outcome Scene::attempt(const AcknowledgeMessage& command) {
  return decide_acknowledgement(law_, incident_, command, moment());
}

Outcome Scene::attempt(const AskErasure& command) {
  return decide_erasure_request(law_, incident_, command, moment());
}
Outcome Scene::attempt(const DecideErasure& command) {
  return decide_erasure(law_, incident_, command, moment());
}

Outcome Scene::attempt(const ResponseCommand& command) {
  auto outcome = decide_response(law_, incident_, context_, command, moment());
  // The store loads of the staffs what a decision needs, and no more.
  auto part = context_;
  part.staffs.clear();
  for (const auto& [body, needed] : needed_by(command, &incident_))
    if (const auto* staff = context_.staff_of(body)) part.staffs.emplace(body, narrowed(*staff, needed));
  --decisions_;
  const auto same = decide_response(law_, incident_, part, command, moment());
  CHECK(same.has_value() == outcome.has_value());
  if (same && outcome) CHECK(same->events == outcome->events);
  if (!same && !outcome) CHECK(same.error().code == outcome.error().code);
  return outcome;
}

Decision Scene::pass_to_successors() {
  return take(decide_succession(law_, incident_, moment()));
}

Lines Scene::ring(std::string_view time) {
  travel_to(time);
  return ring();
}

void Scene::leave(const std::string& body) {
  everybody_asks();
  left_.insert(body);
}

void Scene::everybody_asks() {
  for (const auto& body : law_.registry.organizations())
    if (!left_.contains(body.slug)) listeners_.last_asked[body.slug] = now_;
}

Lines Scene::ring() {
  everybody_asks();
  Departures departures;
  const auto read_staffs = [&] {
    departures = {};
    Listeners unused;  // the turns of duty are what the test says they are
    look_at_staffs(incident_, context_, now_, unused, departures);
  };
  read_staffs();
  const auto decision = take(decide_ring(law_, incident_, listeners_, departures, moment()));
  Lines lines;
  for (const auto& event : decision.events) {
    REQUIRE(event.actor == Actor::system());
    const auto* alarm = std::get_if<AlarmRung>(&event.what);
    if (!alarm) continue;
    lines.push_back(line_of_alarm(*alarm));
    CAPTURE(lines.back());
    // Someone can hold a token of that role there, and sees what he is told of.
    CHECK(role_fits(alarm->role, *law_.registry.find(alarm->organization)));
    CHECK(incident_.access.contains(alarm->organization));
    CHECK(!alarm->reason.ja.empty());
    CHECK(!alarm->reason.en.empty());
  }
  // Rung is rung.
  CHECK((!decision.rings_at || *decision.rings_at > now_));
  read_staffs();
  CHECK(decide_ring(law_, incident_, listeners_, departures, moment()).events.empty());
  return lines;
}

std::string Scene::line_of_alarm(const AlarmRung& alarm) const {
  std::string line = std::to_string(alarm.level) + " " + alarm.code + " " + alarm.holder + " -> " + alarm.organization +
                     " " + std::string(to_string(alarm.role));
  const Obligation* duty = nullptr;
  if (alarm.clock == ClockKind::duty) duty = incident_.find(ObligationId{alarm.subject});
  if (alarm.clock == ClockKind::acknowledgement)
    if (const auto* message = incident_.find(MessageId{alarm.subject}); message->obligation)
      duty = incident_.find(*message->obligation);
  return duty ? line + " (" + duty->rule + ")" : line;
}

void Scene::waive_all() {
  for (const auto& obligation : Incident(incident_).obligations) {
    if (obligation.state != ObligationState::open) continue;
    accept(AskWaiver{person(obligation.holder), obligation.id, "対象外"});
    accept(DecideWaiver{person(obligation.holder, Role::exception_officer, "許可権限者"), obligation.id,
                        incident_.waivers.back().id, true, "可"});
  }
}

void Scene::acknowledge_all() {
  for (const auto& message : Incident(incident_).messages)
    if (message.acknowledge_by && !message.acknowledged_at)
      accept(AcknowledgeMessage{person(message.recipient), message.id, "当直", ""});
}

Decision Scene::take(Outcome outcome) {
  if (!outcome) FAIL("refused: " << told(outcome));
  Incident folded = incident_;
  for (const auto& event : outcome->events) {
    REQUIRE(event.at == now_);
    REQUIRE(may_follow(folded, event));
    evolve(folded, event);
    events_.push_back(event);
    // The key of alarm_once in schemas/sql: each level is told once.
    if (const auto* alarm = std::get_if<AlarmRung>(&event.what))
      REQUIRE(told_.emplace(alarm->subject, alarm->clock, alarm->round, alarm->level, alarm->organization, alarm->code,
                            alarm->holder)
                  .second);
  }
  // The id of the first event's incident is what the fold starts from.
  if (!exists_) REQUIRE(!outcome->events.empty());
  REQUIRE(folded == outcome->after);
  incident_ = outcome->after;
  exists_ = true;
  return std::move(*outcome);
}

std::string Scene::told(const Outcome& outcome) {
  if (outcome) return "accepted";
  std::string text{to_string(outcome.error().code)};
  for (const auto& error : outcome.error().errors) text += " " + error.pointer + " " + error.code;
  // Whatever is refused is refused in both languages.
  CHECK(!outcome.error().detail.ja.empty());
  CHECK(!outcome.error().detail.en.empty());
  return text;
}

const Obligation& Scene::duty(std::string_view rule, std::string_view holder) const {
  const Obligation* found = nullptr;
  for (const auto& obligation : incident_.obligations) {
    if (obligation.rule != rule || obligation.holder != holder) continue;
    REQUIRE_MESSAGE(!found, rule << " twice at " << holder);
    found = &obligation;
  }
  REQUIRE_MESSAGE(found, "no " << rule << " at " << holder);
  return *found;
}

const Message& Scene::message_to(std::string_view recipient) const {
  const Message* found = nullptr;
  for (const auto& message : incident_.messages)
    if (message.recipient == recipient) found = &message;
  REQUIRE_MESSAGE(found, "no message to " << recipient);
  return *found;
}

std::size_t Scene::messages_to(std::string_view recipient) const {
  std::size_t count = 0;
  for (const auto& message : incident_.messages) count += message.recipient == recipient;
  return count;
}

std::vector<std::string> Scene::duties() const {
  std::vector<std::string> lines;
  for (const auto& obligation : incident_.obligations)
    if (!obligation.inner) lines.push_back(line_of(obligation));
  return lines;
}
std::vector<std::string> Scene::inner_duties() const {
  std::vector<std::string> lines;
  for (const auto& obligation : incident_.obligations)
    if (obligation.inner) lines.push_back(line_of(obligation));
  return lines;
}
std::vector<std::string> Scene::messages() const {
  std::vector<std::string> lines;
  for (const auto& message : incident_.messages) {
    const auto* obligation = message.obligation ? incident_.find(*message.obligation) : nullptr;
    const auto sender = message.sender.empty() ? "" : " " + message.sender;
    lines.push_back(std::string(to_string(message.kind)) + sender + " -> " + message.recipient +
                    " (" + (obligation ? obligation->rule : "") + ")");
  }
  return lines;
}
std::vector<std::string> Scene::access() const {
  std::vector<std::string> lines;
  for (const auto& [organization, access] : incident_.access)
    lines.push_back(organization + " " + std::string(to_string(access.scope)) +
                    (access.in_place_of.empty() ? "" : " in place of " + access.in_place_of));
  return lines;
}
std::vector<std::string> Scene::alarms() const {
  std::vector<std::string> lines;
  for (const auto& [code, organization] : incident_.alarms) lines.push_back(code + " " + organization);
  return lines;
}

std::vector<std::string> types_of(const Decision& decision) {
  std::vector<std::string> types;
  for (const auto& event : decision.events) types.emplace_back(type_of(event.what));
  return types;
}

}  // namespace noroshi::core::testing
