#include "src/http/reading.h"

#include <spdlog/spdlog.h>

#include <chrono>
#include <utility>

#include "src/core/receipt_number.h"
#include "src/codec/answers.h"
#include "src/http/refusals.h"
#include "src/record/encodings.h"
#include "src/record/sha256.h"
#include "src/store/clock.h"

namespace noroshi::http {

namespace {

// How long a request waits for a connection before it is told to come back: from its arrival, since behind
// others that wait in vain it would else wait as often.
constexpr std::chrono::milliseconds patience{800};
using Deadline = std::chrono::steady_clock::time_point;

codec::Problem unavailable() {
  return {503,
          "unavailable",
          {"一時的に受け付けられません", "Not available for the moment"},
          {"数秒後にもう一度お試しください。急ぐ場合は電話で連絡してください。",
           "Try again in some seconds. If it is urgent, telephone."},
          {}};
}

// Runs what may wait for the database and says so where there is none.
template <class Answer>
Response guarded(Language language, Answer answer) {
  try {
    return answer();
  } catch (const store::Unavailable&) {
    return retry_later(unavailable(), language);
  } catch (const store::Conflict&) {
    return retry_later(unavailable(), language);
  } catch (const store::DatabaseMisconfigured& error) {
    spdlog::error("http: the database cannot be read: {}", error.what());
    return retry_later(unavailable(), language);
  } catch (const store::DatabaseError& error) {
    spdlog::error("http: a view failed, SQLSTATE {}", error.sqlstate());
  } catch (const std::exception& error) {
    spdlog::error("http: a view failed: {}", error.what());
  }
  return problem_response(problem_of(Refusal::internal_error), language);
}

// Hands the request to a worker that answers it with `answer`.
template <class Answer>
Handler on_worker(WorkerPool& workers, Answer answer) {
  return [&workers, answer = std::move(answer)](Request request, Responder respond) {
    const Language language = request.language;
    const Deadline deadline = std::chrono::steady_clock::now() + patience;
    const bool posted = workers.try_post([answer, deadline, request = std::move(request), respond] {
      respond(guarded(request.language, [&] { return answer(request, deadline); }));
    });
    if (!posted) respond(retry_later(problem_of(Refusal::overloaded), language));
  };
}

std::string fingerprint(std::string_view bytes) {
  const record::Digest digest = record::sha256({bytes});
  return record::to_hex(record::bytes_of(digest).substr(0, 8));
}

Response tagged_as(std::string body, std::string tag) {
  Response response = json_response(200, std::move(body));
  response.etag = std::move(tag);
  return response;
}

}  // namespace

Handler reading(const ReadContext& context, Read read) {
  return on_worker(context.workers, [&readers = context.readers, &law = context.law, read = std::move(read)](
                                        const Request& request, Deadline deadline) {
    const Caller& caller = *request.caller;
    auto lease = readers.acquire(deadline);
    store::TenantTransaction transaction(*lease, caller.tenant, actor_of(caller));
    return read(transaction, request, {law, request.language, store::read_clock(transaction)});
  });
}

Handler reading_first(const ReadContext& context, ReadFirst read) {
  return on_worker(context.workers, [&readers = context.readers, &law = context.law, read = std::move(read)](
                                        const Request& request, Deadline deadline) {
    std::function<Response()> make;
    {
      const Caller& caller = *request.caller;
      auto lease = readers.acquire(deadline);
      store::TenantTransaction transaction(*lease, caller.tenant, actor_of(caller));
      make = read(transaction, request, {law, request.language, store::read_clock(transaction)});
    }
    return make();
  });
}

Handler looking(const ReadContext& context, Look look) {
  return on_worker(context.workers, [&readers = context.readers, &law = context.law, look = std::move(look)](
                                        const Request& request, Deadline deadline) {
    auto lease = readers.acquire(deadline);
    return look(request, {law, request.language, store::shown_time(*lease)});
  });
}

Handler asking(const ReadContext& context, Ask ask) {
  return [&workers = context.workers, &readers = context.readers, ask = std::move(ask)](Request request, Responder respond) {
    const Language language = request.language;
    const Deadline deadline = std::chrono::steady_clock::now() + patience;
    const bool posted = workers.try_post([&readers, ask, deadline, request = std::move(request), respond] {
      bool answered = false;
      auto failed = guarded(request.language, [&] {
        auto lease = readers.acquire(deadline);
        ask(*lease, request, respond);
        answered = true;
        return Response{};
      });
      if (!answered) respond(std::move(failed));
    });
    if (!posted) respond(retry_later(problem_of(Refusal::overloaded), language));
  };
}

std::vector<std::string> bodies_of(const std::string& organization, const codec::AnswerContext& context) {
  const JapaneseDay today = japanese_day(context.now);
  std::vector<std::string> bodies{organization};
  for (const routing::Organization& body : context.law.registry.organizations()) {
    if (body.slug == organization) continue;
    const auto* standing = context.law.registry.standing_for(body.slug, today);
    if (standing && standing->slug == organization) bodies.push_back(body.slug);
  }
  return bodies;
}

std::vector<std::string> addressees_of(store::TenantTransaction& transaction, const std::string& tenant,
                                       const codec::AnswerContext& context) {
  return core::is_of_cymat(tenant) ? store::names_of_seat(transaction, tenant) : bodies_of(tenant, context);
}

bool sees_own_only(const Caller& caller) {
  return caller.role == core::to_string(core::Role::reporter);
}

const std::string& actor_of(const Caller& caller) {
  return caller.name.empty() ? caller.token_id : caller.name;
}

Response tagged(std::string body) {
  std::string tag = fingerprint(body);
  return tagged_as(std::move(body), std::move(tag));
}

Response tagged(std::string body, int revision) {
  const std::string entity = fingerprint(body);
  return tagged_as(std::move(body), codec::etag_of(revision) + "-" + entity);
}

Response tagged(std::string body, int revision, std::string_view entity) {
  return tagged_as(std::move(body), codec::etag_of(revision) + "-" + fingerprint(entity));
}

Response refused(const QueryReader& query, Language language) {
  return problem_response(query.problem(), language);
}

Response bad_cursor(QueryReader& query, Language language) {
  query.mistake("cursor", "value",
                "この一覧の続きを示す値ではありません。next の値をそのまま使ってください。",
                "This is no cursor of this list. Use the value of next as it came.");
  return refused(query, language);
}

std::optional<std::string> receipt_number_in(QueryReader& query) {
  const auto text = query.text("receipt");
  if (!text) return std::nullopt;
  auto number = core::parse_receipt_number(*text);
  if (!number)
    query.mistake("receipt", "value", "受付番号ではないか、読み違えた文字があります（例 MHLW-R-49QD-C9AP-39PM）。",
                  "This is no receipt number, or a character of it was misread (like MHLW-R-49QD-C9AP-39PM).");
  return number;
}

store::PageRequest page_of(QueryReader& query) {
  return {query.integer("limit", 1, store::largest_page).value_or(store::default_page), query.text("cursor")};
}

void get(Router& router, std::string pattern, std::vector<std::string> roles, Handler handler) {
  Route route;
  route.method = Method::get;
  route.pattern = "/api/v1" + std::move(pattern);
  route.roles = std::move(roles);
  route.handler = std::move(handler);
  router.add(std::move(route));
}

}  // namespace noroshi::http
