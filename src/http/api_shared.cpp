#include "src/http/api_shared.h"

#include "src/codec/refusal_problem.h"
#include "src/codec/strict_json.h"
#include "src/http/refusals.h"

namespace noroshi::http {

const std::vector<std::string> reporting_roles = {"reporter", "csirt_member", "csirt_head", "external_contact"};
const std::vector<std::string> csirt_roles = {"csirt_member", "csirt_head", "external_contact"};
const std::vector<std::string> exception_roles = {"exception_officer"};
const std::vector<std::string> readers_of_incidents = {
    "reporter", "csirt_member",    "csirt_head",     "external_contact", "exception_officer",
    "ciso",     "section_officer", "center_liaison", "police_desk",      "crisis_desk", "cymat_member"};
const std::vector<std::string> readers_of_obligations = {
    "csirt_member",    "csirt_head",     "external_contact", "exception_officer", "ciso",
    "section_officer", "center_liaison", "police_desk",      "crisis_desk"};
const std::vector<std::string> readers_of_inbox = {"csirt_member",   "csirt_head",  "external_contact",
                                                   "center_liaison", "police_desk", "crisis_desk",
                                                   "cymat_member"};
const std::vector<std::string> readers_of_alarms = {"csirt_member",   "csirt_head",  "external_contact", "ciso",
                                                    "center_liaison", "police_desk", "crisis_desk"};
const std::vector<std::string> relay_switch_roles = {"csirt_head", "ciso"};
const std::vector<std::string> erasure_asking_roles = {"csirt_member", "csirt_head"};
const std::vector<std::string> erasure_deciding_roles = {"section_officer"};
const std::vector<std::string> csirt_and_ciso_roles = {"csirt_member", "csirt_head", "external_contact", "ciso"};
const std::vector<std::string> staff_roles = {"csirt_member",      "csirt_head", "external_contact",
                                              "exception_officer", "ciso",       "section_officer"};
const std::vector<std::string> handling_roles = {"csirt_member", "csirt_head", "external_contact", "ciso", "section_officer"};
const std::vector<std::string> readers_of_handling = {"csirt_member",      "csirt_head", "external_contact",
                                                      "exception_officer", "ciso",       "section_officer"};
const std::vector<std::string> readers_of_cymat = {"csirt_member", "csirt_head",     "external_contact",
                                                   "ciso",         "center_liaison", "cymat_member"};
const std::vector<std::string> cymat_asking_roles = {"csirt_head", "ciso"};
const std::vector<std::string> cymat_deciding_roles = {"center_liaison"};
const std::vector<std::string> cymat_withdrawing_roles = {"csirt_head", "ciso", "center_liaison"};
const std::vector<std::string> cymat_logging_roles = {"csirt_member", "csirt_head", "external_contact", "center_liaison",
                                                      "cymat_member"};
const std::vector<std::string> cymat_reporting_roles = {"center_liaison", "cymat_member"};
const std::vector<std::string> endpoint_roles = {"csirt_head",     "external_contact", "ciso",
                                                 "center_liaison", "police_desk",      "crisis_desk"};
const std::vector<std::string> delivery_roles = {"csirt_member",   "csirt_head",  "external_contact", "ciso",
                                                 "center_liaison", "police_desk", "crisis_desk",      "operator"};
const std::vector<std::string> label_roles = {"reporter", "csirt_member", "csirt_head", "external_contact", "ciso", "section_officer"};
const std::vector<std::string> label_mapping_roles = {"csirt_head", "ciso", "section_officer"};
const std::vector<std::string> auditors = {"auditor"};
const std::vector<std::string> readers_of_record = {
    "reporter", "csirt_member",    "csirt_head",     "external_contact", "exception_officer", "ciso",
    "section_officer", "center_liaison", "police_desk", "crisis_desk", "auditor"};

Response not_found(Language language) { return problem_response(problem_of(Refusal::not_found), language); }

Response refuse_body(std::vector<core::FieldError> errors, Language language) {
  const bool malformed = codec::is_malformed(errors);
  auto problem = codec::problem_of({core::RefusalCode::invalid,
                                    {"送信内容に誤りがあります。errors の各項目を直して再送してください。",
                                     "The submission has mistakes. Mend each one listed in errors and send it again."},
                                    std::move(errors)});
  if (malformed) {
    problem.status = 400;
    problem.code = "malformed_json";
    problem.title = {"JSON として読めません", "This is not acceptable JSON"};
  }
  return problem_response(problem, language);
}

Response retry_later(const codec::Problem& problem, Language language) {
  auto response = problem_response(problem, language);
  response.headers.push_back({"Retry-After", "1"});
  return response;
}

}  // namespace noroshi::http
