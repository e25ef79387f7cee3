// Values on their way into PostgreSQL and back.
#include <doctest/doctest.h>

#include <limits>

#include "tests/store/cluster_fixture.h"

namespace noroshi::store::test {

using namespace std::chrono_literals;

TEST_CASE("every type of value comes back as it went in") {
  Connection connection(quick_settings(), DatabaseRole::writer);
  constexpr Statement echo{
      "echo_values",
      "SELECT $1::text AS words, $2::bytea AS bytes, $3::timestamptz AS at, $4::bigint AS number,"
      " $5::boolean AS yes, $6::text[] AS list, $7::text AS nothing, $8::date AS day,"
      " $9::double precision AS real, $10::interval = interval '90 minutes' AS same_interval,"
      " $11::bigint[] = '{1,-2}' AS same_numbers, octet_length($2::bytea) AS length"};
  Bytes bytes;
  for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<std::byte>(i));
  const std::string words = "狼煙 '\"\\ %s $1 \n𠮷";
  const Timestamp at = std::chrono::sys_days(2018y / 8 / 1) + 1us;
  const JapaneseDay day{2018y / 7 / 25};
  const std::vector<std::string> list{"plain", "",        "with,comma", "\"quoted\" \\ {braces}",
                                      "NULL",  "統一基準"};
  const std::vector<std::int64_t> numbers{1, -2};

  const Rows rows =
      connection.execute(echo, {words, bytes, at, std::numeric_limits<std::int64_t>::min(), true, list,
                                std::optional<std::string>(), day, 0.1, std::chrono::seconds(5400), numbers});
  const Row row = rows.one();
  CHECK(row.get<std::string>("words") == words);
  CHECK(row.get<Bytes>("bytes") == bytes);
  CHECK(row.get<int>("length") == 256);
  CHECK(row.get<Timestamp>("at") == at);
  CHECK(row.get<std::int64_t>("number") == std::numeric_limits<std::int64_t>::min());
  CHECK(row.get<bool>("yes"));
  CHECK(row.get<std::vector<std::string>>("list") == list);
  CHECK(row.get<std::optional<std::string>>("nothing") == std::nullopt);
  CHECK(row.get<JapaneseDay>("day") == day);
  CHECK(row.get<double>("real") == 0.1);
  CHECK(row.get<bool>("same_interval"));
  CHECK(row.get<bool>("same_numbers"));
}

TEST_CASE("a time keeps its microseconds and is UTC, whatever the server's zone") {
  run(*std::make_unique<Connection>(quick_settings(), DatabaseRole::owner),
      "ALTER DATABASE noroshi SET timezone = 'Asia/Tokyo'");
  Connection connection(quick_settings(), DatabaseRole::writer);
  constexpr Statement times{
      "times",
      "SELECT timestamptz '2018-08-01 09:00:00+09' AS whole,"
      " timestamptz '2018-08-01 09:00:00.12+09' AS part,"
      " timestamptz '1969-12-31 23:59:59.999999Z' AS early, timestamptz 'infinity' AS never"};
  const Rows rows = connection.execute(times);
  const Row row = rows.one();
  const Timestamp midnight = std::chrono::sys_days(2018y / 8 / 1);
  CHECK(row.get<Timestamp>("whole") == midnight);
  CHECK(row.get<Timestamp>("part") == midnight + 120ms);
  CHECK(row.get<Timestamp>("early") == Timestamp(-1us));
  CHECK_THROWS_AS(row.get<Timestamp>("never"), std::logic_error);
}

TEST_CASE("a text with U+0000 is refused before anything is sent") {
  CHECK_THROWS_AS(Parameter(std::string("a\0b", 3)), UnstorableText);
  CHECK_THROWS_AS(Parameter(std::vector<std::string>{"fine", std::string("\0", 1)}), UnstorableText);
  CHECK_NOTHROW(Parameter(Bytes{std::byte{0}}));
}

TEST_CASE("a mistake in reading a row is a mistake of the program, and names no content") {
  Connection connection(quick_settings(), DatabaseRole::writer);
  constexpr Statement mixed{"mixed", "SELECT 'SECRETWORDS' AS words, NULL::text AS nothing"};
  const Rows rows = connection.execute(mixed);
  const Row row = rows.one();
  CHECK_THROWS_AS(row.get<std::string>("absent"), std::logic_error);
  CHECK_THROWS_AS(row.get<std::string>("nothing"), std::logic_error);
  CHECK_THROWS_AS(row.get<std::string>(2), std::logic_error);
  try {
    row.get<int>("words");
    FAIL("a word was read as a number");
  } catch (const std::logic_error& error) {
    CHECK(std::string(error.what()).find("SECRET") == std::string::npos);
  }
}

TEST_CASE("one row, no row and two rows are told apart") {
  Connection connection(quick_settings(), DatabaseRole::writer);
  constexpr Statement series{"series", "SELECT n FROM generate_series(1, $1::integer) AS n"};
  CHECK(connection.execute(series, {1}).maybe_one().has_value());
  CHECK_FALSE(connection.execute(series, {0}).maybe_one().has_value());
  CHECK_THROWS_AS(connection.execute(series, {0}).one(), DatabaseFault);
  CHECK_THROWS_AS(connection.execute(series, {2}).maybe_one(), DatabaseFault);
  int sum = 0;
  const Rows rows = connection.execute(series, {4});
  for (const Row row : rows) sum += row.get<int>("n");
  CHECK(sum == 10);
}

}  // namespace noroshi::store::test
