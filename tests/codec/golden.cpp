#include "tests/codec/golden.h"

#include <boost/json.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace noroshi::codec::testing {
namespace {

namespace json = boost::json;

void write_indented(std::ostream& out, const json::value& value, std::string indent) {
  const auto list = [&](const auto& members, char open, char close, const auto& write) {
    out << open;
    const char* separator = "\n";
    for (const auto& member : members) {
      out << separator << indent << "  ";
      write(member);
      separator = ",\n";
    }
    if (!members.empty()) out << "\n" << indent;
    out << close;
  };
  if (value.is_object()) {
    list(value.get_object(), '{', '}', [&](const json::key_value_pair& member) {
      out << json::serialize(member.key()) << ": ";
      write_indented(out, member.value(), indent + "  ");
    });
  } else if (value.is_array()) {
    list(value.get_array(), '[', ']',
         [&](const json::value& member) { write_indented(out, member, indent + "  "); });
  } else {
    out << json::serialize(value);
  }
}

}  // namespace

void check_golden(const std::string& name, const std::string& answer) {
  const std::string path = NOROSHI_SOURCE_DIR "/tests/codec/golden/" + name + ".json";
  std::ostringstream shown;
  write_indented(shown, json::parse(answer), "");
  shown << "\n";
  if (std::getenv("NOROSHI_WRITE_GOLDEN") != nullptr) std::ofstream(path, std::ios::binary) << shown.str();
  std::ifstream file(path, std::ios::binary);
  REQUIRE_MESSAGE(file, path);
  std::ostringstream expected;
  expected << file.rdbuf();
  CHECK(shown.str() == expected.str());
}

}  // namespace noroshi::codec::testing
