#include "src/codec/problem.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

namespace noroshi::codec {

const std::string& in(const Text& text, Language language) {
  return language == Language::en ? text.en : text.ja;
}

std::string render(const Problem& problem, Language language) {
  boost::json::object document;  // keeps the order of insertion
  document["type"] = "urn:noroshi:problem:" + problem.code;
  document["title"] = in(problem.title, language);
  document["status"] = problem.status;
  const std::string& detail = in(problem.detail, language);
  if (!detail.empty()) document["detail"] = detail;
  document["code"] = problem.code;
  if (!problem.errors.empty()) {
    boost::json::array errors;
    errors.reserve(problem.errors.size());
    for (const ProblemError& error : problem.errors) {
      boost::json::object item;
      item["pointer"] = error.pointer;
      item["code"] = error.code;
      item["message"] = in(error.message, language);
      errors.push_back(std::move(item));
    }
    document["errors"] = std::move(errors);
  }
  return boost::json::serialize(document);
}

}  // namespace noroshi::codec
