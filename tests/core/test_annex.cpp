// Annexes of 機密性3 and the keys they are sealed to: each state, each role, four eyes, zones, keys and what an annex
// is bound to.
#include <algorithm>
#include <map>

#include "src/core/clocks.h"
#include "src/core/annex_rules.h"
#include "src/core/decide_annex.h"
#include "tests/core/scene.h"

using namespace noroshi;
using namespace noroshi::core;
using namespace noroshi::core::testing;

namespace {

constexpr auto recognized = "2018-08-01T09:00:00+09:00";
constexpr auto now = "2018-08-01T09:20:00+09:00";

std::string key_id(const std::string& name) {
  return name + std::string(43 - name.size(), 'x');
}

SealingKey key_of(const std::string& body, const std::string& name, SealingKeyState state = SealingKeyState::active) {
  SealingKey key;
  key.id.value.bytes[0] = static_cast<std::uint8_t>(std::hash<std::string>{}(name));
  key.organization = body;
  key.key_id = key_id(name);
  key.public_key = "\x04" + std::string(96, 'p');
  key.name = name;
  key.state = state;
  return key;
}

// A corporation's incident that its ministry has received, where both hold keys and nothing touches the internet.
class Annexes : public Scene {
 public:
  Annexes() : Scene(::now) {
    accept(report_of("jaxa", recognized));
    context.keys = {key_of("mext", "mext-1"), key_of("mext", "mext-2"), key_of("jaxa", "jaxa-1"),
                    key_of("nisc", "nisc-1"), key_of("cao", "cao-1")};
  }
  AnnexContext context;

  template <class Decide>
  std::string act(const Decide& decide) {
    identifiers_.emplace(this->now(), IdentifierSequence::Seed{++decisions_, 0xA});
    auto outcome = decide(Moment{this->now(), *identifiers_});
    if (!outcome) {
      CHECK(!outcome.error().detail.ja.empty());
      CHECK(!outcome.error().detail.en.empty());
      std::string told{to_string(outcome.error().code)};
      for (const auto& error : outcome.error().errors) told += " " + error.pointer + " " + error.code;
      return told;
    }
    types = types_of(*outcome);
    take(std::move(outcome));
    return "accepted";
  }
  std::string ask(const Actor& actor) {
    return act([&](Moment moment) {
      return decide_annex_request(law(), incident(), context, {actor, "調査記録"}, moment);
    });
  }
  std::string decide(const Actor& actor, bool permitted = true, const Authority& applicant = {},
                     const Authority& approver = {}) {
    const DecideAnnex command{actor, id(), permitted, "確認した", applicant, approver};
    return act([&](Moment moment) { return decide_annex(law(), incident(), context, command, moment); });
  }
  std::string seal(const Actor& actor, const Lines& names, const std::string& key = "K-1",
                   const std::string& aad = {}) {
    SealAnnex command{actor, id(), "jwe", std::string(32, '\2'), {}, aad.empty() ? "jaxa\nR-1\n" + key + "\n" : aad,
                      key};
    for (const auto& name : names) command.key_ids.push_back(key_id(name));
    return act([&](Moment moment) { return decide_annex_sealing(law(), incident(), context, command, moment); });
  }
  std::string rewrap(const Actor& actor, const Lines& names, bool same = true) {
    RewrapAnnex command{actor, id(), "jwe+", std::string(32, '\3'), {}, same};
    for (const auto& name : names) command.key_ids.push_back(key_id(name));
    return act([&](Moment moment) { return decide_annex_rewrapping(law(), incident(), context, command, moment); });
  }
  std::string unreadable(const Actor& actor, bool is_signed = true) {
    const ReportUnreadable command{actor, id(), "鍵を失った", is_signed};
    return act([&](Moment moment) { return decide_annex_unreadable(law(), incident(), command, moment); });
  }
  AnnexId id() const { return incident().annexes.empty() ? AnnexId{} : incident().annexes.back().id; }
  const Annex& annex() const { return incident().annexes.back(); }
  // Asked for, and brought to that state.
  void bring_to(AnnexState state) {
    REQUIRE(ask(member) == "accepted");
    if (state == AnnexState::refused) REQUIRE(decide(officer, false) == "accepted");
    if (state == AnnexState::permitted || state == AnnexState::sealed) REQUIRE(decide(officer) == "accepted");
    if (state == AnnexState::sealed) REQUIRE(seal(member, {"mext-1", "mext-2"}) == "accepted");
    REQUIRE(annex().state == state);
  }
  // The ministry is told of by another one that shares the supervision.
  void add_joint() { accept(AddRecipient{person("mext"), "cao", "共管"}); }

  Lines types;
  const Actor member = person("jaxa", Role::csirt_member, "甲");
  const Actor officer = person("jaxa", Role::section_officer, "乙");
  const Actor receiver = person("mext", Role::csirt_member, "丙");

 private:
  std::uint8_t decisions_ = 0;
  std::optional<IdentifierSequence> identifiers_;
};

std::string said(const std::string& told) {
  return told.substr(0, told.find(' '));
}

}  // namespace

TEST_CASE("every cell of the states of an annex") {
  const std::map<std::pair<AnnexState, AnnexEvent>, AnnexState> cells = {
      {{AnnexState::asked, AnnexEvent::permit}, AnnexState::permitted},
      {{AnnexState::asked, AnnexEvent::refuse}, AnnexState::refused},
      {{AnnexState::permitted, AnnexEvent::seal}, AnnexState::sealed},
      {{AnnexState::sealed, AnnexEvent::seal}, AnnexState::sealed}};
  for (const auto state : all_annex_states())
    for (const auto event : all_annex_events()) {
      CAPTURE(to_string(state));
      CAPTURE(to_string(event));
      const auto cell = cells.find({state, event});
      CHECK(next(state, event) == (cell == cells.end() ? std::nullopt : std::optional(cell->second)));
      Annexes annexes;
      annexes.bring_to(state);
      // Sealed again, since somebody could not open it.
      if (state == AnnexState::sealed) REQUIRE(annexes.unreadable(annexes.receiver) == "accepted");
      const auto told = [&] {
        switch (event) {
          case AnnexEvent::permit:
            return annexes.decide(annexes.officer, true);
          case AnnexEvent::refuse:
            return annexes.decide(annexes.officer, false);
          case AnnexEvent::seal:
            return annexes.seal(annexes.member, {"mext-1", "mext-2"}, "K-2");
        }
        return std::string();
      }();
      CHECK(told == (cell != cells.end()         ? "accepted"
                     : event == AnnexEvent::seal ? "annex_not_permitted"
                                                 : "annex_decided"));
      CHECK(annexes.annex().state == (cell == cells.end() ? state : cell->second));
    }
}

TEST_CASE("what may be done with an annex that is not sealed") {
  for (const auto state : {AnnexState::asked, AnnexState::permitted, AnnexState::refused}) {
    Annexes annexes;
    annexes.bring_to(state);
    CHECK(annexes.rewrap(annexes.member, {"mext-1"}) == "annex_not_sealed");
    // Whoever is to get it does not know of it yet.
    CHECK(annexes.rewrap(annexes.receiver, {"mext-1"}) == "not_found");
    CHECK(annexes.unreadable(annexes.receiver) == "not_found");
  }
}

TEST_CASE("who asks, permits, sends, adds a key and refuses: every role of every body") {
  const auto is_desk = [](Role role) {
    return role == Role::center_liaison || role == Role::police_desk || role == Role::crisis_desk;
  };
  for (const auto role : all_roles()) {
    CAPTURE(to_string(role));
    const bool csirt = is_csirt(role);
    const auto own = person("jaxa", role, "丁");
    const auto other = person("mext", role, "戊");
    const auto stranger = person("cao", role, "己");
    {
      Annexes annexes;
      CHECK(annexes.ask(own) == (csirt ? "accepted" : "role_required"));
    }
    {
      Annexes annexes;
      CHECK(annexes.ask(stranger) == "not_found");
      CHECK(annexes.ask(other) == (csirt ? "accepted" : "role_required"));  // an agency's own 機密性3
    }
    {
      Annexes annexes;
      annexes.bring_to(AnnexState::asked);
      CHECK(annexes.decide(stranger) == "not_found");
      CHECK(annexes.decide(other) == "not_found");
      CHECK(annexes.decide(own) == (role == Role::section_officer ? "accepted" : "role_required"));
    }
    {
      Annexes annexes;
      annexes.bring_to(AnnexState::permitted);
      CHECK(annexes.seal(stranger, {"mext-1", "mext-2"}) == "not_found");
      CHECK(annexes.seal(other, {"mext-1", "mext-2"}) == "not_found");
      CHECK(annexes.seal(own, {"mext-1", "mext-2"}) == (csirt ? "accepted" : "role_required"));
    }
    {
      Annexes annexes;
      annexes.bring_to(AnnexState::sealed);
      annexes.add_joint();
      const Lines all = {"mext-1", "mext-2", "cao-1"};
      const bool reads = csirt || is_desk(role);
      CHECK(annexes.decide(other) == (role == Role::section_officer ? "not_the_holder" : "role_required"));
      CHECK(annexes.seal(other, all) == (csirt ? "not_the_holder" : "role_required"));
      // Its own body has no key of it; the body added does not know of it yet.
      CHECK(annexes.rewrap(own, all) == (reads ? "not_the_holder" : "role_required"));
      CHECK(annexes.rewrap(stranger, all) == "not_found");
      CHECK(annexes.rewrap(person("mof", role, "庚"), all) == "not_found");
      CHECK(annexes.unreadable(own) == (reads ? "not_the_holder" : "role_required"));
      CHECK(annexes.unreadable(person("mof", role, "庚")) == "not_found");
      CHECK(annexes.unreadable(other) == (reads ? "accepted" : "role_required"));
      CHECK(annexes.rewrap(other, all) == (reads ? "accepted" : "role_required"));
    }
  }
}

TEST_CASE("a corporation that was told of another's incident has no annex in it; police have none either") {
  Annexes annexes;
  auto incident = annexes.incident();
  incident.access["police-tokyo"] = {AccessScope::content, ""};
  incident.access["jogmec"] = {AccessScope::content, ""};
  IdentifierSequence identifiers(annexes.now(), {1});
  for (const auto* body : {"police-tokyo", "jogmec"}) {
    const auto outcome =
        decide_annex_request(law(), incident, annexes.context, {person(body), "x"}, {annexes.now(), identifiers});
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == RefusalCode::not_the_holder);
  }
}

TEST_CASE("who asked does not permit: not by the same token, the same name, nor by a delegation either way") {
  Annexes annexes;
  auto both = annexes.officer;
  both.role = Role::csirt_member;
  REQUIRE(annexes.ask(both) == "accepted");
  CHECK(annexes.decide(annexes.officer) == "four_eyes");
  auto second_token = person("jaxa", Role::section_officer, "乙");
  second_token.token->value.bytes[15] = 9;
  CHECK(annexes.decide(second_token) == "four_eyes");
  PersonId one, other;
  one.value.bytes[0] = 1;
  other.value.bytes[0] = 2;
  const auto third = person("jaxa", Role::section_officer, "丙");
  CHECK(annexes.decide(third, true, {one, {}}, {one, {}}) == "four_eyes");
  CHECK(annexes.decide(third, true, {one, {}}, {other, {one}}) == "four_eyes");
  CHECK(annexes.decide(third, true, {one, {other}}, {other, {}}) == "four_eyes");
  CHECK(annexes.decide(third, false, {one, {other}}, {other, {}}) == "four_eyes");
  CHECK(annexes.decide(third, true, {one, {}}, {other, {}}) == "accepted");
}

TEST_CASE(
    "whoever touches the internet holds no annex: nothing but refusing and saying that it is unreadable is left") {
  for (const auto state : all_annex_states()) {
    CAPTURE(to_string(state));
    Annexes annexes;
    annexes.bring_to(state);
    annexes.context.internet = true;
    CHECK(annexes.ask(annexes.member) == "annex_zone");
    CHECK(annexes.seal(annexes.member, {"mext-1", "mext-2"}) == "annex_zone");
    if (state == AnnexState::sealed) {
      annexes.add_joint();
      CHECK(annexes.rewrap(annexes.receiver, {"mext-1", "mext-2", "cao-1"}) == "annex_zone");
      CHECK(annexes.unreadable(annexes.receiver) == "accepted");
    }
    if (state == AnnexState::asked) {
      CHECK(annexes.decide(annexes.officer, true) == "annex_zone");
      CHECK(annexes.decide(annexes.officer, false) == "accepted");
    }
  }
}

TEST_CASE("it is sealed to every active key of each receiver, and to nobody else") {
  struct Row {
    const char* what;
    Lines keys;
    const char* told;
  };
  const Row rows[] = {
      {"all of the receiver's", {"mext-1", "mext-2"}, "accepted"},
      {"its own body's beside them", {"jaxa-1", "mext-2", "mext-1"}, "accepted"},
      {"none", {}, "annex_keys_differ /recipients key_missing /recipients key_missing"},
      {"one is missing", {"mext-1"}, "annex_keys_differ /recipients key_missing"},
      {"another body's, which has not received it",
       {"mext-1", "mext-2", "cao-1"},
       "annex_keys_differ /recipients/2 key_unknown"},
      {"the centre's, to whom the agency relays",
       {"nisc-1", "mext-1", "mext-2"},
       "annex_keys_differ /recipients/0 key_unknown"},
      {"nobody's", {"mext-1", "mext-2", "stranger"}, "annex_keys_differ /recipients/2 key_unknown"},
      {"one twice", {"mext-1", "mext-2", "mext-1"}, "annex_keys_differ /recipients/2 key_unknown"},
      {"its own alone", {"jaxa-1"}, "annex_keys_differ /recipients key_missing /recipients key_missing"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    Annexes annexes;
    annexes.bring_to(AnnexState::permitted);
    CHECK(annexes.seal(annexes.member, row.keys) == row.told);
  }
  for (const auto state : {SealingKeyState::proposed, SealingKeyState::rejected, SealingKeyState::revoked}) {
    Annexes annexes;
    annexes.bring_to(AnnexState::permitted);
    annexes.context.keys[1].state = state;
    CHECK(annexes.seal(annexes.member, {"mext-1", "mext-2"}) == "annex_keys_differ /recipients/1 key_unknown");
    CHECK(annexes.seal(annexes.member, {"mext-1"}) == "accepted");
  }
  Annexes annexes;
  annexes.bring_to(AnnexState::permitted);
  std::erase_if(annexes.context.keys, [](const SealingKey& key) { return key.organization == "mext"; });
  CHECK(annexes.seal(annexes.member, {"jaxa-1"}) == "annex_keys_differ /recipients no_key");
}

TEST_CASE("a key that two bodies have registered is counted for both: who registers another's takes the annex from nobody") {
  // A public key is known to everybody; the stranger's registration stands before the true one, and behind it.
  for (const bool before : {true, false}) {
    CAPTURE(before);
    Annexes annexes;
    annexes.bring_to(AnnexState::permitted);
    const auto copied = key_of("jaxa", "mext-1");
    auto& keys = annexes.context.keys;
    keys.insert(before ? keys.begin() : keys.end(), copied);
    CHECK(annexes.seal(annexes.member, {"mext-2"}) == "annex_keys_differ /recipients key_missing");
    CHECK(annexes.seal(annexes.member, {"mext-1", "mext-2", "mext-1"}) == "annex_keys_differ /recipients/2 key_unknown");
    REQUIRE(annexes.seal(annexes.member, {"mext-1", "mext-2"}) == "accepted");
    const auto holds = [&](const std::string& body, const std::string& name) {
      const auto& held = annexes.annex().keys;
      return std::count(held.begin(), held.end(), AnnexKey{body, key_id(name)}) == 1;
    };
    CHECK(holds("mext", "mext-1"));
    CHECK(holds("mext", "mext-2"));
    CHECK(holds("jaxa", "mext-1"));
  }
}

TEST_CASE("the annex is bound to its incident and to the request it came with") {
  Annexes annexes;
  annexes.bring_to(AnnexState::permitted);
  const Lines keys = {"mext-1", "mext-2"};
  CHECK(annexes.seal(annexes.member, keys, "K-1", "jaxa\nR-2\nK-1\n") == "invalid /aad value");
  CHECK(annexes.seal(annexes.member, keys, "K-1", "jps\nR-1\nK-1\n") == "invalid /aad value");
  CHECK(annexes.seal(annexes.member, keys, "K-1", "jaxa\nR-1\nK-2\n") == "invalid /aad value");
  CHECK(annexes.seal(annexes.member, keys, "K-1", "jaxa\nR-1\nK-1") == "invalid /aad value");
  CHECK(annexes.seal(annexes.member, keys, "K-1", "jaxa\nR-1\nK-1\n") == "accepted");
  CHECK(annexes.annex().size == 3);
  CHECK(annexes.annex().sha256 == std::string(32, '\2'));
}

TEST_CASE("its receivers are told by a notice that says nothing of it; what was sent is not sent anew") {
  Annexes annexes;
  annexes.bring_to(AnnexState::sealed);
  CHECK(annexes.types == Lines{"annex.sealed", "message.sent"});
  const auto& message = annexes.message_to("mext");
  CHECK(message.kind == MessageKind::notice);
  CHECK(message.sender == "jaxa");
  CHECK(message.note.find("調査記録") == std::string::npos);
  CHECK(message.note.find(to_string(annexes.id())) != std::string::npos);
  CHECK(annexes.seal(annexes.member, {"mext-1", "mext-2"}, "K-2") == "annex_decided");
}

TEST_CASE("an agency's own annex goes to whom it relayed the incident") {
  Annexes annexes;
  REQUIRE(annexes.ask(annexes.receiver) == "accepted");
  CHECK(annexes.annex().organization == "mext");
  REQUIRE(annexes.decide(person("mext", Role::section_officer, "辛")) == "accepted");
  CHECK(receivers_of_annex(annexes.incident(), "mext").empty());
  CHECK(annexes.seal(annexes.receiver, {"mext-1"}) == "annex_keys_differ /recipients no_receiver");
  annexes.accept(FulfillObligation{person("mext"), annexes.duty("g.3", "mext").id, FulfillmentMethod::relay});
  CHECK(receivers_of_annex(annexes.incident(), "mext") == Lines{"nisc"});
  CHECK(receivers_of_annex(annexes.incident(), "jaxa") == Lines{"mext"});
  // The corporation whose incident it is sees nothing of it.
  CHECK(annexes.seal(annexes.member, {"nisc-1"}) == "not_found");
  CHECK(annexes.seal(annexes.receiver, {"nisc-1"}) == "accepted");
  CHECK(annexes.unreadable(person("nisc", Role::center_liaison, "壬")) == "accepted");
}

TEST_CASE("a body that is added gets the annex from one that can open it, by the same ciphertext and further keys") {
  Annexes annexes;
  annexes.bring_to(AnnexState::sealed);
  CHECK(annexes.rewrap(annexes.receiver, {"mext-1", "mext-2", "cao-1"}) ==
        "annex_keys_differ /recipients/2 key_unknown");
  annexes.add_joint();
  const auto before = annexes.messages_to("cao");
  CHECK(annexes.rewrap(annexes.receiver, {"mext-1", "mext-2", "cao-1"}, false) == "invalid /ciphertext value");
  CHECK(annexes.rewrap(annexes.receiver, {"mext-1", "cao-1"}) == "annex_keys_differ /recipients key_missing");
  CHECK(annexes.rewrap(annexes.receiver, {"mext-1", "mext-2"}) == "annex_keys_differ /recipients key_missing");
  CHECK(annexes.rewrap(annexes.receiver, {"mext-1", "mext-2", "nisc-1"}) ==
        "annex_keys_differ /recipients/2 key_unknown");
  CHECK(annexes.rewrap(annexes.receiver, {"mext-1", "mext-2", "cao-1", "cao-1"}) ==
        "annex_keys_differ /recipients/3 key_unknown");
  CHECK(annexes.rewrap(annexes.receiver, {"mext-1", "mext-2", "cao-1"}) == "accepted");
  CHECK(annexes.annex().keys.size() == 3);
  CHECK(annexes.annex().state == AnnexState::sealed);
  CHECK(annexes.messages_to("cao") == before + 1);
  CHECK(annexes.message_to("cao").kind == MessageKind::notice);
  CHECK(annexes.message_to("cao").sender == "mext");
}

TEST_CASE("a key of it that was revoked since stays among its keys when another is added") {
  Annexes annexes;
  annexes.bring_to(AnnexState::sealed);
  annexes.context.keys[0].state = SealingKeyState::revoked;
  annexes.add_joint();
  CHECK(annexes.rewrap(annexes.receiver, {"mext-1", "mext-2", "cao-1"}) == "accepted");
}

TEST_CASE("what a receiver cannot open is told by his signature, alarms its body, and is sealed again") {
  Annexes annexes;
  annexes.bring_to(AnnexState::sealed);
  CHECK(annexes.unreadable(annexes.receiver, false) == "invalid  signature_required");
  CHECK(annexes.unreadable(annexes.receiver) == "accepted");
  CHECK(annexes.types == Lines{"annex.unreadable", "message.sent", "alarm.raised"});
  CHECK(of(annexes.alarms(), "annex_unreadable") == Lines{"annex_unreadable jaxa"});
  CHECK(annexes.annex().unreadable_to == Lines{"mext"});
  CHECK(annexes.unreadable(annexes.receiver) == "annex_decided");
  CHECK(annexes.seal(annexes.member, {"mext-1", "mext-2"}, "K-2") == "accepted");
  CHECK(annexes.annex().unreadable_to.empty());
  CHECK(annexes.unreadable(annexes.receiver) == "accepted");
}

TEST_CASE("a receiver that came later, and has no key of it, is reason enough to seal it again") {
  Annexes annexes;
  annexes.bring_to(AnnexState::sealed);
  annexes.add_joint();
  CHECK(annexes.seal(annexes.member, {"mext-1", "mext-2"}, "K-2") == "annex_keys_differ /recipients key_missing");
  CHECK(annexes.seal(annexes.member, {"mext-1", "mext-2", "cao-1"}, "K-2") == "accepted");
}

TEST_CASE("an annex needs a label whose mapping is known, an incident that is open, and a bound") {
  Annexes annexes;
  auto incident = annexes.incident();
  IdentifierSequence identifiers(annexes.now(), {1});
  const auto told = [&] {
    const auto outcome =
        decide_annex_request(law(), incident, annexes.context, {annexes.member, "x"}, {annexes.now(), identifiers});
    return outcome ? std::string("accepted") : std::string(to_string(outcome.error().code));
  };
  incident.labels.push_back({});
  incident.labels.back().ground = LabelGround::unmapped;
  CHECK(told() == "label_unmapped");
  incident.labels.back().ground = LabelGround::mapped;
  CHECK(told() == "accepted");
  incident.annexes.resize(most_annexes);
  CHECK(told() == "attachment_limit");
  incident.annexes.clear();
  incident.state = IncidentState::closed;
  CHECK(told() == "incident_closed");
  incident.erased_at = annexes.now();
  CHECK(told() == "incident_erased");
}

TEST_CASE("the permission has its clock, and the clock ends with the answer") {
  for (const bool permitted : {true, false}) {
    Annexes annexes;
    annexes.clocks().permission.usual = minutes(30);
    REQUIRE(annexes.act([&](Moment moment) {
      auto law_here = law();
      law_here.clocks.permission.usual = minutes(30);
      return decide_annex_request(law_here, annexes.incident(), annexes.context, {annexes.member, "x"}, moment);
    }) == "accepted");
    CHECK(shown(annexes.annex().permit_by) == "2018-08-01 09:50");
    CHECK(of(annexes.ring("2018-08-01T09:49:59+09:00"), "permission_overdue").empty());
    CHECK(of(annexes.ring("2018-08-01T09:50:00+09:00"), "permission_overdue") ==
          Lines{"1 permission_overdue jaxa -> jaxa csirt_member"});
    CHECK(annexes.decide(annexes.officer, permitted) == "accepted");
    CHECK(of(annexes.ring("2018-08-01T12:00:00+09:00"), "permission_overdue").empty());
  }
}

// -- Keys ----------------------------------------------------------------------------------------------------------

namespace {

// A body's keys, as the store holds them. Whatever was decided folds to the same.
class Keys {
 public:
  template <class Decide>
  std::string act(const Decide& decide) {
    identifiers_.emplace(at(now), IdentifierSequence::Seed{++decisions_});
    auto outcome = decide(Moment{at(now), *identifiers_});
    if (!outcome) {
      CHECK(!outcome.error().detail.ja.empty());
      CHECK(!outcome.error().detail.en.empty());
      std::string told{to_string(outcome.error().code)};
      for (const auto& error : outcome.error().errors) told += " " + error.pointer + " " + error.code;
      return told;
    }
    REQUIRE(outcome->events.size() == 1);
    CHECK(may_follow(known, outcome->events.front()));
    auto folded = known;
    evolve(folded, outcome->events.front());
    CHECK(folded == outcome->after);
    known = std::move(outcome->after);
    return "accepted";
  }
  std::string propose(const Actor& actor, const std::string& name = "k",
                      std::string point = "\x04" + std::string(96, 'p')) {
    const ProposeSealingKey command{actor, "当直の鍵", key_id(name), std::move(point)};
    return act([&](Moment moment) { return decide_sealing_key_proposal(known, command, moment); });
  }
  std::string decide(const Actor& actor, bool approved = true, const Authority& applicant = {},
                     const Authority& approver = {}) {
    const DecideSealingKey command{actor, known.keys.back().id, approved, "確認した", applicant, approver};
    return act([&](Moment moment) { return decide_sealing_key(known, command, moment); });
  }
  std::string revoke(const Actor& actor) {
    const RevokeSealingKey command{actor, known.keys.back().id, "交代"};
    return act([&](Moment moment) { return decide_sealing_key_revocation(known, command, moment); });
  }
  BodyInformation known;

 private:
  std::uint8_t decisions_ = 0;
  std::optional<IdentifierSequence> identifiers_;
};

const Actor head = person("mext", Role::csirt_head, "甲");
const Actor officer = person("mext", Role::section_officer, "乙");

}  // namespace

TEST_CASE("of a case that was erased no permission is waited for") {
  Incident incident;
  incident.annexes.emplace_back().state = AnnexState::asked;
  CHECK(running_clocks(incident).size() == 1);
  incident.erased_at = Timestamp{};
  CHECK(running_clocks(incident).empty());
}

TEST_CASE("every cell of the states of a sealing key") {
  const std::map<std::pair<SealingKeyState, SealingKeyEvent>, SealingKeyState> cells = {
      {{SealingKeyState::proposed, SealingKeyEvent::approve}, SealingKeyState::active},
      {{SealingKeyState::proposed, SealingKeyEvent::reject}, SealingKeyState::rejected},
      {{SealingKeyState::proposed, SealingKeyEvent::revoke}, SealingKeyState::revoked},
      {{SealingKeyState::active, SealingKeyEvent::revoke}, SealingKeyState::revoked}};
  for (const auto state : all_sealing_key_states())
    for (const auto event : all_sealing_key_events()) {
      CAPTURE(to_string(state));
      CAPTURE(to_string(event));
      const auto cell = cells.find({state, event});
      CHECK(next(state, event) == (cell == cells.end() ? std::nullopt : std::optional(cell->second)));
      CHECK(parse_sealing_key_state(to_string(state)) == state);
      Keys keys;
      REQUIRE(keys.propose(head) == "accepted");
      keys.known.keys.back().state = state;
      const auto told = event == SealingKeyEvent::revoke ? keys.revoke(officer)
                                                         : keys.decide(officer, event == SealingKeyEvent::approve);
      CHECK(told == (cell != cells.end() ? "accepted" : "sealing_key_decided"));
      CHECK(keys.known.keys.back().state == (cell == cells.end() ? state : cell->second));
    }
}

TEST_CASE("who keeps the keys of a body: every role") {
  for (const auto role : all_roles()) {
    CAPTURE(to_string(role));
    const bool keeps = role == Role::csirt_head || role == Role::section_officer || role == Role::ciso ||
                       role == Role::center_liaison || role == Role::police_desk || role == Role::crisis_desk;
    CHECK(keeps_sealing_keys(role) == keeps);
    const auto actor = person("mext", role, "丙");
    Keys keys;
    CHECK(keys.propose(actor) == (keeps ? "accepted" : "role_required"));
    if (keys.known.keys.empty()) REQUIRE(keys.propose(head) == "accepted");
    CHECK(keys.decide(person("mext", role, "丁")) == (keeps ? "accepted" : "role_required"));
    CHECK(keys.revoke(actor) == (keeps ? "accepted" : "role_required"));
  }
}

TEST_CASE("two persons register a key; another body has no part in it") {
  Keys keys;
  REQUIRE(keys.propose(head) == "accepted");
  CHECK(keys.decide(head) == "four_eyes");
  auto second_token = head;
  second_token.token->value.bytes[15] = 9;
  CHECK(keys.decide(second_token) == "four_eyes");
  PersonId one, other;
  one.value.bytes[0] = 1;
  other.value.bytes[0] = 2;
  CHECK(keys.decide(officer, true, {one, {}}, {other, {one}}) == "four_eyes");
  CHECK(keys.decide(officer, false, {one, {other}}, {other, {}}) == "four_eyes");
  CHECK(keys.decide(person("mof", Role::section_officer, "乙")) == "not_found");
  CHECK(keys.revoke(person("mof", Role::section_officer, "乙")) == "not_found");
  CHECK(keys.decide(officer, true, {one, {}}, {other, {}}) == "accepted");
}

TEST_CASE("a body has four keys at most, each once for ever, and each a point of the curve") {
  Keys keys;
  CHECK(keys.propose(head, "a", "\x02" + std::string(96, 'p')) == "invalid /public_key value");
  CHECK(keys.propose(head, "a", std::string(48, 'p')) == "invalid /public_key value");
  for (const auto* name : {"a", "b", "c"}) {
    REQUIRE(keys.propose(head, name) == "accepted");
    REQUIRE(keys.decide(officer) == "accepted");
  }
  CHECK(keys.propose(head, "b") == "sealing_key_known");
  REQUIRE(keys.propose(head, "d") == "accepted");
  CHECK(keys.propose(head, "e") == "sealing_key_limit");
  REQUIRE(keys.decide(officer, false) == "accepted");
  CHECK(keys.propose(head, "d") == "sealing_key_known");
  CHECK(keys.propose(head, "e") == "accepted");
}
