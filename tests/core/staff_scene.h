// The staff of a body on the table: persons by their names, made as events would make them.
#pragma once

#include <string>
#include <string_view>

#include "src/core/staff.h"
#include "tests/core/scene.h"

namespace noroshi::core::testing {

// Of every name another.
PersonId person_id(std::string_view name);

class StaffScene {
 public:
  explicit StaffScene(std::string organization) { staff_.organization = std::move(organization); }

  // In that post since ever; trained until 2030 unless said otherwise.
  StaffScene& with(const std::string& name, Post post = Post::csirt_member, bool trained = true);
  StaffScene& skilled(const std::string& name, std::vector<std::string> skills);
  StaffScene& on_duty(const std::string& name, std::string_view from, std::string_view until);
  StaffScene& left(const std::string& name, std::string_view at);

  Staff& staff() { return staff_; }
  operator Staff() const { return staff_; }

 private:
  Uuid next_id();
  Staff staff_;
  std::uint8_t ids_ = 0;
};

// The holder of a token that is bound to the person of that name.
Actor bound(const std::string& organization, const std::string& name, Role role = Role::csirt_member);

}  // namespace noroshi::core::testing
