#include "src/cli/report_print.h"

#include <cstring>

#include <fmt/format.h>

#include "src/cli/find_incident.h"
#include "src/cli/new_file.h"

namespace noroshi::cli {

int run(const ReportPrintOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto id = find_incident(*client, options.id, output);
  if (!id) return id.error();
  NewFile file(options.file);
  if (file.error()) {
    complain(output, {fmt::format("{} に書けません: {}。既にあるファイルは上書きしません。", options.file.string(), std::strerror(file.error())),
                      fmt::format("cannot write {}: {}; a file that is there is never overwritten", options.file.string(),
                                  std::strerror(file.error()))});
    return exit_usage;
  }
  const auto answer = client->get(fmt::format("/api/v1/incidents/{}/print?language={}", percent_encoded(*id),
                                              output.language == Language::ja ? "ja" : "en"));
  if (!answer) return tell_no_answer(answer.error(), output);
  if (!answer->good()) return tell_refusal(*answer, output);
  if (!file.write(answer->body) || !file.keep()) {
    complain(output, {fmt::format("{} に書けません: {}", options.file.string(), std::strerror(file.error())),
                      fmt::format("cannot write {}: {}", options.file.string(), std::strerror(file.error()))});
    return exit_internal;
  }
  print_line(output.json ? fmt::format("{{\"bytes\":{}}}", answer->body.size()) : options.file.string());
  return exit_ok;
}

}  // namespace noroshi::cli
