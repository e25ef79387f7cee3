// What the calls of the API share, reading and changing ones: who may call, ids of the path, answers to bad bodies and to
// a database that is away. Private to src/http.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/codec/problem.h"
#include "src/core/identifier.h"
#include "src/core/refusal.h"
#include "src/http/response.h"

namespace noroshi::http {

// Roles by what they may do (the public interface's Roles).
extern const std::vector<std::string> reporting_roles;
extern const std::vector<std::string> csirt_roles;
extern const std::vector<std::string> exception_roles;
extern const std::vector<std::string> readers_of_incidents;
extern const std::vector<std::string> readers_of_obligations;
extern const std::vector<std::string> readers_of_inbox;
extern const std::vector<std::string> readers_of_alarms;
extern const std::vector<std::string> relay_switch_roles;
extern const std::vector<std::string> erasure_asking_roles;
extern const std::vector<std::string> erasure_deciding_roles;
extern const std::vector<std::string> csirt_and_ciso_roles;
extern const std::vector<std::string> staff_roles;  // of the people of a body; what each may do, the core says
// Of handling inside a body: the core asks who holds which office.
extern const std::vector<std::string> handling_roles;
extern const std::vector<std::string> readers_of_handling;
extern const std::vector<std::string> readers_of_cymat;
extern const std::vector<std::string> cymat_asking_roles;    // also of the home agency of a member
extern const std::vector<std::string> cymat_deciding_roles;  // the centre
extern const std::vector<std::string> cymat_withdrawing_roles;
extern const std::vector<std::string> cymat_logging_roles;
extern const std::vector<std::string> cymat_reporting_roles;
extern const std::vector<std::string> endpoint_roles;    // who sets where a body's messages go
extern const std::vector<std::string> delivery_roles;    // who has them sent again
extern const std::vector<std::string> label_roles;          // who asks for another label, or decided one
extern const std::vector<std::string> label_mapping_roles;  // who says how a body's labels map
extern const std::vector<std::string> auditors;
extern const std::vector<std::string> readers_of_record;  // who reads incidents, and auditors

// An id of the path; an ill-formed one is one that does not exist.
template <class Id>
std::optional<Id> id_in_path(const Request& request, std::string_view name) {
  const auto id = core::parse_uuid(request.path_parameter(name));
  return id ? std::optional(Id{*id}) : std::nullopt;
}

// The same bytes for what is not there and for what the caller may not see.
Response not_found(Language language);
// Mistakes of the JSON itself are 400, those of its content 422.
Response refuse_body(std::vector<core::FieldError> errors, Language language);
// With Retry-After.
Response retry_later(const codec::Problem& problem, Language language);

}  // namespace noroshi::http
