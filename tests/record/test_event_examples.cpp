// schemas/events/examples: the bytes as they have been since version 1. A change here is a change of what the
// record says, and is none that may be made: leaves are for ever.
#include <fstream>
#include <sstream>

#include <doctest/doctest.h>
#include <boost/json.hpp>

#include "src/record/event_codec.h"
#include "tests/record/sample_events.h"

using namespace noroshi;
using namespace noroshi::record;
using namespace noroshi::record::testing;

namespace json = boost::json;

namespace {

const std::string folder = NOROSHI_SOURCE_DIR "/schemas/events/";

std::string hex(std::string_view bytes) {
  std::string text;
  for (unsigned char byte : bytes) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE_MESSAGE(file, path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// One example: what anybody needs to recompute it. The fields are read out of the leaf by check_examples.py.
json::object example_of(const core::Event& event, const EncodedEvent& bytes) {
  json::array openings;
  for (const auto& opening : bytes.openings)
    openings.push_back(
        json::object{{"field", opening.field},
                     {"salt", hex(bytes_of(opening.salt))},
                     {"value", hex(opening.value)},
                     {"commitment", hex(bytes_of(commitment_of(opening.salt, opening.value)))}});
  return {{"type", type_of(event.what)},
          {"leaf", hex(bytes.leaf)},
          {"leaf_hash", hex(bytes_of(leaf_hash(bytes.leaf)))},
          {"openings", openings}};
}

std::string path_of(const core::Event& event) {
  return folder + "examples/" + std::string(type_of(event.what)) + ".json";
}

}  // namespace

TEST_CASE("the examples are what the program writes") {
  for (const auto& event : sample_events()) {
    CAPTURE(type_of(event.what));
    CountedSalts salts;
    CHECK(json::parse(read_file(path_of(event))) == example_of(event, encode(event, salts)));
  }
}

TEST_CASE("the worked example of the README is the example obligation.fulfilled") {
  const auto text = read_file(folder + "README.md");
  const auto example = json::parse(read_file(folder + "examples/obligation.fulfilled.json"));
  CHECK(text.find(example.at("leaf_hash").as_string().c_str()) != std::string::npos);
  // The dump: the leaf's bytes in groups of two with line numbers and characters around them, as xxd prints
  // them.
  const auto begin = text.find("00000000: ");
  REQUIRE(begin != std::string::npos);
  std::istringstream lines(text.substr(begin, text.find("```", begin) - begin));
  std::string leaf;
  for (std::string line; std::getline(lines, line);)
    for (char character : line.substr(10, line.find("  ", 10) - 10))
      if (character != ' ') leaf += character;
  CHECK(leaf == std::string(example.at("leaf").as_string()));
}

// Run by hand when a type is added: test_record --no-skip -tc="write the examples"
TEST_CASE("write the examples" * doctest::skip()) {
  for (const auto& event : sample_events()) {
    CountedSalts salts;
    std::ofstream file(path_of(event), std::ios::binary);
    const auto example = example_of(event, encode(event, salts));
    file << "{\n  \"type\": " << json::serialize(example.at("type"))
         << ",\n  \"leaf\": " << json::serialize(example.at("leaf"))
         << ",\n  \"leaf_hash\": " << json::serialize(example.at("leaf_hash")) << ",\n  \"openings\": [";
    const char* separator = "\n    ";
    for (const auto& opening : example.at("openings").as_array()) {
      file << separator << json::serialize(opening);
      separator = ",\n    ";
    }
    file << (example.at("openings").as_array().empty() ? "]\n}\n" : "\n  ]\n}\n");
    REQUIRE(file.flush());
  }
}
