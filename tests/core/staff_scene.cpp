#include "tests/core/staff_scene.h"

#include <algorithm>

namespace noroshi::core::testing {

PersonId person_id(std::string_view name) {
  PersonId id;
  const auto hash = std::hash<std::string_view>{}(name);
  for (std::size_t i = 0; i < 8; ++i) id.value.bytes[i] = static_cast<std::uint8_t>(hash >> (8 * i));
  return id;
}

Uuid StaffScene::next_id() {
  Uuid id;
  id.bytes[0] = 0x77;
  id.bytes[15] = ++ids_;
  return id;
}

StaffScene& StaffScene::with(const std::string& name, Post post, bool trained) {
  const auto id = person_id(name);
  if (!staff_.find(id))
    staff_.people.push_back({{id, staff_.organization, name, Employment::employee, {}, false}, {}, 1});
  staff_.appointments.push_back(
      {{AppointmentId{next_id()}, id, post, Ground::expertise, "", at("2010-04-01T00:00:00+09:00"), {}}, {}});
  if (trained)
    staff_.trainings.push_back({TrainingId{next_id()}, id, TrainingKind::csirt, "CSIRT 研修",
                                at("2010-04-01T00:00:00+09:00"), at("2030-04-01T00:00:00+09:00")});
  return *this;
}

StaffScene& StaffScene::skilled(const std::string& name, std::vector<std::string> skills) {
  for (auto& known : staff_.people)
    if (known.person.name == name) known.person.skills = skills;
  return *this;
}

StaffScene& StaffScene::on_duty(const std::string& name, std::string_view from, std::string_view until) {
  staff_.shifts.push_back({{ShiftId{next_id()}, person_id(name), Post::csirt_member, at(from), at(until), false}, {}});
  return *this;
}

StaffScene& StaffScene::left(const std::string& name, std::string_view time) {
  for (auto& known : staff_.people)
    if (known.person.name == name) known.left_at = at(time);
  return *this;
}

Actor bound(const std::string& organization, const std::string& name, Role role) {
  auto actor = person(organization, role, name);
  actor.person = person_id(name);
  return actor;
}

}  // namespace noroshi::core::testing
