// noroshid: the daemon's command line.
#include <malloc.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "src/app/config.h"
#include "src/app/daemon.h"
#include "src/app/logging.h"
#include "src/app/version.h"
#include "src/store/migrations.h"

namespace {

std::vector<std::string> environment() {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable; ++variable) variables.emplace_back(*variable);
  return variables;
}

// As the command line's src/cli/language.h.
bool speaks_japanese() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"})
    if (const char* value = std::getenv(name); value && *value) return !std::string_view(value).starts_with("en");
  return true;
}

// Files of the daemon are its own; a core file would hold what reports say; a peer that goes away is no reason to die.
void prepare_process() {
  ::umask(0027);
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  std::signal(SIGPIPE, SIG_IGN);
  // A group of reports is a document of megabytes. glibc would map its memory anew each time and give it back at once: under load
  // half of the daemon's time went into page faults. Few arenas, so that what one thread freed serves the others: slow clients that
  // each hold a large body otherwise took more than 256 MiB (tests/input/slow_clients.py).
  ::mallopt(M_MMAP_THRESHOLD, 32 << 20);
  ::mallopt(M_TRIM_THRESHOLD, 32 << 20);
  ::mallopt(M_ARENA_MAX, 2);
}

}  // namespace

int main(int argc, char** argv) {
  using namespace noroshi::app;
  const bool ja = speaks_japanese();
  const auto words = [ja](const char* japanese, const char* english) { return std::string(ja ? japanese : english); };
  CLI::App program{words("noroshid: インシデントの報告を受け付け、統一基準 2.2.4 に従って届けます",
                         "noroshid: receives incident reports and carries them under section 2.2.4 of the Common Standards")};
  ConfigFlags flags;
  program.add_option("--data", flags.data, words("デーモンが保持する全てのフォルダー（NOROSHI_DATA）", "folder of everything the daemon keeps (NOROSHI_DATA)"))->option_text("DIR");
  program.add_option("--listen", flags.listen, words("待ち受けるアドレス。ポート 0 は空きポート", "where to serve; port 0 takes a free one"))->option_text("HOST:PORT");
  program.add_option("--database-url", flags.database_url, words("専用のクラスターに代えて使う PostgreSQL", "a PostgreSQL of yours, instead of a private cluster"))
      ->option_text("URL");
  program.add_option("--registry", flags.registry, words("organizations.csv と supervision_scopes.csv のフォルダー", "folder with organizations.csv and supervision_scopes.csv"))
      ->option_text("DIR");
  program.add_option("--editions", flags.editions, words("統一基準の版（*.toml）のフォルダー", "folder with the editions (*.toml)"))->option_text("DIR");
  program.add_option("--config", flags.config, words("DIR/noroshi.toml に代わる設定", "instead of DIR/noroshi.toml"))->option_text("FILE");
  program.add_option("--test-clock", flags.test_clock, words("デモンストレーション用：時計を RATE 倍で進める", "demonstrations only: let the shown clock run RATE times as fast"))
      ->option_text("RATE");
  program.set_version_flag("--version", fmt::format("noroshid {} (schema {})", version(),
                                                    noroshi::store::Migrations::embedded().all().back().number));
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? 0 : 2;
  }

  prepare_process();
  auto config = load_config(flags, environment());
  if (!config) {
    std::fputs("noroshid: the configuration has mistakes:\n", stderr);
    for (const auto& mistake : config.error())
      std::fprintf(stderr, "  %s\n", noroshi::routing::to_string(mistake).c_str());
    return static_cast<int>(ExitCode::configuration);
  }
  start_logging(*config);
  const int code = run_daemon(*config);
  stop_logging();
  return code;
}
