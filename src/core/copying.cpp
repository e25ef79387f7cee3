// What copies, moves, compares and destroys the two values that nearly every file holds.
#include "src/core/event.h"

namespace noroshi::core {

Happening::Happening(const Happening& other) = default;
Happening::Happening(Happening&& other) noexcept = default;
Happening& Happening::operator=(const Happening& other) = default;
Happening& Happening::operator=(Happening&& other) noexcept = default;
Happening::~Happening() = default;

bool operator==(const Happening& left, const Happening& right) {
  return static_cast<const AnyHappening&>(left) == static_cast<const AnyHappening&>(right);
}

Incident::Incident() = default;
Incident::Incident(const Incident& other) = default;
Incident::Incident(Incident&& other) noexcept = default;
Incident& Incident::operator=(const Incident& other) = default;
Incident& Incident::operator=(Incident&& other) noexcept = default;
Incident::~Incident() = default;

}  // namespace noroshi::core
