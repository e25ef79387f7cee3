// JSONTestSuite (nst/JSONTestSuite, MIT): what a JSON parser must take, must refuse, and may decide.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "src/codec/strict_json.h"

using namespace noroshi::codec;

namespace {

const std::filesystem::path folder = NOROSHI_SHARED_DATA "/jsontestsuite/test_parsing";

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

// "accepted", or the code of the refusal.
std::string verdict(const std::string& text) {
  JsonDocument document;
  const auto parsed = document.parse(text);
  return parsed ? "accepted" : std::string(to_string(parsed.error().fault));
}

// Verdicts on the files whose names begin with the letter.
std::map<std::string, std::string> verdicts(char letter) {
  std::map<std::string, std::string> all;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.front() == letter) all[name] = verdict(contents(entry.path()));
  }
  return all;
}

bool absent() {
  if (std::filesystem::is_directory(folder)) return false;
  MESSAGE("SKIPPED: JSONTestSuite is not in ../shared/data/jsontestsuite");
  return true;
}

}  // namespace

TEST_CASE("valid JSON is accepted, except what this program names as too loose") {
  if (absent()) return;
  const std::map<std::string, std::string> stricter = {
      // Two readers could take different values from them.
      {"y_object_duplicated_key.json", "json_duplicate_name"},
      {"y_object_duplicated_key_and_value.json", "json_duplicate_name"},
      // PostgreSQL text cannot hold U+0000, and C strings end there.
      {"y_object_escaped_null_in_key.json", "json_null_character"},
      {"y_string_null_escape.json", "json_null_character"},
  };
  const auto all = verdicts('y');
  CHECK(all.size() == 95);
  for (const auto& [name, got] : all) {
    const auto found = stricter.find(name);
    CHECK_MESSAGE(got == (found == stricter.end() ? "accepted" : found->second), name);
  }
}

TEST_CASE("invalid JSON is refused") {
  if (absent()) return;
  const auto all = verdicts('n');
  CHECK(all.size() == 188);
  for (const auto& [name, got] : all) CHECK_MESSAGE(got != "accepted", name);
}

TEST_CASE("what RFC 8259 leaves open is decided") {
  if (absent()) return;
  const std::map<std::string, std::string> decided = {
      // Numbers too small for a double become 0; no member of ours takes a fraction.
      {"i_number_double_huge_neg_exp.json", "accepted"},
      {"i_number_real_underflow.json", "accepted"},
      // Numbers too large become infinity elsewhere.
      {"i_number_huge_exp.json", "json_number_range"},
      {"i_number_neg_int_huge_exp.json", "json_number_range"},
      {"i_number_pos_double_huge_exp.json", "json_number_range"},
      {"i_number_real_neg_overflow.json", "json_number_range"},
      {"i_number_real_pos_overflow.json", "json_number_range"},
      // Integers that a double would round.
      {"i_number_too_big_neg_int.json", "json_number_range"},
      {"i_number_too_big_pos_int.json", "json_number_range"},
      {"i_number_very_big_negative_int.json", "json_number_range"},
      // Halves of characters.
      {"i_object_key_lone_2nd_surrogate.json", "json_lone_surrogate"},
      {"i_string_1st_surrogate_but_2nd_missing.json", "json_lone_surrogate"},
      {"i_string_1st_valid_surrogate_2nd_invalid.json", "json_lone_surrogate"},
      {"i_string_incomplete_surrogate_and_escape_valid.json", "json_lone_surrogate"},
      {"i_string_incomplete_surrogate_pair.json", "json_lone_surrogate"},
      {"i_string_incomplete_surrogates_escape_valid.json", "json_lone_surrogate"},
      {"i_string_invalid_lonely_surrogate.json", "json_lone_surrogate"},
      {"i_string_invalid_surrogate.json", "json_lone_surrogate"},
      {"i_string_inverted_surrogates_U+1D11E.json", "json_lone_surrogate"},
      {"i_string_lone_second_surrogate.json", "json_lone_surrogate"},
      // Not UTF-8: never guessed at.
      {"i_string_UTF-16LE_with_BOM.json", "json_not_utf8"},
      {"i_string_UTF-8_invalid_sequence.json", "json_not_utf8"},
      {"i_string_UTF8_surrogate_U+D800.json", "json_not_utf8"},
      {"i_string_invalid_utf-8.json", "json_not_utf8"},
      {"i_string_iso_latin_1.json", "json_not_utf8"},
      {"i_string_lone_utf8_continuation_byte.json", "json_not_utf8"},
      {"i_string_not_in_unicode_range.json", "json_not_utf8"},
      {"i_string_overlong_sequence_2_bytes.json", "json_not_utf8"},
      {"i_string_overlong_sequence_6_bytes.json", "json_not_utf8"},
      {"i_string_overlong_sequence_6_bytes_null.json", "json_not_utf8"},
      {"i_string_truncated-utf-8.json", "json_not_utf8"},
      // ASCII in 16 bits is valid UTF-8 with U+0000 where JSON has none.
      {"i_string_utf16BE_no_BOM.json", "json_syntax"},
      {"i_string_utf16LE_no_BOM.json", "json_syntax"},
      // Limits of ours.
      {"i_structure_500_nested_arrays.json", "json_too_deep"},
      {"i_structure_UTF-8_BOM_empty_object.json", "json_byte_order_mark"},
  };
  const auto all = verdicts('i');
  CHECK(all.size() == 35);
  for (const auto& [name, got] : all) {
    REQUIRE_MESSAGE(decided.count(name) == 1, name);
    CHECK_MESSAGE(got == decided.at(name), name);
  }
}
