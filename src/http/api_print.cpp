#include "src/http/api_print.h"

#include <functional>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "src/codec/incident_sheet.h"
#include "src/core/label_words.h"
#include "src/http/reading.h"
#include "src/http/refusals.h"
#include "src/http/shares.h"
#include "src/print/pdf.h"

namespace noroshi::http {
namespace {

constexpr int most_sheets = 8;         // drawn or waiting
constexpr int most_sheets_of_one = 2;  // of one body

// Of what asks for no copies, paper is one (取扱制限).
Response restriction_forbids(Language language) {
  return problem_response(
      {409,
       "restriction_forbids",
       {"このインシデントの取扱制限は、複製と持出しを禁じています。", "The handling restrictions of this incident forbid copies."},
       {"画面で読んでください。制限を変えるには、格付を決めた者か上位者に変更を申請します。",
        "Read it on the screen. To have the restriction changed, ask who decided the label, or a superior."},
       {}},
      language);
}

bool forbids_copies(const codec::IncidentDetail& incident) {
  if (incident.labels.empty()) return false;
  core::Label label;
  label.restrictions = incident.labels.back().restrictions;
  return core::restricts(label, core::Restriction::no_export);
}

std::string printed_for(const Caller& caller, const codec::AnswerContext& context) {
  const auto* body = context.law.registry.find(caller.organization);
  const std::string name = !body ? caller.organization
                           : context.language == Language::en && !body->name_en.empty() ? body->name_en
                                                                                        : body->name_ja;
  return caller.name.empty() ? fmt::format("{}　{}", name, caller.role) : fmt::format("{}　{}　{}", name, caller.role, caller.name);
}

// A page of the browser chooses its language by itself, a link cannot: the query counts before Accept-Language.
std::optional<Language> parse_language(std::string_view word) {
  if (word == "ja") return Language::ja;
  if (word == "en") return Language::en;
  return std::nullopt;
}

std::function<Response()> ready(Response response) {
  return [response = std::move(response)] { return response; };
}

std::function<Response()> print(store::TenantTransaction& transaction, const Request& request, const codec::AnswerContext& context) {
  QueryReader query(request, {"language"});
  const auto language = query.word("language", parse_language, "ja, en").value_or(context.language);
  if (!query.ok()) return ready(refused(query, request.language));
  const codec::AnswerContext in_language{context.law, language, context.now};
  const auto id = id_in_path<core::IncidentId>(request, "id");
  if (!id) return ready(not_found(request.language));
  const auto incident = store::find_incident(transaction, context.law.registry, *id, sees_own_only(*request.caller), context.now);
  if (!incident) return ready(not_found(request.language));
  if (forbids_copies(*incident)) return ready(restriction_forbids(language));
  return [sheet = codec::incident_sheet(*incident, printed_for(*request.caller, in_language), in_language), at = context.now] {
    Response response;
    response.content_type = "application/pdf";
    response.body = print::draw_pdf(sheet, at);
    response.headers.push_back({"Content-Disposition", fmt::format("inline; filename=\"{}.pdf\"", sheet.number)});
    return response;
  };
}

// A sheet may take seconds to draw: one body does not have the press for itself.
Handler with_place(Handler handler) {
  const auto places = std::make_shared<Shares>(most_sheets, most_sheets_of_one);
  return [places, handler = std::move(handler)](Request request, Responder respond) {
    const auto place = places->take(request.caller->organization);
    if (!place) return respond(retry_later(problem_of(Refusal::overloaded), request.language));
    const Responder held([place, respond](std::optional<Response> response) {
      if (response) respond(std::move(*response));
    });
    handler(std::move(request), held);
  };
}

}  // namespace

void add_print_routes(Router& router, const ReadContext& press) {
  get(router, "/incidents/{id}/print", readers_of_incidents, with_place(reading_first(press, print)));
}

}  // namespace noroshi::http
