// Walks of random commands that rapidcheck makes and, where one fails, shortens: to fewer acts, and to the first of each
// choice. It prints the seed first; RC_PARAMS runs it again ("RC_PARAMS='seed=…'", or its "reproduce=…").
#pragma once

#include <rapidcheck.h>

#include <cstddef>
#include <cstdlib>
#include <ostream>
#include <vector>

namespace noroshi::core::testing {

// One act of a walk: the numbers that its choices are made of, in turn.
struct Act {
  std::vector<int> numbers;
};
inline std::ostream& operator<<(std::ostream& out, const Act& act) {
  for (const int number : act.numbers) out << number << ' ';
  return out;
}

// The choices of one act; once its numbers are used up, the first of each.
class Choices {
 public:
  explicit Choices(const Act& act) : act_(&act) {}

  int below(int bound) {
    return next_ < act_->numbers.size() ? act_->numbers[next_++] % bound : 0;
  }
  bool chance(int one_in) { return below(one_in) == one_in - 1; }
  template <class List>
  const auto& any(const List& list) {
    return list[static_cast<std::size_t>(below(static_cast<int>(std::size(list))))];
  }

 private:
  const Act* act_;
  std::size_t next_ = 0;
};

// Of up to `longest` acts of that many choices, the later ones of a run longer than the first.
inline rc::Gen<std::vector<Act>> any_walk(int longest, int numbers = 8) {
  constexpr int range = 5040;  // which most small numbers divide
  const auto number = rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, range));
  const auto act = rc::gen::construct<Act>(rc::gen::container<std::vector<int>>(numbers, number));
  return rc::gen::scale(static_cast<double>(longest) / rc::kNominalSize, rc::gen::container<std::vector<Act>>(act));
}

// Whether all of a run has taken place: what has to have happened in some walk is asked only then.
inline bool whole_run() {
  return std::getenv("RC_PARAMS") == nullptr;
}

}  // namespace noroshi::core::testing
