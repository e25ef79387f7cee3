#include "src/http/response.h"

#include <spdlog/spdlog.h>

#include <cstdlib>
#include <utility>

#include "src/http/one_shot.h"

namespace noroshi::http {

Response json_response(unsigned status, std::string body) {
  Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

Response problem_response(const codec::Problem& problem, Language language) {
  Response response;
  response.status = problem.status;
  response.content_type = codec::problem_media_type;
  response.body = codec::render(problem, language);
  response.headers.push_back({"Content-Language", std::string(codec::to_string(language))});
  return response;
}

struct Responder::State : OneShot<Response> {
  using OneShot::OneShot;
};

Responder::Responder(Deliver deliver) : state_(std::make_shared<State>(std::move(deliver))) {}

void Responder::operator()(Response response) const {
  if (state_->give(std::move(response))) return;
  // Two answers to one request: a handler has lost track of what it did, and the second might be the true
  // one.
  spdlog::critical("http: a handler answered one request twice");
  std::abort();
}

}  // namespace noroshi::http
