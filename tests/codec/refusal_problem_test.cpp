#include "src/codec/refusal_problem.h"

#include <boost/json.hpp>

#include <doctest/doctest.h>

namespace noroshi::codec::testing {
namespace {

using core::RefusalCode;

TEST_CASE("every refusal has a status, a title in both languages and its own code") {
  const std::pair<RefusalCode, unsigned> expected[] = {
      {RefusalCode::not_found, 404},
      {RefusalCode::role_required, 403},
      {RefusalCode::foreign_organization, 403},
      {RefusalCode::not_the_holder, 403},
      {RefusalCode::precondition_failed, 412},
      {RefusalCode::invalid, 422},
      {RefusalCode::reference_unknown, 422},
      {RefusalCode::reference_exists, 409},
      {RefusalCode::annex_not_available, 422},
      {RefusalCode::obligation_not_open, 409},
      {RefusalCode::incident_closed, 409},
      {RefusalCode::transition_not_allowed, 409},
      {RefusalCode::duties_open, 409},
      {RefusalCode::method_unsuitable, 409},
      {RefusalCode::already_acknowledged, 409},
      {RefusalCode::waiver_pending, 409},
      {RefusalCode::waiver_decided, 409},
      {RefusalCode::four_eyes, 409},
      {RefusalCode::recipient_already_added, 409},
      {RefusalCode::incident_erased, 409},
      {RefusalCode::incident_open, 409},
      {RefusalCode::erasure_pending, 409},
      {RefusalCode::erasure_decided, 409},
      {RefusalCode::messages_unacknowledged, 409},
      {RefusalCode::retention_not_over, 409},
      {RefusalCode::endpoint_decided, 409},
      {RefusalCode::endpoint_limit, 409},
      {RefusalCode::endpoint_not_active, 409},
      {RefusalCode::delivery_not_dead, 409},
      {RefusalCode::idempotency_key_reused, 422},
  };
  for (const auto& [code, status] : expected) {
    CAPTURE(core::to_string(code));
    const auto problem = problem_of({code, {"どうするか", "what to do"}, {}});
    CHECK(problem.status == status);
    CHECK(status_of(code) == status);
    CHECK(problem.code == core::to_string(code));
    CHECK_FALSE(problem.title.ja.empty());
    CHECK_FALSE(problem.title.en.empty());
    CHECK(problem.title.ja != problem.title.en);
  }
}

TEST_CASE("every mistake stands in the document with its pointer, in the language asked for") {
  core::Refusal refusal{RefusalCode::invalid, {"直してください", "Mend it"}, {}};
  refusal.errors.push_back({"/title", "required", {"件名がありません", "The title is missing"}});
  refusal.errors.push_back({"/times/recognized/value", "time_in_future", {"未来です", "It lies ahead"}});
  const auto document = boost::json::parse(render(problem_of(refusal), Language::en)).as_object();
  CHECK(document.at("detail") == "Mend it");
  REQUIRE(document.at("errors").as_array().size() == 2);
  CHECK(document.at("errors").at(0).at("pointer") == "/title");
  CHECK(document.at("errors").at(1).at("message") == "It lies ahead");
}

TEST_CASE("what is not found is told in the same bytes, whatever the reason was") {
  const auto one = problem_of({RefusalCode::not_found, {"見えません", "not visible"}, {}});
  const auto other = problem_of({RefusalCode::not_found, {}, {{"/x", "y", {}}}});
  CHECK(render(one, Language::ja) == render(other, Language::ja));
  CHECK(render(one, Language::en) == render(other, Language::en));
}

}  // namespace
}  // namespace noroshi::codec::testing
