# Embeds schemas/sql/NNNN_name.sql in the library: the assembler copies the bytes, a table names them.
# Sets NOROSHI_EMBEDDED_MIGRATIONS to the source file to compile.
file(GLOB migration_files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/schemas/sql/[0-9][0-9][0-9][0-9]_*.sql)
list(SORT migration_files)

set(blobs "")
set(declarations "")
set(table "")
foreach(file IN LISTS migration_files)
  get_filename_component(stem ${file} NAME_WE)
  set(symbol noroshi_migration_${stem})
  string(APPEND blobs
    "asm(\".section .rodata\\n.global ${symbol}\\n.global ${symbol}_end\\n\"\n"
    "    \"${symbol}:\\n.incbin \\\"${file}\\\"\\n${symbol}_end:\\n.byte 0\\n.previous\\n\");\n")
  string(APPEND declarations "extern const char ${symbol}[];\nextern const char ${symbol}_end[];\n")
  string(APPEND table "    {\"${stem}\", ${symbol}, ${symbol}_end},\n")
endforeach()

set(NOROSHI_EMBEDDED_MIGRATIONS ${CMAKE_CURRENT_BINARY_DIR}/embedded_migrations.cpp)
file(CONFIGURE OUTPUT ${NOROSHI_EMBEDDED_MIGRATIONS} @ONLY CONTENT [=[
// Written by src/store/embed_migrations.cmake from schemas/sql.
#include "src/store/embedded_migrations.h"

@blobs@
extern "C" {
@declarations@}

namespace noroshi::store {

std::span<const EmbeddedMigration> embedded_migrations() {
  static const std::initializer_list<EmbeddedMigration> migrations = {
@table@  };
  return {migrations.begin(), migrations.size()};
}

}  // namespace noroshi::store
]=])
set_source_files_properties(${NOROSHI_EMBEDDED_MIGRATIONS} PROPERTIES OBJECT_DEPENDS "${migration_files}")
