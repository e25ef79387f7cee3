// noroshi-witness: watches the record of a Noroshi daemon and cosigns its checkpoints. It shares no code with what it
// watches: a mistake made there is not made here again.
#include <signal.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <string>
#include <vector>

#include "src/witness/files.h"
#include "src/witness/witness.h"

namespace noroshi::witness {
namespace {

struct Options {
  std::string state;
  std::string language;
  std::string name;
  std::string url;
  std::string token_file;
  std::string ca;
  std::vector<std::string> log_keys;
  std::string accept_origin;
  int every = 0;  // seconds; 0: one look
};

void complain(const Text& text, Language language) {
  std::fprintf(stderr, "noroshi-witness: %s\n", in(text, language).c_str());
}

void print(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

std::string from_environment(const std::string& given, const char* name) {
  const char* value = given.empty() ? std::getenv(name) : nullptr;
  return value ? value : given;
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find_first_of("\r\n"));
}

LogAddress address_of(const Options& options) {
  LogAddress address{from_environment(options.url, "NOROSHI_URL"), "", from_environment(options.ca, "NOROSHI_CA")};
  const auto file = from_environment(options.token_file, "NOROSHI_TOKEN_FILE");
  while (address.url.ends_with('/')) address.url.pop_back();
  if (!address.url.starts_with("https://") || file.empty())
    throw Stop(exit_configuration,
               {"--url（https://…）と --token-file を指定してください。", "give --url (https://…) and --token-file"});
  const auto text = read_file(file);
  if (!text) throw Stop(exit_configuration, {file + " がありません。", "there is no " + file});
  address.token = first_line(*text);
  const auto visible = [](char c) { return c > 0x20 && c < 0x7F; };
  if (address.token.empty() || !std::all_of(address.token.begin(), address.token.end(), visible))
    throw Stop(exit_configuration, {file + " にトークンがありません。", "there is no token in " + file});
  return address;
}

void pin_keys(State& state, const Options& options) {
  std::vector<NoteKey> keys;
  for (const auto& line : options.log_keys) {
    const auto key = read_key(line);
    if (!key || key->kind != KeyKind::log)
      throw Stop(exit_usage, {"--log-key は noroshi record keys が出力する行（起点+ハッシュ+base64）です。",
                              "--log-key takes a line that noroshi record keys prints (origin+hash+base64)"});
    keys.push_back(*key);
  }
  state.pin(keys, options.accept_origin);
  if (state.log_keys().empty())
    throw Stop(exit_configuration,
               {"初回は --log-key でログの鍵（noroshi record keys の行）を指定してください。",
                "the first time, give the log's keys by --log-key (the lines of noroshi record keys)"});
}

int print_key(const Options& options) {
  State state(options.state);
  const auto name = state.name(options.name);
  print(to_line(NoteKey{name, KeyKind::cosignature, Key::ensure(state.key_file()).public_key()}));
  return exit_ok;
}

// Whether to end, by SIGTERM or SIGINT, within that time.
bool told_to_end(const sigset_t& signals, std::chrono::seconds time) {
  const timespec patience{static_cast<std::time_t>(time.count()), 0};
  return ::sigtimedwait(&signals, nullptr, &patience) > 0;
}

void tell_of(const Look& look, bool watching) {
  if (look.nothing_yet) {
    if (!watching) print("no checkpoint yet");
    return;
  }
  const auto line = look.checkpoint.origin + " " + std::to_string(look.checkpoint.size) + " " +
                    to_base64(as_text(look.checkpoint.root));
  if (look.fresh)
    print("cosigned " + line);
  else if (!watching)
    print("unchanged " + line);
}

// Looks until it is told to end or the log contradicts itself. What may pass by itself is said once and tried again.
int watch(State& state, Witness& witness, const Options& options, Language language) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  ::sigprocmask(SIG_BLOCK, &signals, nullptr);
  std::string said;
  for (;;) {
    try {
      tell_of(witness.look(options.accept_origin), true);
      said.clear();
    } catch (const Stop& stop) {
      if (state.halted()) throw;
      if (const auto text = in(stop.text(), language); text != said) {
        complain(stop.text(), language);
        said = text;
      }
    }
    if (told_to_end(signals, std::chrono::seconds(options.every))) return exit_ok;
  }
}

int run(const Options& options, Language language) {
  State state(options.state);
  const auto name = state.name(options.name);
  pin_keys(state, options);
  const Log log(address_of(options));
  std::string told;  // of a new key, once
  Witness witness(state, log, name, Key::ensure(state.key_file()), [&](const Text& text) {
    if (text.en != told) complain(text, language);
    told = text.en;
  });
  if (options.every > 0) return watch(state, witness, options, language);
  tell_of(witness.look(options.accept_origin), false);
  return exit_ok;
}

int run_program(int argc, char** argv) {
  Options options;
  CLI::App program("Watches the record of a Noroshi daemon and cosigns its checkpoints", "noroshi-witness");
  program.set_version_flag("--version", "noroshi-witness " NOROSHI_VERSION);
  program.add_option("--state", options.state, "Folder of what it knows: its key, the log's keys, the last checkpoint")
      ->type_name("DIR")
      ->required();
  program.add_option("--name", options.name, "Name of the witness, when its key is made [the host's name]")
      ->type_name("NAME");
  program.add_option("--url", options.url, "The daemon, https://host:port [NOROSHI_URL]")->type_name("URL");
  program
      .add_option("--token-file", options.token_file, "File with a bearer token of role auditor [NOROSHI_TOKEN_FILE]")
      ->type_name("FILE");
  program.add_option("--ca", options.ca, "Certificate authority of the daemon (DIR/tls/ca.pem) [NOROSHI_CA]")
      ->type_name("FILE");
  program
      .add_option("--log-key", options.log_keys,
                  "A line of noroshi record keys, once for each: the first time, and when the log has a new key")
      ->type_name("KEY")
      ->take_all()
      ->expected(1);
  program
      .add_option("--accept-origin", options.accept_origin,
                  "Let a tree of that name follow the one watched so far; after asking the log's operator why")
      ->type_name("NAME");
  program.add_option("--every", options.every, "Look every so many seconds, until SIGTERM [one look]")
      ->type_name("SECONDS")
      ->check(CLI::Range(1, 86400));
  program.add_option("--lang", options.language, "Language of the output [LANG, else ja]")
      ->check(CLI::IsMember({"ja", "en"}));
  program.fallthrough();
  auto* key =
      program.add_subcommand("key", "Print its own key, for noroshi record witness add; makes it the first time");
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? exit_ok : exit_usage;
  }
  const auto language = language_from(options.language);
  try {
    return key->parsed() ? print_key(options) : run(options, language);
  } catch (const Stop& stop) {
    complain(stop.text(), language);
    return stop.code();
  } catch (const std::exception& error) {
    complain({std::string("内部エラー: ") + error.what(), std::string("internal error: ") + error.what()}, language);
    return exit_internal;
  }
}

}  // namespace
}  // namespace noroshi::witness

int main(int argc, char** argv) {
  signal(SIGPIPE, SIG_IGN);  // a log that goes away while we write to it is an error value, not our death
  return noroshi::witness::run_program(argc, argv);
}
