// Answers compared with files that a person has read: tests/codec/golden/NAME.json, indented for reading.
#pragma once

#include <string>

#include <doctest/doctest.h>

namespace noroshi::codec::testing {

// Equal as JSON, the order of members included. With NOROSHI_WRITE_GOLDEN in the environment the file is
// written instead; read it before it is committed.
void check_golden(const std::string& name, const std::string& answer);

}  // namespace noroshi::codec::testing
