#include "tests/delivery/mail_sample.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace noroshi::delivery::test {

Timestamp sample_time() {
  return *parse_rfc3339("2018-08-01T09:00:00+09:00");
}

Consignment sample_consignment() {
  return {.delivery = {*core::parse_uuid("01920000-0000-7000-8000-0000000000d1")},
          .message = {*core::parse_uuid("01920000-0000-7000-8000-0000000000e1")},
          .incident = {*core::parse_uuid("01920000-0000-7000-8000-0000000000f1")},
          .kind = core::MessageKind::relay,
          .number = "JPS-2018-1",
          .sender = "mhlw",
          .recipient = "nisc",
          .clause = "2.2.4(2)(h)",
          .sentence = 2,
          .version = 3,
          .severity = routing::Severity::attack,
          .sent_at = sample_time(),
          .label = std::pair(core::Grades{2, 1, 0}, core::KindRule::agency),
          .acknowledge_by = sample_time() + std::chrono::minutes(30),
          .receipt_number = "NISC-R-49QD-C9AP-39PM",
          .acknowledge_url = "https://noroshi.example.go.jp:8443/acknowledge/dG9rZW4tZm9yLWFja25vd2xlZGdlbWVudA",
          .acknowledge_token = "dG9rZW4tZm9yLWFja25vd2xlZGdlbWVudA",
          .content = Consignment::Content{.title = std::string(secret_title),
                                          .note = std::string(secret_note) + "\n2行目",
                                          .report = "{\"number\":\"" + std::string(secret_report) + "\"}\n"}};
}

const routing::Registry& sample_registry() {
  static const auto registry = [] {
    constexpr std::string_view bodies =
        "id,name_ja,name_en,kind,supervising,designated_table,prefecture,police,valid_from,valid_to,also_kind,legal_"
        "class,"
        "parent,successor,source,confidence,note\n"
        "mhlw,厚生労働省,\"Ministry of Health, Labour and Welfare\",national_agency,,,東京都,,,,,,,,M,high,\n"
        "nisc,内閣サイバーセキュリティセンター,,center,,,東京都,,,,,,,,M,high,\n";
    constexpr std::string_view supervision =
        "org_id,agency_id,role,scope_ja,law_minister,in_2013_text,in_2026_text,valid_from,valid_to,confidence\n";
    auto parsed = routing::Registry::parse(bodies, supervision);
    if (!parsed) throw std::runtime_error(to_string(parsed.error().front()));
    return std::move(*parsed);
  }();
  return registry;
}

Folder::Folder() {
  auto pattern = (std::filesystem::temp_directory_path() / "noroshi-mail-XXXXXX").string();
  if (!::mkdtemp(pattern.data())) throw std::runtime_error("mkdtemp");
  path_ = pattern;
  ::chmod(path_.c_str(), 0755);  // a relay's own users read their files in it
}
Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}
std::filesystem::path Folder::write(const std::string& name, std::string_view content) const {
  std::ofstream(path_ / name, std::ios::binary) << content;
  return path_ / name;
}

std::string content_of(const std::filesystem::path& file) {
  std::ostringstream content;
  content << std::ifstream(file, std::ios::binary).rdbuf();
  return content.str();
}

int shell(const std::string& command) {
  const int status = std::system(command.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

boost::json::value read_mail(const std::filesystem::path& file) {
  const auto output = file.string() + ".json";
  if (shell("python3 " DELIVERY_TESTS_FOLDER "/read_mail.py '" + file.string() + "' > '" + output + "'") != 0)
    throw std::runtime_error("read_mail.py");
  return boost::json::parse(content_of(output));
}

std::string text_at(const boost::json::value& value, std::string_view pointer) {
  boost::system::error_code error;
  const auto* found = value.find_pointer(pointer, error);
  return found && found->is_string() ? std::string(found->as_string()) : std::string();
}

}  // namespace noroshi::delivery::test
