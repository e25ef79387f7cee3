#include "src/cli/attachment.h"

#include <chrono>
#include <cstring>
#include <fstream>
#include <optional>
#include <system_error>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "src/cli/find_incident.h"
#include "src/cli/json_view.h"
#include "src/cli/new_file.h"
#include "src/cli/table.h"
#include "src/core/decide_attachment.h"
#include "src/core/file_name.h"
#include "src/record/encodings.h"
#include "src/record/sha256_stream.h"

namespace noroshi::cli {
namespace {

namespace json = boost::json;

// Of a slow line: the daemon gives each 64 KiB a second, and has the same patience.
constexpr std::chrono::seconds longest_transfer{1200};
constexpr std::chrono::seconds longest_silence{60};

std::string place_of(const std::string& incident) {
  return "/api/v1/incidents/" + percent_encoded(incident) + "/attachments";
}

std::string mark_of(const json::value& attachment, Language language) {
  if (!flag_at(attachment, "/exercise")) return "";
  return language == Language::ja ? "【訓練】" : "EXERCISE ";
}

std::string render(const json::array& attachments, Language language) {
  const bool ja = language == Language::ja;
  Table table(ja ? std::vector<std::string>{"ID", "ファイル名", "大きさ", "種類", "追加した機関", "日時", "SHA-256"}
                 : std::vector<std::string>{"id", "name", "bytes", "type", "added by", "at", "sha256"});
  for (const auto& attachment : attachments)
    table.add_row({text_at(attachment, "/id"), mark_of(attachment, language) + text_at(attachment, "/name"),
                   std::to_string(number_at(attachment, "/size").value_or(0)), text_at(attachment, "/media_type"),
                   shown_organization(text_at(attachment, "/organization"), language),
                   shown_time(text_at(attachment, "/added_at")), text_at(attachment, "/sha256")});
  return table.render(terminal_width());
}

std::optional<std::string> read_whole(const std::filesystem::path& path, const Output& output) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error) {
    complain(output, {fmt::format("{} を読めません: {}", path.string(), error.message()),
                      fmt::format("cannot read {}: {}", path.string(), error.message())});
    return std::nullopt;
  }
  if (size > core::largest_attachment) {
    complain(output, {fmt::format("{} は 64 MiB を超えています。分けて添付してください。", path.string()),
                      fmt::format("{} has more than 64 MiB: send it in parts", path.string())});
    return std::nullopt;
  }
  std::ifstream stream(path, std::ios::binary);
  std::string bytes(static_cast<std::size_t>(size), '\0');
  if (!stream.read(bytes.data(), static_cast<std::streamsize>(size)) || stream.peek() != std::ifstream::traits_type::eof()) {
    complain(output, {fmt::format("{} は読取り中に変わりました。", path.string()),
                      fmt::format("{} changed while it was read", path.string())});
    return std::nullopt;
  }
  return bytes;
}

// The file of that id among those of the incident; a null value where it is not there.
json::value find_attachment(const json::value& list, const std::string& wanted) {
  for (const auto& attachment : array_at(list, "/items"))
    if (text_at(attachment, "/id") == wanted) return attachment;
  return nullptr;
}

}  // namespace

int run(const AttachmentAddOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto name = options.name.empty() ? options.file.filename().string() : options.name;
  if (!core::is_file_name(name)) {
    complain(output, {"--name には、経路を含まない 255 バイト以内のファイル名を指定してください。",
                      "--name takes the name of a file without a path, in at most 255 bytes"});
    return exit_usage;
  }
  const auto bytes = read_whole(options.file, output);
  if (!bytes) return exit_usage;
  const auto incident = find_incident(*client, options.incident, output);
  if (!incident) return incident.error();
  ApiClient patient(client->settings(), longest_transfer);
  patient.speak(output.language);
  ActOptions act_options = options;
  act_options.media_type = options.type;
  const auto answer = act(patient, place_of(*incident) + "?name=" + percent_encoded(name), *bytes, act_options, output);
  if (!answer) return answer.error();
  if (output.json) return print_line(json::serialize(*answer)), exit_ok;
  print(render({*answer}, output.language));
  return exit_ok;
}

int run(const AttachmentListOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto incident = find_incident(*client, options.incident, output);
  if (!incident) return incident.error();
  const auto list = fetch(*client, place_of(*incident), output);
  if (!list) return list.error();
  if (output.json)
    print_line(json::serialize(*list));
  else if (array_at(*list, "/items").empty())
    print_line(output({"添付ファイルはありません。", "No files."}));
  else
    print(render(array_at(*list, "/items"), output.language));
  return exit_ok;
}

int run(const AttachmentGetOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto incident = find_incident(*client, options.incident, output);
  if (!incident) return incident.error();
  const auto list = fetch(*client, place_of(*incident), output);
  if (!list) return list.error();
  const auto attachment = find_attachment(*list, options.attachment);
  if (attachment.is_null()) {
    complain(output, {"そのIDの添付ファイルはありません。noroshi attachment list で確認してください。",
                      "no file has that id; see noroshi attachment list"});
    return exit_failed;
  }
  NewFile file(options.file);
  if (file.error()) {
    complain(output, {fmt::format("{} に書けません: {}。既にあるファイルは上書きしません。", options.file.string(), std::strerror(file.error())),
                      fmt::format("cannot write {}: {}; a file that is there is never overwritten", options.file.string(),
                                  std::strerror(file.error()))});
    return exit_usage;
  }
  record::Sha256Stream hash;
  const auto answer = client->stream("/api/v1/attachments/" + percent_encoded(options.attachment), "", longest_silence,
                                     [&](std::string_view bytes) {
                                       hash.add(bytes);
                                       return file.write(bytes);
                                     });
  if (file.error()) {
    complain(output, {fmt::format("{} に書けません: {}", options.file.string(), std::strerror(file.error())),
                      fmt::format("cannot write {}: {}", options.file.string(), std::strerror(file.error()))});
    return exit_internal;
  }
  if (!answer) return tell_no_answer(answer.error(), output);
  if (!answer->good()) return tell_refusal(*answer, output);
  if (record::to_hex(record::bytes_of(hash.finish())) != text_at(attachment, "/sha256")) {
    complain(output, {"受け取った内容の SHA-256 が一致しません。保存しませんでした。",
                      "what came is not what its SHA-256 says; nothing was kept"});
    return exit_failed;
  }
  if (!file.keep()) return exit_internal;
  if (output.json) return print_line(json::serialize(attachment)), exit_ok;
  print(render({attachment}, output.language));
  return exit_ok;
}

}  // namespace noroshi::cli
