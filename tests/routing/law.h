// The law as the repository holds it, read once; and small laws made up for one test.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "routing/route.h"

namespace noroshi::routing::test {

std::filesystem::path source_dir();
std::string read_file(const std::filesystem::path& path);
// The files of a folder with that extension, by name.
std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder, std::string_view extension);

const Registry& registry();
const Editions& editions();

// 09:00 in Japan on a day such as "2018-08-01".
Timestamp morning_of(std::string_view day);

// Every mistake on a line of its own.
std::string listing(const std::vector<Mistake>& mistakes);

inline constexpr std::string_view organizations_header =
    "id,name_ja,name_en,kind,supervising,designated_table,prefecture,police,valid_from,valid_to,also_kind,"
    "legal_class,parent,successor,source,confidence,note\n";
inline constexpr std::string_view supervision_header =
    "org_id,agency_id,role,scope_ja,law_minister,in_2013_text,in_2026_text,valid_from,valid_to,confidence\n";

// Rows under their headers; aborts the test where they are refused.
Registry registry_of(std::string_view organization_rows, std::string_view supervision_rows);

}  // namespace noroshi::routing::test
