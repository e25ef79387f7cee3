// A file that holds a secret of the daemon: of one owner, read and written whole.
#pragma once

#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>

namespace noroshi::app {

// The file cannot be read or is no such key, or the database does not know it: the operator has to look. The text says
// what to do.
class KeyFileFault : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using OpenFile = std::unique_ptr<std::FILE, CloseFile>;

// For reading; one that others can read is refused.
OpenFile open_key_file(const std::filesystem::path& path);
// With mode 0600, in a folder of mode 0700 that is made; whole or not at all: a daemon killed in between leaves no half key. A file
// that is there is never replaced.
// `put` writes, and says whether it could.
void write_key_file(const std::filesystem::path& path, const std::function<bool(std::FILE*)>& put);

}  // namespace noroshi::app
