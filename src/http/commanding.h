// What the calls share that change something: keys of idempotency, the hand-over to the writers, the answer once the
// commit is known. Private to src/http.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "src/codec/command_decoder.h"
#include "src/http/api_shared.h"
#include "src/http/router.h"
#include "src/store/writer.h"

namespace noroshi::http {

// Where there is no key though one is required, or it is not valid.
std::optional<Response> refuse_key(const Request& request, bool required);

// As the caller, with the key and the signature that he sent.
void submit(store::WriterPool& writers, const Request& request, store::Action action, Responder respond);
// By somebody without a token; no key of idempotency counts.
void submit_as(core::Actor actor, store::WriterPool& writers, Language language, store::Action action,
               std::function<void(store::Result)> complete);

// What a command came to.
Response response_to(store::Result result, Language language);

// A call whose path names one thing and whose body is one command.
template <class Id, class Body, class Action>
Handler command_on(store::WriterPool& writers, const char* parameter,
                   codec::Decoded<Body> (*decode)(std::string_view)) {
  return [&writers, parameter, decode](Request request, Responder respond) {
    if (auto refused = refuse_key(request, false)) return respond(std::move(*refused));
    const auto id = id_in_path<Id>(request, parameter);
    if (!id) return respond(not_found(request.language));
    auto body = decode(request.body);
    if (!body) return respond(refuse_body(std::move(body.error()), request.language));
    submit(writers, request, Action{*id, std::move(*body)}, std::move(respond));
  };
}

// POST of that pattern below /api/v1.
void add_post(Router& router, std::string pattern, const std::vector<std::string>& roles, Handler handler);

// Unless the record is too late to be added to.
Handler while_sealed(std::function<bool()> record_is_too_late, Handler handler);

// The calls that change something of labels (api_labels.cpp).
void add_label_commands(Router& router, store::WriterPool& writers, const std::function<bool()>& record_is_too_late);

}  // namespace noroshi::http
