// The files of schemas/sql as the build put them into the binary (embed_migrations.cmake).
#pragma once

#include <initializer_list>
#include <span>

namespace noroshi::store {

struct EmbeddedMigration {
  const char* stem;  // "0001_foundation"
  const char* begin;
  const char* end;
};

std::span<const EmbeddedMigration> embedded_migrations();

}  // namespace noroshi::store
