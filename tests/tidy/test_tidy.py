"""Every rule is held against samples: places it must find, to the line, and look-alikes to leave alone."""

import unittest

import tidy
from source import File

DATABASE = "src/store/database.cpp"
SERVER = "src/http/server.cpp"
HEADER = "// What it is for.\n#pragma once\n"
CLI11 = "#include <CLI/CLI.hpp>\n"
LATER = "TO" "DO"
WORK = "/wo" "rk/main"

# rule: [(path, text, line to be found or None, {other files of the tree})]
SAMPLES = {
    "arrow": [
        ("routing/route.cpp", '#include "routing/route.h"\n#include "src/core/report.h"\n', 2),
        ("src/core/report.cpp", '#include "src/codec/report.h"\n', 1),
        ("src/record/leaf.cpp", '#include "src/codec/json.h"\n', 1),
        ("src/codec/report.cpp", '#include "src/store/database.h"\n', 1),
        (DATABASE, '#include "src/http/server.h"\n', 1),
        ("src/delivery/worker.cpp", '#include "src/http/server.h"\n', 1),
        (SERVER, '#include "src/app/config.h"\n', 1),
        (SERVER, '#include "tests/support/clock.h"\n', 1),
        ("src/app/wiring.cpp", '#include "src/cli/table.h"\n', 1),
        ("src/cli/demo.cpp", '#include "src/app/main.h"\n', 1),
        ("src/sealing/jwe.cpp", '#include "src/record/sha256.h"\n', 1),
        ("src/record/leaf.cpp", '#include "src/sealing/jwe.h"\n', 1),
        ("src/attic/old.cpp", "int x;\n", 1),
        ("src/witness/tree.cpp", '#include "src/record/merkle.h"\n', 1),
        ("src/witness/tree.cpp", '#include "routing/time.h"\n', 1),
        ("src/cli/record.cpp", '#include "src/witness/tree.h"\n', 1),
        ("src/witness/tree.cpp", '#include "src/witness/bytes.h"\n', None),
        ("src/delivery/bundle.cpp", '#include "src/sealing/jwe.h"\n', None),
        ("src/cli/demo.cpp", '#include "src/app/config.h"\n#include "src/store/database.h"\n', None),
        (DATABASE, '#include "src/core/report.h"\n#include "src/codec/report.h"\n#include <vector>\n', None),
        ("src/core/report.cpp", '// #include "src/store/database.h"\n', None),
        ("tests/store/rows.cpp", '#include "src/store/database.h"\n#include "tests/support/rows.h"\n', None),
    ],
    "include": [
        (DATABASE, '#include "../core/report.h"\n', 1),
        (DATABASE, '#include <vector>\n#include "database.h"\n', 2, {"src/store/database.h": HEADER}),
        (DATABASE, '#include "src/store/database.h"\n', None, {"src/store/database.h": HEADER}),
    ],
    "pure": [
        ("src/core/decide.cpp", "auto t =\n  std::chrono::system_clock::now();\n", 2),
        ("routing/route.cpp", "using Clock = std::chrono::steady_clock;\nauto t = Clock::now();\n", 2),
        ("src/record/leaf.cpp", "auto t = time(nullptr);\n", 1),
        ("src/record/leaf.cpp", "clock_gettime(CLOCK_REALTIME, &now);\n", 1),
        ("src/record/salt.cpp", "getrandom(salt, sizeof salt, 0);\n", 1),
        ("src/record/salt.cpp", "std::random_device entropy;\n", 1),
        ("src/record/salt.cpp", "randombytes_buf(salt, 16);\n", 1),
        ("src/record/salt.cpp", "int salt = rand();\n", 1),
        ("routing/edition.cpp", "#include <string>\n#include <fstream>\n", 2),
        ("routing/edition.cpp", "toml::parse_file(path);\n", 1),
        ("src/core/decide.cpp", "#include <thread>\n", 1),
        ("src/core/decide.cpp", "#include <sys/socket.h>\n", 1),
        ("src/core/decide.cpp", "#include <boost/asio/ip/tcp.hpp>\n", 1),
        ("src/core/decide.cpp", "std::jthread worker(run);\n", 1),
        ("src/core/decide.cpp", 'std::cout << "decided";\n', 1),
        ("src/core/decide.cpp", "// system_clock::now() is the caller's.\nauto due = now + target;\n", None),
        ("src/core/decide.cpp", "auto n = report.time();\n", None),
        ("src/core/decide.cpp", 'auto text = "std::random_device";\nint operand(int brand);\n', None),
        ("src/app/clock.cpp", "auto t = std::chrono::system_clock::now();\n#include <thread>\n", None),
    ],
    "sql-time": [
        ("schemas/sql/0001_base.sql", "CREATE TABLE a (\n  at timestamptz DEFAULT now());\n", 2),
        ("schemas/sql/0001_base.sql", "SELECT CURRENT_TIMESTAMP;\n", 1),
        ("schemas/sql/0001_base.sql", "SELECT 'now'::timestamptz;\n", 1),
        ("schemas/sql/0001_base.sql", "CREATE FUNCTION f() RETURNS trigger AS $$ BEGIN\n"
         "NEW.at = clock_timestamp(); END $$ LANGUAGE plpgsql;\n", 2),
        ("schemas/sql/0001_base.sql", "CREATE FUNCTION clock() RETURNS timestamptz LANGUAGE sql AS $$\n"
         "SELECT clock_timestamp() $$;\nSELECT clock_timestamp();\n", 3),
        ("schemas/sql/0001_base.sql", "CREATE FUNCTION alarm_clock() RETURNS timestamptz LANGUAGE sql AS $$\n"
         "SELECT clock_timestamp() $$;\n", 2),
        (DATABASE, 'auto q = "SELECT id FROM alarm "\n  "WHERE due_at < now()";\n', 2),
        (DATABASE, 'auto q = R"sql(\nSELECT 1\nWHERE a < current_timestamp)sql";\n', 3),
        ("schemas/sql/0001_base.sql", "-- now() is forbidden\nCREATE OR REPLACE FUNCTION noroshi.clock()\n"
         "RETURNS timestamptz LANGUAGE sql BEGIN ATOMIC\n SELECT clock_timestamp(); END;\n", None),
        ("schemas/sql/0001_base.sql", "SELECT noroshi.clock(), known();\n", None),
        ("schemas/sql/0001_base.sql", "COMMENT ON TABLE a IS 'never now()';\n", None),
        (DATABASE, '// now() is the server\'s\nauto t = clock.now(); auto q = "SELECT clock()";\n', None),
    ],
    "sql-built": [
        (DATABASE, 'auto q = "SELECT * FROM " + table;\n', 1),
        (DATABASE, 'auto q =\n  fmt::format("DELETE FROM {}", table);\n', 2),
        (DATABASE, 'auto q = std::string("x") + "UPDATE incident SET state = 1";\n', 1),
        (DATABASE, 'q += "INSERT INTO a VALUES (1)";\n', 1),
        (DATABASE, 'q += " WHERE id = ";\n', 1),
        (DATABASE, 'out << "SELECT " << column;\n', 1),
        (DATABASE, 'fmt::format_to(std::back_inserter(q), "SELECT {}", column);\n', 1),
        (DATABASE, 'constexpr auto q = "UPDATE {} SET x = $1";\n', 1),
        (DATABASE, 'auto q = "SELECT a "\n  "FROM b"  // the body\n  + where;\n', 1),
        (DATABASE, "auto q = w.quote(name);\n", 1),
        (SERVER, "auto q = w.esc(name);\n", 1),
        (DATABASE, 'constexpr Statement q{"q", "SELECT a "\n  "FROM b WHERE c = $1"};\n', None),
        (DATABASE, 'auto q = "SELECT coalesce(a, \'{}\') FROM b WHERE c ~ \'^[0-9a-f]{64}$\'";\n', None),
        (DATABASE, 'auto m = fmt::format("make one with CREATE DATABASE … {}", name);\n', None),
        (DATABASE, "auto text = unquote(name); stream << std::quoted(name);\n", None),
    ],
    "statement": [
        (DATABASE, 'constexpr Statement a{"one", "SELECT 1"};\nconstexpr Statement b{"one", "SELECT 2"};\n', 2),
        (DATABASE, 'constexpr Statement a{"one", "SELECT " COLUMNS "FROM a"};\n'
         'constexpr Statement b{\n    "one",\n    "SELECT " OTHERS "FROM a"};\n', 3),
        ("src/store/rows.cpp", 'constexpr Statement b{"one",\n "SELECT 1::int"};\n', 1,
         {DATABASE: 'constexpr Statement a{"one", "SELECT 1"};\n'}),
        (DATABASE, 'constexpr Statement a{"one", "SELECT 1 "\n  "FROM a"};\nconstexpr Statement b{"one",\n "SELECT 1 FROM a"};\n',
         None),
        (DATABASE, 'constexpr Statement a{"one", "SELECT 1"};\n// Statement b{"one", "SELECT 2"};\n'
         'constexpr Statement c{"two", "SELECT 2"};\nrun(Statement{"x", y});\n', None),
    ],
    "sql-home": [
        (SERVER, 'auto q = "SELECT id FROM incident";\n', 1),
        ("src/cli/doctor.cpp", '\nrun("select count(*) from incident where id = 1");\n', 2),
        ("src/app/ticker.cpp", 'run(R"(\n  INSERT INTO alarm (id) VALUES ($1))");\n', 1),
        ("src/delivery/worker.cpp", 'run("LISTEN outbox");\n', 1),
        (DATABASE, 'auto q = "SELECT id FROM incident";\n', None),
        ("src/cli/help.cpp", 'print("Select a body to report for");\n', None),
        ("src/cli/help.cpp", 'print("update the registry, set the clock");\n', None),
        ("src/cli/help.cpp", 'print("Delete from the list");\n', None),
        ("tests/store/rows.cpp", 'auto q = "SELECT id FROM incident";\n', None),
    ],
    "library": [
        (SERVER, "#include <boost/json.hpp>\n", 1),
        ("src/delivery/bundle.cpp", "#include <boost/json.hpp>\n", 1),
        ("src/sealing/jwe.cpp", "#include <boost/json.hpp>\n", None),
        ("src/codec/report.cpp", "#include <pqxx/pqxx>\n", 1),
        ("src/app/main.cpp", "\n#include <boost/beast/http.hpp>\n", 2),
        ("src/store/cluster.cpp", "#include <CLI/CLI.hpp>\n", 1),
        ("src/app/wiring.cpp", "#include <toml++/toml.h>\n", 1),
        ("src/codec/report.cpp", "#include <boost/json.hpp>\n", None),
        (DATABASE, "#include <pqxx/pqxx>\n", None),
        ("tests/http/client.cpp", "#include <boost/json.hpp>\n#include <boost/beast/http.hpp>\n", None),
    ],
    "witness": [
        ("src/witness/CMakeLists.txt", "add_library(noroshi_witness a.cpp)\n"
         "target_link_libraries(noroshi_witness PUBLIC noroshi_record OpenSSL::Crypto)\n", 2),
        ("src/witness/CMakeLists.txt", "target_link_libraries(noroshi-witness PRIVATE\n  noroshi_witness\n  noroshi_store)\n", 3),
        ("src/cli/CMakeLists.txt", "target_link_libraries(noroshi PRIVATE noroshi_witness)\n", 1),
        ("src/witness/CMakeLists.txt", "# not noroshi_record\ntarget_link_libraries(noroshi-witness PRIVATE noroshi_witness)\n", None),
        ("tests/witness/CMakeLists.txt", "target_link_libraries(test_witness PRIVATE noroshi_witness noroshi_record)\n", None),
    ],
    "cli11-once": [
        ("src/cli/report.cpp", CLI11, 1, {"src/cli/arguments.cpp": CLI11}),
        ("src/cli/arguments.cpp", CLI11, None, {"src/app/arguments.cpp": CLI11}),
    ],
    "co-await": [
        (SERVER, "co_await run([s] { use(s); });\n", 1),
        (SERVER, "co_await run(\n  [this, &a, s = std::move(s)]() mutable { use(s); });\n", 2),
        (SERVER, "co_await run([=](auto x) { use(x); });\n", 1),
        (SERVER, "co_await run([*this] { use(); });\n", 1),
        (SERVER, "co_await co_spawn(pool, [s]() -> awaitable<void> { co_return; }, use_awaitable);\n", 1),
        (SERVER, "auto x = f([s] { use(s); }, co_await g());\n", 1),
        (SERVER, "void f() {\n  g();\n  if (!(co_await run([s](A n = {}) { use(s); })).ok) return;\n}\n", 3),
        (SERVER, "co_await send(Message{s, 1});\n", 1),
        (SERVER, "co_await send(\n  {.to = s});\n", 2),
        (SERVER, "co_await send(a, {s, s});\n", 1),
        (SERVER, "co_await Awaiter{s};\n", 1),
        (SERVER, "co_return co_await send(store::Pair<int, List<A>>{s});\n", 1),
        (SERVER, "co_await run([&] { co_await send(Message{s}); });\n", 1),
        (SERVER, "auto job = [s] { use(s); };\nco_await run(std::move(job));\n", None),
        (SERVER, "co_await run([&, this] { Message m{s}; use({m}); });\n", None),
        (SERVER, "co_await send(Message(s, 1), std::string{s}, std::chrono::seconds{5}, f[i](x));\n", None),
        (SERVER, "if (co_await ready()) {\n  Message m{s};\n} else if ((co_await g()).ok) { f({s}); }\n"
         "while (co_await ready()) f(Message{s});\n", None),
        (SERVER, "co_spawn(pool, [s]() -> awaitable<void> { co_await f(s); }, detached);\n", None),
        (SERVER, "Message m{s};\nfor (auto& x : y) { co_await send(x); }\nf(Message{s});\n", None),
        (SERVER, '// co_await run([s] {});\nauto t = "co_await f(T{s})";\n', None),
    ],
    "machine-path": [
        ("README.md", f"Run\n{WORK}/build\n", 2),
        ("CMakeLists.txt", f"add_compile_options(-I{WORK}/include)\n", 1),
        ("deploy/unit.service", "ExecStart=/ho" "me/noroshi/noroshid\n", 1),
        ("tests/x.py", 'open("/ro' 'ot/x")\n', 1),
        ("README.md", "/var/lib/noroshi, https://example.jp/home/, src/work/x, ${HOME}/work/\n", None),
    ],
    "whitespace": [
        ("README.md", "a\nb \n", 2),
        ("README.md", "a\r\n", 1),
        ("src/core/a.sql", "a", 1),
        ("src/core/a.sql", "a\n\n", 2),
        ("tests/fuzz/corpus/request", "GET / HTTP/1.1\r\n\r\n", None),
        ("README.md", "", None),
        ("README.md", "a\n\nb\n", None),
    ],
    "tab": [
        (SERVER, "int a;\n\tint b;\n", 2),
        ("Makefile", "a:\n\tb\n", None),
    ],
    "unfinished": [
        (SERVER, f"int a;  // {LATER}: check\n", 1),
        ("README.md", "a\nFIX" "ME\n", 2),
        (SERVER, 'mkstemp("/tmp/noroshi-XXXXXX");\n', None),
    ],
    "word": [
        (SERVER, 'Text t{"この検' '証点", ""};\n', 1),
        ("README.md", "a\n受" "付証\n", 2),
        ("schemas/api/openapi.json", '{\n"description": "証人の副' '署"}\n', 2),
        ("src/app/words.cpp", 'Text t{"新しい事' '象", ""};\n', 1),
        ("tests/codec/golden/report.json", '"当該事' '象について"\n', None),
        ("README.md", "チェックポイント、受領証、連署、出来事\n", None),
    ],
    "pragma-once": [
        ("src/core/a.h", "// A.\nint a();\n", 1),
        ("src/core/a.h", "// #pragma once\nint a();\n", 1),
        ("src/core/a.h", HEADER, None),
        ("src/core/a.cpp", "int a();\n", None),
    ],
    "contract": [
        ("src/core/a.h", "#pragma once\nint a();\n", 1),
        ("routing/a.h", "//\n#pragma once\n", 1),
        ("src/core/a.h", HEADER, None),
        ("tests/support/a.h", "#pragma once\n", None),
    ],
    "listed": [
        ("src/core/a.cpp", "", 1, {"src/core/CMakeLists.txt": "add_library(core aa.cpp a.cpp.in) # a.cpp\n"}),
        ("src/core/a.cpp", "", None, {"src/core/CMakeLists.txt": "add_library(core a.cpp)\n"}),
        ("src/core/sub/a.cpp", "", None, {"src/core/CMakeLists.txt": "add_library(core sub/a.cpp)\n"}),
        ("src/core/sub/a.cpp", "", 1, {"src/core/CMakeLists.txt": "add_library(core a.cpp)\n"}),
    ],
    "migration": [
        ("schemas/sql/0003_c.sql", "\n", 1, {"schemas/sql/0001_a.sql": "\n"}),
        ("schemas/sql/0001_c.sql", "\n", 1, {"schemas/sql/0001_a.sql": "\n"}),
        ("schemas/sql/roles.sql", "\n", 1),
        ("schemas/sql/0002_b.sql", "\n", None, {"schemas/sql/0001_a.sql": "\n"}),
    ],
}


class TheRules(unittest.TestCase):
    def test_every_rule_finds_its_samples_and_leaves_the_look_alikes(self):
        for name, samples in SAMPLES.items():
            for path, text, line, *beside in samples:
                with self.subTest(rule=name, path=path, text=text):
                    tree = tidy.Tree({path: text, **(beside[0] if beside else {})})
                    found = tidy.findings(tree, {name: tidy.RULES[name]})
                    self.assertEqual([(one.path, one.line) for one in found], [(path, line)] if line else [])

    def test_every_rule_has_a_sample_of_either_kind(self):
        self.assertEqual(SAMPLES.keys(), tidy.RULES.keys())
        for name, samples in SAMPLES.items():
            self.assertEqual({sample[2] is None for sample in samples}, {True, False}, name)

    def test_a_finding_says_where_and_what_to_do(self):
        found = tidy.findings(tidy.Tree({"src/core/a.h": "int a();\n"}), {"contract": tidy.RULES["contract"]})
        self.assertEqual([str(one).partition(": begin")[0] for one in found], ["src/core/a.h:1: contract"])


    def test_an_exception_excuses_one_file_from_one_rule_and_ends_with_its_breach(self):
        excuse = {("contract", "src/core/a.h"): "a reason"}
        listed = {"src/core/a.h": "#pragma once\n"}
        self.assertEqual(tidy.breaches_of(tidy.Tree(listed), excuse), [])
        self.assertEqual(len(tidy.breaches_of(tidy.Tree(listed), {})), 1)
        self.assertEqual(len(tidy.breaches_of(tidy.Tree({"src/core/b.h": "#pragma once\n"}), excuse)), 2)


class TheLexer(unittest.TestCase):
    def test_comments_and_strings_are_blanked_in_place(self):
        text = 'int a = 1\'000; // b"\nauto s = u8R"x(a" /* )x" "c\\"d"; /* e\n */ char q = \'"\'; f();\n'
        file = File("a.cpp", text)
        self.assertEqual(len(file.code), len(text))
        self.assertEqual(file.code.replace('"', "").split(),
                         ["int", "a", "=", "1'000;", "auto", "s", "=", ";", "char", "q", "=", ";", "f();"])
        self.assertEqual([literal.text for literal in file.literals], ['a" /* c\\"d'])
        self.assertEqual(file.line(text.index("f()")), 3)

    def test_includes_are_not_literals(self):
        file = File("a.cpp", '#include "src/core/a.h"\n  #  include <vector>\n')
        self.assertEqual([(target, quoted) for _, target, quoted in file.includes],
                         [("src/core/a.h", True), ("vector", False)])
        self.assertEqual(file.literals, [])


if __name__ == "__main__":
    unittest.main()
