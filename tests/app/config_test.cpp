#include <doctest/doctest.h>

#include <chrono>
#include <limits>

#include "src/app/law.h"
#include "tests/app/config_files.h"

namespace noroshi::app::test {
namespace {

using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("without a file, variables and flags the defaults hold") {
  const ConfigFiles files;
  ConfigFlags flags;
  flags.data = files.data();
  const auto config = load_config(flags, {"PATH=/usr/bin", "HOME=/nowhere"});
  REQUIRE(config);
  CHECK(config->data == files.data());
  CHECK(config->listen_host == "127.0.0.1");
  CHECK(config->listen_port == 8443);
  CHECK_FALSE(config->database_url);
  CHECK(config->clocks.acknowledgement.usual == 15min);
  CHECK(config->clocks.steps == std::vector<std::chrono::seconds>{0s, 15min, 30min, 60min});
  CHECK_FALSE(config->clocks.relay_on_silence);
  CHECK(config->retention == core::RetentionPolicy{.confidentiality_1 = 5, .confidentiality_2 = 5, .exercise = 1});
  CHECK(config->canary == core::CanaryPlan{});
  CHECK(config->log_automatic);
}

TEST_CASE("every key of the file is taken") {
  const ConfigFiles files;
  const auto config = files.load(R"([listen]
address = "[::1]:0"
names = ["a.example.jp", "b.example.jp"]
certificate = "tls/server.pem"
key = "/etc/noroshi/server.key"
tls_minimum = "1.2"
[database]
url = "host=db.example.jp dbname=noroshi"
writers = 3
readers = 9
[limits]
connections = 100
connections_per_address = 50
requests_per_body = 0
handshakes_per_address = 10
failed_tokens_per_address = 65536
[law]
registry = "registry"
editions = "../editions"
[targets]
"g.2" = "PT45M"
"h" = 7200
[acknowledgement]
target = 600
[ladder]
steps = [60, "PT10M"]
[relay]
on_silence = true
[retention]
confidentiality_1 = "P3Y"
confidentiality_2 = "P30Y"
exercise = "P2Y"
[canary]
organization = "jps"
at = "23:05"
within = "PT1H"
[sign_in]
relying_party = "noroshi.example.jp"
[log]
level = "warn"
format = "text"
)");
  REQUIRE(config);
  CHECK(config->listen_host == "::1");
  CHECK(config->listen_port == 0);
  CHECK(config->names == Texts{"a.example.jp", "b.example.jp"});
  CHECK(config->certificate == files.data() / "tls/server.pem");  // from the file's folder
  CHECK(config->key == "/etc/noroshi/server.key");
  CHECK(config->tls_1_2);
  CHECK(config->database_url == "host=db.example.jp dbname=noroshi");
  CHECK(config->writers == 3);
  CHECK(config->readers == 9);
  CHECK(config->connections == 100);
  CHECK(config->connections_per_address == 50);
  CHECK(config->requests_per_body == 0);
  CHECK(config->handshakes_per_address == 10);
  CHECK(config->failed_tokens_per_address == 65536);
  CHECK(config->registry == files.data() / "registry");
  CHECK(config->editions == files.data().parent_path() / "editions");
  CHECK(config->targets.at("g.2").usual == 45min);
  CHECK(config->targets.at("h").usual == 2h);
  CHECK(config->clocks.acknowledgement.usual == 10min);
  CHECK(config->clocks.steps == std::vector<std::chrono::seconds>{1min, 10min});
  CHECK(config->clocks.relay_on_silence);
  CHECK(config->retention == core::RetentionPolicy{.confidentiality_1 = 3, .confidentiality_2 = 30, .exercise = 2});
  CHECK(config->canary == core::CanaryPlan{.organization = "jps", .at = 23h + 5min, .within = 1h});
  CHECK(config->relying_party == "noroshi.example.jp");
  CHECK(config->log_level == "warning");
  CHECK_FALSE(config->log_automatic);
  CHECK_FALSE(config->log_json);
}

TEST_CASE("each mistake is told with its line and column") {
  struct Story {
    std::string_view toml;
    std::string_view mistake;
  };
  const Story stories[] = {
      {"[listen]\nadress = \"127.0.0.1:1\"",
       "noroshi.toml:2:1: unknown key 'adress' in [listen]; known are address, names"},
      {"[listn]\n", "noroshi.toml:1:2: unknown table 'listn'; known tables are listen, database"},
      {"data = \"/x\"", "noroshi.toml:1:1: unknown key 'data'"},
      {"log = \"info\"", "noroshi.toml:1:1: 'log' must be a table: write [log]"},
      {"[listen]\naddress = 8443", "noroshi.toml:2:11: 'address' must be a text in quotes"},
      {"[listen]\naddress = \"\"", "noroshi.toml:2:11: 'address' is empty"},
      {"[listen]\naddress = \"8443\"", "noroshi.toml:2:11: 'address' must be an address of this machine"},
      {"[listen]\naddress = \"127.0.0.1:65536\"",
       "noroshi.toml:2:11: 'address' must be an address of this machine"},
      {"[listen]\naddress = \"127.0.0.1:\"", "noroshi.toml:2:11: 'address' must be an address"},
      {"[listen]\naddress = \"127.0.0.1:-1\"", "noroshi.toml:2:11: 'address' must be an address"},
      {"[listen]\naddress = \"::1:8443\"", "noroshi.toml:2:11: 'address' must be an address"},
      {"[listen]\naddress = \"[127.0.0.1]:8443\"", "noroshi.toml:2:11: 'address' must be an address"},
      {"[listen]\naddress = \"noroshi.example.jp:8443\"", "noroshi.toml:2:11: 'address' must be an address"},
      {"[listen]\nnames = \"a\"", "noroshi.toml:2:9: 'names' must be a list"},
      {"[listen]\nnames = [\"a\", \"https://b\"]", "noroshi.toml:2:15: 'names' must hold names of hosts"},
      {"[listen]\nnames = [\"a\", 3]", "noroshi.toml:2:15: 'names' must be a text in quotes"},
      {"[listen]\ntls_minimum = \"1.1\"", "noroshi.toml:2:15: 'tls_minimum' must be one of \"1.2\", \"1.3\""},
      {"[listen]\ntls_minimum = 1.2", "noroshi.toml:2:15: 'tls_minimum' must be a text in quotes"},
      {"[listen]\ncertificate = \"a.pem\"", "noroshi.toml:2:15: a certificate and its key are set together"},
      {"[listen]\nkey = \"a.key\"", "noroshi.toml:2:7: a certificate and its key are set together"},
      {"[database]\nurl = \"nonsense\"", "noroshi.toml:2:7: 'url' is no address that libpq can read"},
      {"[database]\nurl = \"postgresql://h/d?color=red\"", "noroshi.toml:2:7: 'url' is no address"},
      {"[database]\nurl_file = \"none\"",
       "noroshi.toml:2:12: 'url_file' names none, which cannot be read: No such file"},
      {"[database]\nurl_file = \"noroshi.toml\"",
       "noroshi.toml:2:12: 'url_file' names noroshi.toml, which must hold one line"},
      {"[database]\nurl = \"host=a\"\nurl_file = \"b\"",
       "noroshi.toml:3:12: 'url_file' is one of url and url_file, which are both set"},
      {"[database]\nwriters = 0", "noroshi.toml:2:11: 'writers' must be a whole number from 1 to 16"},
      {"[database]\nwriters = 2.0", "noroshi.toml:2:11: 'writers' must be a whole number"},
      {"[database]\nwriters = \"2\"", "noroshi.toml:2:11: 'writers' must be a whole number"},
      {"[limits]\nconnections = 0", "noroshi.toml:2:15: 'connections' must be a whole number from 1 to 65536"},
      {"[database]\nreaders = 65", "noroshi.toml:2:11: 'readers' must be a whole number from 1 to 64"},
      {"[database]\nreaders = 9223372036854775807", "noroshi.toml:2:11: 'readers' must be a whole number"},
      {"[law]\nregistry = true", "noroshi.toml:2:12: 'registry' must be a text in quotes"},
      {"[targets]\n\"g.2\" = \"1h\"", "noroshi.toml:2:1: 'g.2' must be a duration, as \"PT60M\""},
      {"[targets]\n\"g.2\" = \"PT0S\"", "noroshi.toml:2:1: 'g.2' must be from PT1S to P366D"},
      {"[targets]\n\"g.2\" = -60", "noroshi.toml:2:1: 'g.2' must be from PT1S to P366D"},
      {"[targets]\n\"g.2\" = \"P367D\"", "noroshi.toml:2:1: 'g.2' must be from"},
      {"[targets]\n\"g.2\" = \"60\"", "noroshi.toml:2:1: 'g.2' must be a duration"},
      {"[targets]\n\"g.2\" = 1.5", "noroshi.toml:2:1: 'g.2' must be a duration"},
      {"[targets]\ng.2 = \"PT1H\"", "noroshi.toml:2:1: 'g' must be a duration"},  // dotted: needs its quotes
      {"[acknowledgement]\ntarget = \"P1M\"", "noroshi.toml:2:10: 'target' must be a duration"},
      {"[ladder]\nsteps = []", "noroshi.toml:2:9: 'steps' must have from 1 to 16 steps"},
      {"[ladder]\nsteps = [0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]",
       "noroshi.toml:2:9: 'steps' must have from 1 to 16"},
      {"[ladder]\nsteps = [\"PT0S\", \"PT5M\", 300]", "noroshi.toml:2:26: 'steps' must rise"},
      {"[ladder]\nsteps = [-1]", "noroshi.toml:2:10: 'steps' must be from PT0S to P30D"},
      {"[relay]\non_silence = \"true\"", "noroshi.toml:2:14: 'on_silence' must be true or false"},
      {"[canary]\nat = \"24:00\"", "noroshi.toml:2:6: 'at' must be a time of the day in Japan, as \"06:30\""},
      {"[canary]\nat = \"6:30\"", "noroshi.toml:2:6: 'at' must be a time of the day"},
      {"[canary]\nat = \"06-30\"", "noroshi.toml:2:6: 'at' must be a time of the day"},
      {"[canary]\nat = \"+6:30\"", "noroshi.toml:2:6: 'at' must be a time of the day"},
      {"[canary]\nwithin = \"PT13H\"", "noroshi.toml:2:10: 'within' must be"},
      {"[sign_in]\nrelying_party = \"Noroshi.example.jp\"", "noroshi.toml:2:17: 'relying_party' must be the name of a host in small letters"},
      {"[sign_in]\nrelying_party = \"127.0.0.1\"", "noroshi.toml:2:17: 'relying_party' must be"},
      {"[sign_in]\nrelying_party = \"::1\"", "noroshi.toml:2:17: 'relying_party' must be"},
      {"[sign_in]\nrelying_party = \"localhost:8443\"", "noroshi.toml:2:17: 'relying_party' must be"},
      {"[sign_in]\nrelying_party = \"https://localhost\"", "noroshi.toml:2:17: 'relying_party' must be"},
      {"[retention]\nexercise = \"P0Y\"", "noroshi.toml:2:12: 'exercise' must be whole years, from \"P1Y\" to \"P60Y\""},
      {"[retention]\nexercise = \"P61Y\"", "noroshi.toml:2:12: 'exercise' must be whole years"},
      {"[retention]\nexercise = \"P18M\"", "noroshi.toml:2:12: 'exercise' must be whole years"},
      {"[retention]\nexercise = \"P1Y6M\"", "noroshi.toml:2:12: 'exercise' must be whole years"},
      {"[retention]\nexercise = \"P365D\"", "noroshi.toml:2:12: 'exercise' must be whole years"},
      {"[retention]\nexercise = \"P+1Y\"", "noroshi.toml:2:12: 'exercise' must be whole years"},
      {"[retention]\nexercise = 1", "noroshi.toml:2:12: 'exercise' must be whole years"},
      {"[retention]\nconfidentiality_3 = \"P5Y\"", "noroshi.toml:2:1: unknown key 'confidentiality_3' in [retention]"},
      {"[log]\nlevel = \"loud\"", "noroshi.toml:2:9: 'level' must be one of \"trace\", \"debug\", \"info\""},
      {"[log]\nformat = \"xml\"",
       "noroshi.toml:2:10: 'format' must be one of \"automatic\", \"json\", \"text\""},
      {"[log]\nlevel = \"info", "noroshi.toml:2:14: "},                   // no TOML at all
      {"[log]\nlevel = \"info\"\nlevel = \"debug\"", "noroshi.toml:3:"},  // twice
      {"[log]\nlevel = \"\xff\"", "noroshi.toml:2:"},                     // not UTF-8
  };
  const ConfigFiles files;
  for (const auto& story : stories) {
    CAPTURE(story.toml);
    const auto mistakes = files.mistakes(story.toml);
    REQUIRE(mistakes.size() == 1);
    CAPTURE(mistakes[0]);
    CHECK(contains(mistakes[0], story.mistake));
  }
}

TEST_CASE("all mistakes are listed, in the order of the lines, then the environment, then the flags") {
  const ConfigFiles files;
  ConfigFlags flags;
  flags.listen = "nowhere";
  flags.test_clock = 0;
  const auto mistakes = files.mistakes("[log]\nlevel = 3\n[database]\nwriters = 99\nfoo = 1\n",
                                       {"NOROSHI_LOG_LEVEL=loud", "NOROSHI_FOO=1"}, flags);
  REQUIRE(mistakes.size() == 7);
  CHECK(contains(mistakes[0], "noroshi.toml:2:9: 'level'"));
  CHECK(contains(mistakes[1], "noroshi.toml:4:11: 'writers'"));
  CHECK(contains(mistakes[2], "noroshi.toml:5:1: unknown key 'foo'"));
  CHECK(contains(mistakes[3], "NOROSHI_LOG_LEVEL: must be one of"));
  CHECK(contains(mistakes[4], "NOROSHI_FOO: is no variable that noroshid knows"));
  CHECK(contains(mistakes[5], "--listen: must be an address"));
  CHECK(contains(mistakes[6], "--test-clock: must be a rate"));
}

TEST_CASE("the environment stands above the file, flags above the environment") {
  const ConfigFiles files;
  const std::string toml =
      "[listen]\naddress = \"127.0.0.1:1\"\n[database]\nurl = \"host=file\"\n[law]\nregistry = \"file\"\n";
  const Texts environment = {"NOROSHI_LISTEN=127.0.0.1:2", "NOROSHI_DATABASE_URL=host=environment",
                             "NOROSHI_LAW_EDITIONS=/environment"};
  const auto middle = files.load(toml, environment);
  REQUIRE(middle);
  CHECK(middle->listen_port == 2);
  CHECK(middle->database_url == "host=environment");
  CHECK(middle->registry == files.data() / "file");
  CHECK(middle->editions == "/environment");

  ConfigFlags flags;
  flags.listen = "[::1]:3";
  flags.database_url = "postgresql://flag/noroshi";
  flags.editions = "/flag";
  flags.test_clock = 60;
  const auto top = files.load(toml, environment, flags);
  REQUIRE(top);
  CHECK(top->listen_host == "::1");
  CHECK(top->listen_port == 3);
  CHECK(top->database_url == "postgresql://flag/noroshi");
  CHECK(top->editions == "/flag");
  CHECK(top->test_clock == 60);
}

TEST_CASE("every key of the file has its variable") {
  const ConfigFiles files;
  const auto config =
      files.load("", {"NOROSHI_LISTEN_ADDRESS=localhost:0", "NOROSHI_LISTEN_NAMES=a.jp, b.jp",
                      "NOROSHI_LISTEN_CERTIFICATE=/c", "NOROSHI_LISTEN_KEY=/k",
                      "NOROSHI_LISTEN_TLS_MINIMUM=1.2", "NOROSHI_DATABASE_WRITERS=1",
                      "NOROSHI_DATABASE_READERS=1", "NOROSHI_REGISTRY=/r", "NOROSHI_EDITIONS=/e",
                      "NOROSHI_TARGETS_G_2=PT1M", "NOROSHI_TARGETS_H=90", "NOROSHI_TARGETS_H_DECIDE=PT2H",
                      "NOROSHI_ACKNOWLEDGEMENT_TARGET=30", "NOROSHI_FOLLOWUP_TARGET=PT6H", "NOROSHI_LADDER_STEPS=PT0S,60",
                      "NOROSHI_RELAY_ON_SILENCE=true", "NOROSHI_LOG_LEVEL=debug", "NOROSHI_LOG_FORMAT=json"});
  REQUIRE(config);
  CHECK(config->listen_host == "127.0.0.1");
  CHECK(config->listen_port == 0);
  CHECK(config->names == Texts{"a.jp", "b.jp"});
  CHECK(config->certificate == "/c");
  CHECK(config->key == "/k");
  CHECK(config->tls_1_2);
  CHECK(config->writers == 1);
  CHECK(config->readers == 1);
  CHECK(config->registry == "/r");
  CHECK(config->editions == "/e");
  CHECK(config->targets.at("g.2").usual == 60s);
  CHECK(config->targets.at("h").usual == 90s);
  CHECK(config->targets.at("h.decide").usual == 2h);
  CHECK(config->targets.size() == 3);
  CHECK(config->clocks.acknowledgement.usual == 30s);
  CHECK(config->clocks.followup.usual == 6h);
  CHECK(config->clocks.steps == std::vector<std::chrono::seconds>{0s, 60s});
  CHECK(config->clocks.relay_on_silence);
  CHECK(config->log_level == "debug");
  CHECK_FALSE(config->log_automatic);
  CHECK(config->log_json);
}

TEST_CASE("variables of the client and of tests are let pass, others with the prefix are not") {
  const ConfigFiles files;
  CHECK(
      files
          .mistakes("", {"NOROSHI_URL=x", "NOROSHI_TOKEN=x", "NOROSHI_TOKEN_FILE=x", "NOROSHI_CA=x",
                         "NOROSHI_POSTGRES_BIN=x", "NOROSHI_TEST_SEED=1", "NOROSHIX=1", "OTHER_NOROSHI_X=1"})
          .empty());
  const auto mistakes =
      files.mistakes("", {"NOROSHI_LISTEN_ADRESS=127.0.0.1:1", "NOROSHI_=1", "NOROSHI_LOG_LEVEL="});
  REQUIRE(mistakes.size() == 3);
  CHECK(contains(mistakes[0], "NOROSHI_LOG_LEVEL: is empty"));
  CHECK(contains(mistakes[1], "NOROSHI_: is no variable"));
  CHECK(contains(mistakes[2], "NOROSHI_LISTEN_ADRESS: is no variable"));
}

TEST_CASE("one setting under two variables is a mistake") {
  const ConfigFiles files;
  const auto mistakes =
      files.mistakes("", {"NOROSHI_LISTEN=127.0.0.1:1", "NOROSHI_LISTEN_ADDRESS=127.0.0.1:2"});
  REQUIRE(mistakes.size() == 1);
  CHECK(mistakes[0] == "NOROSHI_LISTEN_ADDRESS: is the same setting as NOROSHI_LISTEN: keep one");
}

TEST_CASE("the daemon's folder must be named, and a file that was named must be there") {
  const auto without_data = load_config({}, {});
  REQUIRE_FALSE(without_data);
  CHECK(contains(routing::to_string(without_data.error().at(0)), "--data DIR or NOROSHI_DATA"));

  const ConfigFiles files;
  ConfigFlags flags;
  flags.config = files.data() / "other.toml";
  const auto mistakes = files.mistakes("", {}, flags);
  REQUIRE(mistakes.size() == 1);
  CHECK(mistakes[0] == "other.toml: cannot be read: No such file or directory");

  flags.config = files.data();  // a folder
  CHECK(files.mistakes("", {}, flags).size() == 1);

  files.write("other.toml", "[log]\nlevel = \"debug\"\n");
  const auto from_environment = load_config({}, {"NOROSHI_DATA=" + files.data().string(),
                                                 "NOROSHI_CONFIG=" + (files.data() / "other.toml").string()});
  REQUIRE(from_environment);
  CHECK(from_environment->data == files.data());
  CHECK(from_environment->log_level == "debug");
}

TEST_CASE("the address of the database may stand in a file of its own") {
  const ConfigFiles files;
  files.write("address", "  postgresql://noroshi:secret@db/noroshi\n");
  const auto config = files.load("[database]\nurl_file = \"address\"\n");
  REQUIRE(config);
  CHECK(config->database_url == "postgresql://noroshi:secret@db/noroshi");
}

TEST_CASE("what is shown is read back as it was") {
  const ConfigFiles files;
  const auto config = files.load(R"([listen]
address = "[::1]:8444"
names = ["a.example.jp"]
certificate = "q\"uo'te\\ é.pem"
key = "new\nline.key"
tls_minimum = "1.2"
[database]
url = "postgresql://noroshi@db/noroshi?application_name=a%20b"
writers = 3
[limits]
requests_per_body = 0
handshakes_per_address = 7
[law]
registry = "registry"
[targets]
"g.2" = "PT45M"
"h" = 7261
[acknowledgement]
target = "P2DT1S"
[ladder]
steps = [1]
[relay]
on_silence = true
[retention]
confidentiality_1 = "P1Y"
exercise = "P60Y"
[canary]
organization = "jps"
at = "00:00"
within = "PT5M"
[sign_in]
relying_party = "example.jp"
[log]
level = "critical"
format = "text"
)");
  REQUIRE(config);
  const auto text = show(*config);
  INFO(text);
  const auto again = files.load(text);
  REQUIRE(again);
  CHECK(show(*again) == text);
  CHECK(again->certificate == config->certificate);
  CHECK(again->key == config->key);
  CHECK(again->targets == config->targets);
  CHECK(again->database_url == config->database_url);
  CHECK(again->retention == config->retention);
  CHECK(again->canary == config->canary);
  CHECK(again->relying_party == config->relying_party);
  CHECK(digest(*again) == digest(*config));

  auto other = *config;
  other.clocks.acknowledgement.usual += 1s;
  CHECK(digest(other) != digest(*config));
  CHECK(digest(other).size() == 64);
}

TEST_CASE("a password is never shown") {
  const ConfigFiles files;
  for (const std::string address :
       {"postgresql://noroshi:hunter2@db/noroshi", "postgresql://db/noroshi?user=noroshi&password=hunter2",
        "postgresql://db/noroshi?user=noroshi&pass%77ord=hunter2",
        "host=db user=noroshi password = 'hunter2'", "host=db user=noroshi sslpassword=hunter2"}) {
    CAPTURE(address);
    auto config = files.load("[database]\nurl = " + std::string("\"") + address + "\"\n");
    REQUIRE(config);
    const auto text = show(*config);
    CHECK_FALSE(contains(text, "hunter2"));
    CHECK(contains(text, "db"));
    CHECK(contains(text, "user='noroshi'"));
    const auto again = files.load(text);
    REQUIRE(again);
    CHECK(show(*again) == text);
  }
}

TEST_CASE("a mistake in the address of the database does not repeat its password") {
  const ConfigFiles files;
  const auto mistakes = files.mistakes("[database]\nurl = \"postgresql://u:hunter2@h:port/x y?z=1\"\n");
  REQUIRE(mistakes.size() == 1);
  CHECK_FALSE(contains(mistakes[0], "hunter2"));
}

TEST_CASE(
    "a target names a rule of the newest edition, or of another by its id; anything else is a mistake") {
  const ConfigFiles files;
  const auto law = load_law({}, {});
  REQUIRE(law);
  const auto config = files.load(
      "[targets]\n\"g.2\" = \"PT45M\"\n\"j\" = 60\n\"g.7\" = \"PT45M\"\n\"h28:g.decide\" = 60\n\"g.decide\" "
      "= 60\n",
      {"NOROSHI_TARGETS_Z=60", "NOROSHI_TARGETS_H_DECIDE=60"});
  REQUIRE(config);
  const auto mistakes = check_targets(*config, law->editions, law->registry);
  REQUIRE(mistakes.size() == 3);
  const Texts expected = {"NOROSHI_TARGETS_Z: no edition held has a rule 'z'; the rules are",
                          "noroshi.toml:4:1: no edition held has a rule 'g.7'; the rules are",
                          "noroshi.toml:6:1: no edition held has a rule 'g.decide'; the rules are"};
  for (const auto& text : expected) {
    CAPTURE(text);
    CHECK(std::any_of(mistakes.begin(), mistakes.end(), [&](const routing::Mistake& mistake) {
      return contains(routing::to_string(mistake), text);
    }));
  }
}

TEST_CASE("targets by severity and by body, of rules, acknowledgements, follow-up reports and inquiries") {
  const ConfigFiles files;
  const auto law = load_law({}, {});
  REQUIRE(law);
  const auto config = files.load(
      "[targets]\n\"g.3\" = \"PT30M\"\n[targets.severity.large_scale]\n\"g.3\" = \"PT10M\"\nacknowledgement = 300\n"
      "[targets.body.mhlw]\n\"g.3\" = \"PT20M\"\nfollowup = \"PT48H\"\ninquiry = \"PT6H\"\n[inquiry]\nanswer = \"PT12H\"\n");
  REQUIRE(config);
  CHECK(check_targets(*config, law->editions, law->registry).empty());
  using routing::Severity;
  const auto& relay = config->targets.at("g.3");
  CHECK(relay.of("moj", Severity::attack) == 30min);
  CHECK(relay.of("mhlw", Severity::attack) == 20min);
  CHECK(relay.of("mhlw", Severity::large_scale) == 10min);
  CHECK(config->clocks.acknowledgement.of("mhlw", Severity::large_scale) == 5min);
  CHECK(config->clocks.acknowledgement.of("mhlw", Severity::ordinary) == 15min);
  CHECK(config->clocks.followup.of("mhlw", Severity::ordinary) == 48h);
  CHECK(config->clocks.inquiry.of("mhlw", Severity::ordinary) == 6h);
  CHECK(config->clocks.inquiry.of("moj", Severity::large_scale) == 12h);
  // What is shown reads back as the same.
  const auto again = files.load(show(*config));
  REQUIRE(again);
  CHECK(again->targets == config->targets);
  CHECK(again->clocks == config->clocks);
}

TEST_CASE("the page and its passkeys are reached by name") {
  Config config;
  CHECK(relying_party(config) == "localhost");
  CHECK(web_address(config, 8443) == "https://localhost:8443");
  config.listen_host = "::1";
  CHECK(relying_party(config) == "localhost");
  config.listen_host = "0.0.0.0";
  CHECK_FALSE(relying_party(config).empty());
  CHECK(relying_party(config) != "localhost");
  CHECK(web_address(config, 8443) == "https://" + relying_party(config) + ":8443");
  for (const char* address : {"https://192.0.2.7:9", "https://[2001:db8::1]:9"}) {
    config.base_url = address;
    CHECK(web_address(config, 8443) == address);
    CHECK(relying_party(config).find_first_of("0123456789:[") != 0);
  }
  config.base_url = "https://noroshi.example.jp:9443";
  CHECK(relying_party(config) == "noroshi.example.jp");
  CHECK(web_address(config, 8443) == "https://noroshi.example.jp:9443");
  config.base_url = "https://noroshi.example.jp";
  CHECK(relying_party(config) == "noroshi.example.jp");
  config.relying_party = "example.jp";
  CHECK(relying_party(config) == "example.jp");
  CHECK(web_address(config, 8443) == "https://noroshi.example.jp");
}

TEST_CASE("a canary is of a body that reports incidents") {
  const ConfigFiles files;
  const auto law = load_law({}, {});
  REQUIRE(law);
  const auto mistakes_of = [&](const std::string& slug) {
    const auto config = files.load("[canary]\norganization = \"" + slug + "\"\n");
    REQUIRE(config);
    Texts texts;
    for (const auto& mistake : check_targets(*config, law->editions, law->registry)) texts.push_back(routing::to_string(mistake));
    return texts;
  };
  CHECK(mistakes_of("jps").empty());
  CHECK(mistakes_of("mhlw").empty());
  for (const auto& [slug, said] : {std::pair{"jpx", "the registry has no body 'jpx'"}, std::pair{"police-tokyo", "reports no incidents"},
                                   std::pair{"cas-jitai", "reports no incidents"}, std::pair{"nco", "reports no incidents"}}) {
    CAPTURE(slug);
    const auto mistakes = mistakes_of(slug);
    REQUIRE(mistakes.size() == 1);
    CHECK(contains(mistakes[0], "noroshi.toml:2:16: "));
    CHECK(contains(mistakes[0], said));
  }
}

TEST_CASE("a target of an unknown body, severity or rule is a mistake with its place") {
  const ConfigFiles files;
  const auto law = load_law({}, {});
  REQUIRE(law);
  const auto mistakes = files.mistakes("[targets.severity.grave]\n\"g.3\" = 60\n[targets.body]\nmhlw = 60\n");
  REQUIRE(mistakes.size() == 2);
  CHECK(contains(mistakes[0], "noroshi.toml:1:19: no severity 'grave'; it is one of large_scale, attack or ordinary"));
  CHECK(contains(mistakes[1], "noroshi.toml:4:1: 'mhlw' must be a table: write [targets.body.mhlw]"));
  const auto config = files.load("[targets.body.mhlv]\n\"g.3\" = 60\n[targets.body.mhlw]\n\"g.9\" = 60\n");
  REQUIRE(config);
  const auto unknown = check_targets(*config, law->editions, law->registry);
  REQUIRE(unknown.size() == 2);
  CHECK(contains(routing::to_string(unknown[0]), "noroshi.toml:2:1: the registry has no body 'mhlv'"));
  CHECK(contains(routing::to_string(unknown[1]), "noroshi.toml:4:1: no edition held has a rule 'g.9'"));
}

TEST_CASE("a rate of the test clock is a positive number") {
  const ConfigFiles files;
  for (const double rate :
       {0.0, -1.0, 1e7, std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
    ConfigFlags flags;
    flags.test_clock = rate;
    CHECK(files.mistakes("", {}, flags).size() == 1);
  }
}

}  // namespace noroshi::app::test
