#include "src/http/api_attachments.h"

#include <spdlog/spdlog.h>

#include <atomic>
#include <utility>

#include "src/codec/attachment_views.h"
#include "src/core/decide_attachment.h"
#include "src/core/file_name.h"
#include "src/http/body_sink.h"
#include "src/http/reading.h"
#include "src/http/refusals.h"
#include "src/http/shares.h"
#include "src/http/taking.h"
#include "src/record/encodings.h"
#include "src/record/sha256_stream.h"
#include "src/store/attachments.h"
#include "src/store/bytes.h"

namespace noroshi::http {
namespace {

constexpr std::chrono::milliseconds patience{800};  // of a worker, for a connection
const std::vector<std::string> attaching_roles = {"reporter",       "csirt_member", "csirt_head",  "external_contact",
                                                  "center_liaison", "police_desk",  "crisis_desk", "cymat_member"};

// Each holds a piece or two in memory; 16 keep the workers from nothing else.
constexpr int most_at_once = 16;
constexpr int most_of_one_body = 4;

Response overloaded(Language language) { return retry_later(problem_of(Refusal::overloaded), language); }

core::FieldError mistake(std::string pointer, std::string code, std::string ja, std::string en) {
  return {std::move(pointer), std::move(code), {std::move(ja), std::move(en)}};
}

// What of the header is wrong: the name in the query, and the confidentiality of what is sent where it is stated there.
std::vector<core::FieldError> mistakes_of(const Request& request, std::uint64_t length) {
  std::vector<core::FieldError> mistakes;
  const std::string* name = request.query_value("name");
  if (!name || !core::is_file_name(*name))
    mistakes.push_back(mistake("/name", "file_name", "?name= にファイル名（経路を含まない 255 バイト以内）を付けてください。",
                               "Give ?name=, the name of the file without a path, in at most 255 bytes."));
  if (length == 0) mistakes.push_back(mistake("/size", "empty", "空のファイルは添付できません。", "An empty file is none."));
  const std::string* confidentiality = request.query_value("confidentiality");
  if (confidentiality && *confidentiality == "3")
    mistakes.push_back(mistake("/confidentiality", "annex_required",
                               "機密性3のファイルは添付できません。別紙（noroshi annex）として封をして送ってください。",
                               "A file of confidentiality 3 is no attachment: seal it and send it as an annex (noroshi annex)."));
  else if (confidentiality && *confidentiality != "1" && *confidentiality != "2")
    mistakes.push_back(mistake("/confidentiality", "value", "1 又は 2 にしてください。", "Give 1 or 2."));
  for (const auto& [parameter, value] : request.query)
    if (parameter != "name" && parameter != "confidentiality")
      mistakes.push_back(mistake("/" + parameter, "unknown_member", "知らない項目です。", "There is no such parameter."));
  return mistakes;
}

// One file on its way in: the pieces are kept under its id as they come, and it is added once all have.
class Upload final : public BodySink, public std::enable_shared_from_this<Upload> {
 public:
  Upload(const AttachmentContext& context, std::shared_ptr<void> share, core::IncidentId incident, const Request& request)
      : context_(context), share_(std::move(share)), incident_(incident), caller_(*request.caller), language_(request.language) {}

  ~Upload() override {
    if (id_ && !handed_over_) drop(context_, *id_);
  }

  void take(std::string piece, std::function<void(std::optional<Taken>)> taken) override {
    // Only its end waits for what it is busy with.
    auto job = [self = shared_from_this(), piece = std::move(piece), taken] {
      Taken outcome{self->keep(piece)};
      taken(std::move(outcome));
    };
    if (!context_.reading.workers.try_post(std::move(job))) taken(Taken{overloaded(language_)});
  }

  void complete(Request request, Responder respond) override {
    core::AddAttachment command;
    command.attachment.id = *id_;
    command.attachment.name = *request.query_value("name");
    command.attachment.media_type = request.content_type.value_or("application/octet-stream");
    command.attachment.sha256 = std::string(record::bytes_of(hash_.finish()));
    command.attachment.size = size_;
    // The same key is the same file where name, type and bytes are.
    const std::string digested = command.attachment.name + "\n" + command.attachment.media_type + "\n" +
                                 record::to_hex(command.attachment.sha256);
    handed_over_ = true;
    store::HandleInformation action;
    action.incident = incident_;
    action.command = std::move(command);
    action.answer = codec::answer_attachment;
    submit_digested(context_.writers, request, digested, std::move(action),
                    [context = context_, id = *id_, respond = std::move(respond), language = language_](store::Result result) {
                      const auto* answered = std::get_if<store::Answered>(&result);
                      const bool added = answered && !answered->replayed && answered->status < 300;
                      // Whether it was added is not known: what is there then is swept, or stays.
                      if (!added && !std::holds_alternative<store::Unknown>(result)) drop(context, id);
                      respond(response_to(std::move(result), language));
                    });
  }

 private:
  static void drop(const AttachmentContext& context, core::AttachmentId id) {
    // Where nobody has time for it, it is swept later.
    context.reading.workers.try_post([context, id] {
      try {
        auto writer = context.pieces.acquire(patience);
        store::drop_attachment_pieces(*writer, id);
      } catch (const std::exception&) {
        spdlog::info("http: pieces of an upload are left to be swept");
      }
    });
  }

  // On a worker.
  std::optional<Response> keep(const std::string& piece) {
    try {
      if (!id_) {
        if (auto refused = begin()) return refused;
      }
      auto writer = context_.pieces.acquire(patience);
      store::keep_attachment_piece(*writer, incident_, *id_, place_++, piece);
      hash_.add(piece);
      size_ += piece.size();
      return std::nullopt;
    } catch (const store::DatabaseError& error) {
      spdlog::warn("http: a piece of an upload could not be kept, SQLSTATE {}", error.sqlstate());
    } catch (const std::exception& error) {
      spdlog::error("http: a piece of an upload could not be kept: {}", error.what());
    }
    return overloaded(language_);
  }

  // Nothing is kept for who may not see the case.
  std::optional<Response> begin() {
    auto reader = context_.reading.readers.acquire(patience);
    store::TenantTransaction transaction(*reader, caller_.tenant, actor_of(caller_));
    if (!store::may_see_attachments(transaction, incident_, sees_own_only(caller_))) return not_found(language_);
    id_ = store::fresh_identifiers(store::read_clock(transaction)).next<core::AttachmentId>();
    return std::nullopt;
  }

  AttachmentContext context_;
  const std::shared_ptr<void> share_;
  core::IncidentId incident_;
  Caller caller_;
  Language language_;
  std::optional<core::AttachmentId> id_;
  int place_ = 0;
  std::uint64_t size_ = 0;
  record::Sha256Stream hash_;
  bool handed_over_ = false;
};

SinkFor uploads(AttachmentContext context) {
  const auto under_way = std::make_shared<Shares>(most_at_once, most_of_one_body);
  return [context, under_way](const Request& request, std::uint64_t length) -> tl::expected<std::shared_ptr<BodySink>, Response> {
    if (context.record_is_too_late && context.record_is_too_late())
      return tl::unexpected(record_too_late(request.language));
    if (auto refused = refuse_key(request, false)) return tl::unexpected(std::move(*refused));
    const auto incident = id_in_path<core::IncidentId>(request, "id");
    if (!incident) return tl::unexpected(not_found(request.language));
    if (request.signature) return tl::unexpected(signature_not_possible(request.language));
    if (auto mistakes = mistakes_of(request, length); !mistakes.empty())
      return tl::unexpected(refuse_body(std::move(mistakes), request.language));
    auto share = under_way->take(request.caller->tenant);
    if (!share) return tl::unexpected(overloaded(request.language));
    return std::make_shared<Upload>(context, std::move(share), *incident, request);
  };
}

// RFC 8187: the name as it is, for who reads it; nothing of it reaches a path here.
std::string disposition_of(const std::string& name) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string value = "attachment; filename=\"attachment\"; filename*=UTF-8''";
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
    if (plain)
      value += c;
    else
      value.append("%").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
  }
  return value;
}

// The bytes of a file, a piece at a time, each read as the caller: what he may see no more he does not get to its end.
class Download final : public BodySource, public std::enable_shared_from_this<Download> {
 public:
  Download(const ReadContext& context, Caller caller, core::AttachmentId id, std::int64_t size)
      : context_(context), caller_(std::move(caller)), id_(id), left_(size) {}

  void next(std::function<void(std::optional<Piece>)> deliver) override {
    if (ended_) return deliver(std::nullopt);
    if (left_ == 0) return deliver(Piece{});
    auto job = [self = shared_from_this(), deliver] { deliver(self->read()); };
    if (!context_.workers.try_post(std::move(job))) deliver(std::nullopt);
  }
  void end(BodyEnd) override { ended_ = true; }
  void reader_was_slow() override {}

 private:
  std::optional<Piece> read() {
    if (ended_) return std::nullopt;
    try {
      auto reader = context_.readers.acquire(patience);
      store::TenantTransaction transaction(*reader, caller_.tenant, actor_of(caller_));
      auto bytes = store::read_attachment_piece(transaction, id_, place_++);
      if (!bytes || static_cast<std::int64_t>(bytes->size()) > left_) return std::nullopt;
      left_ -= static_cast<std::int64_t>(bytes->size());
      return std::make_shared<const std::string>(std::move(*bytes));
    } catch (const std::exception&) {
      return std::nullopt;
    }
  }

  const ReadContext context_;
  const Caller caller_;
  const core::AttachmentId id_;
  int place_ = 0;
  std::int64_t left_;
  std::atomic<bool> ended_{false};
};

Read one(const ReadContext& reading) {
  return [reading](store::TenantTransaction& transaction, const Request& request, const codec::AnswerContext& context) {
    const auto id = id_in_path<core::AttachmentId>(request, "id");
    const auto attachment =
        id ? store::find_attachment(transaction, context.law.registry, *id, sees_own_only(*request.caller), context.now)
           : std::nullopt;
    if (!attachment || !store::read_attachment_piece(transaction, *id, 0)) return not_found(request.language);
    Response response;
    // What it is said to be is in the list: no program is to open it by that word.
    response.content_type = "application/octet-stream";
    response.etag = attachment->sha256;
    response.headers.push_back({"Content-Disposition", disposition_of(attachment->name)});
    response.headers.push_back({"Content-Security-Policy", "default-src 'none'; sandbox"});
    response.source = std::make_shared<Download>(reading, *request.caller, *id, attachment->size);
    return response;
  };
}

Response list(store::TenantTransaction& transaction, const Request& request, const codec::AnswerContext& context) {
  const auto id = id_in_path<core::IncidentId>(request, "id");
  if (!id || !store::may_see_attachments(transaction, *id, sees_own_only(*request.caller))) return not_found(request.language);
  return tagged(codec::encode_attachments(store::list_attachments(transaction, context.law.registry, *id, context.now)));
}

}  // namespace

void add_attachment_routes(Router& router, const AttachmentContext& context) {
  get(router, "/incidents/{id}/attachments", readers_of_incidents, reading(context.reading, list));
  get(router, "/attachments/{id}", readers_of_incidents, reading(context.reading, one(context.reading)));
  Route route;
  route.method = Method::post;
  route.pattern = "/api/v1/incidents/{id}/attachments";
  route.roles = attaching_roles;
  route.body_limit = core::largest_attachment;
  route.media_type = "*/*";
  route.handler = TakesPieces{uploads(context)};
  router.add(std::move(route));
}

}  // namespace noroshi::http
