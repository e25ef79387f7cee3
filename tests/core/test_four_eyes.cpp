// Who asks and who approves differ, through delegations too (2.1.1(8)(a)(ア)): requests and decisions at random, while powers
// are delegated and taken back.
#include <array>

#include "tests/core/choices.h"
#include "tests/core/staff_scene.h"

using namespace noroshi;
using namespace noroshi::core;
using namespace noroshi::core::testing;

namespace {

constexpr std::array names = {"甲", "乙", "丙", "丁"};

// Powers that one had of another, as the walk remembers them itself.
struct Powers {
  PersonId from, to;
  Timestamp begin, end;
};

class FourEyesWalk {
 public:
  FourEyesWalk() : scene_("2018-08-01T09:20:00+09:00") {
    scene_.accept(report_of("jps", "2018-08-01T09:00:00+09:00"));
    StaffScene staff("jps");
    for (const char* name : names) staff.with(name, Post::exception_officer);
    staff_ = staff;
  }

  void run(const std::vector<Act>& acts) {
    for (const auto& act : acts) {
      choices_ = Choices(act);
      scene_.wait(minutes(choices_.below(200)));
      step();
    }
  }

  int approved = 0, rejected = 0, turned_away = 0, delegated = 0;

 private:
  struct Asked {
    ObligationId obligation;
    WaiverId waiver;
    PersonId by;
    Timestamp at;
  };

  // A token of that person. Of each role it has another name, so that the person alone tells who it is.
  Actor of(const char* name, Role role) {
    auto actor = bound("jps", name, role);
    actor.name = std::string(to_string(role)) + " " + std::to_string(++tokens_);
    actor.token = person("jps", role, actor.name).token;
    return actor;
  }
  void step() {
    switch (choices_.below(6)) {
      case 0:
      case 1:
        return ask();
      case 2:
      case 3:
        return decide();
      case 4:
        return delegate();
      default:
        return end_delegation();
    }
  }
  void ask() {
    const auto& duties = scene_.incident().obligations;
    const auto& duty = choices_.any(duties);
    const auto actor = of(choices_.any(names), Role::csirt_head);
    if (!scene_.attempt(AskWaiver{actor, duty.id, "理由"})) return;
    scene_.accept(AskWaiver{actor, duty.id, "理由"});
    asked_.push_back({duty.id, scene_.incident().waivers.back().id, *actor.person, scene_.now()});
    RC_LOG() << shown(scene_.now()) << ' ' << actor.name << " asks" << std::endl;
  }
  void decide() {
    if (asked_.empty()) return;
    const auto& request = choices_.any(asked_);
    const auto actor = of(choices_.any(names), Role::exception_officer);
    DecideWaiver command{actor, request.obligation, request.waiver, !choices_.chance(2), "理由"};
    // As the store finds them.
    command.applicant = authority_of(staff_, request.by, request.at, scene_.now());
    command.approver = authority_of(staff_, actor.person, request.at, scene_.now());
    const auto outcome = scene_.attempt(command);
    const bool one = are_one(request, *actor.person);
    RC_LOG() << shown(scene_.now()) << ' ' << actor.name << (outcome ? " decides" : " is refused") << std::endl;
    if (!outcome) {
      turned_away += outcome.error().code == RefusalCode::four_eyes;
      // Nor is anybody turned away for it who is another.
      if (outcome.error().code == RefusalCode::four_eyes) RC_ASSERT(one);
      return;
    }
    RC_ASSERT(!one);
    scene_.accept(command);
    ++(command.approved ? approved : rejected);
  }
  void delegate() {
    const auto* from = choices_.any(names);
    const auto* to = choices_.any(names);
    Delegate command{person("jps", Role::ciso), person_id(from), person_id(to), Post::exception_officer,
                     {choices_.chance(3) ? Power::appoint : Power::approve}, "出張", {},
                     scene_.now() + minutes(1 + choices_.below(600))};
    if (!change(command)) return;
    ++delegated;
    powers_.push_back({command.from_person, command.to_person, scene_.now(), command.until});
    RC_LOG() << shown(scene_.now()) << ' ' << from << " delegates to " << to << std::endl;
  }
  void end_delegation() {
    if (staff_.delegations.empty()) return;
    const auto index = static_cast<std::size_t>(choices_.below(static_cast<int>(staff_.delegations.size())));
    if (!change(EndDelegation{person("jps", Role::ciso), staff_.delegations[index].value.id, "帰任"})) return;
    powers_[index].end = std::min(powers_[index].end, scene_.now());
  }
  template <class Command>
  bool change(const Command& command) {
    IdentifierSequence identifiers(scene_.now(), IdentifierSequence::Seed{0x55, static_cast<std::uint8_t>(++changes_ >> 8),
                                                                          static_cast<std::uint8_t>(changes_)});
    const auto outcome = decide_staff(law(), staff_, command, {scene_.now(), identifiers});
    if (outcome) staff_ = outcome->after;
    return outcome.has_value();
  }
  // The same person, or one who had powers of the other: when it was asked for, or now.
  bool are_one(const Asked& request, PersonId approver) const {
    if (request.by == approver) return true;
    for (const auto& power : powers_) {
      const bool between = (power.from == request.by && power.to == approver) ||
                           (power.from == approver && power.to == request.by);
      for (const auto at : {request.at, scene_.now()})
        if (between && power.begin <= at && at < power.end) return true;
    }
    return false;
  }

  Act none_;
  Choices choices_{none_};
  Scene scene_;
  Staff staff_;
  std::vector<Powers> powers_;
  std::vector<Asked> asked_;
  int tokens_ = 0, changes_ = 0;
};

}  // namespace

TEST_CASE("whoever asks and whoever decides, with whatever powers: they are never one") {
  int approved = 0, rejected = 0, turned_away = 0, delegated = 0;
  CHECK(rc::check("applicant and approver differ", [&] {
    const auto acts = *any_walk(120);
    FourEyesWalk walk;
    walk.run(acts);
    approved += walk.approved;
    rejected += walk.rejected;
    turned_away += walk.turned_away;
    delegated += walk.delegated;
  }));
  if (!whole_run()) return;
  CHECK(approved > 0);
  CHECK(rejected > 0);
  CHECK(turned_away > 0);
  CHECK(delegated > 0);
}
