// JSON pointers (RFC 6901) into what was sent, for people to read.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace noroshi::codec {

// Appends "/" and the token, with `~` and `/` escaped. A name longer than 64 characters is cut and ends in
// "…"; one that holds control or bidirectional characters shows U+FFFD in their place: pointers go to
// terminals and logs.
void append_pointer_token(std::string& pointer, std::string_view name);
void append_pointer_token(std::string& pointer, std::size_t index);

// Where a value stands, as a chain of frames on the stack; text only when somebody asks.
class Place {
 public:
  Place() = default;
  // The parent and the name must outlive the place.
  Place(const Place& parent, std::string_view name) : parent_(&parent), name_(name) {}
  Place(const Place& parent, std::size_t index) : parent_(&parent), index_(index), is_index_(true) {}

  std::string pointer() const;

 private:
  const Place* parent_ = nullptr;
  std::string_view name_;
  std::size_t index_ = 0;
  bool is_index_ = false;
};

}  // namespace noroshi::codec
