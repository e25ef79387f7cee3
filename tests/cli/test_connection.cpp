#include <doctest/doctest.h>
#include <stdlib.h>

#include "src/cli/connection.h"
#include "tests/cli/temporary_folder.h"

using namespace noroshi::cli;
using noroshi::test::TemporaryFolder;

namespace {

const std::string token = "noroshi_0190163d8694739b9bea966c26f8ad91_" + std::string(43, 'x');
const std::string other_token = "noroshi_0190163d8694739b9bea966c26f8ad92_" + std::string(43, 'y');

// An environment without the variables that the machine of the test may have.
struct CleanEnvironment {
  TemporaryFolder home;
  CleanEnvironment() {
    for (const char* name :
         {"NOROSHI_URL", "NOROSHI_TOKEN", "NOROSHI_TOKEN_FILE", "NOROSHI_CA", "XDG_CONFIG_HOME"})
      ::unsetenv(name);
    ::setenv("HOME", home.path().c_str(), 1);
  }
};

}  // namespace

TEST_CASE("flags go before the environment, and that before the client's file") {
  const CleanEnvironment environment;
  const auto token_file = environment.home.write("token", token + "\n");
  environment.home.write(".config/noroshi/client.toml",
                         "url = \"https://file.example:1\"\ntoken_file = \"~/token\"\n");
  CHECK(resolve_connection({})->url == "https://file.example:1");
  CHECK(resolve_connection({})->token == token);

  ::setenv("NOROSHI_URL", "https://environment.example:2", 1);
  CHECK(resolve_connection({})->url == "https://environment.example:2");
  ::setenv("NOROSHI_TOKEN", other_token.c_str(), 1);
  CHECK(resolve_connection({})->token == other_token);

  CHECK(resolve_connection({"https://flag.example:3", token_file, ""})->url == "https://flag.example:3");
  CHECK(resolve_connection({"https://flag.example:3", token_file, ""})->token == token);
}

TEST_CASE("only https addresses are taken, and every one of a strange form is refused") {
  const CleanEnvironment environment;
  ::setenv("NOROSHI_TOKEN", token.c_str(), 1);
  for (const char* url :
       {"http://127.0.0.1:8443", "https://user:secret@host:1", "https://host/api", "host:8443", "https://",
        "https://host:1/?q", "https://host:1#f", "https://ho st:1"}) {
    CAPTURE(url);
    CHECK_FALSE(resolve_connection({url, "", ""}));
  }
  CHECK(resolve_connection({"https://[::1]:8443", "", ""})->host == "::1");
  CHECK(resolve_connection({"https://[::1]:8443/", "", ""})->url == "https://[::1]:8443");
  CHECK(resolve_connection({"https://noroshi.example.go.jp", "", ""})->port == "443");
}

TEST_CASE("a mistake in the client's file is told with its line, and what is missing with what to do") {
  const CleanEnvironment environment;
  CHECK(resolve_connection({}).error().en.find("--url") != std::string::npos);
  environment.home.write(".config/noroshi/client.toml", "url = \"https://a:1\"\ntocken_file = \"x\"\n");
  CHECK(resolve_connection({}).error().en.find("client.toml:2: there is no key tocken_file") !=
        std::string::npos);
  environment.home.write(".config/noroshi/client.toml", "url = 1\n");
  CHECK(resolve_connection({}).error().en.find("must be a string") != std::string::npos);
  environment.home.write(".config/noroshi/client.toml", "url = \n");
  CHECK(resolve_connection({}).error().en.find("client.toml:1:") != std::string::npos);
  environment.home.write(".config/noroshi/client.toml", "url = \"https://a:1\"\n");
  CHECK(resolve_connection({}).error().en.find("--token-file") != std::string::npos);
}

TEST_CASE("a file that holds no token is refused without repeating what it holds") {
  const CleanEnvironment environment;
  const auto file = environment.home.write("token", "a-secret-of-something-else\n");
  const auto refused = resolve_connection({"https://a:1", file, ""});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().en.find("a-secret") == std::string::npos);
  CHECK_FALSE(resolve_connection({"https://a:1", environment.home.path() / "none", ""}));
}

TEST_CASE("the id of a token may be shown, and only a token has one") {
  CHECK(token_id_of(token) == "0190163d8694739b9bea966c26f8ad91");
  CHECK(token_id_of(token + "x").empty());
  CHECK(token_id_of("noroshi_" + std::string(32, 'G') + "_" + std::string(43, 'x')).empty());
  CHECK(token_id_of("").empty());
}
