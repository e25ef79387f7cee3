// Labels in the real database: given by reports, mapped, changed by two persons; who sees them; what is done by hand is refused; and the
// tables against the record.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "src/codec/label_views.h"
#include "src/store/refold.h"
#include "src/store/views.h"
#include "tests/store/store_scene.h"

namespace noroshi::store::test {
namespace {

using core::Role;

core::Actor actor(const std::string& body, Role role, const std::string& name) {
  auto made = csirt_head(body);
  made.role = role;
  made.name = name;
  core::TokenId token;
  for (std::size_t i = 0; i < 16; ++i)
    token.value.bytes[i] = static_cast<std::uint8_t>((body + name)[i % (body + name).size()] + static_cast<int>(role) + static_cast<int>(i));
  made.token = token;
  return made;
}
const core::Actor member = actor("jps", Role::csirt_member, "甲");
const core::Actor head = actor("jps", Role::csirt_head, "乙");

struct Findings : RefoldSink {
  void found(TableFinding finding) override {
    if (finding.fault == TableFault::checkpoint_unrecorded) return;
    lines.push_back(fmt::format("{} {} {}", name_of(finding.fault), finding.table, finding.column));
  }
  std::vector<std::string> lines;
};

struct Story {
  OwnStore store;
  core::IncidentId incident;

  Result send(const core::Actor& who, const std::string& stage, const std::string& members) {
    return store.perform(submit(who, R"({"reference":"labelled","stage":")" + stage + R"(",)" + members + "}"));
  }
  void report(const std::string& members) {
    const auto answer = accepted(send(member, "first",
                                      R"("title":"件名","assessment":"incident","cyberattack":"no","cyberattack_reason":"誤設定",)"
                                      R"("times":{"recognized":{"value":"2018-08-01T09:00:00+09:00"}},)" +
                                          members));
    incident = core::IncidentId{*core::parse_uuid(in_answer(answer, "incident.id"))};
  }
  Result act(const core::Actor& who, Action action) {
    Command command;
    command.actor = who;
    command.action = std::move(action);
    return store.perform(std::move(command));
  }
  Result map(const core::Actor& who, const std::string& own_label, int confidentiality) {
    return act(who, ChangeBodyInformation{core::SetLabelMapping{{}, own_label, {confidentiality, 0, 0}}, codec::answer_label_mapping});
  }
  Result ask(const core::Actor& who, int confidentiality) {
    return act(who, HandleInformation{incident, core::AskLabelChange{{}, "", {confidentiality, 0, 0}, "公表済み"}, {}, codec::answer_label_change});
  }
  Result decide(const core::Actor& who, const std::string& change, bool granted) {
    return act(who, HandleInformation{incident, core::DecideLabelChange{{}, core::LabelChangeId{*core::parse_uuid(change)}, granted, "確認した", {}, {}},
                                      {}, codec::answer_label_change});
  }
  std::string labels() {
    constexpr Statement all{"test_all_labels", "SELECT confidentiality || ' ' || ground AS grade, own_label, restrictions FROM label "
                                               "ORDER BY given_at, id"};
    std::vector<std::string> labels;
    for (const auto& row : store.owner().execute(all))
      labels.push_back(fmt::format("{} {} {}", row.get<std::string>("grade"), row.get<std::string>("own_label"),
                                   fmt::join(row.get<std::vector<std::string>>("restrictions"), ",")));
    return fmt::format("{}", fmt::join(labels, " | "));
  }
  // What a body sees of a table.
  std::int64_t seen_by(const std::string& body, const std::string& table) {
    Connection connection(store.settings(), DatabaseRole::reader);
    TenantTransaction transaction(connection, body, "somebody");
    constexpr Statement labels{"test_labels", "SELECT count(*) AS n FROM label"};
    constexpr Statement changes{"test_label_changes", "SELECT count(*) AS n FROM label_change"};
    constexpr Statement mappings{"test_label_mappings", "SELECT count(*) AS n FROM label_mapping"};
    const auto& statement = table == "label" ? labels : table == "label_change" ? changes : mappings;
    return transaction.execute(statement).one().get<std::int64_t>("n");
  }
  std::string refused_by(const std::string& sql) {
    Transaction transaction(store.owner());
    try {
      transaction.execute_script(sql);
      transaction.execute_script("SET CONSTRAINTS ALL IMMEDIATE");
    } catch (const ConstraintViolation& violation) {
      return violation.constraint();
    }
    return "";
  }
  std::vector<std::string> findings() {
    Findings sink;
    refold(store.owner(), sink);
    return sink.lines;
  }
};

}  // namespace

TEST_CASE("labels follow the versions and the mapping; every one of them stays, and the record agrees") {
  Story story;
  story.report(R"("classification":{"own_label":"社外秘Ｂ"},"handling":["転送禁止"],"consent_to_share":true)");
  CHECK(story.labels() == "2 unmapped 社外秘Ｂ 転送禁止");
  CHECK(story.store.count("alarm WHERE code = 'label_unmapped'") == 1);
  CHECK(story.store.count("consent WHERE consents") == 1);
  const auto mapped = accepted(story.map(head, "社外秘B", 1));
  CHECK(in_answer(mapped, "organization") == "jps");
  CHECK(in_answer(mapped, "confidentiality") == "1");
  accepted(story.map(head, "社外秘 Ｂ", 2));
  CHECK(story.store.text("SELECT string_agg(own_label, ',') FROM label_mapping WHERE withdrawn_at IS NULL") == "社外秘 Ｂ");
  accepted(story.send(member, "followup", R"("summary":"続き")"));
  CHECK(story.labels() == "2 unmapped 社外秘Ｂ 転送禁止 | 2 mapped 社外秘Ｂ 転送禁止");
  CHECK(story.store.count("alarm WHERE code = 'label_unmapped'") == 1);
  CHECK(story.findings() == std::vector<std::string>{});
}

TEST_CASE("a later version that names a label for the first time is mapped by it") {
  Story story;
  accepted(story.map(head, "部外秘", 2));
  story.report(R"("summary":"概要")");
  CHECK(story.store.count("label") == 0);
  accepted(story.send(member, "followup", R"("classification":{"own_label":"部外秘"})"));
  CHECK(story.labels() == "2 mapped 部外秘 ");
  CHECK(story.findings() == std::vector<std::string>{});
}

TEST_CASE("a change is of two persons, in the database too, and what was given before is never changed") {
  Story story;
  story.report(R"("classification":{"confidentiality":2})");
  const auto asked = accepted(story.ask(member, 1));
  const auto change = in_answer(asked, "id");
  CHECK(in_answer(asked, "decision") == "pending");
  CHECK(refusal_code(story.ask(head, 1)) == "label_change_pending");
  CHECK(refusal_code(story.decide(member, change, true)) == "four_eyes");
  CHECK(story.refused_by(fmt::format("UPDATE label_change SET decision = 'approved', decided_at = clock(), decided_by = '{}', decided_by_name = 'x'",
                                     core::to_string(*member.token))) == "label_change_four_eyes");
  CHECK(story.refused_by("UPDATE label_change SET reason = 'x'") == "unchangeable");
  const auto decided = accepted(story.decide(head, change, true));
  CHECK(in_answer(decided, "decision") == "approved");
  CHECK(refusal_code(story.decide(head, change, true)) == "label_change_decided");
  CHECK(story.labels() == "2 stated   | 1 changed  ");
  CHECK(story.store.text("SELECT given_by_name FROM label WHERE ground = 'changed'") == "乙");
  for (const char* by_hand : {"UPDATE label SET confidentiality = 1", "UPDATE label SET own_label = 'x'", "DELETE FROM label",
                              "UPDATE label_change SET decision = 'rejected'", "DELETE FROM label_change"}) {
    CAPTURE(by_hand);
    CHECK(story.refused_by(by_hand) == "unchangeable");
  }
  CHECK(story.findings() == std::vector<std::string>{});
  const auto rejected = in_answer(accepted(story.ask(member, 2)), "id");
  CHECK(in_answer(accepted(story.decide(head, rejected, false)), "decision") == "rejected");
  CHECK(story.labels() == "2 stated   | 1 changed  ");
  CHECK(story.findings() == std::vector<std::string>{});
}

TEST_CASE("whoever sees the content sees its labels; requests and mappings are the body's own") {
  Story story;
  accepted(story.map(head, "部外秘", 2));
  story.report(R"("classification":{"own_label":"部外秘"})");
  accepted(story.ask(member, 1));
  const struct {
    const char* body;
    std::int64_t labels, changes, mappings;
  } rows[] = {{"jps", 1, 1, 1}, {"mhlw", 1, 0, 0}, {"nisc", 0, 0, 0}, {"mof", 0, 0, 0}};
  for (const auto& row : rows) {
    CAPTURE(row.body);
    CHECK(story.seen_by(row.body, "label") == row.labels);
    CHECK(story.seen_by(row.body, "label_change") == row.changes);
    CHECK(story.seen_by(row.body, "label_mapping") == row.mappings);
  }
}

}  // namespace noroshi::store::test
