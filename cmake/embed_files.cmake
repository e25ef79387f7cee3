# Embeds files in a library: the assembler copies their bytes, a table names them.
#
#   noroshi_embed_files(<target> <function> FILES <file>...)
#
# adds to the target a source that defines
#   std::span<const noroshi::EmbeddedFile> <function>();          (cmake/embedded_file.h; declare it where it is used)
# with an entry for each file, in the order given, named by the file's name without its folder.
function(noroshi_embed_files target function)
  cmake_parse_arguments(PARSE_ARGV 2 EMBED "" "" "FILES")
  string(MAKE_C_IDENTIFIER "${function}" prefix)
  set(blobs "")
  set(declarations "")
  set(table "")
  set(index 0)
  foreach(file IN LISTS EMBED_FILES)
    get_filename_component(name ${file} NAME)
    set(symbol ${prefix}_${index})
    string(APPEND blobs
      "asm(\".section .rodata\\n.global ${symbol}\\n.global ${symbol}_end\\n\"\n"
      "    \"${symbol}:\\n.incbin \\\"${file}\\\"\\n${symbol}_end:\\n.byte 0\\n.previous\\n\");\n")
    string(APPEND declarations "extern const char ${symbol}[];\nextern const char ${symbol}_end[];\n")
    string(APPEND table
      "      {\"${name}\", {${symbol}, static_cast<std::size_t>(${symbol}_end - ${symbol})}},\n")
    math(EXPR index "${index} + 1")
  endforeach()

  string(REGEX REPLACE "::[^:]+$" "" scope "${function}")
  string(REGEX REPLACE "^.*::" "" name "${function}")
  set(source ${CMAKE_CURRENT_BINARY_DIR}/${prefix}.cpp)
  file(CONFIGURE OUTPUT ${source} @ONLY CONTENT [=[
// Written by cmake/embed_files.cmake.
#include <cstddef>
#include <initializer_list>

#include "cmake/embedded_file.h"

@blobs@
extern "C" {
@declarations@}

namespace @scope@ {

std::span<const noroshi::EmbeddedFile> @name@();
std::span<const noroshi::EmbeddedFile> @name@() {
  static const std::initializer_list<noroshi::EmbeddedFile> files = {
@table@  };
  return {files.begin(), files.size()};
}

}  // namespace @scope@
]=])
  set_source_files_properties(${source} PROPERTIES OBJECT_DEPENDS "${EMBED_FILES}")
  target_sources(${target} PRIVATE ${source})
endfunction()
