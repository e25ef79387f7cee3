#include "src/cli/migrate.h"

#include <fmt/format.h>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "src/store/migrations.h"

namespace noroshi::cli {
namespace {

namespace json = boost::json;

void tell(const store::Migration& migration, bool dry_run, const Output& output) {
  if (output.json) {
    print_line(json::serialize(json::value{{"number", migration.number},
                                           {"name", migration.name},
                                           {"sha256", migration.sha256},
                                           {"applied", !dry_run}}));
  } else {
    print_line(fmt::format("{:04}_{}", migration.number, migration.name));
  }
}

}  // namespace

int run(const MigrateOptions& options, const Output& output) {
  return with_database(options.database, output, [&]() -> int {
    const DatabaseVisit visit(options.database, output);
    store::Connection owner(store::for_migrations(visit.settings()), store::DatabaseRole::owner);
    const auto& migrations = store::Migrations::embedded();
    int count = 0;
    if (options.dry_run) {
      for (const auto& migration : migrations.plan(owner)) {
        tell(migration, true, output);
        ++count;
      }
    } else {
      count =
          migrations.apply(owner, [&](const store::Migration& migration) { tell(migration, false, output); });
    }
    if (output.json) return exit_ok;
    print_line(options.dry_run
                   ? output({fmt::format("{} 件を適用します（まだ適用していません）。", count),
                             fmt::format("{} would be applied; nothing was", count)})
                   : output({fmt::format("{} 件を適用しました。", count), fmt::format("{} applied", count)}));
    return exit_ok;
  });
}

}  // namespace noroshi::cli
