// Labels (格付) at the border: a wording without a mapping, the mapping, the change of a label, and what restrictions forbid.
#include <chrono>
#include <thread>

#include "tests/scenario/scene.h"

using namespace noroshi::scenario;

namespace {

const json::object& label_of(const json::object& owner) { return owner.at("label").as_object(); }

// "2 unmapped 社外秘Ｂ"
std::string told(const json::value& label) {
  if (label.is_null()) return "none";
  const auto* own = label.as_object().at("own_label").if_string();
  return std::to_string(label.at("confidentiality").as_int64()) + " " + text(label, "ground") +
         (own ? " " + std::string(own->c_str()) : std::string());
}

// `noroshi` with that desk's token.
Ending terminal(const Desk& desk, const TemporaryFolder& folder, std::vector<std::string> arguments) {
  auto& daemon = the_daemon();
  const auto file = folder.path() / "token";
  write_file(file, daemon.token(desk.organization(), desk.role()));
  std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  for (const auto& argument : {std::string("--url"), "https://127.0.0.1:" + std::to_string(daemon.port()), std::string("--token-file"),
                               file.string(), std::string("--ca"), (daemon.data() / "tls" / "ca.pem").string()})
    arguments.push_back(argument);
  return run(noroshi_program(), arguments);
}

std::string first_line(const std::string& output) { return output.substr(0, output.find('\n')); }

}  // namespace

TEST_CASE("A corporation's own label travels at the stricter grade until it is mapped, and is changed by its head alone") {
  const Desk member("jaxa", "csirt_member", "担当"), other("jaxa", "csirt_member", "別の担当"), head("jaxa", "csirt_head", "責任者");
  const Desk mext("mext", "csirt_member"), mext_head("mext", "csirt_head"), stranger("mof", "csirt_head");

  // Nobody has said what 社外秘Ｂ means: it goes at once, as 機密性2, and everybody hears it.
  const auto incident = member.reports(a_report({{"classification", {{"own_label", "社外秘Ｂ"}}}}));
  const auto codes = codes_of(incident.reply["alarms"]);
  CHECK(std::find(codes.begin(), codes.end(), "label_unmapped") != codes.end());
  const auto first = mext.message_of(incident);
  CHECK(told(first.at("label")) == "2 unmapped 社外秘Ｂ");
  CHECK(text(label_of(first), "rule") == "designated_table");
  const auto heard = [&](const Desk& desk) {
    int alarms = 0;
    for (const auto& alarm : desk.list("/alarms"))
      alarms += text(alarm, "incident_id") == incident.id && text(alarm, "code") == "label_unmapped" ? 1 : 0;
    return alarms;
  };
  CHECK(heard(member) == 1);
  CHECK(heard(mext) == 1);
  CHECK(heard(stranger) == 0);

  // The head says it; the next version is mapped, whoever sends it. What was sent stays as it was.
  const json::object mapping{{"own_label", "社外秘B"}, {"confidentiality", 1}};
  CHECK(member.post("/label-mappings", mapping).status == 403);
  const auto mapped = head.post("/label-mappings", mapping);
  REQUIRE_MESSAGE(mapped.status == 201, mapped);
  CHECK(head.post("/label-mappings", mapping).status == 422);
  CHECK(member.list("/label-mappings").size() == 1);
  CHECK(mext.list("/label-mappings").empty());
  REQUIRE(other.sends(later_version(incident, "followup", {{"summary", "続き"}})).status == 201);
  auto messages = mext.messages_of(incident);
  REQUIRE(messages.size() == 2);
  CHECK(told(messages.front().at("label")) == "2 unmapped 社外秘Ｂ");
  CHECK(told(messages.back().at("label")) == "1 mapped 社外秘Ｂ");
  CHECK(heard(mext) == 1);

  // Another's version does not lower it; it raises it.
  REQUIRE(member.sends(later_version(incident, "followup", {{"classification", {{"confidentiality", 2}}}})).status == 201);
  CHECK(told(head.sees(incident).at("label")) == "2 mapped 社外秘Ｂ");
  REQUIRE(other.sends(later_version(incident, "followup", {{"classification", {{"confidentiality", 1}}}})).status == 201);
  CHECK(told(head.sees(incident).at("label")) == "2 mapped 社外秘Ｂ");

  // A change is asked and granted by two; the label before it stays.
  const auto changes = "/incidents/" + incident.id + "/label-changes";
  const json::object wanted{{"confidentiality", 1}, {"reason", "公表済みのため"}};
  CHECK(stranger.post(changes, wanted).status == 404);
  CHECK(mext_head.post(changes, wanted).code() == "not_the_holder");
  CHECK(other.post(changes, {{"confidentiality", 3}, {"reason", "x"}}).code() == "annex_not_available");
  const auto asked = other.post(changes, wanted);
  REQUIRE_MESSAGE(asked.status == 201, asked);
  CHECK(text(asked.json(), "decision") == "pending");
  CHECK(member.post(changes, wanted).code() == "label_change_pending");
  const auto decision = changes + "/" + text(asked.json(), "id") + "/decision";
  const json::object grants{{"decision", "approved"}, {"reason", "公表を確認"}};
  CHECK(other.post(decision, grants).code() == "four_eyes");
  CHECK(mext_head.post(decision, grants).code() == "not_the_holder");
  CHECK(Desk("jaxa", "csirt_member", "三人目").post(decision, grants).code() == "role_required");
  const auto granted = head.post(decision, grants);
  REQUIRE_MESSAGE(granted.status == 201, granted);
  CHECK(head.post(decision, grants).code() == "label_change_decided");

  const auto own = head.sees(incident);
  CHECK(told(own.at("label")) == "1 changed");
  Lines labels;
  for (const auto& label : own.at("labels").as_array()) labels.push_back(told(label));
  CHECK(labels == Lines{"2 unmapped 社外秘Ｂ", "1 mapped 社外秘Ｂ", "2 mapped 社外秘Ｂ", "1 changed"});
  REQUIRE(own.at("label_changes").as_array().size() == 1);
  CHECK(text(own.at("label_changes").at(0), "decision") == "approved");
  const auto received = mext.sees(incident);
  CHECK(told(received.at("label")) == "1 changed");
  CHECK(received.at("labels").as_array().size() == 4);
  CHECK(received.at("label_changes").as_array().empty());
  messages = mext.messages_of(incident);
  CHECK(told(messages.front().at("label")) == "2 unmapped 社外秘Ｂ");
  REQUIRE(member.sends(later_version(incident, "followup", {{"summary", "さらに"}})).status == 201);
  CHECK(told(mext.messages_of(incident).back().at("label")) == "1 changed");

  // The mapping ends, and a new case with that label is taken for the stricter grade again.
  const auto withdrawal = "/label-mappings/" + text(mapped.json(), "id") + "/withdrawal";
  CHECK(mext_head.post(withdrawal, {{"reason", "x"}}).status == 404);
  REQUIRE(head.post(withdrawal, {{"reason", "区分の廃止"}}).status == 201);
  CHECK(head.post(withdrawal, {{"reason", "x"}}).status == 404);
  const auto again = member.reports(a_report({{"classification", {{"own_label", "社外秘B"}}}}));
  CHECK(told(mext.message_of(again).at("label")) == "2 unmapped 社外秘B");
}

TEST_CASE("A later version that names a label for the first time is mapped too") {
  const Desk head("jamstec", "csirt_head", "責任者"), mext("mext", "csirt_member");
  REQUIRE(head.post("/label-mappings", {{"own_label", "部外秘"}, {"confidentiality", 2}}).status == 201);
  const auto incident = head.reports(a_report());
  CHECK(head.sees(incident).at("label").is_null());
  CHECK(mext.message_of(incident).at("label").is_null());
  REQUIRE(head.sends(later_version(incident, "followup", {{"classification", {{"own_label", "部外秘"}}}})).status == 201);
  CHECK(told(mext.messages_of(incident).back().at("label")) == "2 mapped 部外秘");
}

TEST_CASE("Restrictions are carried, keep the case with whom section 2.2.4 names, refuse a file of it, and mark what is printed") {
  const Desk head("jaxa", "csirt_head", "責任者"), mext("mext", "csirt_member"), nco("nco", "center_liaison");
  const json::array words{"転送禁止", "複製禁止", "印刷時明示", "関係者限り"};
  const auto incident = head.reports(a_report({{"classification", {{"confidentiality", 2}}}, {"handling", words}, {"cyberattack", "yes"}}));
  const auto label = label_of(mext.message_of(incident));
  CHECK(label.at("restrictions") == words);
  CHECK(label.at("enforced") == json::array{"no_forward", "no_export", "print_mark"});

  const auto recipients = "/incidents/" + incident.id + "/recipients";
  for (const auto* desk : {&head, &mext}) {
    const auto refused = desk->post(recipients, {{"organization", "mic"}, {"reason", "基地に及ぶ"}}, {.language = "en"});
    CHECK(refused.status == 409);
    CHECK(refused.code() == "restriction_forbids");
    CHECK(mentions(text(refused.json(), "detail"), "handling"));
  }
  CHECK(head.post(recipients, {{"organization", "police-fukuoka"}, {"reason", "端末がある"}}).status == 201);
  CHECK(mext.fulfills(mext.obligation_of(incident, "g", 3, "mext"), {{"method", "relay"}}).status == 201);
  CHECK(told(nco.message_of(incident).at("label")) == "2 stated");

  // What is printed begins with the label, and ends with it where the label asks for that.
  TemporaryFolder folder;
  const std::string line = "格付: 機密性2（独立行政法人・別表指定法人の定義） / 取扱制限: 転送禁止, 複製禁止, 印刷時明示, 関係者限り";
  const auto report = terminal(head, folder, {"--lang", "ja", "report", "show", incident.number});
  REQUIRE_MESSAGE(report.code == 0, report.errors);
  CHECK(first_line(report.output) == line);
  CHECK(report.output.ends_with(line + "\n"));
  const auto message = terminal(mext, folder, {"--lang", "ja", "inbox", "show", text(mext.message_of(incident), "id")});
  REQUIRE_MESSAGE(message.code == 0, message.errors);
  CHECK(first_line(message.output) == line);
  CHECK(message.output.ends_with(line + "\n"));

  // No file of it; the whole record is evidence. A file needs a signed checkpoint, which follows within a second.
  const auto data = the_daemon().data().string();
  const auto refused = run(noroshi_program(), {"--data", data, "--lang", "ja", "record", "export", (folder.path() / "one").string(),
                                               "--incident", incident.number});
  CHECK(refused.code == 1);
  CHECK(mentions(refused.errors, "取扱制限"));
  CHECK_FALSE(std::filesystem::exists(folder.path() / "one"));
  CHECK(run(noroshi_program(), {"--data", data, "record", "export", (folder.path() / "all").string()}).code == 0);

  // Lifted by who decided it.
  REQUIRE(head.sends(later_version(incident, "followup", {{"handling", json::array{"関係者限り"}}})).status == 201);
  CHECK(head.post(recipients, {{"organization", "mic"}, {"reason", "基地に及ぶ"}}).status == 201);
  const auto exported = [&] {
    return run(noroshi_program(), {"--data", data, "record", "export", (folder.path() / "one").string(), "--incident", incident.number});
  };
  // The events of the version are numbered a moment after its answer.
  auto last = exported();
  for (int i = 0; i < 50 && last.code != 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    last = exported();
  }
  CHECK_MESSAGE(last.code == 0, last.errors);
}

TEST_CASE("The terminal maps a label, asks for another and decides") {
  const Desk head("jamstec", "csirt_head"), ciso("jamstec", "ciso");
  TemporaryFolder folder;
  const auto mapped = terminal(head, folder, {"--lang", "ja", "label", "map", "所外秘", "--confidentiality", "2"});
  REQUIRE_MESSAGE(mapped.code == 0, mapped.errors);
  const auto listed = terminal(head, folder, {"--lang", "ja", "label", "mappings"});
  CHECK(mentions(listed.output, "所外秘"));
  CHECK(mentions(listed.output, "有効"));
  const auto incident = head.reports(a_report({{"classification", {{"own_label", "所外秘"}}}}));
  const auto asked = terminal(head, folder, {"label", "ask", incident.number, "--confidentiality", "1", "--reason", "公表済み"});
  REQUIRE_MESSAGE(asked.code == 0, asked.errors);
  CHECK(terminal(head, folder, {"label", "decide", incident.number, "--decision", "approved", "--reason", "可"}).code != 0);
  const auto decided = terminal(ciso, folder, {"label", "decide", incident.number, "--decision", "approved", "--reason", "可"});
  REQUIRE_MESSAGE(decided.code == 0, decided.errors);
  const auto shown = terminal(head, folder, {"--lang", "ja", "label", "show", incident.number});
  CHECK(first_line(shown.output) == "格付: 機密性1（独立行政法人・別表指定法人の定義）");
  CHECK(mentions(shown.output, "所外秘"));
  CHECK(mentions(shown.output, "認めた"));
  const auto id = text(head.list("/label-mappings").front(), "id");
  CHECK(terminal(head, folder, {"label", "withdraw", id, "--reason", "廃止"}).code == 0);
  CHECK(mentions(terminal(head, folder, {"--lang", "ja", "label", "mappings"}).output, "廃止"));
}
