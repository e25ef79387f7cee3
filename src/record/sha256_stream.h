// SHA-256 (FIPS 180-4) of what comes piece by piece. Pure; one at a time uses an object.
#pragma once

#include <memory>
#include <string_view>

#include "src/record/sha256.h"

namespace noroshi::record {

class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  Sha256Stream(Sha256Stream&&) noexcept;
  Sha256Stream& operator=(Sha256Stream&&) noexcept;

  // Out of memory aborts: there is no other way in which this can fail.
  void add(std::string_view piece);
  Digest finish();  // once

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace noroshi::record
