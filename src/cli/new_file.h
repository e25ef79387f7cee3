// A file that the program makes for somebody: never one that is there.
#pragma once

#include <filesystem>
#include <string_view>

namespace noroshi::cli {

// Nobody else may read it. It goes with the object unless it is kept.
class NewFile {
 public:
  explicit NewFile(std::filesystem::path path);
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  // Of the last call that failed; EEXIST where something is there. 0: none did.
  int error() const { return error_; }
  bool write(std::string_view bytes);
  // To the disk; false where that fails, and then it goes.
  bool keep();

 private:
  std::filesystem::path path_;
  int descriptor_;
  int error_ = 0;
  bool kept_ = false;
};

}  // namespace noroshi::cli
