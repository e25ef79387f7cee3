// A consignment as tests of mail send it, and what else they share.
#pragma once

#include <boost/json.hpp>

#include <filesystem>
#include <string>
#include <string_view>

#include "routing/registry.h"
#include "src/delivery/channel.h"

namespace noroshi::delivery::test {

// With every member set, content too.
Consignment sample_consignment();
const routing::Registry& sample_registry();
Timestamp sample_time();  // 2018-08-01T09:00:00+09:00

// Words of the content of sample_consignment() that stand in no mail in the clear.
inline constexpr std::string_view secret_title = "宛先を誤った送信";
inline constexpr std::string_view secret_note = "至急ご確認ください";
inline constexpr std::string_view secret_report = "4f6b-secret-report";

class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path write(const std::string& name, std::string_view content) const;

 private:
  std::filesystem::path path_;
};

std::string content_of(const std::filesystem::path& file);
// The exit code of a command line for the shell.
int shell(const std::string& command);
// What read_mail.py makes of a file.
boost::json::value read_mail(const std::filesystem::path& file);
std::string text_at(const boost::json::value& value, std::string_view pointer);

}  // namespace noroshi::delivery::test
