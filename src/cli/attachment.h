// `noroshi attachment add|list|get`: files that go with an incident.
#pragma once

#include <filesystem>
#include <string>

#include "src/cli/act.h"

namespace noroshi::cli {

struct AttachmentAddOptions : ActOptions {
  std::string incident;  // id, number or reference
  std::filesystem::path file;
  std::string name;  // empty: that of the file
  std::string type = "application/octet-stream";
};
int run(const AttachmentAddOptions& options, const Output& output);

struct AttachmentListOptions {
  ConnectionOptions connection;
  std::string incident;
};
int run(const AttachmentListOptions& options, const Output& output);

struct AttachmentGetOptions {
  ConnectionOptions connection;
  std::string incident;
  std::string attachment;
  std::filesystem::path file;  // where it goes: never one that is there, never a name that the daemon gave
};
// Exit 1 where what came is not what its SHA-256 says: nothing is left of it then.
int run(const AttachmentGetOptions& options, const Output& output);

}  // namespace noroshi::cli
