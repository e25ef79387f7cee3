// Query parameters, checked: every mistake is collected, so that the caller learns all of them at once.
// Private to src/http.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "routing/registry.h"
#include "routing/time.h"
#include "src/codec/problem.h"
#include "src/core/identifier.h"
#include "src/http/request.h"

namespace noroshi::http {

class QueryReader {
 public:
  // Parameters that are not `known`, or sent twice, are mistakes: a filter that is silently ignored shows
  // more than was asked for. The request must outlive the reader.
  QueryReader(const Request& request, std::initializer_list<std::string_view> known);

  // Each is nothing where the parameter is absent, or wrong (then it is among the mistakes).
  std::optional<std::string> text(std::string_view name);
  std::optional<bool> boolean(std::string_view name);
  std::optional<int> integer(std::string_view name, int least, int most);
  // A whole number from 0 to 2^53.
  std::optional<std::int64_t> number(std::string_view name);
  std::optional<core::Uuid> id(std::string_view name);
  // A slug of the registry.
  std::optional<std::string> body(std::string_view name, const routing::Registry& registry);
  // An RFC 3339 time, or a day: its first instant.
  std::optional<Timestamp> time(std::string_view name);
  // A word that `parse` knows. `words` names them all, for the message.
  template <class Value>
  std::optional<Value> word(std::string_view name, std::optional<Value> (*parse)(std::string_view),
                            std::string_view words);

  // Notes a mistake of that parameter.
  void mistake(std::string_view name, std::string code, std::string ja, std::string en);

  bool ok() const { return mistakes_.empty(); }
  // 422 with all mistakes. A pointer reads the query as an object of its parameters: "/overdue".
  codec::Problem problem() const;

 private:
  const Request& request_;
  std::vector<codec::ProblemError> mistakes_;
};

template <class Value>
std::optional<Value> QueryReader::word(std::string_view name, std::optional<Value> (*parse)(std::string_view),
                                       std::string_view words) {
  const std::string* sent = request_.query_value(name);
  if (!sent) return std::nullopt;
  auto value = parse(*sent);
  if (!value) {
    const std::string list(words);
    mistake(name, "value", "次のいずれかにしてください: " + list, "Give one of: " + list);
  }
  return value;
}

}  // namespace noroshi::http
