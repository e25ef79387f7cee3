#include "src/cli/database_visit.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include <fmt/format.h>

#include "src/app/content_key_files.h"
#include "src/store/migrations.h"

namespace noroshi::cli {

std::filesystem::path content_key_folder(const DatabaseOptions& options) {
  if (!options.content_keys.empty() || options.data.empty()) return options.content_keys;
  return options.data / "keys" / "content";
}

void give_to_daemon(const std::filesystem::path& folder, const std::filesystem::path& path) {
  struct stat owner {};
  if (::geteuid() == 0 && ::stat(folder.c_str(), &owner) == 0 && ::lchown(path.c_str(), owner.st_uid, owner.st_gid) != 0)
    throw app::KeyFileFault(fmt::format("cannot give {} to the owner of {}", path.string(), folder.string()));
}

DatabaseVisit::DatabaseVisit(const DatabaseOptions& options, const Output&) {
  if (!options.database_url.empty()) {
    settings_ = store::ConnectionSettings::from_url(options.database_url);
  } else {
    store::PrivateClusterSettings settings;
    settings.data = std::filesystem::absolute(options.data);
    settings.program = "noroshi";
    if (isatty(STDERR_FILENO))
      settings.progress = [](const std::string& line) { fmt::print(stderr, "{}\n", line); };
    cluster_ = std::make_unique<store::ClusterVisit>(std::move(settings));
    settings_ = cluster_->connection_settings();
  }
  settings_.application_name = "noroshi";
  if (const auto folder = content_key_folder(options); !folder.empty()) settings_.content_keys = app::find_content_keys(folder);
}

std::unique_ptr<store::Connection> DatabaseVisit::owner() const {
  return std::make_unique<store::Connection>(settings_, store::DatabaseRole::owner);
}

std::unique_ptr<store::Connection> DatabaseVisit::owner_of_current_schema() const {
  auto connection = owner();
  const auto& migrations = store::Migrations::embedded();
  const auto missing = migrations.plan(*connection);
  if (missing.size() == migrations.all().size()) {
    store::Connection upgrader(store::for_migrations(settings_), store::DatabaseRole::owner);
    migrations.apply(upgrader);
    return owner();  // a fresh session: the schema was not there when the first was set up
  }
  if (missing.empty()) return connection;
  throw store::MigrationRefused(
      fmt::format("the schema lacks {} upgrades of this program, the first {:04}_{}: run `noroshi migrate` "
                  "or start noroshid",
                  missing.size(), missing.front().number, missing.front().name));
}

int with_database(const DatabaseOptions& options, const Output& output, const std::function<int()>& command) {
  if (!options.given()) {
    complain(output, {"--data DIR か --database-url URL で noroshid のデータを指定してください。",
                      "name the daemon's data by --data DIR or --database-url URL"});
    return exit_usage;
  }
  try {
    return command();
  } catch (const store::ClusterFault& fault) {
    complain(output, {fault.what(), fault.what()});
    return fault.exit_code();
  } catch (const app::KeyFileFault& fault) {
    complain(output, {fault.what(), fault.what()});
    return exit_configuration;
  } catch (const store::MigrationRefused& refused) {
    complain(output, {refused.what(), refused.what()});
    return exit_configuration;
  } catch (const store::DatabaseMisconfigured& error) {
    complain(output, {error.what(), error.what()});
    return exit_configuration;
  } catch (const store::DatabaseError& error) {
    complain(output, {fmt::format("データベースを使えません: {}", error.what()),
                      fmt::format("the database cannot be used: {}", error.what())});
    return exit_unavailable;
  }
}

}  // namespace noroshi::cli
